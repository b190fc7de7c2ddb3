#include "execute/verbs/stream_noun.hpp"

#include "base/text.hpp"
#include "execute/verbs/streams.hpp"
#include "execute/verbs/verb.hpp"

#include <fmt/format.h>

namespace pivot::execute::verbs {

namespace {

Track track_of(std::string_view track)
{
    if (track == "outbound_track") return Track::outbound;
    if (track == "both_tracks") return Track::both;
    return Track::inbound;
}

// Resolves the URL against the document's, with the scheme `wss`; an empty one is that URL itself.
// Query and fragment are dropped.
std::string url_of(LiveCall& call, twiml::Element element)
{
    const std::string_view written = element.text(Attribute::url);
    if (written.starts_with("ws://") || written.starts_with("wss://")) return std::string(written);
    std::string url = call.session().resolve(written);
    const auto colon = url.find("://");
    if (colon == url.npos) return {};
    url.replace(0, colon, "wss");
    return url.substr(0, url.find_first_of("?#"));
}

void set_codec(Stream& stream, twiml::Element element)
{
    const std::string_view codec = element.text(Attribute::audio_codec);
    const bool is_linear = codec == "pcm" || codec == "pcm16";
    if (!is_linear) return;
    constexpr unsigned rate_max = 48'000;
    const auto rate = parse_number<unsigned>(element.text(Attribute::sample_rate));
    stream.codec = Stream::Codec::l16;
    if (rate && *rate > 0 && *rate <= rate_max) stream.sample_rate = *rate;
    if (codec == "pcm16") stream.sample_rate = 24'000;
}

Stream stream_of(LiveCall& call, twiml::Element element)
{
    Stream stream;
    stream.url = WebUrl::of(url_of(call, element));
    set_codec(stream, element);
    stream.name = name_in<StreamName>(call, element, Attribute::name);
    if (stream.name.empty()) {
        stream.name = StreamName::of_id(fmt::format("{}-stream", call.session().call().call_id));
    }
    stream.track = track_of(element.text(Attribute::track));
    for (const twiml::Element parameter : element.children()) {
        if (parameter.name() != twiml::Name::parameter) continue;
        stream.parameters.emplace_back(OpaqueText(parameter.text(Attribute::name)),
                                       OpaqueText(parameter.text(Attribute::value)));
    }
    return stream;
}

Streams::Callback callback_of(LiveCall& call, twiml::Element element)
{
    Streams::Callback callback;
    if (!names_a_url(call, element, Attribute::status_callback)) return callback;
    callback.url = call.session().resolve(element.text(Attribute::status_callback));
    callback.method = method_of(element, Attribute::status_callback_method);
    return callback;
}

// Says why no stream begins. Returns 0.
JobId refuse(LiveCall& call, twiml::Element element, const Stream& stream,
             const Streams::Callback& callback, std::string_view why)
{
    call.warn(where(element), fmt::format("Stream: {}", why));
    call.streams().refuse(stream.name.text(), callback, why);
    return 0;
}

}  // namespace

JobId begin_stream(LiveCall& call, twiml::Element element, bool is_two_way)
{
    Stream stream = stream_of(call, element);
    stream.is_two_way = is_two_way;
    Streams::Callback callback = callback_of(call, element);
    if (call.streams().are_too_many()) {
        return refuse(call, element, stream, callback,
                      "16 streams of this call run, which is the limit");
    }
    const JobId job = call.begin(caller, stream);
    if (job == 0) {
        return refuse(call, element, stream, callback, "this switch has no media streams");
    }
    call.streams().begin(job, stream.name.text(), std::move(callback), where(element));
    return job;
}

}  // namespace pivot::execute::verbs
