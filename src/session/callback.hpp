// Something that a web server is told, whose answer says no more than its status: a status
// callback, or a CDR.
#pragma once

#include "exchange/attempts.hpp"
#include "reactor/deadline.hpp"
#include "reactor/task.hpp"
#include "session/debug_record.hpp"

#include <pivot/action.hpp>
#include <pivot/failure.hpp>

#include <cstddef>
#include <string>

namespace pivot::session {

struct Callback {
    std::string url;  // absolute, with its fragment
    Method method = Method::post;
    Format format = Format::twiml;
    std::string form;  // the query of a GET, the body of a POST
    std::string call_id;
    std::string account_id;
    std::string action_url;   // empty: no action's, so that it has no headers of the account
    std::string headers;      // of the host, for the origin of that URL
    std::string url_headers;  // for that of its own URL
    int iteration = 1;
    DebugKind kind = DebugKind::callback;
    DebugSink* sink = nullptr;  // null: no records of it

    // What it keeps in memory until it has been told.
    std::size_t size_bytes() const
    {
        return url.size() + form.size() + action_url.size() + headers.size() + url_headers.size();
    }
};

// Tells it, with all attempts that `plan` and its URL want; the rest of the plan is the callback's.
// Yields the final status.
reactor::Task<Result<int>> tell(exchange::Exchanges& exchanges, const Callback& callback,
                                exchange::AttemptsPlan plan, reactor::Deadline& deadline);

}  // namespace pivot::session
