// The sinks of a host in C.
#pragma once

#include <pivot/session.h>
#include <pivot/sinks.hpp>

namespace pivot::abi {

class HostSinks final : public Sinks {
public:
    explicit HostSinks(const pivot_sinks& sinks) : sinks_(sinks) {}

    bool takes_debug_records() const override { return sinks_.debug_record != nullptr; }
    bool takes_cdrs() const override { return sinks_.cdr != nullptr; }
    void log(LogLevel level, std::string_view call_id, std::string_view line) override;
    void debug_record(std::string_view call_id, std::string_view account_id,
                      std::string_view json) override;
    bool cdr(const CdrView& cdr) override;
    void thread_begins(unsigned reactor) override;
    void thread_ends(unsigned reactor) override;

private:
    const pivot_sinks sinks_;
};

}  // namespace pivot::abi
