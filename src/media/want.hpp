// A sound that calls of a lane wait for, on its way to the worker and back:
//
//     lane ─► worker: is it here? ─┬─ yes ───────────────────────────► lane: the answer
//                                  ├─ somebody else gets it: waits ──► likewise
//                                  ├─ no, a program says it: runs it ► likewise
//                                  └─ no ─► lane: asks its server ─► worker: keeps it ─► likewise
//
// If the operator has configured a conversion program, it converts rendered and fetched sounds.
#pragma once

#include "base/list.hpp"
#include "media/cache.hpp"
#include "media/fetched.hpp"
#include "reactor/inbox.hpp"

#include <pivot/channel.hpp>
#include <pivot/failure.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pivot::media {

class Supply;

// The program that converts a sound to what the leg plays best. Without one, it is played as it is.
struct Conversion {
    std::vector<std::string> command;
    SoundForm form;  // of what it makes
    Nanoseconds ns_max = 0;
};

// What a program is to say.
struct Saying {
    std::vector<std::string> command;
    std::string text;
    std::string voice;
    std::string language;
    std::string engine;
    Nanoseconds ns_max = 0;
};

// Somebody who waits for a sound. They get it unless they die first.
class Order : public ListHook<Order> {
public:
    virtual void deliver(const Result<FileLease>& file) = 0;

protected:
    ~Order() = default;
};

// Belongs to the lane's supply. Only one of the two threads knows of it at a time.
class Want final : public reactor::Message {
public:
    Want(Supply& its_supply, std::string its_key) : supply(its_supply), key(std::move(its_key)) {}

    Supply& supply;
    const std::string key;  // equal ones are the same sound

    // The lane's own.
    List<Order> orders;
    std::string url;
    std::string account_id;
    std::string action_url;
    std::string speech;  // as JSON, for the operator's server; empty: `url` is fetched

    // For the worker.
    Conversion conversion;

    // For the worker: what a program is to say. Nothing: a server is asked.
    std::optional<Saying> saying;

    // For the worker: what has come of asking. Nothing: no server has been asked.
    std::optional<Result<Fetched>> fetched;

    // For the lane. Nothing: it is to ask the server, in a fetch with these header lines.
    std::optional<Result<FileLease>> answer;
    std::string conditions;

private:
    void deliver() override;
};

}  // namespace pivot::media
