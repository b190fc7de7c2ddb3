// A simulated call as a play: one line per event, as it happens.
#pragma once

#include "base/json.hpp"
#include "execute/journal.hpp"
#include "session/cdr.hpp"
#include "switches/scripted/script_player.hpp"
#include "switches/scripted/scripted_channel.hpp"

#include <pivot/sinks.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pivot::tools {

class Play final : public switches::scripted::Transcript, public Sinks, public execute::Journal {
public:
    // `shows_records`: with --json each request has its debug record.
    Play(bool as_json, bool shows_records) : as_json_(as_json), shows_records_(shows_records) {}

    // The player that also gets the events, and the channel whose clock they have.
    void follow(switches::scripted::ScriptedChannel& channel,
                switches::scripted::ScriptPlayer& player)
    {
        channel_ = &channel;
        player_ = &player;
    }

    // Prints the first line.
    void begin(const std::string& call_id);

    void note(switches::scripted::Deed deed) override;
    bool takes_debug_records() const override { return true; }
    void debug_record(std::string_view call_id, std::string_view account_id,
                      std::string_view record) override;
    bool takes_cdrs() const override { return true; }
    bool cdr(const CdrView& cdr) override;
    void miss_branch(std::string_view branch,
                     const std::vector<std::string_view>& children) override
    {
        player_->missed_branch(branch, children);
    }
    void fail_pivot() override { has_failed_ = true; }
    void gather_keys() override;
    void post_cdr(const session::Cdr& cdr, const Result<int>& status) override;

    // Whether the CDR has yet to be posted.
    bool awaits_cdr() const { return awaits_cdr_; }

    // Prints the last line; `max_time_s` is the time limit of the call.
    void end(double max_time_s);

    // The errno of the first line that could not be printed; 0 if all were.
    int print_error() const { return print_error_; }

private:
    using Parameters = std::vector<std::pair<std::string, std::string>>;

    switches::scripted::Deed deed(std::string actor, std::string kind, std::string subject,
                                  std::string text) const;
    void print(switches::scripted::Deed& deed);
    static std::string news_among(const Parameters& parameters, const Parameters& before,
                                  bool is_callback);
    std::vector<switches::scripted::Deed> requests_of(json::Value record);

    const bool as_json_;
    const bool shows_records_;
    std::string record_;  // of the next line
    switches::scripted::ScriptedChannel* channel_ = nullptr;
    switches::scripted::ScriptPlayer* player_ = nullptr;
    Parameters asked_;         // of the last request
    bool has_failed_ = false;  // a pivot, whose branch comes next
    bool awaits_cdr_ = false;
    int print_error_ = 0;
};

}  // namespace pivot::tools
