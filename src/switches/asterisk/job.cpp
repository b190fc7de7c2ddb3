#include "switches/asterisk/job.hpp"

#include "switches/asterisk/ari_channel.hpp"
#include "switches/asterisk/targets.hpp"

#include <utility>

namespace pivot::switches::asterisk {

void Job::ask(AriRequest request, Requests::Done done)
{
    call_.ask(id_, std::move(request), std::move(done));
}

void Job::ask_now(AriRequest request, Requests::Done done)
{
    call_.ask_now(id_, std::move(request), std::move(done));
}

bool Job::withdraw()
{
    return call_.withdraw(id_);
}

void Job::tell(Event event)
{
    call_.tell(std::move(event));
}

void Job::end(Event event)
{
    call_.end(*this, std::move(event));
}

std::string Job::next_playback()
{
    return Names::playback(leg_.channel, leg_.playbacks++);
}

void Job::open_media()
{
    if (leg_.is_up || std::exchange(leg_.has_early_media, true)) return;
    ask(post_request(target("/progress")));
}

void Job::end_failed(const Result<AriAnswer>& answer)
{
    if (is_gone(answer)) return end(JobEnd::stopped);
    end(JobEnd::failed, why_of(answer));
}

Switchboard& Job::switchboard() const
{
    return call_.switchboard();
}

std::string Job::target(std::string_view rest) const
{
    return target_of("channels", leg_.channel, rest);
}

}  // namespace pivot::switches::asterisk
