// The speech of a Say: as words, and as SSML for speech engines that read it.
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

// The rest is not spoken.
inline constexpr std::size_t say_characters_max = 4'096;

// Whether this element of SSML separates the words around it.
bool stands_apart(Name part);

class Speech {
public:
    void clear();

    void say(std::string_view text);

    // Separates the text so far from what follows, without an element between them.
    void part();

    // An element of SSML: its name, its attributes, the start of its content, and its end.
    void open(Name part);
    void give(Attribute attribute, std::string_view value);
    void enter();
    void close(Name part);

    // Whether text was left out because of the limit.
    bool is_cut() const { return is_cut_; }

    // Both without white space at both ends.
    std::string_view words() const;
    std::string_view ssml() const;  // empty without an element in it

private:
    void append_word(std::string_view text);
    void stand_apart();

    std::string words_;
    std::string ssml_;
    std::size_t characters_ = 0;  // of `words_`
    bool has_parts_ = false;
    bool is_apart_ = false;     // the next text starts a new word
    bool is_gap_ = false;       // and `ssml_` needs a space for it
    bool is_replaced_ = false;  // by an alias, which is in `words_` instead
    bool is_cut_ = false;
};

}  // namespace pivot::twiml
