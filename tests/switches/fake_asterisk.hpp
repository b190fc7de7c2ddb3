// An Asterisk for tests: it answers what calls ask over ARI as the real one was seen to, and tells
// the events that belong to it, before its answers or after them.
#pragma once

#include "reactor/wait.hpp"
#include "switches/asterisk/ari_commands.hpp"
#include "switches/asterisk/ari_listener.hpp"

#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::test {

class FakeAsterisk final : public switches::asterisk::AriCommands {
public:
    using AriRequest = switches::asterisk::AriRequest;
    using AriAnswer = switches::asterisk::AriAnswer;

    // ---- how it behaves -----------------------------------------------------------------------

    bool tells_before_answers = false;
    bool holds_answers = false;  // until release()
    std::string held;            // requests that begin so are held, too; empty: none
    std::string lost;            // the next requests that begin so are lost
    int losses = 0;              // how many of them
    bool is_silent = false;      // it never answers
    std::string created = "2026-11-29T20:00:01.250+0100";  // of all channels
    bool refuses_subscriptions = false;
    int status = 0;              // of every answer; 0: the right one
    bool hides_bridges = false;  // they exist, and are not found
    std::set<std::string> missing_sounds;
    std::map<std::string, int> refusing;           // endpoints, and the causes with which they do
    std::set<std::string> unreachable;             // endpoints
    std::set<std::string> speaking;                // endpoints, with early media
    std::map<std::string, std::string> variables;  // of every channel
    bool has_eval = true;                          // the module func_strings is loaded
    std::string recorded = std::string(44 + 16'000, 'x');  // a second
    std::string started_at = "2026-11-29T20:00:00.000+0000";

    void listen(switches::asterisk::AriListener& listener) { listener_ = &listener; }
    void release();

    // ---- what happens -------------------------------------------------------------------------

    void enter(const std::string& channel, std::string_view arguments = "[]",
               std::string_view state = "Ring");
    void enter_in_place_of(const std::string& replaced, const std::string& channel);
    void press(const std::string& channel, char key);
    void hang_up(const std::string& channel, int cause = 16);
    void forget(const std::string& channel) { channels_.erase(channel); }
    void add_bridge(const std::string& bridge) { bridges_.insert(bridge); }
    void add_recording(const std::string& name) { stored_.insert(name); }
    void add_live_recording(const std::string& name, const std::string& channel)
    {
        recording_[name] = channel;
    }
    void finish_playbacks();
    void answer_legs();  // all that ring
    void tell(std::string json);
    void drop_events() { events_.clear(); }

    // Tells what has happened meanwhile. False: that was nothing.
    bool tell_events();

    // ---- what was asked -----------------------------------------------------------------------

    std::vector<std::string> asked;  // `POST channels/c1/answer`, with the body
    bool has_asked(std::string_view begin) const;
    std::size_t count_asked(std::string_view begin) const;
    std::size_t under_way_max = 0;
    std::size_t playbacks() const { return playing_.size(); }
    std::size_t ringing() const { return ringing_.size(); }
    std::size_t channels() const { return channels_.size(); }
    std::size_t bridges() const { return bridges_.size(); }
    const std::set<std::string>& stored() const { return stored_; }
    std::string last_channel() const { return last_channel_; }  // that was made for us

    reactor::Task<Result<AriAnswer>> ask(const AriRequest& request,
                                         reactor::Deadline& deadline) override;

private:
    bool is_held(std::string_view line) const;
    AriAnswer answer_to(const AriRequest& request);
    std::string evaluate(std::string_view expression) const;
    AriAnswer answer_to_channel(const AriRequest& request, const std::string& channel,
                                std::string_view rest);
    AriAnswer create(std::string_view body);
    AriAnswer originate(std::string_view body);
    AriAnswer answer_to_bridge(const AriRequest& request, const std::string& bridge,
                               std::string_view rest);
    void dial(const std::string& channel);
    void snoop(const std::string& channel, const std::string& snoop);
    void enter_leg(const std::string& channel);
    void change(const std::string& channel, std::string_view state);
    AriAnswer answer_to_playback(const AriRequest& request, const std::string& playback);
    AriAnswer answer_to_recording(const AriRequest& request);
    std::string stored_list() const;
    std::string description_of(const std::string& channel) const;
    AriAnswer value_of(std::string_view target) const;
    void play(const std::string& channel, const std::string& playback, std::string_view body);
    void record(const std::string& channel, std::string_view body);
    void end_playback(const std::string& playback, std::string_view state);
    void end_recording(const std::string& name);
    void leave(const std::string& channel);

    switches::asterisk::AriListener* listener_ = nullptr;
    std::map<std::string, std::string> channels_;   // and their states
    std::map<std::string, std::string> playing_;    // playbacks, and their channels
    std::map<std::string, std::string> recording_;  // live ones, and their channels
    std::set<std::string> stored_;
    std::set<std::string> subscribed_;
    std::map<std::string, std::string> endpoints_;  // of channels that were made for us
    std::map<std::string, std::string> snoops_;     // and the channels to which they listen
    std::set<std::string> originated_;              // and not answered
    std::set<std::string> ringing_;
    std::set<std::string> bridges_;
    std::string last_channel_;
    std::deque<std::string> events_;
    std::size_t under_way_ = 0;
    reactor::Event released_;
};

}  // namespace pivot::test
