// What KAZOO tells about a call is read within its bounds, and whatever it tells in whatever order,
// each job of the call ends at most once, and nothing is told after HungUp.
//
// The input is events, one a line. `$` stands for the beginning of our messages' ids.
#include "base/utf8.hpp"
#include "fuzz.hpp"
#include "reactor/reactor.hpp"
#include "switches/kazoo/performed_call.hpp"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace pivot::fuzz {
namespace {

using namespace switches::kazoo;

void check(const CallEvent& event)
{
    constexpr std::size_t text_bytes_max = 1'024;
    for (const std::string* text :
         {&event.call_id, &event.message_id, &event.other_leg, &event.fetch_id, &event.replaced_by,
          &event.application, &event.response, &event.cause, &event.conference, &event.happening}) {
        require(text->size() <= text_bytes_max, "a text is bounded");
        require(is_valid_utf8(*text), "a text is UTF-8");
    }
    require(event.pressed == 0 || keypad.find(event.pressed) != keypad.npos, "a key is a key");
    require(event.sip_code == 0 || (event.sip_code >= 100 && event.sip_code <= 699),
            "a status is one of SIP");
    require(event.length.count() >= 0, "a length is not negative");
}

class Line final : public CallLine {
public:
    std::string prefix;  // of the ids of messages

private:
    void command(JobId, std::string body) override { note_prefix(body); }
    void publish(JobId, Publication publication) override { note_prefix(publication.body); }
    std::string_view queue() const override { return "q"; }
    void follow(const std::string&) override {}
    void unfollow(const std::string&) override {}
    void follow_conference(const std::string&) override {}
    void note(std::string_view) override {}
    void warn(std::string_view) override {}

    void note_prefix(const std::string& body)
    {
        constexpr std::string_view key = "\"Msg-ID\":\"";
        const std::size_t begin = body.find(key) + key.size();
        prefix = body.substr(begin, body.find('-', begin) + 1 - begin);
    }

    void tell(Event event) override
    {
        require(!is_over_, "nothing is told after the hang-up");
        is_over_ = std::holds_alternative<HungUp>(event);
        if (const auto* ended = std::get_if<JobEnded>(&event)) end(ended->job);
        if (const auto* ended = std::get_if<RecordingEnded>(&event)) end(ended->job);
        if (const auto* ended = std::get_if<DialFailed>(&event)) end(ended->job);
        if (const auto* ended = std::get_if<LegAnswered>(&event)) end(ended->job);
        if (const auto* ended = std::get_if<BridgeEnded>(&event)) end(ended->job);
    }
    void end(JobId job) { require(ended_.insert(job).second, "a job ends once"); }

    std::set<JobId> ended_;
    bool is_over_ = false;
};

reactor::Reactor& the_reactor()
{
    static const auto reactor =
        reactor::Reactor::open({.ring = {}, .buffers = {}, .clock = reactor::Clock::Kind::manual});
    require(reactor.has_value(), "there is a ring");
    return **reactor;
}

// Which jobs run, the first byte says.
void begin(PerformedCall& call, std::uint8_t jobs, const Media& media, const Recording& recording,
           const Dial& dial, const Conference& conference)
{
    if ((jobs & 1U) != 0) call.answer();
    if ((jobs & 2U) != 0) call.play(1, caller, media);
    if ((jobs & 4U) != 0) call.record(2, caller, recording);
    if ((jobs & 8U) != 0) call.dial(3, dial);
    if ((jobs & 16U) != 0) call.join(4, conference);
    if ((jobs & 32U) != 0) call.reject(486, {});
}

void perform(Input& input)
{
    const std::uint8_t jobs = input.byte();
    const Media media(SoundName::of("hello"));
    Recording recording;
    recording.url = WebUrl::of("http://example.com/r");
    recording.runs_beside = (jobs & 64U) != 0;
    Dial dial;
    dial.targets.resize((jobs & 128U) != 0 ? 2 : 1);
    dial.targets.front().leg = 1;
    dial.targets.front().address = Address(PhoneNumber::of("+14155550100"));
    dial.targets.back().leg = static_cast<LegId>(dial.targets.size());
    dial.targets.back().address = Address(PhoneNumber::of("+14155550100"));
    Conference conference;
    conference.room = RoomName::of("room");
    CallIdentity identity;
    identity.call_id = "a";
    identity.call_object = "{}";
    Line line;
    PerformedCall call(the_reactor(), std::move(identity), line);
    begin(call, jobs, media, recording, dial, conference);
    bool is_bridged = false;
    while (!input.rest().empty() && !call.is_over()) {
        std::string body(input.line());
        for (std::size_t at = body.find('$'); at != body.npos; at = body.find('$', at)) {
            body.replace(at, 1, line.prefix);
            at += line.prefix.size();
        }
        if (body == "stop") {
            for (const JobId job : {1U, 2U, 3U, 4U, 5U}) call.stop(job);
        }
        if (body == "bridge" && !std::exchange(is_bridged, true)) call.bridge(5, 1);
        const auto event = CallEvent::read(body);
        if (!event) continue;
        check(*event);
        call.happened(*event);
    }
    if (!call.is_over()) call.vanish();
    require(call.is_over(), "a call ends");
}

}  // namespace
}  // namespace pivot::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes)
{
    pivot::fuzz::Input input(data, size_bytes);
    pivot::fuzz::perform(input);
    return 0;
}
