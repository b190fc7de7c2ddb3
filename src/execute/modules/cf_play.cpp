// play: plays a sound, once, several times or until a key stops it.
#include "execute/modules/media_names.hpp"
#include "execute/modules/module_table.hpp"
#include "execute/modules/node_data.hpp"
#include "execute/modules/sound.hpp"

#include <utility>
#include <vector>

namespace pivot::execute::modules {

Task<ModuleEnd> play(Work work, json::Value data, Deadline& deadline)
{
    const std::string_view id = text(data, "id");
    if (id.empty()) return ready(give_up(work, "there is nothing to play"), deadline);
    std::vector<Sound> sounds;
    sounds.push_back(sound_of(data, all_keys));
    sounds.back().what = media_named(work, id);
    return hear_all(work, std::move(sounds), is_true(data, "answer", true), deadline);
}

}  // namespace pivot::execute::modules
