// Our names for things in Asterisk: playbacks, recordings, channels, bridges. They are chosen
// before Asterisk is asked, because its answers and events may come in either order.
//
//     pivot-3f9c0a12-77e1b0c4-7              ours: of this store, of this process
//     pivot-3f9c0a12-77e1b0c4-7-ID-CHANNEL   a recording of this caller, to become the file ID
//     pivot-1795458421.28-2                  a playback to a channel
//
// So a process can tell what an earlier one with the same store has left.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace pivot::switches::asterisk {

// What the name of a recording says of it.
struct RecordingName {
    std::string_view file_id;
    std::string_view channel;  // the caller's; empty if unknown
};

class Names {
public:
    static constexpr std::string_view prefix = "pivot-";

    // Playbacks to a channel come one after the other, and share this many names, so that whoever
    // knows the channel can end them.
    static constexpr unsigned playbacks_max = 4;

    // `store_id` is empty if there is no store.
    explicit Names(std::string_view store_id = {});

    // Whether a Pivot has made the channel. Asterisk names the far half of a Local channel, which
    // may come back as a call, after the half that we made: `pivot-3f9c0a12-77e1b0c4-7;2`.
    static bool is_leg(std::string_view channel)
    {
        return channel.starts_with(prefix) && !channel.ends_with(";2");
    }

    static std::string playback(std::string_view channel, unsigned number);

    std::string next() { return stem_ + std::to_string(++last_); }
    bool is_ours(std::string_view name) const { return name.starts_with(stem_); }

    // The name of a recording, which is in use until it is dropped. `file_id` is empty if it is to
    // stay in Asterisk.
    std::string recording(std::string_view file_id, std::string_view channel);
    void drop(const std::string& name) { in_use_.erase(name); }

    // Takes a recording that is meant to become a file and that nobody uses: of an earlier process
    // with this store, or of a call that could not fetch it. Returns false if it is another's.
    bool claim(const std::string& name);

    // Both are empty if it is not such a name.
    static RecordingName read_recording(std::string_view name);

private:
    const std::string stem_;
    const std::string store_stem_;  // without a store the same
    std::uint64_t last_ = 0;
    std::set<std::string, std::less<>> in_use_;
};

}  // namespace pivot::switches::asterisk
