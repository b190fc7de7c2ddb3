// tts: says a text.
#include "execute/modules/module_table.hpp"
#include "execute/modules/node_data.hpp"
#include "execute/modules/sound.hpp"

#include <utility>
#include <vector>

namespace pivot::execute::modules {

Task<ModuleEnd> tts(Work work, json::Value data, Deadline& deadline)
{
    if (text(data, "text").empty()) {
        return ready(give_up(work, "there is nothing to say"), deadline);
    }
    std::vector<Sound> sounds;
    sounds.push_back(speech_of(work, data, "", all_keys));
    return hear_all(work, std::move(sounds), true, deadline);
}

}  // namespace pivot::execute::modules
