#include "execute/verbs/verb.hpp"

#include "base/text.hpp"

#include <chrono>
#include <ctime>
#include <iterator>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace pivot::execute::verbs {

namespace {

void send(LiveCall& call, twiml::Element element, Attribute url, Attribute method,
          Parameters parameters, bool with_standard_parameters)
{
    if (!names_a_url(call, element, url)) return;
    call.session().notify(std::string(element.text(url)), method_of(element, method),
                          std::move(parameters), with_standard_parameters);
}

std::tm calendar_time_now(LiveCall& call)
{
    return fmt::gmtime(static_cast<std::time_t>(call.unix_now_ms() / 1'000));
}

}  // namespace

void append(Parameters& parameters, Parameters more)
{
    parameters.insert(parameters.end(), std::make_move_iterator(more.begin()),
                      std::make_move_iterator(more.end()));
}

void warn_of_name(LiveCall& call, twiml::Element element, Attribute attribute)
{
    call.warn(where(element), flaw_of_name(element, attribute));
}

Warn warner(LiveCall& call)
{
    return [&call](twiml::Element element, const std::string& what) {
        call.warn(where(element), what);
    };
}

Resolve resolver(LiveCall& call)
{
    return [&call](std::string_view reference) { return call.session().resolve(reference); };
}

std::string where(twiml::Element element)
{
    return fmt::format("{}:{}", element.line(), element.column());
}

Method method_of(twiml::Element element, Attribute attribute)
{
    return element.text(attribute) == "GET" ? Method::get : Method::post;
}

milliseconds seconds_of(twiml::Element element, Attribute attribute)
{
    return std::chrono::seconds(element.integer(attribute));
}

std::int64_t rounds_of(twiml::Element element)
{
    constexpr std::int64_t rounds_max = 1'000;
    const std::int64_t loop = element.integer(Attribute::loop);
    return loop == 0 ? rounds_max : loop;
}

bool lists(twiml::Element element, Attribute attribute, std::string_view word)
{
    std::string_view rest = element.text(attribute);
    while (!rest.empty()) {
        const std::size_t end = rest.find(' ');
        if (rest.substr(0, end) == word) return true;
        if (end == rest.npos) break;
        rest.remove_prefix(end + 1);
    }
    return false;
}

bool names_a_url(LiveCall& call, twiml::Element element, Attribute attribute)
{
    if (!element.has(attribute)) return false;
    const std::string flaw = flaw_of_url(element, attribute, resolver(call));
    if (!flaw.empty()) call.warn(where(element), flaw);
    return flaw.empty();
}

NextStep ask_action(LiveCall& call, twiml::Element element, Parameters parameters)
{
    session::Request ask;
    if (names_a_url(call, element, Attribute::action)) ask.url = element.text(Attribute::action);
    ask.method = method_of(element, Attribute::method);
    ask.parameters = std::move(parameters);
    return ask_next(std::move(ask));
}

NextStep ask_action_if_any(LiveCall& call, twiml::Element element, Parameters parameters)
{
    if (!names_a_url(call, element, Attribute::action)) return {};
    return ask_action(call, element, std::move(parameters));
}

NextStep conclude(LiveCall& call, twiml::Element element, Parameters parameters)
{
    if (call.has_moved()) return next_step(NextStep::Kind::over);
    NextStep step = ask_action_if_any(call, element, std::move(parameters));
    if (call.is_over()) step.kind = step.ask ? NextStep::Kind::report : NextStep::Kind::over;
    return step;
}

void warn_of_ignored(LiveCall& call, twiml::Element element,
                     std::initializer_list<Attribute> attributes)
{
    for (const Attribute attribute : attributes) {
        if (!element.has(attribute) || element.text(attribute) == "false") continue;
        call.warn(where(element),
                  fmt::format("{}: {} is not offered by this switch, and is ignored",
                              twiml::name(element.name()), twiml::name(attribute)));
    }
}

void notify(LiveCall& call, twiml::Element element, Attribute url, Attribute method,
            Parameters parameters)
{
    send(call, element, url, method, std::move(parameters), true);
}

void notify_alone(LiveCall& call, twiml::Element element, Attribute url, Attribute method,
                  Parameters parameters)
{
    send(call, element, url, method, std::move(parameters), false);
}

std::string date_now(LiveCall& call)
{
    return fmt::format("{:%a, %d %b %Y %H:%M:%S} +0000", calendar_time_now(call));
}

std::string iso_date_now(LiveCall& call)
{
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}Z", calendar_time_now(call));
}

}  // namespace pivot::execute::verbs
