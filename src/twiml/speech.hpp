// What a Say says: as words, and as SSML for speech engines that read it.
//
//     <Say> Call <sub alias="doctor">Dr.</sub><break/>now </Say>
//     words: Call doctor now
//     ssml:  Call <sub alias="doctor">Dr.</sub><break></break>now
#pragma once

#include "twiml/names.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace pivot::twiml {

// More is not spoken.
inline constexpr std::size_t say_characters_max = 4'096;

// Whether words before and after this element of SSML are never one.
bool stands_apart(Name part);

class Speech {
public:
    void clear();

    void say(std::string_view text);

    // What comes next is another word than what was last, with no element between them.
    void part();

    // An element of SSML: its name, its attributes, then what stands in it, and its end.
    void open(Name part);
    void give(Attribute attribute, std::string_view value);
    void enter();
    void close(Name part);

    // Something was left out, and all that follows would be.
    bool is_cut() const { return is_cut_; }

    // Both without blanks at both ends.
    std::string_view words() const;
    std::string_view ssml() const;  // empty: there is no element in it

private:
    void append_word(std::string_view text);
    void stand_apart();

    std::string words_;
    std::string ssml_;
    std::size_t characters_ = 0;  // of `words_`
    bool has_parts_ = false;
    bool is_apart_ = false;     // what comes next is another word than what was last
    bool is_gap_ = false;       // and no element of `ssml_` says so
    bool is_replaced_ = false;  // by an alias
    bool is_cut_ = false;
};

}  // namespace pivot::twiml
