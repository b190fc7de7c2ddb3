#include "execute/freeswitch_media.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace pivot::execute {

namespace {

constexpr std::string_view tone_scheme = "tone_stream://";
constexpr std::string_view music_scheme = "local_stream://";

constexpr std::int64_t loops_max = 100'000;

std::optional<std::int64_t> number_of(std::string_view text)
{
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
    return number;
}

// `ON,OFF,HZ,HZ,…`, of which it takes two frequencies. They have become as many as there are.
Tone tone_of(std::string_view numbers, std::size_t& frequencies)
{
    std::string text(take_until(numbers, ','));
    text.append(",").append(take_until(numbers, ','));
    frequencies = 0;
    while (!numbers.empty()) {
        const std::string_view hertz = take_until(numbers, ',');
        ++frequencies;
        if (frequencies <= 2) text.append(frequencies == 1 ? "," : "+").append(hertz);
    }
    return Tone::of(text);
}

class ToneReader {
public:
    FreeswitchMedia read(std::string_view text)
    {
        bool is_valid = true;
        while (!text.empty() && is_valid) is_valid = read_part(take_until(text, ';'));
        FreeswitchMedia read;
        if (!is_valid || tone_.empty()) return read;
        read.media = Media(tone_, loops_);
        read.flaw = std::move(flaw_);
        return read;
    }

private:
    bool read_part(std::string_view part)
    {
        if (part.starts_with("%(") && part.ends_with(')')) {
            return read_tone(part.substr(2, part.size() - 3));
        }
        if (part.starts_with("loops=")) return read_loops(part.substr(6));
        if (!part.starts_with("v=") || !number_of(part.substr(2))) return false;
        add("its volume is left out");
        return true;
    }

    bool read_tone(std::string_view numbers)
    {
        std::size_t frequencies = 0;
        const Tone tone = tone_of(numbers, frequencies);
        if (!tone_.empty()) {
            if (!is_sequence_) add("only its first tone is played");
            is_sequence_ = true;
        } else {
            tone_ = tone;
            if (frequencies > 2) add("only its first two frequencies are played");
        }
        return !tone.empty();
    }

    // A negative number is for ever.
    bool read_loops(std::string_view text)
    {
        const auto number = number_of(text);
        if (!number) return false;
        loops_ = *number < 0
                     ? 0
                     : static_cast<unsigned>(std::clamp(*number, std::int64_t{1}, loops_max));
        return true;
    }

    void add(std::string_view flaw)
    {
        if (!flaw_.empty()) flaw_ += ", and ";
        flaw_ += flaw;
    }

    Tone tone_;
    unsigned loops_ = 1;
    bool is_sequence_ = false;
    std::string flaw_;
};

}  // namespace

std::optional<FreeswitchMedia> read_freeswitch_media(std::string_view name)
{
    if (name.starts_with(tone_scheme)) return ToneReader().read(name.substr(tone_scheme.size()));
    if (!name.starts_with(music_scheme)) return std::nullopt;
    const std::string_view music = name.substr(music_scheme.size());
    FreeswitchMedia read;
    const auto known = HoldMusicName::of(music);
    if (music == "default") {
        read.media = Media(HoldMusicName());
    } else if (!known.empty()) {
        read.media = Media(known);
    }
    return read;
}

}  // namespace pivot::execute
