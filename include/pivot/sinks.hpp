// Where an engine leaves what its sessions have to tell besides their calls.
#pragma once

#include <string_view>

namespace pivot {

// A call detail record, to be posted to `url`. All that it refers to is valid until cdr() returns.
struct CdrView {
    std::string_view id;  // random: a server that gets the record twice knows it by this
    std::string_view url;
    std::string_view form;  // application/x-www-form-urlencoded
    std::string_view call_id;
    std::string_view account_id;
};

// Called on any thread of the engine, never two at a time for one call. It must not wait.
class Sinks {
public:
    virtual ~Sinks() = default;

    // The record of a request and its answer: a JSON object (docs/debug-records.md).
    virtual void debug_record(std::string_view /*call_id*/, std::string_view /*account_id*/,
                              std::string_view /*json*/)
    {
    }

    // The record of a call whose action has a `cdr_url`, before its `ended`. True: the host
    // delivers it.
    virtual bool cdr(const CdrView&) { return false; }
};

}  // namespace pivot
