// What web servers are told though their answers are of no use: status callbacks, webhooks, …
//
// Notices of one call go out one after the other, so that they arrive in their order; those of
// different calls go side by side. Nothing of a call waits for any of it. One that fails is sent
// again a few times, and then given up.
#pragma once

#include "http/url.hpp"
#include "pivot/exchanges.hpp"
#include "reactor/deadline.hpp"
#include "reactor/scope.hpp"
#include "reactor/task.hpp"

#include <pivot/action.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>

namespace pivot {

struct Notice {
    std::string call_id;
    http::Url url;
    Method method = Method::post;
    BodyFormat body_format = BodyFormat::form;
    std::string parameters;  // encoded: the query of a GET, the body of a POST
    std::string headers;     // further ones, each with its end
};

class Callbacks {
public:
    static constexpr std::size_t waiting_max = 10'000;  // more are dropped, and counted
    static constexpr int attempts_max = 3;

    explicit Callbacks(Exchanges& exchanges);

    // Gives up what still waits. The reactor turns until it is gone.
    ~Callbacks();

    void send(Notice notice);

    std::size_t waiting() const { return waiting_; }
    std::uint64_t dropped() const { return dropped_; }  // never sent, or given up

private:
    using Queue = std::deque<Notice>;  // the first is being sent

    reactor::Task<> deliver(std::string call_id, reactor::Deadline& deadline);
    reactor::Task<bool> attempt(const Notice& notice, reactor::Deadline& deadline);

    Exchanges& exchanges_;
    reactor::Deadline closing_;
    reactor::Scope sending_;
    std::map<std::string, Queue, std::less<>> by_call_;
    std::size_t waiting_ = 0;
    std::uint64_t dropped_ = 0;
};

}  // namespace pivot
