// What becomes of a lane's recordings when they are over, in the background of its calls:
//
//   recorded ─► the program that trims and encodes ─► uploaded, at most eight times ─► removed
//                    (if there is one)                     │ (if it has a URL)
//                                                          └─► in vain, or the engine stops: kept
#pragma once

#include "base/log.hpp"
#include "exchange/exchanges.hpp"
#include "media/recorded.hpp"
#include "media/worker.hpp"
#include "reactor/deadline.hpp"
#include "reactor/scope.hpp"
#include "reactor/task.hpp"
#include "reactor/wait.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pivot::media {

// One per lane. Closed before it dies, and then the reactor turns until it is idle.
class Archive {
public:
    Archive(exchange::Exchanges& exchanges, Worker& worker, Log log);

    bool keeps() const { return exchanges_.config().session.keeps_recordings; }
    bool has_program() const { return !exchanges_.config().media.recording_command.empty(); }

    // For a file of a new recording: a path without its ending.
    std::string new_path() const;

    // What web servers are told about a recording that stays here: a link, or its path.
    std::string told_of(const std::string& file, std::string_view account_id,
                        std::int64_t unix_now_s) const;

    void take(Recorded recorded);

    void close();
    bool is_idle() const { return running_.running() == 0; }

private:
    // That are not uploaded yet; one more is kept.
    static constexpr std::size_t recordings_max = 10'000;

    // In memory at a time.
    static constexpr std::size_t uploads_max = 8;

    reactor::Task<> run(Recorded recorded, reactor::Deadline& closing);
    reactor::Task<> finish(Recorded& recorded, reactor::Deadline& patience);
    reactor::Task<> upload(const Recorded& recorded, reactor::Deadline& closing);
    reactor::Task<Result<int>> send(const Recorded& recorded, reactor::Deadline& closing);
    reactor::Task<Result<int>> put(const Recorded& recorded, const std::string& bytes,
                                   reactor::Deadline& closing);
    void complain(const Recorded& recorded, std::string_view what) const;

    exchange::Exchanges& exchanges_;
    Worker& worker_;
    const Log log_;
    std::size_t uploads_ = 0;  // in memory
    reactor::Event has_room_;
    reactor::Deadline patience_;  // never expires: the worker gives everything back
    reactor::Deadline closing_;
    reactor::Scope running_;
};

}  // namespace pivot::media
