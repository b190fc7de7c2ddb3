// The media streams of a call, and what those who wait for them are told.
//
//   begin ─► stream-started ─► its Stop, the call's end ─► stream-stopped
//        └──────────┴────────► its failure ──────────────► stream-error
//
// A stream of a Start outlives the document that started it.
#pragma once

#include "execute/live_call.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::execute::verbs {

class Streams {
public:
    explicit Streams(LiveCall& call) : call_(call) {}

    struct Callback {
        std::string url;  // absolute; empty: nobody wants to know
        Method method = Method::post;
    };

    // A document may start streams, and redirect to itself.
    static constexpr std::size_t running_max = 16;
    bool are_too_many() const { return running_.size() >= running_max; }

    // `job` is going to make the stream that is called `name`; a document has it at `where`.
    void begin(JobId job, std::string name, Callback callback, std::string where);

    // There is no such stream, and there will be none.
    void refuse(std::string name, const Callback& callback, std::string_view why);

    // Asks the stream of this name to end. False: none runs, or it has been asked already.
    bool stop(std::string_view name);

    void note(const Event& event);

    // Why a stream has failed, as a web server is told; empty: it has not.
    static std::string failure_of(const JobEnded& ended);

    // The call is over, and what has not told its end has ended with it.
    void end();

private:
    struct Running {
        JobId job;
        std::string name;
        std::string id;  // of the switch; empty: its name does
        Callback callback;
        std::string where;
        bool is_stopping = false;
    };

    void tell(const Running& stream, std::string_view event, std::string_view error) const;

    LiveCall& call_;
    std::vector<Running> running_;
};

}  // namespace pivot::execute::verbs
