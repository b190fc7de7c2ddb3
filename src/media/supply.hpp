// Files for the calls of a lane: sounds that their documents name by URL, and what they say.
#pragma once

#include "exchange/attempts.hpp"
#include "exchange/exchanges.hpp"
#include "media/want.hpp"
#include "media/worker.hpp"
#include "reactor/deadline.hpp"
#include "reactor/scope.hpp"
#include "reactor/task.hpp"

#include <pivot/channel.hpp>
#include <pivot/command.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace pivot::media {

// On whose behalf a URL is fetched.
struct Asker {
    std::string_view account_id;
    std::string_view action_url;  // whose origin gets the account's headers
};

// One per lane. Closed before it dies, and then the reactor turns until it is idle.
class Supply {
public:
    Supply(exchange::Exchanges& exchanges, Worker& worker);

    bool fetches() const { return exchanges_.config().session.fetches_media; }

    bool renders() const { return exchanges_.config().session.renders_speech; }

    // Whether what renders speech is given its SSML, too.
    bool renders_ssml() const { return renders() && has_speech_server(); }

    // The order is delivered later, never in here. If sounds are converted, then to this form.
    void fetch(std::string_view url, const Asker& asker, const SoundForm& form, Order& order);
    void render(const Speech& speech, const SoundForm& form, Order& order);

    void close();
    bool is_idle() const { return wants_.empty() && running_.running() == 0; }

    reactor::Reactor& reactor() { return exchanges_.reactor; }

private:
    friend class Want;

    // At a time. Each may take media.bytes_max of memory.
    static constexpr std::size_t fetches_max = 256;

    bool has_speech_server() const { return !exchanges_.config().media.speech_url.empty(); }
    void render_by_program(const Speech& speech, Conversion conversion, Order& order);
    void render_by_server(const Speech& speech, Conversion conversion, Order& order);
    std::string key_of(std::string_view url, const Asker& asker, const Conversion& conversion);
    Conversion conversion_to(const SoundForm& form) const;
    Want* want(std::string key, Order& order);
    void returned(Want& want);
    reactor::Task<> run(Want& want, reactor::Deadline& closing);
    reactor::Task<Result<Fetched>> ask(const Want& want, reactor::Deadline& closing);
    reactor::Task<Result<Fetched>> read(exchange::Attempts& attempts, http::Response& response,
                                        reactor::Deadline& deadline);

    exchange::Exchanges& exchanges_;
    Worker& worker_;
    StringMap<std::unique_ptr<Want>> wants_;  // by key
    reactor::Deadline closing_;
    reactor::Scope running_;
};

}  // namespace pivot::media
