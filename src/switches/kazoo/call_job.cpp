#include "switches/kazoo/call_job.hpp"

#include "switches/kazoo/performed_call.hpp"

namespace pivot::switches::kazoo {

void CallJob::tell(Event event)
{
    call_.tell(std::move(event));
}

void CallJob::end(Event event)
{
    call_.end(*this, std::move(event));
}

}  // namespace pivot::switches::kazoo
