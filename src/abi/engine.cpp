#include <pivot/engine.hpp>

#include "abi/boundary.hpp"
#include "abi/handle.hpp"
#include "abi/outcome.hpp"
#include "abi/request.hpp"

#include <pivot/session.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

using pivot::abi::check_alive;
using pivot::abi::check_outside_callback;
using pivot::abi::check_thread;
using pivot::abi::Checked;
using pivot::abi::guard;
using pivot::abi::refuse;

namespace {

// As in docs/configuration.md.
constexpr std::int32_t reactors_max = 1'024;

Checked<pivot::EngineConfig> read_config(const pivot_engine_config& given)
{
    if (given.reactors > reactors_max) {
        return refuse(PIVOT_BAD_VALUE,
                      fmt::format("reactors is {}, more than {}", given.reactors, reactors_max));
    }
    const auto text = pivot::abi::read(given.json, "the configuration");
    if (!text) return tl::unexpected(text.error());
    auto config = pivot::EngineConfig::from_json(text->empty() ? "{}" : *text);
    if (!config) return refuse(PIVOT_BAD_CONFIG, std::move(config.error()));
    if (given.reactors >= 0) config->reactors = static_cast<unsigned>(given.reactors);
    return std::move(*config);
}

// Returns null if the host has none.
Checked<std::unique_ptr<pivot::abi::HostSinks>> read_sinks(const pivot_sinks* given)
{
    if (given == nullptr) return nullptr;
    const auto taken = pivot::abi::take(given, "pivot_sinks");
    if (!taken) return tl::unexpected(taken.error());
    return std::make_unique<pivot::abi::HostSinks>(*taken);
}

Checked<void> check_wait(const pivot_engine* engine, const std::int64_t* wait_ns)
{
    if (auto checked = check_thread(engine); !checked) return checked;
    if (wait_ns == nullptr) return refuse(PIVOT_NULL, "wait_ns is null");
    if (engine->is_host_driven) return {};
    return refuse(PIVOT_WRONG_ENGINE, "this engine has threads of its own");
}

Checked<std::chrono::nanoseconds> read_duration(std::int64_t given_ns, std::string_view name)
{
    if (given_ns >= 0) return std::chrono::nanoseconds(given_ns);
    return refuse(PIVOT_BAD_VALUE, fmt::format("{} {} is negative", name, given_ns));
}

}  // namespace

pivot_status pivot_engine_create(const pivot_engine_config* config, pivot_engine** engine,
                                 pivot_error* error)
{
    return guard(error, [=]() -> Checked<void> {
        if (engine == nullptr) return refuse(PIVOT_NULL, "engine is null");
        *engine = nullptr;
        pivot_engine_config given = {.size = sizeof given, .json = {}, .reactors = -1, .sinks = {}};
        if (config != nullptr) {
            const auto taken = pivot::abi::take(config, "pivot_engine_config");
            if (!taken) return tl::unexpected(taken.error());
            given = *taken;
        }
        auto read = read_config(given);
        if (!read) return tl::unexpected(std::move(read.error()));
        auto sinks = read_sinks(given.sinks);
        if (!sinks) return tl::unexpected(std::move(sinks.error()));
        read->sinks = sinks->get();
        auto created = pivot::Engine::create(*read);
        if (!created) return refuse(PIVOT_BAD_CONFIG, std::move(created.error()));
        *engine = new pivot_engine{read->reactors == 0, given.reactors, std::move(*sinks),
                                   std::move(*created)};
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
    return pivot_run_for(engine, 0, wait_ns);
}

pivot_status pivot_run_for(pivot_engine* engine, int64_t budget_ns, int64_t* wait_ns)
{
    return guard(nullptr, [=]() -> Checked<void> {
        if (auto checked = check_wait(engine, wait_ns); !checked) return checked;
        const auto budget = read_duration(budget_ns, "budget_ns");
        if (!budget) return tl::unexpected(budget.error());
        *wait_ns = engine->engine->run(*budget).count();
        return {};
    });
}

pivot_status pivot_engine_reload(pivot_engine* engine, pivot_text json, pivot_error* error)
{
    return guard(error, [=]() -> Checked<void> {
        if (auto checked = check_alive(engine); !checked) return checked;
        pivot_engine_config given = {};
        given.json = json;
        given.reactors = engine->reactors;
        auto read = read_config(given);
        if (!read) return tl::unexpected(std::move(read.error()));
        auto reloaded = engine->engine->reload(std::move(*read));
        if (!reloaded) return refuse(PIVOT_BAD_CONFIG, std::move(reloaded.error()));
        return {};
    });
}

pivot_status pivot_stop(pivot_engine* engine, int64_t within_ns)
{
    return guard(nullptr, [=]() -> Checked<void> {
        if (auto checked = check_thread(engine); !checked) return checked;
        const auto within = read_duration(within_ns, "within_ns");
        if (!within) return tl::unexpected(within.error());
        engine->engine->stop(*within);
        return {};
    });
}

pivot_status pivot_metrics(const pivot_engine* engine, pivot_write_fn* write, void* user)
{
    return guard(nullptr, [=]() -> Checked<void> {
        if (auto checked = check_alive(engine); !checked) return checked;
        if (write == nullptr) return refuse(PIVOT_NULL, "write is null");
        const std::string text = engine->engine->metrics();
        write(user, pivot::abi::view(text));
        return {};
    });
}

pivot_status pivot_debug_records(pivot_engine* engine, pivot_text call_id, pivot_records_fn* each,
                                 void* user)
{
    return guard(nullptr, [=]() -> Checked<void> {
        if (auto checked = check_outside_callback(engine); !checked) return checked;
        if (each == nullptr) return refuse(PIVOT_NULL, "each is null");
        const auto read = pivot::abi::read(call_id, "call_id");
        if (!read) return tl::unexpected(read.error());
        const auto records = engine->engine->debug_records(*read);
        if (records.empty()) return refuse(PIVOT_NOTHING, {});
        for (const std::string& record : records) each(user, pivot::abi::view(record));
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
        pivot::Engine::Ticket unwanted;
        engine->engine->start(*read, tell, pivot::abi::ticket_at(ticket, unwanted));
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
