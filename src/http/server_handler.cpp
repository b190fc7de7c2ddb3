#include "http/server_handler.hpp"

namespace pivot::http {

reactor::Task<> ServerHandler::take_over(const ServerRequest& /*request*/,
                                         std::unique_ptr<net::Connection> connection,
                                         std::string /*surplus*/, reactor::Deadline& /*stopping*/)
{
    co_await connection->close();
}

}  // namespace pivot::http
