// Files that an Asterisk may fetch over HTTP, because it has been asked to play them.
//
//     http://10.0.0.5:8095 /sounds/0f3a…  /pivot-17.wav16
//       asterisk.media_url         a MAC    the file in media.path
//
// Asterisk sends no credentials when it fetches a sound. So the URL is one that nobody can guess,
// and nothing is served but what a call plays at the moment. A file always has the same URL:
// Asterisk keeps what it has fetched by its URL, and throws nothing away.
//
// Any thread.
#pragma once

#include "base/string_map.hpp"

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace pivot::switches::asterisk {

class OfferedSounds {
public:
    struct Settings {
        std::string folder;  // of the engine's files
        std::string url;     // under which Asterisk finds this process, without a slash at its end
        std::string key;     // another one for each process, whose files have the same names
    };
    explicit OfferedSounds(Settings settings) : settings_(std::move(settings)) {}

    // A file, for as long as this lives.
    class Offer {
    public:
        Offer(OfferedSounds& sounds, std::string name);
        Offer(const Offer&) = delete;
        Offer& operator=(const Offer&) = delete;
        ~Offer();

        std::string url() const;

    private:
        OfferedSounds& sounds_;
        const std::string name_;
    };

    // The name of a file in the folder. Nothing if it is elsewhere, and then Asterisk has to find
    // it by its path.
    std::optional<std::string> name_of(std::string_view path) const;

    struct Sound {
        std::string path;
        std::string mac;
    };

    // What is offered at this path of a request.
    std::optional<Sound> find(std::string_view target) const;

private:
    const Settings settings_;
    mutable std::mutex mutex_;        // guards the rest
    StringMap<std::size_t> offered_;  // how often, by name
};

}  // namespace pivot::switches::asterisk
