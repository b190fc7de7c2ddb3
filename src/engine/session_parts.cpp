#include "engine/session_parts.hpp"

#include <utility>

namespace pivot::engine {

namespace {

session::CallbackLimits callback_limits(const Instruments* instruments)
{
    session::CallbackLimits limits;
    limits.are_in_one_order = instruments != nullptr;
    return limits;
}

}  // namespace

SessionParts::SessionParts(exchange::Exchanges& shared, rooms::Lobby& rooms,
                           Records& engine_records, LaneCdrs& cdrs, media::Worker* media_worker,
                           Counter& jobs_overdue, const Instruments* instruments)
    : exchanges(shared),
      clock(instruments == nullptr ? shared.reactor.clock() : instruments->clock),
      callbacks(shared, callback_limits(instruments), engine_records.log()),
      records(engine_records)
{
    config.rooms = &rooms;
    config.jobs_overdue = &jobs_overdue;
    if (media_worker != nullptr) {
        config.media = &media.emplace(exchanges, *media_worker);
        config.archive = &archive.emplace(exchanges, *media_worker, records.log());
    }
    if (instruments != nullptr) config.journal = &instruments->journal;
    configure();
    if (records.takes_debug_records()) sinks.sink = &records;
    if (records.takes_cdrs()) sinks.cdrs = &cdrs;
    sinks.log = records.log();
    sinks.records_all = instruments != nullptr;
}

std::shared_ptr<const execute::ExecutorConfig> SessionParts::config_of(
    std::shared_ptr<const Directory> directory, const Abilities& abilities)
{
    struct Shared {
        std::shared_ptr<const Directory> directory;
        execute::ExecutorConfig config;
    };
    const bool is_same = last_config && last_config->directory == directory.get() &&
                         last_config->rooms == (abilities.mixes ? config.rooms : nullptr) &&
                         last_config->media == (abilities.own_media ? nullptr : config.media);
    if (is_same) return last_config;
    const auto made = std::make_shared<Shared>(Shared{std::move(directory), config});
    made->config.directory = made->directory.get();
    if (!abilities.mixes) made->config.rooms = nullptr;
    if (abilities.own_media) {
        made->config.media = nullptr;
        made->config.archive = nullptr;
    }
    last_config = {made, &made->config};
    return last_config;
}

bool SessionParts::pass_time()
{
    if (clock.is_due()) return clock.advance();
    if (callbacks.are_held()) {
        callbacks.release();
        return true;
    }
    const bool is_asking = exchanges.tally.asking.value() > 0 || callbacks.waiting() > 0;
    return !is_asking && clock.advance();
}

}  // namespace pivot::engine
