#include "execute/abilities.hpp"

namespace pivot::execute {

bool has(const Abilities& abilities, Ability ability)
{
    switch (ability) {
        case Ability::legs_apart: return abilities.legs_apart;
        case Ability::sip_credentials: return abilities.sip_credentials;
        case Ability::dual_recording: return abilities.dual_recording;
        case Ability::keys_in_rooms: return abilities.keys_in_rooms;
        case Ability::early_media: return abilities.early_media;
        case Ability::ssml: return abilities.ssml;
        case Ability::coaching: return abilities.coaching;
        case Ability::answers: return abilities.answers;
    }
    return false;
}

std::string_view without(Ability ability)
{
    switch (ability) {
        case Ability::legs_apart:
            return "this switch plays nothing to a callee before the two are connected: "
                   "announcements are skipped, and a callee who is to press a key is hung up";
        case Ability::sip_credentials:
            return "this switch sends no username and password to a SIP address: it is dialled "
                   "without them";
        case Ability::dual_recording:
            return "this switch records both sides on one channel: the recording is not dual";
        case Ability::keys_in_rooms:
            return "this switch does not tell of keys in a conversation or a conference: none is "
                   "collected there, and none ends it";
        case Ability::early_media:
            return "this switch plays nothing before the answer: what would be heard then is "
                   "skipped";
        case Ability::ssml: return "this switch does not speak SSML: the plain text is said";
        case Ability::coaching:
            return "coach is not offered by this switch: the caller joins muted";
        case Ability::answers: return "this switch cannot answer: the call goes on unanswered";
    }
    return "";
}

}  // namespace pivot::execute
