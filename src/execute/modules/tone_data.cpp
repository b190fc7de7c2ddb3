#include "execute/modules/tone_data.hpp"

#include "execute/modules/node_data.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

namespace pivot::execute::modules {

namespace {

constexpr std::int64_t repeat_max = 100'000;

}  // namespace

bool has_frequencies(json::Value tone)
{
    const auto frequencies = tone.find("frequencies");
    if (!frequencies || !frequencies->is_array()) return false;
    const auto elements = frequencies->elements();
    return !(elements.begin() == elements.end());
}

Media tone_of(const Work& work, json::Value tone)
{
    std::string words =
        fmt::format("{},{}", number(tone, "duration_on", 500), number(tone, "duration_off", 0));
    std::size_t count = 0;
    for (const auto hertz : tone.find("frequencies")->elements()) {
        ++count;
        if (count <= 2) words.append(count == 1 ? "," : "+").append(hertz.text());
    }
    if (count > 2) work.warn("only the first two frequencies of a tone are played");
    if (tone.find("volume")) work.warn("the volume of a tone is left out");
    const auto repeat = std::clamp(number(tone, "repeat", 1), std::int64_t{1}, repeat_max);
    Media media(Tone::of(words), static_cast<unsigned>(repeat));
    if (media.empty()) work.warn("a tone has no valid frequency or duration");
    return media;
}

}  // namespace pivot::execute::modules
