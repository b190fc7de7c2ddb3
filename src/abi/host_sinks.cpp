#include "abi/host_sinks.hpp"

#include "abi/boundary.hpp"

namespace pivot::abi {

void HostSinks::log(LogLevel level, std::string_view call_id, std::string_view line)
{
    if (sinks_.log == nullptr) return;
    sinks_.log(sinks_.user, static_cast<pivot_log_level>(level), view(call_id), view(line));
}

void HostSinks::debug_record(std::string_view call_id, std::string_view account_id,
                             std::string_view json)
{
    if (sinks_.debug_record == nullptr) return;
    sinks_.debug_record(sinks_.user, view(call_id), view(account_id), view(json));
}

bool HostSinks::cdr(const CdrView& cdr)
{
    if (sinks_.cdr == nullptr) return false;
    const pivot_cdr shown = {.size = sizeof shown,
                             .id = view(cdr.id),
                             .url = view(cdr.url),
                             .form = view(cdr.form),
                             .call_id = view(cdr.call_id),
                             .account_id = view(cdr.account_id)};
    return sinks_.cdr(sinks_.user, &shown) != 0;
}

void HostSinks::thread_begins(unsigned reactor)
{
    if (sinks_.thread_begins != nullptr) sinks_.thread_begins(sinks_.user, reactor);
}

void HostSinks::thread_ends(unsigned reactor)
{
    if (sinks_.thread_ends != nullptr) sinks_.thread_ends(sinks_.user, reactor);
}

}  // namespace pivot::abi
