#include "switches/asterisk/names.hpp"

#include "base/random_id.hpp"
#include "base/text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace pivot::switches::asterisk {

namespace {

constexpr std::size_t channel_bytes_max = 100;

std::string short_id()
{
    return random_id().substr(0, 8);
}

// They become parts of the names of files.
bool is_harmless(std::string_view text, std::string_view others)
{
    return std::ranges::all_of(text, [others](char c) {
        return is_letter(c) || is_digit(c) || others.find(c) != others.npos;
    });
}

}  // namespace

Names::Names(std::string_view store_id)
    : stem_(store_id.empty() ? fmt::format("{}{}-", prefix, short_id())
                             : fmt::format("{}{}-{}-", prefix, store_id, short_id())),
      store_stem_(store_id.empty() ? stem_ : fmt::format("{}{}-", prefix, store_id))
{
}

std::string Names::playback(std::string_view channel, unsigned number)
{
    return fmt::format("{}{}-{}", prefix, channel, number % playbacks_max);
}

std::string Names::recording(std::string_view file_id, std::string_view channel)
{
    std::string name = next();
    if (!file_id.empty() && is_harmless(file_id, {})) {
        const bool is_known = channel.size() <= channel_bytes_max && is_harmless(channel, "._-");
        name = fmt::format("{}-{}-{}", name, file_id, is_known ? channel : "");
    }
    in_use_.insert(name);
    return name;
}

bool Names::claim(const std::string& name)
{
    const bool is_of_store = name.starts_with(store_stem_);
    return is_of_store && !read_recording(name).file_id.empty() && in_use_.insert(name).second;
}

RecordingName Names::read_recording(std::string_view name)
{
    if (!name.starts_with(prefix)) return {};
    name.remove_prefix(prefix.size());
    constexpr int parts_before = 3;  // the store, the process and the number
    for (int i = 0; i < parts_before; ++i) take_until(name, '-');
    const std::string_view file_id = take_until(name, '-');
    if (!is_harmless(file_id, {})) return {};
    return {file_id, name};
}

}  // namespace pivot::switches::asterisk
