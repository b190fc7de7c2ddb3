// tones: plays tones, one after the other.
#include "execute/modules/module_table.hpp"
#include "execute/modules/node_data.hpp"
#include "execute/modules/sound.hpp"
#include "execute/modules/tone_data.hpp"

#include <utility>
#include <vector>

namespace pivot::execute::modules {

// An unanswered call hears them as early media.
Task<ModuleEnd> tones(Work work, json::Value data, Deadline& deadline)
{
    std::vector<Sound> sounds;
    const auto list = data.find("tones");
    if (list && list->is_array()) {
        for (const auto tone : list->elements()) {
            if (!has_frequencies(tone)) continue;
            Sound& sound = sounds.emplace_back();
            sound.stop_keys = all_keys;
            sound.what = tone_of(work, tone);
        }
    }
    if (sounds.empty()) return ready(give_up(work, "there are no tones to play"), deadline);
    return hear_all(work, std::move(sounds), false, deadline);
}

}  // namespace pivot::execute::modules
