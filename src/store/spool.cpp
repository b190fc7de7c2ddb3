#include "store/spool.hpp"

#include <memory>
#include <utility>

namespace pivot::store {

namespace {

std::size_t size_of(const session::Cdr& cdr)
{
    return cdr.id.size() + cdr.call_id.size() + cdr.account_id.size() + cdr.url.size() +
           cdr.body.size();
}

}  // namespace

void Spool::put(session::Cdr cdr, Done done)
{
    const auto size_bytes = size_of(cdr);
    const auto kept = std::make_shared<const session::Cdr>(std::move(cdr));
    const auto execute = [kept](Tables& tables) { return tables.cdrs.put(*kept); };
    // A store that has closed replies, too: so the log is a copy.
    const auto reply = [kept, log = store_.log(), done = std::move(done)](const auto& outcome) {
        if (!outcome) {
            log(LogLevel::error, kept->call_id,
                log_line(*kept, "cannot be kept: " + outcome.error()));
        }
        if (done) done(to_result(outcome));
    };
    store_.submit(
        std::make_unique<Command>(Command::Kind::put_cdr, size_bytes, execute, reactor_, reply));
}

void Spool::due(session::DueQuery query, DueDone done)
{
    const auto cdrs = std::make_shared<std::vector<session::SpooledCdr>>();
    const auto execute = [query = std::move(query), cdrs](Tables& tables) -> Answer<void> {
        auto found = tables.cdrs.due(query);
        if (!found) return tl::unexpected(found.error());
        *cdrs = std::move(*found);
        return {};
    };
    const auto reply = [cdrs, done = std::move(done)](const Answer<void>& outcome) {
        const auto result = to_result(outcome);
        if (!result) return done(tl::unexpected(result.error()));
        done(std::move(*cdrs));
    };
    store_.submit(std::make_unique<Command>(Command::Kind::read, 0, execute, reactor_, reply));
}

void Spool::remove(std::string id, Done done)
{
    const auto execute = [id = std::move(id)](Tables& tables) { return tables.cdrs.remove(id); };
    change(execute, std::move(done));
}

void Spool::failed(std::string id, std::int64_t next_at_unix_ms, Done done)
{
    const auto execute = [id = std::move(id), next_at_unix_ms](Tables& tables) {
        return tables.cdrs.failed(id, next_at_unix_ms);
    };
    change(execute, std::move(done));
}

void Spool::change(Command::Execute execute, Done done)
{
    const auto reply = [done = std::move(done)](const Answer<void>& outcome) {
        if (done) done(to_result(outcome));
    };
    store_.submit(std::make_unique<Command>(Command::Kind::change_cdr, 0, std::move(execute),
                                            reactor_, reply));
}

}  // namespace pivot::store
