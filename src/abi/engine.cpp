#include <pivot/engine.hpp>

#include "abi/boundary.hpp"
#include "abi/outcome.hpp"
#include "abi/request.hpp"

#include <cstddef>
#include <memory>
#include <new>
#include <utility>

#include <fmt/format.h>

using pivot::abi::Checked;
using pivot::abi::guard;
using pivot::abi::refuse;

struct pivot_engine {
    bool is_host_driven;
    std::unique_ptr<pivot::Engine> engine;
};

namespace {

// As in docs/configuration.md.
constexpr std::int32_t reactors_max = 1'024;

Checked<void> check_handle(const pivot_engine* engine)
{
    if (engine == nullptr) return refuse(PIVOT_NULL, "engine is null");
    return {};
}

// The engine exists, and in this process.
Checked<void> check_alive(const pivot_engine* engine)
{
    if (auto checked = check_handle(engine); !checked) return checked;
    if (engine->engine->is_forked()) {
        return refuse(
            PIVOT_FORKED,
            "this process is a fork of the one that created the engine: create an engine here");
    }
    return {};
}

// A function that waits for callbacks to end must not be called inside one.
Checked<void> check_outside_callback(const pivot_engine* engine)
{
    if (auto checked = check_alive(engine); !checked) return checked;
    if (engine->engine->is_in_callback()) {
        return refuse(PIVOT_IN_CALLBACK,
                      "this must not be called inside a callback of this engine");
    }
    return {};
}

// The ring of a host-driven engine belongs to the thread that waits on it first.
Checked<void> check_thread(const pivot_engine* engine)
{
    if (auto checked = check_outside_callback(engine); !checked) return checked;
    if (!engine->engine->is_of_this_thread()) {
        return refuse(PIVOT_WRONG_THREAD, "another thread runs this engine");
    }
    return {};
}

// The host's ticket, for the engine to write: `done` may free its memory before start() has
// returned, so nothing can be copied into it afterwards.
pivot::Engine::Ticket& ticket_at(pivot_ticket* place)
{
    using Ticket = pivot::Engine::Ticket;
    static_assert(sizeof(Ticket) == sizeof(pivot_ticket));
    static_assert(offsetof(Ticket, call) == offsetof(pivot_ticket, call));
    static_assert(offsetof(Ticket, serial) == offsetof(pivot_ticket, serial));
    return *::new (static_cast<void*>(place)) Ticket;
}

Checked<pivot::EngineConfig> read_config(const pivot_engine_config* given)
{
    if (given == nullptr) return pivot::EngineConfig();
    const auto taken = pivot::abi::take(given, "pivot_engine_config");
    if (!taken) return tl::unexpected(taken.error());
    if (taken->reactors > reactors_max) {
        return refuse(PIVOT_BAD_VALUE,
                      fmt::format("reactors is {}, more than {}", taken->reactors, reactors_max));
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
    return guard(error, [=]() -> Checked<void> {
        if (engine == nullptr) return refuse(PIVOT_NULL, "engine is null");
        *engine = nullptr;
        const auto read = read_config(config);
        if (!read) return tl::unexpected(read.error());
        auto created = pivot::Engine::create(*read);
        if (!created) return refuse(PIVOT_BAD_CONFIG, std::move(created.error()));
        *engine = new pivot_engine{read->reactors == 0, std::move(*created)};
        return {};
    });
}

pivot_status pivot_engine_destroy(pivot_engine* engine)
{
    if (engine == nullptr) return PIVOT_OK;
    return guard(nullptr, [=]() -> Checked<void> {
        if (auto checked = check_thread(engine); !checked) return checked;
        delete engine;
        return {};
    });
}

pivot_status pivot_drain(pivot_engine* engine)
{
    return guard(nullptr, [=]() -> Checked<void> {
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
    return engine == nullptr ? -1 : engine->engine->descriptor();
}

pivot_status pivot_run(pivot_engine* engine, int64_t* wait_ns)
{
    return guard(nullptr, [=]() -> Checked<void> {
        if (auto checked = check_thread(engine); !checked) return checked;
        if (wait_ns == nullptr) return refuse(PIVOT_NULL, "wait_ns is null");
        if (!engine->is_host_driven) {
            return refuse(PIVOT_WRONG_ENGINE, "this engine has threads of its own");
        }
        *wait_ns = engine->engine->run().count();
        return {};
    });
}

pivot_status pivot_start(pivot_engine* engine, const pivot_request* request, pivot_done_fn* done,
                         void* user, pivot_ticket* ticket, pivot_error* error)
{
    return guard(error, [=]() -> Checked<void> {
        if (auto checked = check_alive(engine); !checked) return checked;
        if (done == nullptr) return refuse(PIVOT_NULL, "done is null");
        const auto read = pivot::abi::read_request(request, engine->engine->action_limits());
        if (!read) return tl::unexpected(read.error());
        const auto tell = [done, user](const pivot::OutcomeView& outcome) {
            const pivot_outcome handed{outcome};
            done(&handed, user);
        };
        if (ticket == nullptr) {
            engine->engine->start(*read, tell);
        } else {
            engine->engine->start(*read, tell, ticket_at(ticket));
        }
        return {};
    });
}

pivot_status pivot_cancel(pivot_engine* engine, pivot_ticket ticket)
{
    return guard(nullptr, [=]() -> Checked<void> {
        if (auto checked = check_alive(engine); !checked) return checked;
        engine->engine->cancel({ticket.call, ticket.serial});
        return {};
    });
}
