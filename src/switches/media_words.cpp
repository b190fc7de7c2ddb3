#include "switches/media_words.hpp"

#include <fmt/format.h>

namespace pivot::switches {

std::string words_for(const Media& media)
{
    const std::string& what = media.what();
    switch (media.kind()) {
        case Media::Kind::url:
        case Media::Kind::file:
        case Media::Kind::name:
        case Media::Kind::prompt: return what;
        case Media::Kind::tone: {
            if (media.loops() == 1) return "the tone " + what;
            if (media.loops() == 0) return fmt::format("the tone {} until it is stopped", what);
            return fmt::format("the tone {}, {} times", what, media.loops());
        }
        case Media::Kind::hold_music:
            return what.empty() ? "the hold music" : "the hold music " + what;
    }
    return what;
}

}  // namespace pivot::switches
