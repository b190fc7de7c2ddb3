// webhook: sends the call's parameters and the node's custom data to a web server.
#include "base/text.hpp"
#include "exchange/request_headers.hpp"
#include "execute/modules/module_table.hpp"
#include "execute/modules/node_data.hpp"
#include "http/header.hpp"

#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace pivot::execute::modules {

namespace {

// Packs the headers that can be sent, and warns of the others.
std::string headers_of(const Work& work, json::Value data)
{
    exchange::Headers headers;
    const auto wanted = data.find("custom_request_headers");
    if (!wanted || !wanted->is_object()) return {};
    for (const auto [name, value] : wanted->members()) {
        std::string text = written(value);
        const std::string_view objection = http::objection_to_header(name, text);
        if (objection.empty()) {
            headers.emplace_back(name, std::move(text));
        } else {
            work.warn(fmt::format("the header \"{}\" is left out: {}", printable(name), objection));
        }
    }
    return exchange::pack_headers(headers);
}

}  // namespace

Task<ModuleEnd> webhook(Work work, json::Value data, Deadline& deadline)
{
    std::vector<exchange::Parameter> parameters;
    const auto custom = data.find("custom_data");
    if (custom && custom->is_object()) {
        for (const auto [name, value] : custom->members()) {
            parameters.push_back({std::string(name), written(value)});
        }
    }
    const std::string_view uri = text(data, "uri");
    const Method method = text(data, "http_verb", "post") == "get" ? Method::get : Method::post;
    session::Session& session = work.call.session();
    const bool is_absolute = session.resolve(uri) == uri;  // a flow has no base URL
    if (uri.empty() || !is_absolute) {
        return ready(
            give_up(work, fmt::format("uri is \"{}\", not an absolute URL", printable(uri))),
            deadline);
    }
    session.notify(std::string(uri), method, std::move(parameters), true, headers_of(work, data));
    return ready(go_on(), deadline);
}

}  // namespace pivot::execute::modules
