// The sounds in the folder of an engine, by what they are of.
//
// A sound that somebody plays stays, even if it is no longer the newest of its name or there is no
// room for it; else the one goes that was asked for the longest time ago. Nothing of it outlives
// the engine: what an earlier one has left is removed.
//
// One thread changes it; the others only ask for what is fresh.
#pragma once

#include "base/clock.hpp"
#include "base/string_map.hpp"
#include "media/freshness.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::media {

struct File {
    const std::string path;
    const std::size_t size_bytes;
};

// Stays on the disk as long as somebody has one of these.
using FileLease = std::shared_ptr<const File>;

class Cache {
public:
    // The folder exists. Removes what is left in it.
    Cache(std::string folder, std::size_t bytes_max);

    struct Sound {
        std::string key;  // empty: nobody is given it any more
        FileLease file;
        Freshness freshness;
        Nanoseconds fresh_until = 0;
    };

    // Any thread. Returns null if there is none, or if its server has to be asked.
    FileLease find_fresh(std::string_view key, Nanoseconds now);

    // Returns null if there is none. It lives until the next change.
    const Sound* find(std::string_view key);

    // The path of a file that somebody else writes, for adopt().
    std::string new_path(std::string_view ending);

    // Writes the file, and returns its path. The error is a sentence.
    tl::expected<std::string, std::string> write(std::string_view bytes, std::string_view ending);

    // Keeps a file in place of another sound with this key, or removes it if there is no room for
    // it. The error is a sentence.
    tl::expected<FileLease, std::string> adopt(const std::string& key, std::string path,
                                               std::size_t bytes, Freshness freshness,
                                               Nanoseconds now);

    // The server has said that it still holds.
    void renew(std::string_view key, Freshness freshness, Nanoseconds now);

private:
    using Sounds = std::list<Sound>;

    // The files of `removed` are the caller's to remove.
    tl::expected<FileLease, std::string> adopt(const std::string& key, std::string path,
                                               std::size_t bytes, Freshness freshness,
                                               Nanoseconds now, std::vector<std::string>& removed);
    Sound* ask_for(std::string_view key);
    bool make_room(std::size_t bytes, std::vector<std::string>& removed);
    Sounds::iterator remove(Sounds::iterator sound);
    void set_freshness(std::string_view key, Freshness freshness, Nanoseconds now);
    void retire(std::string_view key);

    const std::string folder_;
    const std::size_t bytes_max_;
    std::uint64_t files_ = 0;

    std::mutex mutex_;  // of what follows
    std::size_t bytes_ = 0;
    Sounds sounds_;  // those that nobody is given, then from the one asked for first
    StringMap<Sounds::iterator> by_key_;
};

}  // namespace pivot::media
