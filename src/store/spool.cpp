#include "store/spool.hpp"

#include <memory>
#include <utility>

namespace pivot::store {

void Spool::put(Cdr cdr, Done done)
{
    const auto execute = [cdr = std::move(cdr)](Tables& tables) { return tables.cdrs.put(cdr); };
    submit(Command::Kind::put_cdr, execute, std::move(done));
}

void Spool::due(DueQuery query, DueDone done)
{
    const auto cdrs = std::make_shared<std::vector<SpooledCdr>>();
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
    store_.submit(std::make_unique<Command>(Command::Kind::read, execute, reactor_, reply));
}

void Spool::remove(std::string id, Done done)
{
    const auto execute = [id = std::move(id)](Tables& tables) { return tables.cdrs.remove(id); };
    submit(Command::Kind::change, execute, std::move(done));
}

void Spool::failed(std::string id, std::int64_t next_at_unix_ms, Done done)
{
    const auto execute = [id = std::move(id), next_at_unix_ms](Tables& tables) {
        return tables.cdrs.failed(id, next_at_unix_ms);
    };
    submit(Command::Kind::change, execute, std::move(done));
}

void Spool::submit(Command::Kind kind, Command::Execute execute, Done done)
{
    const auto reply = [done = std::move(done)](const Answer<void>& outcome) {
        if (done) done(to_result(outcome));
    };
    store_.submit(std::make_unique<Command>(kind, std::move(execute), reactor_, reply));
}

}  // namespace pivot::store
