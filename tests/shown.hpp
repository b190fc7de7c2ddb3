// An outcome as it is shown to a callback.
#pragma once

#include <pivot/outcome.hpp>

#include <utility>

namespace pivot::test {

class Shown final : public ExchangeView {
public:
    explicit Shown(Outcome outcome) : outcome_(std::move(outcome))
    {
        view_.kind = outcome_.kind;
        view_.call_id = outcome_.call_id;
        view_.next = outcome_.next;
        view_.failure = outcome_.failure ? &*outcome_.failure : nullptr;
        view_.iteration = outcome_.iteration;
        view_.elapsed = outcome_.elapsed;
        view_.format = outcome_.format;
        view_.flow = outcome_.flow;
        view_.verbs = outcome_.verbs;
        view_.warnings = outcome_.warnings;
        view_.exchange = outcome_.exchange ? this : nullptr;
    }

    const OutcomeView& view() const { return view_; }

    const Timings& timings_us() const override { return outcome_.exchange->timings_us; }
    int status() const override { return outcome_.exchange->status; }
    bool was_reused() const override { return outcome_.exchange->was_reused; }
    Exchange to_exchange() const override { return *outcome_.exchange; }

private:
    const Outcome outcome_;
    OutcomeView view_;
};

}  // namespace pivot::test
