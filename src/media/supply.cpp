#include "media/supply.hpp"

#include "base/pass_on.hpp"
#include "exchange/content.hpp"
#include "exchange/long_answers.hpp"
#include "exchange/signature.hpp"
#include "media/command_line.hpp"
#include "media/speech_server.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::media {

namespace {

using reactor::Deadline;
using reactor::Task;

void append_to(std::string& text, const std::vector<std::string>& command)
{
    for (const std::string& argument : command) (text += argument) += '\0';
}

// All that a conversion depends on.
void append_to(std::string& text, const Conversion& conversion)
{
    append_to(text, conversion.command);
    text.append(conversion.form.ending) += '\0';
}

// Longer keys are hashed, so that a cache of sounds keeps no long texts. A hash takes longer than
// the rest of a look-up.
constexpr std::size_t key_bytes_max = 1'024;

// `all` is everything that a rendering depends on.
std::string rendering_key(std::string all)
{
    return "say " + (all.size() <= key_bytes_max ? std::move(all) : exchange::body_sha256(all));
}

std::string key_of(const Saying& saying, const Conversion& conversion)
{
    std::string all;
    append_to(all, saying.command);
    append_to(all, conversion);
    append_to(all, {saying.voice, saying.language, saying.engine, saying.text});
    return rendering_key(std::move(all));
}

}  // namespace

void Want::deliver()
{
    supply.returned(*this);
}

Supply::Supply(exchange::Exchanges& exchanges, Worker& worker)
    : exchanges_(exchanges),
      worker_(worker),
      closing_(exchanges.reactor, never),
      running_(exchanges.reactor)
{
}

void Supply::fetch(std::string_view url, const Asker& asker, const SoundForm& form, Order& order)
{
    Conversion conversion = conversion_to(form);
    Want* const wanted = want(key_of(url, asker, conversion), order);
    if (wanted == nullptr) return;
    wanted->conversion = std::move(conversion);
    wanted->url = url;
    wanted->account_id = asker.account_id;
    wanted->action_url = asker.action_url;
    worker_.take(*wanted);
}

void Supply::render(const Speech& speech, const SoundForm& form, Order& order)
{
    if (has_speech_server()) return render_by_server(speech, conversion_to(form), order);
    render_by_program(speech, conversion_to(form), order);
}

void Supply::render_by_server(const Speech& speech, Conversion conversion, Order& order)
{
    std::string json = to_json(speech);
    std::string all = exchanges_.config().media.speech_url + '\0';
    append_to(all, conversion);
    Want* const wanted = want(rendering_key(all + json), order);
    if (wanted == nullptr) return;
    wanted->conversion = std::move(conversion);
    wanted->speech = std::move(json);
    worker_.take(*wanted);
}

void Supply::render_by_program(const Speech& speech, Conversion conversion, Order& order)
{
    const EngineConfig::Media& settings = exchanges_.config().media;
    Saying saying{
        settings.speech_command, std::string(speech.text.bytes()),
        speech.voice.text(),     speech.language.text(),
        speech.engine.text(),    std::chrono::nanoseconds(settings.speech_timeout).count()};
    Want* const wanted = want(media::key_of(saying, conversion), order);
    if (wanted == nullptr) return;
    wanted->conversion = std::move(conversion);
    wanted->saying = std::move(saying);
    worker_.take(*wanted);
}

// Returns null if it is wanted already.
Want* Supply::want(std::string key, Order& order)
{
    const auto [place, is_new] = wants_.try_emplace(std::move(key));
    if (is_new) place->second = std::make_unique<Want>(*this, place->first);
    place->second->orders.push_back(order);
    return is_new ? place->second.get() : nullptr;
}

// What one account may fetch, another may not, and other settings may not any more.
std::string Supply::key_of(std::string_view url, const Asker& asker, const Conversion& conversion)
{
    const auto account = exchanges_.account_of(asker.account_id);
    std::string key =
        fmt::format("{}\n{}\n{}\n", account->rules().partition, account->profile().id, url);
    append_to(key, conversion);
    return key;
}

Conversion Supply::conversion_to(const SoundForm& form) const
{
    const EngineConfig::Media& settings = exchanges_.config().media;
    const bool has_choice = mentions(settings.conversion_command, "rate");
    return {settings.conversion_command, has_choice ? form : SoundForm(),
            std::chrono::nanoseconds(settings.conversion_timeout).count()};
}

void Supply::close()
{
    if (closing_.has_expired()) return;
    closing_.expire(Reason::cancelled);
    worker_.leave(this);
}

void Supply::returned(Want& want)
{
    if (!want.answer) {
        if (running_.running() < fetches_max) return running_.spawn(run(want, closing_));
        want.fetched =
            fail(Reason::overload, Phase::queue,
                 fmt::format("{} sounds are being fetched, which is the limit", fetches_max));
        return worker_.take(want);
    }
    const auto ended = wants_.extract(want.key);
    while (!want.orders.empty()) {
        Order& order = want.orders.front();
        order.unlink();
        order.deliver(*want.answer);
    }
}

Task<> Supply::run(Want& want, Deadline& closing)
{
    auto asking = want.speech.empty() ? ask(want, closing)
                                      : ask_speech_server(exchanges_, want.speech, closing);
    auto fetched = co_await asking;
    want.fetched = std::move(fetched);
    worker_.take(want);
}

Task<Result<Fetched>> Supply::ask(const Want& want, Deadline& closing)
{
    const EngineConfig::Media& settings = exchanges_.config().media;
    exchange::AttemptsPlan plan;
    plan.webhook = {want.url, Method::get};
    plan.format = Format::twiml;
    plan.account_id = want.account_id;
    plan.action_url = want.action_url;
    plan.conditions = want.conditions;
    plan.keeps_headers = true;
    plan.body_bytes_max = settings.bytes_max;
    plan.url_ns_max = std::chrono::nanoseconds(settings.fetch_timeout).count();
    exchange::WrittenContent content("");
    exchange::Attempts attempts(exchanges_, content, plan);
    while (true) {
        auto response = co_await attempts.ask(closing);
        auto followed = attempts.follow(response, closing);
        if (followed && *followed) continue;
        Result<Fetched> fetched;
        if (followed) {
            fetched = co_await read(attempts, **response, closing);
        } else {
            fetched = pass_on(followed);
        }
        if (fetched) co_return fetched;
        const bool is_asked_again = co_await attempts.next(fetched.error(), closing);
        if (!is_asked_again) co_return fetched;
    }
}

Task<Result<Fetched>> Supply::read(exchange::Attempts& attempts, http::Response& response,
                                   Deadline& whole)
{
    http::ResponseLimits limits = attempts.settings().client().response;
    limits.body_bytes_max = attempts.settings().config().media.bytes_max;
    const http::Destination& destination = attempts.request().destination();
    auto pass = co_await make_readable(response, destination.origin, exchanges_.long_answers,
                                       limits, attempts.deadline(whole));
    if (!pass) {
        attempts.explain(pass.error(), whole);
        co_return pass_on(pass);
    }
    co_return to_fetched(response, destination.url, unix_now_ms() / 1'000);
}

}  // namespace pivot::media
