// response: rejects the call with a SIP response.
#include "execute/modules/media_names.hpp"
#include "execute/modules/module_table.hpp"
#include "execute/modules/name_in.hpp"
#include "execute/modules/node_data.hpp"
#include "execute/modules/refusal.hpp"

#include <utility>

namespace pivot::execute::modules {

Task<ModuleEnd> response(Work work, json::Value data, Deadline& deadline)
{
    constexpr int busy_here = 486;
    Refusal refusal;
    const std::int64_t code = number(data, "code", busy_here);
    refusal.sip_code = code >= 400 && code <= 699 ? static_cast<int>(code) : busy_here;
    refusal.phrase = name_in<ReasonPhrase>(work, data, "message");
    const std::string_view media = text(data, "media");
    if (!media.empty()) refusal.media = media_named(work, media);
    return refuse(work, std::move(refusal), deadline);
}

}  // namespace pivot::execute::modules
