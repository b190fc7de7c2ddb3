#include "pivot/load/load_call.hpp"

#include <cassert>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

constexpr std::string_view typical_call_text = R"({
    "Call-ID": "5f0c6e7a2b914d3e",
    "Account-ID": "009afc511c97b2ae693c6cc4920988e8",
    "From": "user_ta8hx2@acme.sip.example.com",
    "To": "4000@acme.sip.example.com",
    "Request": "4000@acme.sip.example.com",
    "Caller-ID-Name": "Ann Müller",
    "Caller-ID-Number": "+14155550123",
    "Call-Direction": "inbound",
    "Owner-ID": "8d05ec1b2fbb4a2f9c1b1a7ef3f3ddc2",
    "Language": "en-us",
    "Custom-Application-Vars": {
        "campaign": "spring-2026",
        "customer_tier": "gold",
        "queue": "support"
    },
    "Custom-SIP-Headers": {
        "X-Carrier": "carrier-7",
        "X-Trace": "7c1d0f5e"
    },
    "Key-Value-Store": {
        "call_status": "answered",
        "dtmf_collections": {"default": "4711"}
    }
})";

constexpr std::size_t number_digits = 12;

}  // namespace

Call typical_call()
{
    auto call = Call::from_json(typical_call_text);
    assert(call);
    return std::move(*call);
}

NumberedRequest::NumberedRequest(Request request, unsigned series) : request_(std::move(request))
{
    request_.call.call_id += fmt::format("-{:02}-{:0{}}", series, 0, number_digits);
}

const Request& NumberedRequest::next()
{
    std::string& id = request_.call.call_id;
    std::uint64_t left = number_++;
    for (std::size_t i = 1; i <= number_digits; ++i) {
        id[id.size() - i] = static_cast<char>('0' + left % 10);
        left /= 10;
    }
    return request_;
}

}  // namespace pivot::tools
