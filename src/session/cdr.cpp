#include "session/cdr.hpp"

#include "base/json.hpp"
#include "base/random_id.hpp"
#include "base/text.hpp"
#include "exchange/call_facts.hpp"
#include "exchange/idempotency.hpp"
#include "exchange/redaction.hpp"
#include "http/form.hpp"
#include "http/url.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace pivot::session {

namespace {

std::string address(const Party& party)
{
    return fmt::format("{}@{}", party.user.empty() ? "nouser" : party.user,
                       party.realm.empty() ? "norealm" : party.realm);
}

// Whole seconds between two moments, the later of which may never have come, by clocks that may
// have been set back.
std::string duration(std::int64_t from_unix_s, std::int64_t to_unix_s)
{
    return fmt::to_string(std::max<std::int64_t>(to_unix_s - from_unix_s, 0));
}

class Form {
public:
    void add(std::string_view name, std::string_view value)
    {
        if (!value.empty()) writer_.add(name, value);
    }

    // Text that is not a JSON object is left out.
    void add_object(std::string_view name, std::string_view json)
    {
        if (json.empty()) return;
        const auto value = document_.read(json);
        if (value && value->is_object()) writer_.add(name, *value);
    }

    std::string text() const { return std::string(writer_.text()); }

private:
    http::FormWriter writer_;
    json::Document document_;
};

std::string write(const Call& call, const EndOfCall& end)
{
    const bool was_answered = end.answered_unix_s != 0;
    const auto talk_began = was_answered ? end.answered_unix_s : end.ended_unix_s;
    Form form;
    form.add("Account-ID", call.account_id);
    form.add("Billing-Seconds", duration(talk_began, end.ended_unix_s));
    form.add("Call-Direction", exchange::kazoo_name(call.direction));
    form.add("Call-ID", call.call_id);
    form.add("Caller-ID-Name", call.caller_id_name);
    form.add("Caller-ID-Number", call.caller_id_number);
    form.add_object("Custom-Application-Vars", call.custom_application_vars);
    form.add("Disposition", end.disposition);
    form.add("Duration-Seconds", duration(end.started_unix_s, end.ended_unix_s));
    form.add("From", address(call.from));
    form.add("Hangup-Cause", end.hangup_cause);
    form.add("Hangup-Code", end.sip_code == 0 ? "" : fmt::format("sip:{}", end.sip_code));
    form.add("Request", address(call.request));
    form.add("Ringing-Seconds", duration(end.started_unix_s, talk_began));
    form.add("Timestamp", fmt::to_string(end.ended_unix_s));
    form.add("To", address(call.to));
    return form.text();
}

}  // namespace

std::string Cdr::origin() const
{
    const auto parsed = http::Url::parse(url);
    return parsed ? parsed->origin() : url;
}

std::string log_line(const Cdr& cdr, std::string_view was_lost)
{
    return fmt::format("the CDR of call {} {}; it is for {} ({}: {}): {}", printable(cdr.call_id),
                       was_lost, printable(exchange::redact(cdr.url)),
                       exchange::idempotency_header(Format::kazoo), cdr.id,
                       exchange::redact(cdr.body));
}

Cdr make_cdr(const Call& call, const EndOfCall& end, std::string_view url)
{
    return {.id = random_id(),
            .call_id = call.call_id,
            .account_id = call.account_id,
            .url = std::string(url),
            .body = write(call, end),
            .ended_unix_ms = end.ended_unix_s * 1000,
            .is_recorded = false};
}

}  // namespace pivot::session
