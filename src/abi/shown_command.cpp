#include "abi/shown_command.hpp"

#include "abi/boundary.hpp"

#include <algorithm>
#include <cstddef>

namespace pivot::abi {

namespace {

template <typename Struct>
Struct sized()
{
    Struct made = {};
    made.size = sizeof made;
    return made;
}

std::size_t headers_of(const Dial& dial)
{
    std::size_t headers = 0;
    for (const Target& target : dial.targets) headers += target.headers.size();
    return headers;
}

std::string_view name_of(Recording::Format format)
{
    switch (format) {
        case Recording::Format::any: return "";
        case Recording::Format::mp3: return "mp3";
        case Recording::Format::wav: return "wav";
    }
    return "";
}

// Null where there is nothing to hear.
const pivot_media* show(const Media& media, pivot_media& place)
{
    if (media.empty()) return nullptr;
    place = to_c(media);
    return &place;
}

pivot_target to_c(const Target& target)
{
    auto shown = sized<pivot_target>();
    shown.leg = target.leg;
    shown.kind = static_cast<pivot_target_kind>(target.address.kind());
    shown.address = view(target.address.text());
    shown.delay_ms = target.delay.count();
    shown.timeout_ms = target.timeout.count();
    shown.username = view(target.username.bytes());
    shown.password = view(target.password.bytes());
    return shown;
}

}  // namespace

pivot_media to_c(const Media& media)
{
    auto shown = sized<pivot_media>();
    shown.kind = static_cast<pivot_media_kind>(media.kind());
    shown.what = view(media.what());
    shown.language = view(media.language());
    shown.loops = static_cast<std::int32_t>(media.loops());
    return shown;
}

pivot_speech to_c(const Speech& speech)
{
    auto shown = sized<pivot_speech>();
    shown.text = view(speech.text.bytes());
    shown.ssml = view(speech.ssml.bytes());
    shown.voice = view(speech.voice);
    shown.language = view(speech.language);
    shown.engine = view(speech.engine);
    shown.file = view(speech.file);
    return shown;
}

pivot_keys to_c(const KeySequence& keys, std::chrono::milliseconds key_length)
{
    auto shown = sized<pivot_keys>();
    shown.keys = view(keys);
    shown.key_ms = key_length.count();
    return shown;
}

pivot_recording to_c(const Recording& recording)
{
    auto shown = sized<pivot_recording>();
    shown.keys = view(recording.keys);
    shown.silence_max_ms = recording.silence_max.count();
    shown.length_max_ms = recording.length_max.count();
    shown.trims_silence = recording.trims_silence;
    shown.track = static_cast<pivot_track>(recording.track);
    shown.is_dual = recording.is_dual;
    shown.runs_beside = recording.runs_beside;
    shown.url = view(recording.url);
    shown.method = view(recording.uploads_by_post ? "POST" : "PUT");
    shown.format = view(name_of(recording.format));
    shown.name = view(recording.name);
    shown.file = view(recording.file);
    return shown;
}

pivot_listening to_c(const Speaking& speaking)
{
    auto shown = sized<pivot_listening>();
    shown.language = view(speaking.language);
    shown.hints = view(speaking.hints.bytes());
    shown.model = view(speaking.model);
    shown.begin_timeout_ms = speaking.begin_timeout.count();
    shown.end_timeout_ms = speaking.end_timeout.count();
    shown.length_max_ms = speaking.length_max.count();
    shown.filters_profanity = speaking.filters_profanity;
    shown.wants_partial = speaking.wants_partial;
    return shown;
}

pivot_transfer to_c(const Transfer& transfer)
{
    auto shown = sized<pivot_transfer>();
    shown.target = view(transfer.target.text());
    shown.is_attended = transfer.is_attended;
    shown.moves_other_leg = transfer.moves_other_leg;
    return shown;
}

ShownDial::ShownDial(const Dial& dial) : dial_(sized<pivot_dial>())
{
    headers_.reserve(headers_of(dial));  // so that none moves
    targets_.reserve(dial.targets.size());
    for (const Target& target : dial.targets) {
        pivot_target& shown = targets_.emplace_back(to_c(target));
        shown.header_count = target.headers.size();
        if (shown.header_count > 0) shown.headers = headers_.data() + headers_.size();
        for (const SipHeader& header : target.headers) {
            headers_.push_back({view(header.name()), view(header.value())});
        }
    }
    dial_.targets = targets_.data();
    dial_.target_count = targets_.size();
    dial_.is_sequential = dial.is_sequential;
    dial_.ignores_early_media = dial.ignores_early_media;
    dial_.timeout_ms = dial.timeout.count();
    dial_.caller_id_name = view(dial.caller_id_name);
    dial_.caller_id_number = view(dial.caller_id_number);
    dial_.ringback = show(dial.ringback, ringback_);
}

ShownConference::ShownConference(const Conference& conference)
    : conference_(sized<pivot_conference>())
{
    conference_.room = view(conference.room);
    conference_.is_muted = conference.is_muted;
    conference_.is_moderator = conference.is_moderator;
    conference_.ends_with_caller = conference.ends_with_caller;
    conference_.beeps_on_enter = conference.beeps_on_enter;
    conference_.beeps_on_exit = conference.beeps_on_exit;
    conference_.is_recorded = conference.is_recorded;
    conference_.plays_welcome = conference.plays_welcome;
    conference_.members_max = conference.members_max;
    conference_.label = view(conference.label);
    conference_.profile = view(conference.profile);
    conference_.coached_label = view(conference.coached_label);
    conference_.hold_music = show(conference.hold_music, hold_music_);
}

ShownQueue::ShownQueue(const Queue& queue) : queue_(sized<pivot_queue>())
{
    queue_.name = view(queue.name);
    queue_.size_max = queue.size_max;
    queue_.hold_music = show(queue.hold_music, hold_music_);
}

ShownStream::ShownStream(const Stream& stream) : stream_(sized<pivot_stream>())
{
    parameters_.reserve(stream.parameters.size());
    for (const auto& [name, value] : stream.parameters) {
        parameters_.push_back({view(name.bytes()), view(value.bytes())});
    }
    stream_.url = view(stream.url);
    stream_.name = view(stream.name);
    stream_.track = static_cast<pivot_track>(stream.track);
    stream_.is_two_way = stream.is_two_way;
    stream_.codec = view(stream.codec == Stream::Codec::pcmu ? "pcmu" : "l16");
    stream_.sample_rate = stream.sample_rate;
    stream_.parameters = parameters_.data();
    stream_.parameter_count = parameters_.size();
}

}  // namespace pivot::abi
