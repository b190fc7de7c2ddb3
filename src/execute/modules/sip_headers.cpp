#include "execute/modules/sip_headers.hpp"

#include "base/text.hpp"
#include "execute/modules/node_data.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::execute::modules {

void add_header(const Work& work, std::vector<SipHeader>& headers, std::string_view name,
                std::string_view value)
{
    SipHeader header = SipHeader::of(name, value);
    if (header.empty()) {
        work.warn(fmt::format("the SIP header {} is left out: its name or its value is not valid",
                              printable(name)));
        return;
    }
    headers.push_back(std::move(header));
}

void add_headers(const Work& work, std::vector<SipHeader>& headers, json::Value data)
{
    auto listed = data.find("custom_sip_headers");
    if (!listed) return;
    if (const auto out = listed->find("out"); out && out->is_object()) listed = out;
    if (!listed->is_object()) return;
    for (const auto [name, value] : listed->members()) {
        add_header(work, headers, name, written(value));
    }
}

}  // namespace pivot::execute::modules
