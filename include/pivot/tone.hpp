// A tone: a sound of one frequency, or of two at once, and the silence after it.
#pragma once

#include <pivot/export.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace pivot::inline v1 {

struct Tone {
    std::chrono::milliseconds on{0};
    std::chrono::milliseconds off{0};
    unsigned hertz = 0;
    unsigned second_hertz = 0;  // at the same time; 0: there is one frequency

    // `ON_MS,OFF_MS,HZ` or `ON_MS,OFF_MS,HZ+HZ`. Empty if the text is not a tone of at most an hour
    // and 20 kHz.
    PIVOT_API static Tone of(std::string_view text);
    PIVOT_API std::string text() const;

    bool empty() const { return on.count() <= 0 || hertz == 0; }
    // With the silence after it.
    std::chrono::milliseconds length() const { return on + off; }

    friend bool operator==(const Tone&, const Tone&) = default;
};

}  // namespace pivot::inline v1
