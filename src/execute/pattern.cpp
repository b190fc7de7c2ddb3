#include "execute/pattern.hpp"

#include <array>
#include <new>

#include <fmt/format.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace pivot::execute {

namespace {

constexpr std::size_t size_bytes_max = 1'000;

// Some hundred microseconds.
constexpr std::uint32_t steps_max = 10'000;
constexpr std::uint32_t heap_kib_max = 256;

struct FreeMatch {
    void operator()(pcre2_match_data* match) const { pcre2_match_data_free(match); }
    void operator()(pcre2_match_context* limits) const { pcre2_match_context_free(limits); }
};

PCRE2_SPTR units(std::string_view text)
{
    return reinterpret_cast<PCRE2_SPTR>(text.data());
}

}  // namespace

void Pattern::Free::operator()(pcre2_real_code_8* code) const
{
    pcre2_code_free(code);
}

tl::expected<Pattern, std::string> Pattern::compile(std::string_view text)
{
    if (text.size() > size_bytes_max) {
        return tl::unexpected(fmt::format("a pattern of more than {} bytes", size_bytes_max));
    }
    int error = 0;
    PCRE2_SIZE at = 0;
    pcre2_code* const code =
        pcre2_compile(units(text), text.size(), PCRE2_UTF, &error, &at, nullptr);
    if (code != nullptr) return Pattern(code);
    if (error == PCRE2_ERROR_NOMEMORY) throw std::bad_alloc();

    std::array<char, 256> sentence{};
    pcre2_get_error_message(error, reinterpret_cast<PCRE2_UCHAR*>(sentence.data()),
                            sentence.size());
    return tl::unexpected(fmt::format("no pattern, at byte {}: {}", at, sentence.data()));
}

bool Pattern::matches(std::string_view text) const
{
    const std::unique_ptr<pcre2_match_context, FreeMatch> limits(
        pcre2_match_context_create(nullptr));
    const std::unique_ptr<pcre2_match_data, FreeMatch> match(pcre2_match_data_create(1, nullptr));
    if (!limits || !match) throw std::bad_alloc();
    pcre2_set_match_limit(limits.get(), steps_max);
    pcre2_set_depth_limit(limits.get(), steps_max);
    pcre2_set_heap_limit(limits.get(), heap_kib_max);
    return pcre2_match(code_.get(), units(text), text.size(), 0, 0, match.get(), limits.get()) >= 0;
}

}  // namespace pivot::execute
