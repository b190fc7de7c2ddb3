#include "switches/kazoo/requested_call.hpp"

#include "switches/kazoo/request_desk.hpp"

#include <utility>

namespace pivot::switches::kazoo {

RequestedCall::RequestedCall(RequestDesk& desk, std::string key, std::string request_id,
                             std::string call_id, QueueAddress controller)
    : key(std::move(key)),
      request_id(std::move(request_id)),
      call_id(std::move(call_id)),
      own_id(desk.attendant().own_id(this->call_id)),
      controller(std::move(controller)),
      desk_(desk),
      channel_(desk.reactor(), desk.attendant(), own_id, *this)
{
}

RequestedCall::~RequestedCall()
{
    set_timer(never);
}

void RequestedCall::set_timer(Nanoseconds at)
{
    if (is_set()) desk_.reactor().timers().stop(*this);
    if (at != never) desk_.reactor().timers().set(*this, at);
}

void RequestedCall::make_line(BusLines& lines, CallIdentity identity)
{
    BusLineOwner& owner = *this;
    line = std::make_unique<BusLine>(desk_.reactor(), lines, std::move(identity), owner);
}

void RequestedCall::fired()
{
    desk_.is_due(*this);
}

// ---- what the engine says -----------------------------------------------------------------------

void RequestedCall::flow_came(JobId flow_job, std::string taken)
{
    job = flow_job;
    desk_.take_flow(*this, std::move(taken));
}

void RequestedCall::commanded(std::function<void(PerformedCall& call)> command)
{
    desk_.take_command(*this, std::move(command));
}

void RequestedCall::document_came(bool has_unknown_verbs)
{
    desk_.take_document(*this, has_unknown_verbs);
}

void RequestedCall::given_back(const SessionEnd& end)
{
    desk_.take_back(*this, end);
}

void RequestedCall::ended(const SessionEnd& end)
{
    desk_.end_session(*this, end);
}

// ---- what the line says -------------------------------------------------------------------------

void RequestedCall::is_there()
{
    desk_.find_there(*this);
}

void RequestedCall::is_gone()
{
    desk_.find_gone(*this);
}

void RequestedCall::told(Event event, const std::string& cdr)
{
    desk_.tell(*this, std::move(event), cdr);
}

void RequestedCall::renamed(const std::string& id)
{
    desk_.rename(*this, id);
}

void RequestedCall::note(std::string_view text)
{
    desk_.attendant().note(own_id, text);
}

void RequestedCall::warn(std::string_view text)
{
    desk_.attendant().warn(own_id, text);
}

}  // namespace pivot::switches::kazoo
