// webhook: a web server is told of the call.
#include "execute/modules/data.hpp"
#include "execute/modules/modules.hpp"

#include <string>
#include <utility>

#include <fmt/format.h>

namespace pivot::execute::modules {

Task<ModuleEnd> webhook(Work work, json::Value data, Deadline& deadline)
{
    SessionParameters parameters;
    const auto custom = data.find("custom_data");
    if (custom && custom->is_object()) {
        for (const auto [name, value] : custom->members()) {
            parameters.push_back({std::string(name), written(value)});
        }
    }
    const std::string_view uri = text(data, "uri");
    const Method method = text(data, "http_verb", "post") == "get" ? Method::get : Method::post;
    const bool is_url = work.call.session().notify(uri, method, std::move(parameters));
    if (is_url) return at_once(go_on(), deadline);
    return at_once(give_up(work, fmt::format("\"{}\" is not a URL", uri)), deadline);
}

}  // namespace pivot::execute::modules
