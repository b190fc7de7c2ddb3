#include "execute/modules/recording_data.hpp"

#include "base/text.hpp"
#include "execute/modules/name_in.hpp"
#include "execute/modules/node_data.hpp"

#include <fmt/format.h>

namespace pivot::execute::modules {

namespace {

constexpr std::int64_t length_s = 3'600;

Recording::Format format_of(std::string_view format)
{
    if (format == "mp3") return Recording::Format::mp3;
    if (format == "wav") return Recording::Format::wav;
    return Recording::Format::any;
}

}  // namespace

Recording recording_of(const Work& work, json::Value data)
{
    Recording recording;
    recording.length_max = time(data, "time_limit", std::chrono::seconds(1), length_s);
    recording.url = name_in<WebUrl>(work, data, "url");
    recording.uploads_by_post = text(data, "method") == "post";
    recording.format = format_of(text(data, "format"));
    if (recording.format == Recording::Format::any && !text(data, "format").empty()) {
        work.warn(fmt::format("format is \"{}\", not mp3 or wav: it is left out",
                              printable(text(data, "format"))));
    }
    return recording;
}

}  // namespace pivot::execute::modules
