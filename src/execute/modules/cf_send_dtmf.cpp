// send_dtmf: sends keys to the caller.
#include "base/text.hpp"
#include "execute/jobs/playback.hpp"
#include "execute/modules/module_table.hpp"
#include "execute/modules/node_data.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace pivot::execute::modules {

namespace {

Task<ModuleEnd> send(Work work, KeySequence digits, milliseconds length, Deadline& deadline)
{
    const jobs::PlaybackResult sent =
        co_await jobs::send_keys(work.call, std::move(digits), length, deadline);
    if (!sent.has_failed) co_return go_on();
    co_return give_up(work, with_reason("the switch could not send the keys", sent.why));
}

}  // namespace

Task<ModuleEnd> send_dtmf(Work work, json::Value data, Deadline& deadline)
{
    constexpr std::int64_t length_ms = 2'000;
    milliseconds length = time(data, "duration_ms", milliseconds(1), length_ms);
    const std::string_view written_length = text(data, "duration_ms");
    if (!written_length.empty()) {
        std::int64_t count = length_ms;
        std::from_chars(written_length.data(), written_length.data() + written_length.size(),
                        count);
        length = milliseconds(std::clamp(count, std::int64_t{1}, std::int64_t{60'000}));
    }
    auto digits = KeySequence::of(text(data, "digits"));
    if (digits.empty()) {
        return ready(give_up(work, fmt::format("digits is \"{}\", expected 0-9, A-D, *, #, w, W",
                                               printable(text(data, "digits")))),
                     deadline);
    }
    return send(work, std::move(digits), length, deadline);
}

}  // namespace pivot::execute::modules
