#include "switches/fake_kazoo.hpp"

#include "base/text.hpp"
#include "reactor/errand.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace pivot::test {

namespace {

using std::chrono::milliseconds;
using switches::kazoo::CallEvent;
using switches::kazoo::CallIdentity;
using switches::kazoo::PerformedCall;
using switches::kazoo::Publication;

std::string text(json::Value object, std::string_view name)
{
    const auto found = object.find(name);
    return found ? std::string(found->text()) : std::string();
}

// A member of one of the endpoints of a bridge.
std::string endpoint_text(const std::string& json, std::string_view name, std::size_t which = 0)
{
    json::Document document;
    const auto object = document.read(json);
    const auto endpoints = object ? object->find("Endpoints") : std::nullopt;
    if (!endpoints) return {};
    for (const json::Value endpoint : endpoints->elements()) {
        if (which-- == 0) return text(endpoint, name);
    }
    return {};
}

std::string text(const std::string& json, std::string_view name)
{
    json::Document document;
    const auto object = document.read(json);
    return object ? text(*object, name) : std::string();
}

}  // namespace

// The command that takes its time.
class FakeKazoo::Running final : public reactor::Timer {
public:
    Running(FakeKazoo& kazoo, Command its_command)
        : command(std::move(its_command)), began_at(kazoo.reactor.now()), kazoo_(kazoo)
    {
        const auto length = std::chrono::nanoseconds(kazoo.length_of(command));
        if (length.count() > 0) kazoo.reactor.timers().set(*this, began_at + length.count());
    }
    ~Running() { kazoo_.reactor.timers().stop(*this); }

    const Command command;
    const Nanoseconds began_at;
    bool is_connected = false;  // of a bridge

private:
    void fired() override { kazoo_.finish(); }

    FakeKazoo& kazoo_;
};

FakeKazoo::FakeKazoo()
    : reactor(open_reactor(reactor_,
                           {.ring = {}, .buffers = {}, .clock = reactor::Clock::Kind::manual}))
{
    begin_call();
}

FakeKazoo::~FakeKazoo()
{
    run();
    running_.reset();
    call_.reset();
}

void FakeKazoo::begin_call()
{
    run();
    running_.reset();
    queue_.clear();
    told_.clear();
    begun_.clear();
    ++calls_;
    is_answered = is_gone_ = false;
    CallIdentity identity;
    identity.call_id = call_id;
    identity.control = {"ecallmgr_call_control@ecm1", "<0.991.0>"};
    identity.account_id = "4642d64460dfba89f0938fa7736c6d1b";
    identity.realm = "acme.sip.example.com";
    identity.fetch_id = "5c1e9a7c";
    identity.call_object = R"({"Call-ID":"a1b2@10.26.0.158"})";
    identity.node = "pivot@here";
    call_ = std::make_unique<PerformedCall>(reactor, std::move(identity), *this);
}

void FakeKazoo::run()
{
    reactor.turn(0);
    while (reactor.has_messages() || reactor.next_turn() <= reactor.now()) reactor.turn(0);
}

void FakeKazoo::pass(milliseconds time)
{
    struct Alarm final : reactor::Timer {
        void fired() override { has_rung = true; }
        bool has_rung = false;
    };
    run();
    Alarm alarm;
    reactor.timers().set(alarm, reactor.now() + std::chrono::nanoseconds(time).count());
    while (!alarm.has_rung) {
        reactor.clock().advance();
        run();
    }
}

// ---- what is sent -------------------------------------------------------------------------------

void FakeKazoo::command(JobId job, std::string body)
{
    bodies.push_back(body);
    if (!is_connected) {
        return reactor::Errand::send(reactor, [this, job] { call_->command_failed(job); });
    }
    json::Document document;
    const auto message = document.read(body);
    ASSERT_TRUE(message) << body;
    take(*message);
}

// As ecallmgr_call_control does: a queue from its end to its beginning.
void FakeKazoo::take(json::Value message)
{
    const auto command_of = [&](json::Value part) {
        Command command;
        command.application = text(part, "Application-Name");
        command.message_id = text(part, "Msg-ID");
        if (command.message_id.empty()) command.message_id = text(message, "Msg-ID");
        json::append_value(command.json, part);
        return command;
    };
    std::vector<Command> commands;
    if (const auto list = message.find("Commands")) {
        for (const json::Value part : list->elements()) commands.push_back(command_of(part));
        std::reverse(commands.begin(), commands.end());
    } else {
        commands.push_back(command_of(message));
    }
    if (is_gone_) return;
    const std::string at = text(message, "Insert-At");
    if (at == "now") {
        for (const Command& command : commands) perform(command);
        return;
    }
    if (at == "flush") {
        queue_.clear();
        break_off();
    }
    for (Command& command : commands) queue_.push_back(std::move(command));
    advance();
}

void FakeKazoo::publish(JobId, Publication publication)
{
    const bool is_status = publication.routing_key.starts_with("call.status_req.");
    publications.push_back(publication);
    if (publication.exchange == "resources" && is_connected) {
        Command command{"bridge", text(publication.body, "Msg-ID"), publication.body};
        queue_.push_back(std::move(command));
        return advance();
    }
    if (publication.exchange == "conference" && is_connected) {
        queue_.push_back({"conference", {}, publication.body});
        return advance();
    }
    if (!is_status || !is_connected) return;
    tell_call("channel_status_resp",
              fmt::format(R"(,"Status":"{}")", is_gone_ ? "terminated" : "active"));
}

// ---- what is done -------------------------------------------------------------------------------

void FakeKazoo::advance()
{
    while (!running_ && !queue_.empty() && !is_gone_) {
        const Command command = std::move(queue_.front());
        queue_.pop_front();
        if (perform(command)) continue;
        running_ = std::make_unique<Running>(*this, command);
    }
}

// Returns false if it takes its time.
bool FakeKazoo::perform(const Command& command)
{
    const std::string& name = command.application;
    if (name == refuses) {
        tell_call("dialplan",
                  fmt::format(R"(,"Error-Message":"no {} here","Channel-State":"EXECUTE",)"
                              R"("Request":{{"Application-Name":"{}"}},"Msg-ID":"{}")",
                              name, name, command.message_id),
                  {}, "error");
        return true;
    }
    std::string what = text(command.json, "Media-Name");
    if (what.empty()) what = text(command.json, "Text");
    if (what.empty()) what = text(command.json, "DTMFs");
    if (what.empty()) what = text(command.json, "To-DID");
    for (const std::string_view key : {"Route", "To-User", "Endpoint-ID"}) {
        if (what.empty()) what = endpoint_text(command.json, key);
    }
    begun_.push_back(what.empty() ? name : name + ' ' + what);
    if (name == "noop") {
        complete(command, command.message_id);
    } else if (name == "answer") {
        if (!std::exchange(is_answered, true)) tell_call("CHANNEL_ANSWER");
    } else if (name == "hangup" && text(command.json, "Call-ID") != call_id) {
        const bool is_callee = running_ && running_->command.application == "bridge";
        if (is_callee) end_bridge(text(command.json, "Hangup-Cause"));
    } else if (name == "hangup") {
        hang_up_caller(text(command.json, "Hangup-Cause"));
    } else if (name == "respond") {
        if (!is_answered)
            hang_up_caller("CALL_REJECTED", "sip:" + text(command.json, "Response-Code"));
    } else if (name == "record_call") {
        const bool starts = text(command.json, "Record-Action") == "start";
        tell_call(starts ? "RECORD_START" : "RECORD_STOP",
                  fmt::format(R"(,"Application-Response":"/tmp/{}","Length":"4200")", what));
    } else if (name == "park") {
        leave_conference();
    } else if (name == "conference") {
        tell_conference(command, "conference-create");
        tell_conference(command, "add-member");
        return false;
    } else {
        return name == "progress" || name == "set";
    }
    return true;
}

milliseconds FakeKazoo::length_of(const Command& command) const
{
    const bool is_endless = text(command.json, "Endless-Playback") == "true";
    if (is_endless || command.application == "conference") return milliseconds(0);
    if (command.application == "bridge") {
        const auto timeout = parse_number<int>(text(command.json, "Timeout")).value_or(60);
        return answers_after.value_or(std::chrono::seconds(timeout));
    }
    if (command.application == "record") {
        const std::string limit = text(command.json, is_silent ? "Silence-Hits" : "Time-Limit");
        return std::chrono::seconds(parse_number<int>(limit).value_or(0));
    }
    return milliseconds(2'000);
}

void FakeKazoo::complete(const Command& command, std::string_view response)
{
    tell_call("CHANNEL_EXECUTE_COMPLETE",
              fmt::format(R"(,"Application-Name":"{}","Application-Response":"{}")",
                          command.application, response));
}

// The callee answers, and the caller with them.
void FakeKazoo::connect()
{
    running_->is_connected = true;
    const std::string own = endpoint_text(running_->command.json, "Outbound-Call-ID", answering);
    if (!std::exchange(is_answered, true)) tell_call("CHANNEL_ANSWER");
    tell_call("CHANNEL_BRIDGE",
              fmt::format(R"(,"Other-Leg-Call-ID":"{}")", own.empty() ? "carrier@leg" : own));
}

void FakeKazoo::end_bridge(std::string_view cause)
{
    const std::unique_ptr<Running> running = std::move(running_);
    const Command& command = running->command;
    if (running->is_connected) tell_call("CHANNEL_UNBRIDGE");
    const std::string_view why = cause.empty() ? "NORMAL_CLEARING" : cause;
    tell_call("CHANNEL_EXECUTE_COMPLETE",
              fmt::format(R"(,"Application-Name":"bridge","Application-Response":"{}",)"
                          R"("Endpoint-Disposition":"{}")",
                          why, running->is_connected ? "ANSWER" : why));
    const bool is_offnet = command.json.find("offnet_req") != std::string::npos;
    if (is_offnet) {
        tell_call("offnet_resp",
                  fmt::format(R"(,"Response-Message":"{}","Msg-ID":"{}")",
                              running->is_connected ? "SUCCESS" : why, command.message_id),
                  {}, "resource");
    }
    advance();
}

void FakeKazoo::tell_conference(const Command& command, std::string_view event)
{
    tell_call("event",
              fmt::format(R"(,"Event":"{}","Conference-ID":"{}")", event,
                          text(command.json, "Conference-ID")),
              {}, "conference");
}

void FakeKazoo::leave_conference()
{
    if (!running_ || running_->command.application != "conference") return;
    const std::unique_ptr<Running> running = std::move(running_);
    tell_conference(running->command, "del-member");
    tell_conference(running->command, "conference-destroy");
    complete(running->command, {});
    advance();
}

void FakeKazoo::finish()
{
    if (running_->command.application == "bridge") {
        return answers_after ? connect() : end_bridge(unanswered);
    }
    const std::unique_ptr<Running> running = std::move(running_);
    const Command& command = running->command;
    if (command.application == "record") {
        const Nanoseconds lasted = reactor.now() - running->began_at;
        tell_call("RECORD_STOP",
                  fmt::format(R"(,"Application-Response":"/tmp/{}","Length":{}{})",
                              text(command.json, "Media-Name"), lasted / millisecond_ns,
                              is_silent ? R"(,"Silence-Terminated":true)" : ""));
    }
    const bool is_missing = text(command.json, "Media-Name") == "missing";
    complete(command, is_missing ? "FILE NOT FOUND" : "FILE PLAYED");
    advance();
}

void FakeKazoo::break_off()
{
    const std::string_view name = running_ ? running_->command.application : std::string_view();
    if (name.empty() || name == "bridge" || name == "conference") return;
    const std::unique_ptr<Running> running = std::move(running_);
    const Command& command = running->command;
    if (command.application == "record") {
        tell_call("RECORD_STOP", fmt::format(R"(,"Application-Response":"/tmp/{}","Length":"1000")",
                                             text(command.json, "Media-Name")));
    }
    complete(command, "FILE PLAYED");
}

// ---- what happens -------------------------------------------------------------------------------

void FakeKazoo::tell_call(std::string_view name, std::string_view members, std::string_view id,
                          std::string_view category)
{
    if (loses && loses(name)) return;
    const bool has_message_id = members.find("\"Msg-ID\"") != std::string_view::npos;
    std::string body = fmt::format(
        R"({{"Event-Category":"{}","Event-Name":"{}","App-Name":"freeswitch","App-Version":"1.0",)"
        R"({}"Call-ID":"{}","Channel-Answer-State":"{}"{}}})",
        category, name, has_message_id ? "" : R"("Msg-ID":"1764470000000000",)",
        id.empty() ? call_id : id, is_answered ? "answered" : "ringing", members);
    reactor::Errand::send(reactor, [this, body = std::move(body), number = calls_] {
        if (number != calls_) return;
        const auto event = CallEvent::read(body);
        ASSERT_TRUE(event) << body;
        call_->happened(*event);
    });
}

void FakeKazoo::press(char key)
{
    tell_call("DTMF", fmt::format(R"(,"DTMF-Digit":"{}","DTMF-Duration":1600)", key));
    const bool records = running_ && running_->command.application == "record";
    if (!records || running_->command.json.find(fmt::format("\"{}\"", key)) == std::string::npos) {
        return;
    }
    const std::unique_ptr<Running> running = std::move(running_);
    tell_call("RECORD_STOP",
              fmt::format(R"(,"Application-Response":"/tmp/{}","Length":"3000","Terminator":"{}")",
                          text(running->command.json, "Media-Name"), key));
    complete(running->command, "FILE PLAYED");
    advance();
}

void FakeKazoo::hang_up_caller(std::string_view cause, std::string_view code)
{
    if (std::exchange(is_gone_, true)) return;
    break_off();
    running_.reset();
    queue_.clear();
    tell_call("CHANNEL_DESTROY", fmt::format(R"(,"Hangup-Cause":"{}","Hangup-Code":"{}")",
                                             cause.empty() ? "NORMAL_CLEARING" : cause, code));
}

}  // namespace pivot::test
