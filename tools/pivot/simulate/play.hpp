// A simulated call as a play: a line for everything that is done, as it happens.
#pragma once

#include "execute/journal.hpp"
#include "pivot/debug_record.hpp"
#include "switches/scripted/script_player.hpp"
#include "switches/scripted/scripted_channel.hpp"

#include <string>

namespace pivot::tools {

class Play final : public switches::scripted::Transcript,
                   public DebugSink,
                   public execute::Journal {
public:
    explicit Play(bool as_json) : as_json_(as_json) {}

    // Where deeds go besides, and whose clock they have.
    void follow(switches::scripted::ScriptedChannel& channel,
                switches::scripted::ScriptPlayer& player)
    {
        channel_ = &channel;
        player_ = &player;
    }

    void note(switches::scripted::Deed deed) override;
    void add(DebugRecord record) override;
    void warn(std::string_view where, std::string_view what) override;
    void take_branch(std::string_view branch, std::string_view why) override;

    // Whether the web server failed the call.
    bool has_failed() const { return has_failed_; }

private:
    void note(std::string actor, std::string kind, std::string subject, std::string text);

    const bool as_json_;
    switches::scripted::ScriptedChannel* channel_ = nullptr;
    switches::scripted::ScriptPlayer* player_ = nullptr;
    bool has_failed_ = false;
};

}  // namespace pivot::tools
