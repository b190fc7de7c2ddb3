#include "pivot/serve/service/http_thread.hpp"

#include "base/pass_on.hpp"
#include "reactor/scope.hpp"
#include "reactor/thread.hpp"

#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

tl::expected<std::unique_ptr<HttpThread>, std::string> HttpThread::open(
    HttpPurpose purpose, const std::vector<net::ListenAddress>& addresses, Log& log)
{
    std::unique_ptr<HttpThread> made(new HttpThread(std::move(purpose)));
    const auto write = [&log](LogLevel level, std::string_view call_id, std::string_view line) {
        log.write(level, call_id, line);
    };
    const auto refuse = [&](const std::string& why) {
        return tl::unexpected(fmt::format("{}: {}", made->purpose_.setting, why));
    };
    for (const net::ListenAddress& address : addresses) {
        auto listener = net::Listener::open(address, write);
        if (!listener) return refuse(listener.error());
        if (made->purpose_.has_tls(address)) {
            auto secured = (*listener)->secure(made->purpose_.tls);
            if (!secured) return refuse(secured.error());
        }
        made->listeners_.push_back(std::move(*listener));
    }
    return made;
}

bool HttpPurpose::has_tls(const net::ListenAddress& address) const
{
    const bool is_concerned = is_tls_on_loopback ? address.ip() != nullptr : !address.is_local();
    return is_concerned && tls.is_there();
}

std::string name_of(const net::Listener& listener)
{
    return listener.address().to_text() + (listener.is_secure() ? " with TLS" : "");
}

std::vector<std::string> HttpThread::own_listeners() const
{
    std::vector<std::string> all;
    for (const auto& listener : listeners_) {
        if (listener->address().ip() != nullptr) all.push_back(listener->address().to_text());
    }
    return all;
}

tl::expected<void, std::string> HttpThread::start(MakeHandler make_handler)
{
    if (listeners_.empty()) return {};
    make_handler_ = std::move(make_handler);
    std::string error;
    auto thread = reactor::start_thread(purpose_.thread, [this, &error] { run(error); });
    if (!thread) return pass_on(thread);
    thread_ = std::move(*thread);
    is_open_.wait();
    if (error.empty()) return {};
    thread_.join();
    return tl::unexpected(fmt::format("{}: {}", purpose_.setting, error));
}

// `error` dies once `is_open_` has been counted down.
void HttpThread::run(std::string& error)
{
    auto reactor = reactor::Reactor::open(purpose_.reactor);
    if (!reactor) {
        error = std::move(reactor.error());
        return is_open_.count_down();
    }
    reactor_ = std::move(*reactor);
    pulse_.follow(reactor_.get());
    is_open_.count_down();
    serve();
    pulse_.follow(nullptr);
    stop_is_posted_.wait();
    reactor_.reset();
}

void HttpThread::serve()
{
    reactor::Scope serving(*reactor_);
    for (const auto& listener : listeners_) {
        handlers_.push_back(make_handler_(listener->address(), *reactor_));
        servers_.push_back(std::make_unique<http::Server>(*reactor_, *handlers_.back(),
                                                          purpose_.limits, purpose_.headers));
        serving.spawn(servers_.back()->serve(*listener));
    }
    while (!is_stopping_ || serving.running() > 0) reactor_->turn(never);
    servers_.clear();
    while (!reactor_->is_idle()) reactor_->turn(never);
    handlers_.clear();
}

void HttpThread::Stop::deliver()
{
    owner_.is_stopping_ = true;
    for (const auto& server : owner_.servers_) server->close();
}

HttpThread::~HttpThread()
{
    if (!thread_.joinable()) return;
    reactor_->post(stop_);  // may be delivered before this returns
    stop_is_posted_.count_down();
    thread_.join();
}

}  // namespace pivot::tools
