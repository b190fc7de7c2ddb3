#include "engine/metrics.hpp"

#include "engine/metrics_text.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include <fmt/format.h>

namespace pivot::engine {

namespace {

using exchange::Tally;
using Type = MetricsText::Type;
using Lanes = std::span<Lane* const>;

template <typename Part>
std::uint64_t sum(Lanes lanes, Part part)
{
    std::uint64_t all = 0;
    for (Lane* const lane : lanes) all += part(*lane);
    return all;
}

std::uint64_t sum(Lanes lanes, Counter Tally::* counter)
{
    return sum(lanes, [counter](Lane& lane) { return (lane.tally().*counter).value(); });
}

std::uint64_t sum(Lanes lanes, Counter http::OpenerCounts::* counter)
{
    return sum(lanes, [counter](Lane& lane) { return (lane.client().counts().*counter).value(); });
}

void write_calls(MetricsText& text, const EngineNumbers& numbers, Lanes lanes)
{
    text.begin("pivot_build_info", Type::gauge, "The version of the library");
    text.add("version=\"" PIVOT_VERSION "\"", 1);
    text.begin("pivot_calls_in_flight", Type::gauge, "Pivots and sessions in flight");
    text.add("", numbers.calls_in_flight);
    text.begin("pivot_calls_limit", Type::gauge, "As many may be in flight (calls_max)");
    text.add("", numbers.calls_max);
    text.begin("pivot_calls_refused_total", Type::counter,
               "Calls that were refused because of a limit or of a stop");
    text.add(R"(reason="limit")", numbers.refused_at_limit);
    text.add(R"(reason="account_limit")", sum(lanes, &Tally::calls_refused));
    text.add(R"(reason="stopping")", numbers.refused_stopping);
    text.begin("pivot_sessions_in_flight", Type::gauge, "Whole calls in flight");
    text.add("", sum(lanes, [](Lane& lane) { return lane.sessions(); }));
    text.begin("pivot_draining", Type::gauge, "1 if no call may start any more");
    text.add("", numbers.is_draining ? 1 : 0);
    text.begin("pivot_jobs_overdue_total", Type::counter,
               "Jobs that a switch had not ended in time, so that calls went on without them");
    text.add("", sum(lanes, [](Lane& lane) { return lane.jobs_overdue(); }));
}

void write_failures(MetricsText& text, Lanes lanes)
{
    for (std::size_t r = 0; r < Tally::reasons; ++r) {
        for (std::size_t p = 0; p < Tally::phases; ++p) {
            const auto reason = static_cast<Reason>(r);
            const auto phase = static_cast<Phase>(p);
            const std::uint64_t failed =
                sum(lanes, [=](Lane& lane) { return lane.tally().failed(reason, phase).value(); });
            if (failed == 0) continue;
            text.add(fmt::format(R"(outcome="failed",reason="{}",phase="{}")", name(reason),
                                 name(phase)),
                     failed);
        }
    }
}

void write_outcomes(MetricsText& text, Lanes lanes)
{
    text.begin("pivot_outcomes_total", Type::counter,
               "What became of pivots, and of the requests of sessions");
    text.add(R"(outcome="processed",reason="",phase="")", sum(lanes, &Tally::processed));
    text.add(R"(outcome="skipped",reason="",phase="")", sum(lanes, &Tally::skipped));
    write_failures(text, lanes);

    std::vector<const Histogram*> durations;
    std::vector<const Histogram*> lateness;
    for (Lane* const lane : lanes) {
        durations.push_back(&lane->tally().durations);
        lateness.push_back(&lane->tally().lateness);
    }
    text.begin("pivot_exchange_duration_seconds", Type::histogram,
               "From the start of a pivot, or of a request of a session, to its outcome");
    text.add("", durations);
    text.begin("pivot_deadline_lateness_seconds", Type::histogram,
               "From the deadline of a pivot that timed out to its outcome");
    text.add("", lateness);
}

void write_attempts(MetricsText& text, Lanes lanes)
{
    text.begin("pivot_attempts_total", Type::counter,
               "Requests to web servers, those of callbacks and CDRs included, without redirects");
    text.add(R"(kind="first")", sum(lanes, &Tally::first_attempts));
    text.add(R"(kind="retry")", sum(lanes, &Tally::retries));
    text.add(R"(kind="fallback")", sum(lanes, &Tally::fallbacks));
}

void write_phases(MetricsText& text, Lanes lanes)
{
    using http::OpenerCounts;
    text.begin("pivot_phase_duration_seconds", Type::histogram,
               "What the steps to a connection took, where they were needed");
    const auto add = [&](std::string_view labels, Histogram OpenerCounts::* phase) {
        std::vector<const Histogram*> parts;
        for (Lane* const lane : lanes) parts.push_back(&(lane->client().counts().*phase));
        text.add(labels, parts);
    };
    add(R"(phase="dns")", &OpenerCounts::dns);
    add(R"(phase="connect")", &OpenerCounts::connect);
    add(R"(phase="tls")", &OpenerCounts::tls);
}

void write_network(MetricsText& text, Lanes lanes)
{
    const auto idle = sum(lanes, [](Lane& lane) { return lane.client().pool().idle(); });
    const auto open = sum(lanes, [](Lane& lane) { return lane.client().pool().open(); });
    text.begin("pivot_pool_connections", Type::gauge, "Connections to web servers");
    text.add(R"(state="idle")", idle);
    text.add(R"(state="used")", open - std::min(idle, open));
    text.begin("pivot_dns_lookups_total", Type::counter,
               "Names that were looked up, also in the cache and the hosts file");
    text.add(R"(result="found")", sum(lanes, &http::OpenerCounts::names_found));
    text.add(R"(result="failed")", sum(lanes, &http::OpenerCounts::names_not_found));
    text.begin("pivot_tls_handshakes_total", Type::counter, "TLS handshakes that succeeded");
    text.add(R"(resumed="false")", sum(lanes, &http::OpenerCounts::full_handshakes));
    text.add(R"(resumed="true")", sum(lanes, &http::OpenerCounts::resumed_handshakes));
    text.begin("pivot_callbacks_total", Type::counter, "Status callbacks of sessions");
    text.add(R"(result="told")", sum(lanes, &Tally::callbacks_told));
    text.add(R"(result="failed")", sum(lanes, &Tally::callbacks_failed));
    text.add(R"(result="dropped")", sum(lanes, &Tally::callbacks_dropped));
}

void write_records(MetricsText& text, const RecordNumbers& numbers)
{
    text.begin("pivot_cdrs_waiting", Type::gauge, "CDRs in the store that are not delivered yet");
    text.add("", numbers.cdrs_waiting);
    text.begin("pivot_cdr_oldest_timestamp_seconds", Type::gauge,
               "When the call ended whose CDR waits longest, 0 if none waits");
    text.add_seconds("", numbers.oldest_cdr_unix_ms * 1'000'000);
    text.begin("pivot_cdr_attempts_total", Type::counter,
               "Attempts to deliver a CDR from the store");
    text.add(R"(result="delivered")", numbers.cdrs_delivered);
    text.add(R"(result="failed")", numbers.cdr_attempts_failed);
    text.begin("pivot_cdrs_lost_total", Type::counter, "CDRs that are in the log alone");
    text.add("", numbers.cdrs_lost);
    text.begin("pivot_debug_records_dropped_total", Type::counter,
               "Debug records that the store could not keep");
    text.add("", numbers.debug_records_dropped);
}

}  // namespace

std::string write_metrics(const EngineNumbers& numbers, Lanes lanes)
{
    MetricsText text;
    write_calls(text, numbers, lanes);
    write_outcomes(text, lanes);
    write_attempts(text, lanes);
    write_phases(text, lanes);
    write_network(text, lanes);
    write_records(text, numbers.records);
    return text.take();
}

}  // namespace pivot::engine
