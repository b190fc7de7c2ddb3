#include "switches/asterisk/moving.hpp"

#include "base/text.hpp"
#include "switches/asterisk/ari_channel.hpp"
#include "switches/asterisk/targets.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::switches::asterisk {

tl::expected<Destination, std::string> destination_of(const Transfer& transfer,
                                                      const SwitchSettings& settings,
                                                      std::string_view context)
{
    if (transfer.is_attended || transfer.moves_other_leg) {
        return tl::unexpected(std::string("Asterisk only transfers the caller, and only blind"));
    }
    const std::string& extension = transfer.target.text();
    if (extension.find_first_of(",()") != extension.npos) {
        return tl::unexpected(fmt::format("{} is not an extension", printable(extension)));
    }
    const std::string& fixed = settings.transfer_context;
    return Destination{fixed.empty() ? std::string(context) : fixed, extension, {}};
}

Destination destination_of(const SlotName& slot, const SwitchSettings& settings)
{
    const std::size_t at = settings.park.find('@');
    return {settings.park.substr(at + 1), settings.park.substr(0, at), slot.text()};
}

Moving::Moving(AriChannel& call, Leg& leg, JobId id,
               tl::expected<Destination, std::string> destination)
    : Job(call, leg, id), destination_(std::move(destination))
{
}

void Moving::begin()
{
    if (!destination_) return end(JobEnd::failed, destination_.error());
    ask(exists_request(), [this](const Result<AriAnswer>& answer) { find(answer); });
}

AriRequest Moving::exists_request() const
{
    std::string request = target("/variable?variable=");
    append_encoded(request, fmt::format("DIALPLAN_EXISTS({},{},1)", destination_->context,
                                        destination_->extension));
    return get_request(std::move(request));
}

void Moving::find(const Result<AriAnswer>& answer)
{
    // If the function is not loaded it has no value, and the dialplan has to decide.
    if (value_in(answer) == "0") {
        return end(JobEnd::failed,
                   fmt::format("the dialplan has no extension {} in the context {}",
                               printable(destination_->extension), destination_->context));
    }
    is_found_ = true;
    call().stop_others(*this);
    hear_alone();
}

void Moving::hear_alone()
{
    if (is_found_ && !is_going_ && call().has_only(*this)) go();
}

void Moving::go()
{
    is_going_ = true;
    call().let_go();
    const std::string& channel = leg().channel;
    ask(variable_request(channel, "PIVOTSTATUS", "MOVED"));
    if (!destination_->slot.empty()) {
        ask(variable_request(channel, "PARKINGEXTEN", destination_->slot));
    }
    ask(continue_request(), [this](const Result<AriAnswer>& answer) { went(answer); });
}

AriRequest Moving::continue_request() const
{
    std::string request = target("/continue?priority=1&context=");
    append_encoded(request, destination_->context);
    append_encoded(request.append("&extension="), destination_->extension);
    return post_request(std::move(request));
}

void Moving::went(const Result<AriAnswer>& answer)
{
    if (has_succeeded(answer)) return end_moved();
    is_going_ = false;
    end_failed(answer);
}

void Moving::end_moved()
{
    call().give_away();
    end(Moved());
}

void Moving::stop()
{
    if (!is_going_) end(JobEnd::stopped);
}

// The caller leaving counts as a hang-up.
void Moving::lose()
{
    if (is_going_) return end_moved();
    end(JobEnd::stopped);
}

}  // namespace pivot::switches::asterisk
