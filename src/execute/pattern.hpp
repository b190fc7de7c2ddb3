// A regular expression as KAZOO's callflows have them, which is as Perl's.
//
// Web servers send them, and they are matched while other calls wait: so how much one may be tried
// is bounded. One that takes more does not match.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

extern "C" struct pcre2_real_code_8;

namespace pivot::execute {

class Pattern {
public:
    // At most 1000 bytes of UTF-8. The error says what is wrong, and where.
    static tl::expected<Pattern, std::string> compile(std::string_view text);

    // Anywhere in `text`, unless the pattern has anchors.
    bool matches(std::string_view text) const;

private:
    struct Free {
        void operator()(pcre2_real_code_8* code) const;
    };

    explicit Pattern(pcre2_real_code_8* code) : code_(code) {}

    std::unique_ptr<pcre2_real_code_8, Free> code_;
};

}  // namespace pivot::execute
