// Nothing but open() and open_to_read() is ever called: there is no database.
#include "store/database.hpp"

namespace pivot::store {

namespace {

tl::unexpected<std::string> nothing()
{
    return tl::unexpected(std::string("this library was built without SQLite"));
}

}  // namespace

const bool Database::is_there = false;

void Statement::Finalize::operator()(sqlite3_stmt*) const {}

Statement& Statement::bind(std::string_view)
{
    return *this;
}

Statement& Statement::bind(std::int64_t)
{
    return *this;
}

Answer<bool> Statement::step()
{
    return nothing();
}

Answer<void> Statement::run()
{
    return nothing();
}

std::string_view Statement::text(int) const
{
    return {};
}

std::int64_t Statement::number(int) const
{
    return 0;
}

void Statement::reset() {}

void Database::Close::operator()(sqlite3*) const {}

Answer<Database> Database::open(const std::string&)
{
    return nothing();
}

Answer<Database> Database::open_to_read(const std::string&)
{
    return nothing();
}

Answer<Statement> Database::prepare(std::string_view)
{
    return nothing();
}

Answer<void> Database::run(const char*)
{
    return nothing();
}

std::int64_t Database::changes() const
{
    return 0;
}

Answer<std::int64_t> Database::number(std::string_view)
{
    return nothing();
}

Answer<std::string> Database::text(std::string_view)
{
    return nothing();
}

void Database::roll_back() {}

}  // namespace pivot::store
