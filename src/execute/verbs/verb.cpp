#include "execute/verbs/verb.hpp"

#include <fmt/format.h>

namespace pivot::execute {

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

NextStep ask_action(twiml::Element element, SessionParameters parameters)
{
    Ask ask;
    ask.url = element.text(Attribute::action);
    ask.method = method_of(element, Attribute::method);
    ask.parameters = std::move(parameters);
    return ask_next(std::move(ask));
}

NextStep ask_action_if_any(twiml::Element element, SessionParameters parameters)
{
    if (!element.has(Attribute::action)) return {};
    return ask_action(element, std::move(parameters));
}

void notify(LiveCall& call, twiml::Element element, Attribute url, Attribute method,
            SessionParameters parameters)
{
    if (!element.has(url)) return;
    const bool is_url =
        call.session().notify(element.text(url), method_of(element, method), std::move(parameters));
    if (!is_url) {
        call.warn(where(element),
                  fmt::format("{} is not a URL: {}", twiml::name(url), element.text(url)));
    }
}

}  // namespace pivot::execute
