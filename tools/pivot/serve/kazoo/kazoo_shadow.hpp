// Watches KAZOO's requests without answering any, to show before the swap which of them `pivot
// serve` would refuse, and why.
//
// It is not a front end, because no calls come from it: `pivot serve` is ready whether or not it is
// connected.
#pragma once

#include "pivot/serve/fronts/front.hpp"
#include "pivot/serve/kazoo/bus_thread.hpp"
#include "pivot/serve/kazoo/shadow_list.hpp"
#include "pivot/serve/service/log.hpp"
#include "pivot/serve/settings/kazoo_settings.hpp"
#include "switches/kazoo/shadow_desk.hpp"

#include <pivot/engine.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::tools {

class ShadowTrial;

class KazooShadow {
public:
    // The error is a sentence.
    static tl::expected<std::unique_ptr<KazooShadow>, std::string> open(KazooSettings settings,
                                                                        const EngineConfig& config,
                                                                        Log& log);

    KazooShadow(const KazooShadow&) = delete;
    KazooShadow& operator=(const KazooShadow&) = delete;
    ~KazooShadow() { stop(); }

    // As in a front end.
    std::string description() const;
    std::string_view name() const { return name_; }
    std::string obstacle() const { return bus_.obstacle(); }
    bool is_turning() { return bus_.is_turning() && engine_->is_turning(); }
    void add_metrics(std::vector<FrontMetric>& metrics) const;
    void start();
    void stop();

    // Judges by these settings from now on, and begins a new list.
    void reload(EngineConfig config);

    // `{"name":"kazoo-main", …}` for lists. Any thread.
    std::string to_json() const;

private:
    KazooShadow(KazooSettings settings, const EngineConfig& config, std::unique_ptr<Engine> engine,
                Log& log);

    BusThread::Desk make_desk(reactor::Reactor& reactor);
    void note(const ShadowedCall& call, const ShadowVerdict& verdict);

    const KazooSettings settings_;
    const std::string name_;
    const EngineConfig config_;  // as at the start
    Log& log_;
    std::atomic<std::int64_t> since_unix_ms_;
    ShadowList list_;
    const std::unique_ptr<Engine> engine_;
    ShadowTrial* trial_ = nullptr;                 // the desk's, on the thread of the bus
    switches::kazoo::ShadowDesk* desk_ = nullptr;  // likewise
    BusThread bus_;                                // uses all members above
};

}  // namespace pivot::tools
