#include "store/store.hpp"

#include "store/schema.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include <fmt/format.h>

namespace pivot::store {

tl::expected<std::unique_ptr<Store>, std::string> Store::open(const StoreConfig& config)
{
    auto database = open_file(config.path, config.bytes_max);
    if (!database) return tl::unexpected(database.error());
    auto cdrs = CdrTable::open(*database);
    if (!cdrs) return tl::unexpected(fmt::format("the store {}: {}", config.path, cdrs.error()));
    auto records = DebugTable::open(*database, config.debug_records_max);
    if (!records) {
        return tl::unexpected(fmt::format("the store {}: {}", config.path, records.error()));
    }
    return std::unique_ptr<Store>(
        new Store(config, std::move(*database), {std::move(*cdrs), std::move(*records)}));
}

Store::Store(const StoreConfig& config, Database database, Tables tables)
    : config_(config),
      database_(std::move(database)),
      tables_(std::move(tables)),
      thread_([this] { run(); })
{
}

Store::~Store()
{
    {
        const std::scoped_lock lock(mutex_);
        is_closing_ = true;
    }
    has_work_.notify_one();
    thread_.join();
}

void Store::add(DebugRecord record)
{
    const auto size_bytes = record.to_json().size();
    submit(std::make_unique<Command>(
        Command::Kind::add_debug_record, size_bytes,
        [record = std::move(record)](Tables& tables) { return tables.debug_records.add(record); }));
}

void Store::find_debug_records(std::string call_id, reactor::Reactor& reactor, FindDone done)
{
    constexpr std::size_t records_max = 1000;
    const auto found = std::make_shared<std::vector<std::string>>();
    const auto execute = [call_id = std::move(call_id), found](Tables& tables) -> Answer<void> {
        auto records = tables.debug_records.find(call_id, records_max);
        if (!records) return tl::unexpected(records.error());
        *found = std::move(*records);
        return {};
    };
    const auto reply = [found, done = std::move(done)](const Answer<void>& outcome) {
        const auto result = to_result(outcome);
        if (!result) return done(tl::unexpected(result.error()));
        done(std::move(*found));
    };
    submit(std::make_unique<Command>(Command::Kind::read, execute, reactor, reply));
}

void Store::submit(std::unique_ptr<Command> command)
{
    std::unique_lock lock(mutex_);
    if (has_room_for(*command)) {
        count(*command, true);
        queue_.push_back(std::move(command));
        lock.unlock();
        return has_work_.notify_one();
    }
    lock.unlock();
    if (command->kind() == Command::Kind::add_debug_record) ++dropped_;
    command->fail(fmt::format("{} CDRs are waiting to be written", config_.cdr_backlog_max));
    Command::reply(std::move(command));
}

bool Store::has_room_for(const Command& command) const
{
    switch (command.kind()) {
        case Command::Kind::put_cdr: return cdrs_waiting_ < config_.cdr_backlog_max;
        case Command::Kind::add_debug_record:
            return debug_bytes_waiting_ + command.size_bytes() <= config_.debug_backlog_bytes_max;
        case Command::Kind::change:
        case Command::Kind::read: return true;
    }
    return true;
}

void Store::count(const Command& command, bool is_queued)
{
    const std::size_t cdrs = command.kind() == Command::Kind::put_cdr ? 1 : 0;
    if (is_queued) {
        cdrs_waiting_ += cdrs;
        debug_bytes_waiting_ += command.size_bytes();
    } else {
        cdrs_waiting_ -= cdrs;
        debug_bytes_waiting_ -= command.size_bytes();
    }
}

void Store::run()
{
    for (auto commands = wait_for_commands(); !commands.empty(); commands = wait_for_commands()) {
        execute(commands);
        {
            const std::scoped_lock lock(mutex_);
            for (const auto& command : commands) count(*command, false);
        }
        for (auto& command : commands) Command::reply(std::move(command));
    }
}

// All that wait. None: the store is closing.
Store::Commands Store::wait_for_commands()
{
    std::unique_lock lock(mutex_);
    has_work_.wait(lock, [this] { return is_closing_ || !queue_.empty(); });
    return std::exchange(queue_, {});
}

void Store::execute(Commands& commands)
{
    const auto is_read = [](const auto& command) { return command->kind() == Command::Kind::read; };
    for (auto begin = commands.begin(); begin != commands.end();) {
        if (is_read(*begin)) {
            (*begin++)->execute(tables_);
            continue;
        }
        // One that fails takes its transaction with it: then each has one of its own.
        const auto end = std::find_if(begin, commands.end(), is_read);
        if (!execute_in_transaction({begin, end})) {
            for (auto one = begin; one != end; ++one) execute_in_transaction({one, one + 1});
        }
        begin = end;
    }
}

// Whether all were executed, and are on the disk. If not, they have failed and had no effect.
bool Store::execute_in_transaction(std::span<std::unique_ptr<Command>> commands)
{
    auto done = database_.run("BEGIN IMMEDIATE");
    for (auto& command : commands) {
        if (!done) break;
        done = command->execute(tables_);
    }
    if (done) done = database_.run("COMMIT");
    if (done) return true;
    // SQLite has ended it on its own where the disk was full.
    if (database_.is_in_transaction()) (void)database_.run("ROLLBACK");
    for (auto& command : commands) command->fail(done.error());
    return false;
}

Result<void> to_result(const Answer<void>& outcome)
{
    if (outcome) return {};
    return fail(Reason::overload, Phase::queue, fmt::format("the store: {}", outcome.error()));
}

}  // namespace pivot::store
