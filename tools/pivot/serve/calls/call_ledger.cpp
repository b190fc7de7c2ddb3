#include "pivot/serve/calls/call_ledger.hpp"

#include "base/clock.hpp"
#include "base/json.hpp"
#include "reactor/thread.hpp"
#include "store/reading.hpp"
#include "store/schema.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

using store::Answer;

// A transaction without calls changes the row of `attempts`, to test the disk.
constexpr auto tables = R"(
    CREATE TABLE calls (
        sequence INTEGER PRIMARY KEY,
        id TEXT NOT NULL,
        switch_id TEXT NOT NULL,
        account_id TEXT NOT NULL,
        from_number TEXT NOT NULL,
        called TEXT NOT NULL,
        action TEXT NOT NULL,
        began_unix_ms INTEGER NOT NULL,
        ended_unix_ms INTEGER NOT NULL,
        was_answered INTEGER NOT NULL,
        has_moved INTEGER NOT NULL,
        iterations INTEGER NOT NULL,
        cause TEXT NOT NULL,
        sip_code INTEGER NOT NULL,
        branch TEXT NOT NULL,
        failure TEXT NOT NULL,
        refusal TEXT NOT NULL
    );
    CREATE INDEX calls_by_end ON calls (ended_unix_ms);
    CREATE INDEX calls_by_id ON calls (id);
    CREATE TABLE attempts (count INTEGER NOT NULL);
    INSERT INTO attempts VALUES (0);
    PRAGMA application_id = 0x5049564C;
    PRAGMA user_version = 1;
)";

constexpr store::Schema schema{.application_id = 0x5049564C,  // "PIVL"
                               .version = 1,
                               .tables = tables,
                               .synchronous = "FULL"};

// Files of the first version lack them.
constexpr auto later_tables = R"(
    CREATE INDEX IF NOT EXISTS calls_by_switch_id ON calls (switch_id);
    CREATE TABLE IF NOT EXISTS calls_in_flight (
        sequence INTEGER PRIMARY KEY,
        id TEXT NOT NULL,
        switch_id TEXT NOT NULL,
        account_id TEXT NOT NULL,
        from_number TEXT NOT NULL,
        called TEXT NOT NULL,
        action TEXT NOT NULL,
        front TEXT NOT NULL,
        began_unix_ms INTEGER NOT NULL
    );
    CREATE TABLE IF NOT EXISTS identity (id TEXT NOT NULL);
    INSERT INTO identity SELECT lower(hex(randomblob(4))) WHERE NOT EXISTS (SELECT * FROM identity);
)";

// How long a row waits for others: a transaction mostly costs the disk's confirmation.
constexpr std::chrono::seconds gathering{1};

constexpr std::chrono::seconds between_attempts{1};
constexpr std::chrono::hours between_removals{1};

// A transaction removes at most this many, so that SQLite's log stays small.
constexpr std::int64_t old_rows_max = 1'000;

Answer<void> limit(store::Database& database, std::int64_t bytes_max)
{
    const auto page_bytes = database.number("PRAGMA page_size");
    if (!page_bytes) return tl::unexpected(page_bytes.error());
    return database.run(fmt::format("PRAGMA max_page_count = {}", bytes_max / *page_bytes).c_str());
}

KnownCall call_of(const store::Statement& row)
{
    const auto text = [&row](int column) { return std::string(row.text(column)); };
    KnownCall call;
    call.facts = {text(0), text(1), text(2), text(3), text(4), text(5)};
    call.began_unix_ms = row.number(6);
    call.ended_unix_ms = row.number(7);
    call.end.was_answered = row.number(8) != 0;
    call.end.has_moved = row.number(9) != 0;
    call.end.iterations = static_cast<int>(row.number(10));
    call.end.cause = {text(11), static_cast<int>(row.number(12))};
    call.end.branch = text(13);
    call.end.failure = text(14);
    call.refusal = text(15);
    return call;
}

Answer<std::vector<KnownCall>> read_in_flight(store::Database& database)
{
    auto rows = database.prepare(
        "SELECT sequence, id, switch_id, account_id, from_number, called, action, front, "
        "began_unix_ms FROM calls_in_flight ORDER BY sequence");
    if (!rows) return tl::unexpected(rows.error());
    const auto text = [&rows](int column) { return std::string(rows->text(column)); };
    std::vector<KnownCall> calls;
    while (true) {
        const auto row = rows->step();
        if (!row) return tl::unexpected(row.error());
        if (!*row) return calls;
        KnownCall& call = calls.emplace_back();
        call.row = rows->number(0);
        call.facts = {text(1), text(2), text(3), text(4), text(5), text(6)};
        call.facts.front = text(7);
        call.began_unix_ms = rows->number(8);
    }
}

// `condition` has a parameter for each of the texts.
tl::expected<std::vector<KnownCall>, std::string> select(const std::string& path,
                                                         std::string_view condition,
                                                         const std::vector<std::string_view>& texts,
                                                         std::size_t calls_max)
{
    auto reading = store::Reading::open(
        path,
        fmt::format("SELECT id, switch_id, account_id, from_number, called, action, began_unix_ms, "
                    "ended_unix_ms, was_answered, has_moved, iterations, cause, sip_code, branch, "
                    "failure, refusal FROM calls WHERE {} ORDER BY ended_unix_ms DESC, sequence "
                    "DESC LIMIT ?",
                    condition));
    if (!reading) return tl::unexpected(reading.error());
    for (const std::string_view text : texts) reading->query().bind(text);
    reading->query().bind(static_cast<std::int64_t>(calls_max));
    std::vector<KnownCall> calls;
    while (true) {
        const auto row = reading->next();
        if (!row) return tl::unexpected(row.error());
        if (!*row) return calls;
        calls.push_back(call_of(reading->query()));
    }
}

}  // namespace

std::string to_json(const KnownCall& call)
{
    std::string json = "{";
    const auto add = [&json](std::string_view name, std::string_view value) {
        if (value.empty()) return;
        if (json.size() > 1) json += ',';
        json::append_quoted(json, name);
        json += ':';
        json::append_quoted(json, value);
    };
    add("id", call.facts.id);
    add("switch_id", call.facts.switch_id);
    add("account_id", call.facts.account_id);
    add("from", call.facts.from);
    add("called", call.facts.called);
    add("action", call.facts.action);
    add("cause", call.end.cause.name);
    add("branch", call.end.branch);
    add("failure", call.end.failure);
    add("refusal", call.refusal);
    json += fmt::format(R"({}"began_unix_ms":{})", json.size() > 1 ? "," : "", call.began_unix_ms);
    if (call.ended_unix_ms) {
        json += fmt::format(
            R"(,"ended_unix_ms":{},"was_answered":{},"has_moved":{},"iterations":{},"sip_code":{})",
            *call.ended_unix_ms, call.end.was_answered, call.end.has_moved, call.end.iterations,
            call.end.cause.sip_code);
    }
    return json + '}';
}

tl::expected<std::unique_ptr<CallLedger>, std::string> CallLedger::open(
    const LedgerSettings& settings, Log& log)
{
    auto database = store::open_file(settings.path, schema);
    if (!database) return tl::unexpected(database.error());
    auto prepared = limit(*database, settings.bytes_max);
    if (prepared) prepared = database->run(later_tables);
    auto statements = prepared ? prepare(*database) : tl::unexpected(prepared.error());
    auto lost = statements ? read_in_flight(*database) : tl::unexpected(statements.error());
    auto id = lost ? database->text("SELECT id FROM identity") : tl::unexpected(lost.error());
    if (!id) return tl::unexpected(fmt::format("{}: {}", settings.path, id.error()));
    std::unique_ptr<CallLedger> ledger(new CallLedger(settings, std::move(*database),
                                                      std::move(*statements), std::move(*id),
                                                      std::move(*lost), log));
    auto thread = reactor::start_thread("pivot/calls", [self = ledger.get()] { self->run(); });
    if (!thread) return tl::unexpected(fmt::format("{}: {}", settings.path, thread.error()));
    ledger->thread_ = std::move(*thread);
    return ledger;
}

CallLedger::CallLedger(const LedgerSettings& settings, store::Database database,
                       Statements statements, std::string id, Calls lost, Log& log)
    : settings_(settings),
      id_(std::move(id)),
      database_(std::move(database)),
      statements_(std::move(statements)),
      log_(log),
      lost_(std::move(lost)),
      last_row_(lost_.empty() ? 0 : lost_.back().row)
{
}

Answer<CallLedger::Statements> CallLedger::prepare(store::Database& database)
{
    auto insertion = database.prepare(
        "INSERT INTO calls (id, switch_id, account_id, from_number, called, action, began_unix_ms, "
        "ended_unix_ms, was_answered, has_moved, iterations, cause, sip_code, branch, failure, "
        "refusal) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    if (!insertion) return tl::unexpected(insertion.error());
    auto begin = database.prepare(
        "INSERT INTO calls_in_flight (sequence, id, switch_id, account_id, from_number, called, "
        "action, front, began_unix_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    if (!begin) return tl::unexpected(begin.error());
    auto end = database.prepare("DELETE FROM calls_in_flight WHERE sequence = ?");
    if (!end) return tl::unexpected(end.error());
    auto removal = database.prepare(
        "DELETE FROM calls WHERE sequence IN (SELECT sequence FROM calls WHERE ended_unix_ms < ? "
        "ORDER BY ended_unix_ms LIMIT ?)");
    if (!removal) return tl::unexpected(removal.error());
    auto test = database.prepare("UPDATE attempts SET count = count + 1");
    if (!test) return tl::unexpected(test.error());
    return Statements{std::move(*insertion), std::move(*begin), std::move(*end),
                      std::move(*removal), std::move(*test)};
}

CallLedger::~CallLedger()
{
    if (!thread_.joinable()) return;
    {
        const std::scoped_lock lock(mutex_);
        is_closing_ = true;
        changed_.notify_one();
    }
    thread_.join();
}

std::int64_t CallLedger::begin(CallFacts facts, std::int64_t unix_ms)
{
    const std::scoped_lock lock(mutex_);
    if (waiting_.is_empty()) changed_.notify_one();
    KnownCall& call = waiting_.begun.emplace_back();
    call.facts = std::move(facts);
    call.began_unix_ms = unix_ms;
    call.row = ++last_row_;
    return call.row;
}

void CallLedger::add(KnownCall call)
{
    const std::scoped_lock lock(mutex_);
    if (waiting_.is_empty()) changed_.notify_one();
    waiting_.ended.push_back(std::move(call));
}

void CallLedger::run()
{
    Batch batch;
    while (wait_for_calls(batch)) write(std::exchange(batch, {}));
}

// It also writes without calls: to try again after a failure, and to remove old rows.
std::chrono::milliseconds CallLedger::patience() const
{
    if (!can_write_) return between_attempts;
    return may_have_old_ ? std::chrono::milliseconds(0) : between_removals;
}

// Returns false once the ledger closes and no calls are left.
bool CallLedger::wait_for_calls(Batch& batch)
{
    std::unique_lock lock(mutex_);
    const auto has_work = [this] { return is_closing_ || !waiting_.is_empty(); };
    changed_.wait_for(lock, patience(), has_work);
    if (!waiting_.is_empty()) changed_.wait_for(lock, gathering, [this] { return is_closing_; });
    batch = std::exchange(waiting_, {});
    return !is_closing_ || !batch.is_empty();
}

// That calls have begun need not survive a crash of the machine, so nothing waits for the disk.
void CallLedger::write(Batch batch)
{
    const bool only_begins = can_write_ && batch.ended.empty() && !batch.begun.empty();
    remove_over(batch);
    auto written =
        database_.run(only_begins ? "PRAGMA synchronous = NORMAL" : "PRAGMA synchronous = FULL");
    if (written) written = database_.begin();
    if (written) written = insert(batch);
    if (written) written = remove_old();
    if (written) written = database_.commit();
    if (!written) {
        database_.roll_back();
        complain(batch.ended, written.error());
    } else {
        over_.clear();
        if (!can_write_) {
            log_.write(LogLevel::info, "", fmt::format("{} is written again", settings_.path));
        }
    }
    can_write_ = written.has_value();
}

// A call that has begun and ended is not written as one in flight.
void CallLedger::remove_over(Batch& batch)
{
    for (const KnownCall& call : batch.ended) {
        if (call.row == 0) continue;
        const auto begun = std::ranges::lower_bound(batch.begun, call.row, {}, &KnownCall::row);
        if (begun != batch.begun.end() && begun->row == call.row) {
            begun->ended_unix_ms = call.ended_unix_ms;
        } else {
            over_.push_back(call.row);
        }
    }
    std::erase_if(batch.begun, [](const KnownCall& call) { return call.ended_unix_ms; });
}

Answer<void> CallLedger::insert(const Batch& batch)
{
    if (batch.is_empty()) return statements_.test.run();
    auto done = insert_ended(batch.ended);
    if (done) done = insert_begun(batch.begun);
    for (const std::int64_t row : over_) {
        if (done) done = statements_.end.bind(row).run();
    }
    return done;
}

Answer<void> CallLedger::insert_ended(const Calls& calls)
{
    store::Statement& row = statements_.insertion;
    for (const KnownCall& call : calls) {
        const CallFacts& facts = call.facts;
        const SessionEnd& end = call.end;
        row.bind(facts.id).bind(facts.switch_id).bind(facts.account_id).bind(facts.from);
        row.bind(facts.called).bind(facts.action).bind(call.began_unix_ms);
        row.bind(call.ended_unix_ms.value_or(call.began_unix_ms));
        row.bind(std::int64_t{end.was_answered}).bind(std::int64_t{end.has_moved});
        row.bind(std::int64_t{end.iterations}).bind(end.cause.name);
        row.bind(std::int64_t{end.cause.sip_code}).bind(end.branch).bind(end.failure);
        row.bind(call.refusal);
        if (auto inserted = row.run(); !inserted) return inserted;
    }
    return {};
}

Answer<void> CallLedger::insert_begun(const Calls& calls)
{
    store::Statement& row = statements_.begin;
    for (const KnownCall& call : calls) {
        const CallFacts& facts = call.facts;
        row.bind(call.row).bind(facts.id).bind(facts.switch_id).bind(facts.account_id);
        row.bind(facts.from).bind(facts.called).bind(facts.action).bind(facts.front);
        row.bind(call.began_unix_ms);
        if (auto inserted = row.run(); !inserted) return inserted;
    }
    return {};
}

Answer<void> CallLedger::remove_old()
{
    const std::int64_t oldest_unix_ms =
        settings_.unix_now_ms() - std::chrono::milliseconds(settings_.keep).count();
    auto removed = statements_.removal.bind(oldest_unix_ms).bind(old_rows_max).run();
    may_have_old_ = removed && database_.changes() == old_rows_max;
    return removed;
}

void CallLedger::complain(const Calls& calls, const std::string& why)
{
    if (can_write_) {
        log_.write(
            LogLevel::error, "",
            fmt::format("{} cannot be written, so calls are only logged: {}", settings_.path, why));
    }
    for (const KnownCall& call : calls) log_.write(LogLevel::error, call.facts.id, to_json(call));
}

tl::expected<std::vector<KnownCall>, std::string> CallLedger::read(const std::string& path,
                                                                   std::size_t calls_max)
{
    return select(path, "TRUE", {}, calls_max);
}

tl::expected<std::vector<KnownCall>, std::string> CallLedger::find(const std::string& path,
                                                                   std::string_view key,
                                                                   std::size_t calls_max)
{
    const std::string marked = std::string(key) + '~';
    const std::string beyond_marked = marked + '\xff';  // no text in UTF-8 has that
    auto calls = select(path, "id = ? OR switch_id = ? OR id >= ? AND id < ?",
                        {key, key, marked, beyond_marked}, calls_max);
    if (!calls || !calls->empty() || key.size() < CallHistory::prefix_bytes_min) return calls;
    const std::string beyond = std::string(key) + '\xff';
    return select(path, "id >= ? AND id < ? OR switch_id >= ? AND switch_id < ?",
                  {key, beyond, key, beyond}, calls_max);
}

}  // namespace pivot::tools
