// Where an engine leaves what its calls have to tell besides their commands and outcomes.
#pragma once

#include <cstdint>
#include <string_view>

namespace pivot::inline v1 {

enum class LogLevel : std::uint8_t { error, warning, info, debug };

// A call detail record, to be posted to `url`. All that it refers to is valid until cdr() returns.
struct CdrView {
    std::string_view id;  // random: a server that gets the record twice knows it by this
    std::string_view url;
    std::string_view form;  // application/x-www-form-urlencoded
    std::string_view call_id;
    std::string_view account_id;
};

// Called on any thread of the engine, never two at a time for one call. It must neither wait nor
// throw.
class Sinks {
public:
    virtual ~Sinks() = default;

    // What an operator should know, as a line without line breaks. `call_id` is empty if it is not
    // about one call. Lines of the level debug report mistakes of a call's web server, which
    // concern its customer.
    virtual void log(LogLevel, std::string_view /*call_id*/, std::string_view /*line*/) {}

    // Whether the next function, and the one after it, do something. Where nobody takes a record,
    // calls that want one are warned. Always the same.
    virtual bool takes_debug_records() const { return false; }
    virtual bool takes_cdrs() const { return false; }

    // The record of a request and its answer: a JSON object (docs/debug-records.md). The store, if
    // there is one, has it as well.
    virtual void debug_record(std::string_view /*call_id*/, std::string_view /*account_id*/,
                              std::string_view /*json*/)
    {
    }

    // The record of a call whose action has a `cdr_url`, before its `ended`. True: the host
    // delivers it. False: the store does, if there is one.
    virtual bool cdr(const CdrView&) { return false; }

    // The first and the last function that is called on the own thread of a reactor, which are
    // numbered from 0. A host-driven engine has no such threads.
    virtual void thread_begins(unsigned /*reactor*/) {}
    virtual void thread_ends(unsigned /*reactor*/) {}
};

}  // namespace pivot::inline v1
