// An event of Asterisk's has the fields that its kind promises, or is nothing, whatever was read
// before.
#include "switches/asterisk/ari_event.hpp"

#include "base/utf8.hpp"
#include "fuzz.hpp"

#include <pivot/event.hpp>

namespace pivot::fuzz {
namespace {

using namespace switches::asterisk;

void check(const AriEvent& event)
{
    require(is_valid_utf8(channel_of(event)), "the id of a channel is text");
    if (const auto* start = std::get_if<StasisStart>(&event)) {
        require(!start->channel.id.empty(), "a call has a channel");
        for (const auto argument : start->arguments) {
            require(is_valid_utf8(argument), "an argument is text");
        }
    } else if (const auto* key = std::get_if<ChannelDtmfReceived>(&event)) {
        require(keypad.find(key->key) != keypad.npos, "a key is on the keypad");
    } else if (const auto* request = std::get_if<ChannelHangupRequest>(&event)) {
        require(request->cause >= 0 && request->cause < 1000, "a cause has three digits");
        require(request->sip_code >= 0 && request->sip_code < 1000, "and so has a status");
    }
}

}  // namespace
}  // namespace pivot::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes)
{
    pivot::fuzz::Input input(data, size_bytes);
    pivot::switches::asterisk::EventReader reader;
    while (!input.rest().empty()) pivot::fuzz::check(reader.read(input.line()));
    return 0;
}
