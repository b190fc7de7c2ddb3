#include "store/store.hpp"

#include "reactor/thread.hpp"

#include <algorithm>
#include <latch>
#include <utility>

#include <fmt/format.h>

namespace pivot::store {

namespace {

using Commands = std::vector<std::unique_ptr<Command>>;
using Error = tl::unexpected<std::string>;

// Moves those that have ended out of `commands`. Their order stays.
void take_ended(Commands& commands, Commands& ended)
{
    for (auto& command : commands) {
        if (command->has_ended()) ended.push_back(std::move(command));
    }
    std::erase(commands, nullptr);
}

std::string debug_path(const StoreConfig& config)
{
    return config.path + "/debug";
}

}  // namespace

tl::expected<std::unique_ptr<Store>, std::string> Store::open(const StoreConfig& config, Log log)
{
    const auto store_error = [](const std::string& error) {
        return Error(fmt::format("the store {}", error));
    };
    if (!Database::is_there) {
        return store_error(
            fmt::format("{}: this library was built without SQLite (meson: -Dstore), "
                        "so it keeps nothing: leave store.path empty",
                        config.path));
    }
    auto folder = reactor::Folder::take(config.path);
    if (!folder) return store_error(folder.error());
    auto cdrs = CdrTable::open(config.path + "/cdrs", config.cdr_bytes_max);
    if (!cdrs) return store_error(cdrs.error());
    auto records = DebugTable::open(debug_path(config), config.debug_bytes_max);
    if (!records) {
        log(LogLevel::error, "",
            fmt::format("the store {}: there will be no debug records until it is moved away",
                        records.error()));
    }
    std::unique_ptr<Store> store(new Store(config, std::move(*folder), std::move(log),
                                           {std::move(*cdrs), std::move(records)}));
    auto thread = reactor::start_thread("pivot/store", [self = store.get()] { self->run(); });
    if (!thread) return store_error(fmt::format("{}: {}", config.path, thread.error()));
    store->thread_ = std::move(*thread);
    return store;
}

Store::Store(const StoreConfig& config, reactor::Folder folder, Log log, Tables tables)
    : config_(config), folder_(std::move(folder)), log_(std::move(log)), tables_(std::move(tables))
{
    count_waiting();
}

Store::~Store()
{
    if (!thread_.joinable()) return;
    {
        const std::scoped_lock lock(mutex_);
        is_closing_ = true;
    }
    has_work_.notify_one();
    thread_.join();
}

void Store::add(session::DebugRecord record)
{
    const auto size_bytes = record.to_json().size();
    submit(std::make_unique<Command>(Command::Kind::add_debug_record, size_bytes,
                                     [record = std::move(record)](Tables& tables) {
                                         return tables.debug_records->add(record);
                                     }));
}

Answer<std::vector<std::string>> Store::debug_records(std::string_view call_id)
{
    if (!tables_.debug_records) return Error(tables_.debug_records.error());
    flush();
    DebugQuery query;
    query.call_id = call_id;
    query.after = 0;
    auto records = DebugTable::read(debug_path(config_), query);
    if (!records) return Error(std::move(records.error()));
    std::vector<std::string> found;
    for (StoredRecord& record : *records) found.push_back(std::move(record.json));
    return found;
}

// Returns when everything that was submitted before is done.
void Store::flush()
{
    std::latch is_done(1);
    const auto execute = [&is_done](Tables&) -> Answer<void> {
        is_done.count_down();
        return {};
    };
    submit(std::make_unique<Command>(Command::Kind::read, 0, execute));
    is_done.wait();
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
    if (command->kind() == Command::Kind::add_debug_record) {
        ++dropped_;
        return;
    }
    command->end(Error(fmt::format("{} bytes of CDRs wait to be written, which is the limit",
                                   config_.cdr_backlog_bytes_max)));
    Command::reply(std::move(command));
}

bool Store::has_room_for(const Command& command) const
{
    switch (command.kind()) {
        case Command::Kind::put_cdr:
            return cdr_bytes_waiting_ + command.size_bytes() <= config_.cdr_backlog_bytes_max;
        case Command::Kind::add_debug_record:
            return debug_bytes_waiting_ + command.size_bytes() <= config_.debug_backlog_bytes_max;
        case Command::Kind::change_cdr:
        case Command::Kind::read: return true;
    }
    return true;
}

void Store::count(const Command& command, bool is_queued)
{
    const bool is_cdr = command.kind() == Command::Kind::put_cdr;
    auto& waiting = is_cdr ? cdr_bytes_waiting_ : debug_bytes_waiting_;
    if (is_queued) {
        waiting += command.size_bytes();
    } else {
        waiting -= command.size_bytes();
    }
}

void Store::run()
{
    for (bool is_open = true; is_open;) {
        is_open = take_commands();
        if (has_unwritten() && (!is_open || Clock::now() >= retry_at_)) write_cdrs();
        add_debug_records();
        read();  // what was written before
    }
    refuse_the_rest();
}

// All that wait, by what they are. False: the store is closing.
bool Store::take_commands()
{
    const auto has_work = [this] { return is_closing_ || !queue_.empty(); };
    std::unique_lock lock(mutex_);
    if (has_unwritten()) {
        has_work_.wait_until(lock, retry_at_, has_work);
    } else {
        has_work_.wait(lock, has_work);
    }
    Commands taken = std::exchange(queue_, {});
    const bool is_open = !is_closing_;
    lock.unlock();
    for (auto& command : taken) {
        switch (command->kind()) {
            case Command::Kind::put_cdr: puts_.push_back(std::move(command)); break;
            case Command::Kind::change_cdr: changes_.push_back(std::move(command)); break;
            case Command::Kind::read: reads_.push_back(std::move(command)); break;
            case Command::Kind::add_debug_record:
                debug_records_.push_back(std::move(command));
                break;
        }
    }
    return is_open;
}

void Store::read()
{
    for (auto& command : reads_) command->end(command->execute(tables_));
    finish(std::exchange(reads_, {}));
}

// Changes go first: they make room.
void Store::write_cdrs()
{
    const bool can_be_written = write(changes_);
    if (can_be_written) write(puts_);
    Commands written;
    take_ended(changes_, written);
    take_ended(puts_, written);
    note_trouble();
    count_waiting();
    finish(std::move(written));
}

void Store::count_waiting()
{
    cdrs_waiting_.set(static_cast<std::uint64_t>(tables_.cdrs.size()) + puts_.size());
    const auto oldest = tables_.cdrs.oldest_unix_ms();
    if (oldest) oldest_cdr_unix_ms_.set(static_cast<std::uint64_t>(*oldest));
}

// Returns false where nothing at all can be written. Another process may have the file, and
// SQLite has waited for that: once, and not for each command.
bool Store::write(std::span<std::unique_ptr<Command>> commands)
{
    if (commands.empty()) return true;
    switch (transact(commands)) {
        case Transaction::committed: return true;
        case Transaction::stuck: return false;
        case Transaction::refused: break;
    }
    // One that fails takes its transaction with it: then each has one of its own.
    return std::ranges::none_of(
        commands, [this](auto& command) { return transact({&command, 1}) == Transaction::stuck; });
}

// Either all are on the disk, and have ended; or none has had an effect.
Store::Transaction Store::transact(std::span<std::unique_ptr<Command>> commands)
{
    auto& table = tables_.cdrs;
    auto done = table.begin();
    auto end = Transaction::stuck;
    for (auto& command : commands) {
        if (!done) break;
        done = command->execute(tables_);
        if (!done) end = Transaction::refused;
    }
    if (done) done = table.commit();
    if (!done) {
        table.roll_back();
        trouble_ = std::move(done.error());
        return end;
    }
    for (auto& command : commands) command->end({});
    return Transaction::committed;
}

// Says once that there is trouble, and once that there is no more.
void Store::note_trouble()
{
    const bool was_in_trouble = is_in_trouble_.exchange(has_unwritten());
    if (!is_in_trouble_) {
        retry_pause_ = {};
        retry_at_ = {};
        if (!was_in_trouble) return;
        log_(LogLevel::info, "", fmt::format("the store {}/cdrs is written again", config_.path));
        return;
    }
    retry_pause_ = std::clamp(retry_pause_ * 2, config_.retry_min, config_.retry_max);
    retry_at_ = Clock::now() + retry_pause_;
    if (was_in_trouble) return;
    log_(LogLevel::error, "",
         fmt::format("the store {}/cdrs cannot be written: {}: CDRs wait in memory until it can",
                     config_.path, trouble_));
}

void Store::refuse_the_rest()
{
    for (auto* unwritten : {&changes_, &puts_}) {
        for (auto& command : *unwritten) command->end(Error(trouble_));
        finish(std::exchange(*unwritten, {}));
    }
}

void Store::add_debug_records()
{
    if (debug_records_.empty()) return;
    auto records = std::exchange(debug_records_, {});
    Answer<void> done;
    auto& table = tables_.debug_records;
    if (table) {
        done = table->begin();
        for (auto& command : records) {
            if (done) done = command->execute(tables_);
        }
        if (done) done = table->commit();
        if (!done) table->roll_back();
    } else {
        done = Error(table.error());
    }
    if (!done) drop_debug_records(records.size(), done.error());
    if (done) drops_debug_records_ = false;
    finish(std::move(records));
}

void Store::drop_debug_records(std::size_t count, const std::string& why)
{
    dropped_ += count;
    const bool was_known = std::exchange(drops_debug_records_, true) || !tables_.debug_records;
    if (was_known) return;
    log_(LogLevel::warning, "",
         fmt::format("the store {}/debug cannot be written: {}: debug records are dropped",
                     config_.path, why));
}

void Store::finish(Commands commands)
{
    {
        const std::scoped_lock lock(mutex_);
        for (const auto& command : commands) count(*command, false);
    }
    for (auto& command : commands) Command::reply(std::move(command));
}

Result<void> to_result(const Answer<void>& outcome)
{
    if (outcome) return {};
    return fail(Reason::overload, Phase::queue, fmt::format("the store: {}", outcome.error()));
}

}  // namespace pivot::store
