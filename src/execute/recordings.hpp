// Recordings that the engine keeps, or uploads, in place of the switch.
//
//   Record ─► the switch records into a file of ours ─► RecordingEnded with that path
//                                                         │
//   the document is told where it is, or will be found ◄──┴──► the archive finishes and uploads it
//
// A switch that tells another path has its own file taken; one that tells a URL keeps what it has.
#pragma once

#include "execute/live_call.hpp"
#include "media/archive.hpp"

#include <vector>

namespace pivot::execute {

class Recordings {
public:
    Recordings(LiveCall& call, media::Archive& archive) : call_(call), archive_(archive) {}

    // What the switch is to do instead.
    Recording command_for(const Recording& asked) const;

    // It does, in this job.
    void add(JobId job, const Recording& asked, const LocalPath& file);

    // Puts the place of a recording into the event of its end.
    void note(Event& event);

private:
    struct Kept {
        JobId job;
        std::string file;  // the path that the switch was given
        Recording asked;
    };

    bool is_finished_here(const Recording& asked) const;
    media::Recorded to_recorded(const Kept& kept, std::string_view path) const;

    LiveCall& call_;
    media::Archive& archive_;
    std::vector<Kept> running_;
};

}  // namespace pivot::execute
