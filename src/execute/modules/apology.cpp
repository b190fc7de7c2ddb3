#include "execute/modules/apology.hpp"

#include "execute/modules/media_names.hpp"
#include "execute/modules/refusal.hpp"
#include "execute/modules/sound.hpp"

#include <string>
#include <utility>

namespace pivot::execute::modules {

Task<ModuleEnd> apologize(Work work, Deadline& deadline)
{
    Refusal refusal;
    refusal.sip_code = 480;
    refusal.phrase = ReasonPhrase::of("Temporarily Unavailable");
    refusal.media = prompt(work, "fault-can_not_be_completed_at_this_time");
    const std::string& sentence = work.call.config().apology;
    if (!sentence.empty()) {
        Speech speech;
        speech.text = OpaqueText(sentence);
        speech.language = call_language(work);
        Sound sound;
        sound.what = std::move(speech);
        const jobs::PlaybackResult heard = co_await hear(work, std::move(sound), deadline);
        if (!heard.has_failed) refusal.media = Media();
    }
    co_return co_await refuse(work, std::move(refusal), deadline);
}

}  // namespace pivot::execute::modules
