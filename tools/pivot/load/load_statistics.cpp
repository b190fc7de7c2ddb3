#include "pivot/load/load_statistics.hpp"

#include <algorithm>
#include <cassert>

namespace pivot::tools {

namespace {

void record_us(Histogram& histogram, std::int64_t timing_us)
{
    histogram.record(timing_us * 1'000);
}

}  // namespace

std::size_t LoadStatistics::way_of(const OutcomeView& outcome)
{
    if (outcome.failure) return first_reason + static_cast<std::size_t>(outcome.failure->reason);
    return outcome.kind == OutcomeKind::processed ? 0 : 1;
}

std::string_view LoadStatistics::name_of(std::size_t way)
{
    if (way >= first_reason) return name(static_cast<Reason>(way - first_reason));
    return name(way == 0 ? OutcomeKind::processed : OutcomeKind::skipped);
}

void LoadStatistics::add(const OutcomeView& outcome, Nanoseconds now, Nanoseconds due,
                         Nanoseconds deadline)
{
    const std::size_t way = way_of(outcome);
    assert(way < ways);
    pivots_.add(1);
    last_.store(now, std::memory_order_relaxed);
    if (outcome.failure && outcomes_[way].value() == 0) examples_[way] = outcome.failure->message;
    outcomes_[way].add(1);
    latency_.record(now - due);
    if (outcome.failure && outcome.failure->reason == Reason::timeout) {
        timeout_lateness_.record(now - deadline);
    }
    if (outcome.exchange == nullptr) return;

    const Timings& timings_us = outcome.exchange->timings_us();
    record_us(phases_.dns, timings_us.dns);
    record_us(phases_.connect, timings_us.connect);
    record_us(phases_.tls, timings_us.tls);
    if (outcome.exchange->status() != 0) record_us(phases_.first_byte, timings_us.first_byte);
    record_us(phases_.total, timings_us.total);
}

void LoadStatistics::add(const LoadStatistics& other)
{
    add_numbers(other);
    for (std::size_t way = 0; way < ways; ++way) {
        if (examples_[way].empty()) examples_[way] = other.examples_[way];
    }
}

void LoadStatistics::add_numbers(const LoadStatistics& other)
{
    pivots_.add(other.pivots());
    last_.store(std::max(last(), other.last()), std::memory_order_relaxed);
    for (std::size_t way = 0; way < ways; ++way) {
        outcomes_[way].add(other.outcomes_[way].value());
    }
    latency_.add(other.latency_);
    timeout_lateness_.add(other.timeout_lateness_);
    phases_.dns.add(other.phases_.dns);
    phases_.connect.add(other.phases_.connect);
    phases_.tls.add(other.phases_.tls);
    phases_.first_byte.add(other.phases_.first_byte);
    phases_.total.add(other.phases_.total);
}

std::vector<OutcomeCount> LoadStatistics::outcomes() const
{
    constexpr std::size_t timeout = first_reason + static_cast<std::size_t>(Reason::timeout);
    std::vector<OutcomeCount> found;
    for (std::size_t way = 0; way < ways; ++way) {
        const std::uint64_t pivots = outcomes_[way].value();
        if (pivots == 0 && way != 0 && way != timeout) continue;
        found.push_back({name_of(way), pivots, examples_[way]});
    }
    return found;
}

}  // namespace pivot::tools
