#include "pivot/serve/calls/call_ledger.hpp"

#include "base/clock.hpp"
#include "base/json.hpp"
#include "reactor/thread.hpp"
#include "store/reading.hpp"
#include "store/schema.hpp"

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

// Files of the first version lack it.
constexpr auto later_index = "CREATE INDEX IF NOT EXISTS calls_by_switch_id ON calls (switch_id)";

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
    if (prepared) prepared = database->run(later_index);
    auto statements = prepared ? prepare(*database) : tl::unexpected(prepared.error());
    if (!statements) {
        return tl::unexpected(fmt::format("{}: {}", settings.path, statements.error()));
    }
    std::unique_ptr<CallLedger> ledger(
        new CallLedger(settings, std::move(*database), std::move(*statements), log));
    auto thread = reactor::start_thread("pivot/calls", [self = ledger.get()] { self->run(); });
    if (!thread) return tl::unexpected(fmt::format("{}: {}", settings.path, thread.error()));
    ledger->thread_ = std::move(*thread);
    return ledger;
}

CallLedger::CallLedger(const LedgerSettings& settings, store::Database database,
                       Statements statements, Log& log)
    : settings_(settings),
      database_(std::move(database)),
      statements_(std::move(statements)),
      log_(log)
{
}

Answer<CallLedger::Statements> CallLedger::prepare(store::Database& database)
{
    auto insertion = database.prepare(
        "INSERT INTO calls (id, switch_id, account_id, from_number, called, action, began_unix_ms, "
        "ended_unix_ms, was_answered, has_moved, iterations, cause, sip_code, branch, failure, "
        "refusal) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    if (!insertion) return tl::unexpected(insertion.error());
    auto removal = database.prepare(
        "DELETE FROM calls WHERE sequence IN (SELECT sequence FROM calls WHERE ended_unix_ms < ? "
        "ORDER BY ended_unix_ms LIMIT ?)");
    if (!removal) return tl::unexpected(removal.error());
    auto test = database.prepare("UPDATE attempts SET count = count + 1");
    if (!test) return tl::unexpected(test.error());
    return Statements{std::move(*insertion), std::move(*removal), std::move(*test)};
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

void CallLedger::add(KnownCall call)
{
    const std::scoped_lock lock(mutex_);
    waiting_.push_back(std::move(call));
    if (waiting_.size() == 1) changed_.notify_one();
}

void CallLedger::run()
{
    Calls calls;
    while (wait_for_calls(calls)) write(std::exchange(calls, {}));
}

// It also writes without calls: to try again after a failure, and to remove old rows.
std::chrono::milliseconds CallLedger::patience() const
{
    if (!can_write_) return between_attempts;
    return may_have_old_ ? std::chrono::milliseconds(0) : between_removals;
}

// Returns false once the ledger closes and no calls are left.
bool CallLedger::wait_for_calls(Calls& calls)
{
    std::unique_lock lock(mutex_);
    const auto has_work = [this] { return is_closing_ || !waiting_.empty(); };
    changed_.wait_for(lock, patience(), has_work);
    if (!waiting_.empty()) changed_.wait_for(lock, gathering, [this] { return is_closing_; });
    calls = std::exchange(waiting_, {});
    return !is_closing_ || !calls.empty();
}

void CallLedger::write(const Calls& calls)
{
    auto written = database_.begin();
    if (written) written = insert(calls);
    if (written) written = remove_old();
    if (written) written = database_.commit();
    if (!written) {
        database_.roll_back();
        complain(calls, written.error());
    } else if (!can_write_) {
        log_.write(LogLevel::info, "", fmt::format("{} is written again", settings_.path));
    }
    can_write_ = written.has_value();
}

Answer<void> CallLedger::insert(const Calls& calls)
{
    if (calls.empty()) return statements_.test.run();
    store::Statement& row = statements_.insertion;
    for (const auto& [facts, began, ended, refusal, end, lines, left_out, mistakes, ticket] :
         calls) {
        row.bind(facts.id).bind(facts.switch_id).bind(facts.account_id).bind(facts.from);
        row.bind(facts.called).bind(facts.action).bind(began).bind(ended.value_or(began));
        row.bind(std::int64_t{end.was_answered}).bind(std::int64_t{end.has_moved});
        row.bind(std::int64_t{end.iterations}).bind(end.cause.name);
        row.bind(std::int64_t{end.cause.sip_code}).bind(end.branch).bind(end.failure);
        row.bind(refusal);
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
