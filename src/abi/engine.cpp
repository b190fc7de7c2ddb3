#include <pivot/engine.hpp>

#include "abi/boundary.hpp"
#include "abi/outcome.hpp"
#include "abi/request.hpp"

#include <atomic>
#include <memory>
#include <thread>
#include <utility>

#include <fmt/format.h>

using pivot::abi::Granted;
using pivot::abi::guard;
using pivot::abi::refuse;

struct pivot_engine {
    pivot::ActionLimits limits;
    bool is_host_driven;
    std::unique_ptr<pivot::Engine> engine;
    std::atomic<std::thread::id> runner = {};  // who called pivot_run() first
};

namespace {

// As in docs/configuration.md.
constexpr std::int32_t reactors_max = 1'024;

// What would wait for a callback's end must not be called from inside one.
thread_local int callbacks_running = 0;

class CallbackMark {
public:
    CallbackMark() { ++callbacks_running; }
    CallbackMark(const CallbackMark&) = delete;
    CallbackMark& operator=(const CallbackMark&) = delete;
    ~CallbackMark() { --callbacks_running; }
};

Granted<void> check_handle(const pivot_engine* engine)
{
    if (engine == nullptr) return refuse(PIVOT_NULL, "the engine is null");
    return {};
}

Granted<void> check_outside_callback(const pivot_engine* engine)
{
    if (auto checked = check_handle(engine); !checked) return checked;
    if (callbacks_running > 0) return refuse(PIVOT_IN_CALLBACK, "this is inside a callback");
    return {};
}

// The ring of a host-driven engine belongs to the thread that waits on it first.
bool is_of_this_thread(const pivot_engine& engine)
{
    const std::thread::id runner = engine.runner.load();
    return runner == std::thread::id() || runner == std::this_thread::get_id();
}

Granted<pivot::EngineConfig> read_config(const pivot_engine_config* given)
{
    if (given == nullptr) return pivot::EngineConfig();
    const auto taken = pivot::abi::take(given, "pivot_engine_config");
    if (!taken) return tl::unexpected(taken.error());
    if (taken->reactors > reactors_max) {
        return refuse(PIVOT_BAD_VALUE,
                      fmt::format("reactors is {}, and at most {}", taken->reactors, reactors_max));
    }
    const auto text = pivot::abi::read(taken->json, "the configuration");
    if (!text) return tl::unexpected(text.error());
    auto config = pivot::EngineConfig::from_json(text->empty() ? "{}" : *text);
    if (!config) return refuse(PIVOT_BAD_CONFIG, std::move(config.error()));
    if (taken->reactors >= 0) config->reactors = static_cast<unsigned>(taken->reactors);
    return std::move(*config);
}

}  // namespace

pivot_status pivot_engine_create(const pivot_engine_config* config, pivot_engine** engine,
                                 pivot_error* error)
{
    return guard(error, [=]() -> Granted<void> {
        if (engine == nullptr) return refuse(PIVOT_NULL, "there is no place for the engine");
        *engine = nullptr;
        const auto read = read_config(config);
        if (!read) return tl::unexpected(read.error());
        auto created = pivot::Engine::create(*read);
        if (!created) return refuse(PIVOT_BAD_CONFIG, std::move(created.error()));
        *engine = new pivot_engine{read->action, read->reactors == 0, std::move(*created)};
        return {};
    });
}

pivot_status pivot_engine_destroy(pivot_engine* engine)
{
    if (engine == nullptr) return PIVOT_OK;
    return guard(nullptr, [=]() -> Granted<void> {
        if (auto checked = check_outside_callback(engine); !checked) return checked;
        if (!is_of_this_thread(*engine)) {
            return refuse(PIVOT_WRONG_THREAD, "another thread runs this engine");
        }
        delete engine;
        return {};
    });
}

pivot_status pivot_drain(pivot_engine* engine)
{
    return guard(nullptr, [=]() -> Granted<void> {
        if (auto checked = check_outside_callback(engine); !checked) return checked;
        engine->engine->drain();
        return {};
    });
}

size_t pivot_calls_in_flight(const pivot_engine* engine)
{
    return engine == nullptr ? 0 : engine->engine->calls_in_flight();
}

int pivot_descriptor(const pivot_engine* engine)
{
    if (engine == nullptr || !engine->is_host_driven) return -1;
    return engine->engine->descriptor();
}

pivot_status pivot_run(pivot_engine* engine, int64_t* wait_ns)
{
    return guard(nullptr, [=]() -> Granted<void> {
        if (auto checked = check_outside_callback(engine); !checked) return checked;
        if (wait_ns == nullptr) return refuse(PIVOT_NULL, "there is no place for the time");
        if (!engine->is_host_driven) {
            return refuse(PIVOT_WRONG_ENGINE, "this engine has threads of its own");
        }
        std::thread::id nobody;
        engine->runner.compare_exchange_strong(nobody, std::this_thread::get_id());
        if (!is_of_this_thread(*engine)) {
            return refuse(PIVOT_WRONG_THREAD, "another thread runs this engine");
        }
        *wait_ns = engine->engine->run().count();
        return {};
    });
}

pivot_status pivot_start(pivot_engine* engine, const pivot_request* request, pivot_done_fn* done,
                         void* user, pivot_ticket* ticket, pivot_error* error)
{
    return guard(error, [=]() -> Granted<void> {
        if (auto checked = check_handle(engine); !checked) return checked;
        if (done == nullptr) return refuse(PIVOT_NULL, "done is null");
        const auto read = pivot::abi::read_request(request, engine->limits);
        if (!read) return tl::unexpected(read.error());
        const auto started =
            engine->engine->start(*read, [done, user](const pivot::OutcomeView& outcome) {
                const CallbackMark mark;
                const pivot_outcome handed{outcome};
                done(&handed, user);
            });
        if (ticket != nullptr) *ticket = {started.call, started.serial};
        return {};
    });
}

pivot_status pivot_cancel(pivot_engine* engine, pivot_ticket ticket)
{
    return guard(nullptr, [=]() -> Granted<void> {
        if (auto checked = check_handle(engine); !checked) return checked;
        engine->engine->cancel({ticket.call, ticket.serial});
        return {};
    });
}
