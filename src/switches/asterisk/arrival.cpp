#include "switches/asterisk/arrival.hpp"

#include "base/json.hpp"
#include "base/string_map.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "switches/asterisk/requests.hpp"
#include "switches/asterisk/sounds.hpp"
#include "switches/asterisk/targets.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace pivot::switches::asterisk {

namespace {

constexpr std::size_t headers_max = 32;

// About this many bytes of names fit into a request: Asterisk limits its line to 4 KiB.
constexpr std::size_t names_bytes_max = 512;

using Texts = std::vector<std::string>;

// Yields nothing if there is no such variable or function, or if its value is not UTF-8.
reactor::Task<std::optional<std::string>> variable_of(const std::string& channel,
                                                      std::string_view name, AriCommands& ari,
                                                      reactor::Deadline& deadline)
{
    std::string target = target_of("channels", channel, "/variable?variable=");
    append_encoded(target, name);
    const AriRequest request = get_request(std::move(target));
    const auto answer = co_await ari.ask(request, deadline);
    co_return value_in(answer);
}

// `EVAL(${A}
// ${B})`: func_strings joins the values, and does not evaluate them again.
std::string expression_of(const Texts& names)
{
    std::string expression = "EVAL(";
    for (const std::string& name : names) {
        if (&name != &names.front()) expression += '\n';
        expression.append("${").append(name).append("}");
    }
    return expression + ')';
}

// One value for each name. Only the last may contain line breaks.
Texts values_in(std::string_view lines, std::size_t count)
{
    Texts values;
    while (values.size() + 1 < count) values.emplace_back(take_until(lines, '\n'));
    values.emplace_back(lines);
    return values;
}

// Asks in one request if Asterisk can, else one by one. Missing values are empty.
reactor::Task<Texts> values_of(const std::string& channel, const Texts& names, AriCommands& ari,
                               reactor::Deadline& deadline)
{
    const std::string expression = expression_of(names);
    const auto lines = co_await variable_of(channel, expression, ari, deadline);
    if (lines) co_return values_in(*lines, names.size());
    Texts values;
    for (const std::string& name : names) {
        auto value = co_await variable_of(channel, name, ari, deadline);
        values.push_back(std::move(value).value_or(""));
    }
    co_return values;
}

// The user and the host of `"name" <sip:user@host:port;…>`; either may be empty.
Party party_of(std::string_view uri)
{
    std::size_t begin = uri.find("sip:");
    if (begin == uri.npos) begin = uri.find("sips:");
    if (begin == uri.npos) return {};
    uri.remove_prefix(uri.find(':', begin) + 1);
    uri = uri.substr(0, uri.find_first_of(";>?"));
    const std::size_t at = uri.rfind('@');
    if (at == uri.npos) return {{}, std::string(uri)};
    return {std::string(uri.substr(0, at)), std::string(uri.substr(at + 1))};
}

void take_party(std::string_view uri, Party& party)
{
    Party found = party_of(uri);
    if (!found.user.empty()) party.user = std::move(found.user);
    party.realm = std::move(found.realm);
}

// Header names come from the caller and go into an expression that Asterisk evaluates.
bool is_harmless(std::string_view name)
{
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
    });
}

// The names in a comma-separated list.
HeaderNames headers_in(std::string_view listed)
{
    HeaderNames names;
    for (std::size_t left = headers_max; !listed.empty() && left > 0; --left) {
        const std::string_view name = trim(take_until(listed, ','));
        if (is_harmless(name)) names.emplace_back(name);
    }
    return names;
}

// Takes as many names as a request has room for, and makes them functions that read these headers.
Texts take_functions(std::span<const std::string>& names)
{
    Texts functions;
    std::size_t bytes = 0;
    while (!names.empty() && bytes < names_bytes_max) {
        functions.push_back(fmt::format("PJSIP_HEADER(read,{})", names.front()));
        bytes += functions.back().size();
        names = names.subspan(1);
    }
    return functions;
}

using Headers = StringMap<std::string>;

// Adds those that are not known yet.
reactor::Task<> add_missing(const HeaderNames& names, const std::string& channel, Headers& headers,
                            AriCommands& ari, reactor::Deadline& deadline)
{
    HeaderNames missing;
    std::ranges::copy_if(names, std::back_inserter(missing),
                         [&](const std::string& name) { return !headers.contains(name); });
    std::span<const std::string> left = missing;
    while (!left.empty()) {
        const std::string* name = left.data();
        const Texts functions = take_functions(left);
        Texts values = co_await values_of(channel, functions, ari, deadline);
        for (std::string& value : values) headers.insert_or_assign(*name++, std::move(value));
    }
}

// A JSON object, or empty.
std::string to_json(const HeaderNames& names, const Headers& headers)
{
    std::string json;
    for (const std::string& name : names) {
        json += json.empty() ? '{' : ',';
        json::append_quoted(json, name);
        json += ':';
        json::append_quoted(json, headers.find(name)->second);
    }
    return json.empty() ? json : json + '}';
}

// The action is last, because people write it by hand and may use line breaks.
Texts names_for(bool is_sip, const Texts& header_functions)
{
    Texts names = {std::string(formats_variable)};
    if (is_sip) {
        names.insert(names.end(), {"CHANNEL(pjsip,remote_uri)", "CHANNEL(pjsip,local_uri)",
                                   "PJSIP_HEADERS(X-)"});
        names.insert(names.end(), header_functions.begin(), header_functions.end());
    } else {
        names.emplace_back("PIVOT_HOPS");
    }
    names.emplace_back("PIVOT_ACTION");
    return names;
}

}  // namespace

// Arguments were split at commas, so a URL is put together again.
Arriving arriving_of(const StasisStart& start)
{
    const ChannelFacts& facts = start.channel;
    Arriving arriving;
    arriving.channel = facts.id;
    arriving.context = facts.context;
    arriving.is_sip = facts.name.starts_with("PJSIP/");
    Arrival& arrival = arriving.arrival;
    arrival.channel_id = facts.id;
    arrival.said = fmt::format("{}", fmt::join(start.arguments, ","));
    arrival.called = facts.extension;
    arrival.is_answered = facts.is_up;
    Call& call = arrival.call;
    call.call_id = facts.protocol_id.empty() ? facts.id : facts.protocol_id;
    call.account_id = facts.account;
    call.language = facts.language;
    call.caller_id_name = facts.caller_name;
    call.caller_id_number = facts.caller_number;
    call.from.user = facts.caller_number;
    call.to.user = facts.extension;
    call.request.user = facts.extension;
    return arriving;
}

reactor::Task<> complete(Arriving& arriving, HeaderNames& likely, AriCommands& ari,
                         reactor::Deadline& deadline)
{
    const std::string& channel = arriving.channel;
    Arrival& arrival = arriving.arrival;
    const HeaderNames guessed = likely;
    std::span<const std::string> left = guessed;
    const Texts functions = take_functions(left);
    const Texts names = names_for(arriving.is_sip, functions);
    Texts values = co_await values_of(channel, names, ari, deadline);
    if (!values.back().empty()) arrival.said = std::move(values.back());
    arriving.formats = std::move(values[0]);
    if (!arriving.is_sip) {
        arriving.hops = parse_number<unsigned>(values[1]).value_or(0);
        co_return;
    }
    take_party(values[1], arrival.call.from);
    take_party(values[2], arrival.call.to);
    arrival.call.request.realm = arrival.call.to.realm;
    likely = headers_in(values[3]);
    const HeaderNames present = likely;
    Headers headers;
    for (std::size_t i = 0; i < functions.size(); ++i) {
        headers.emplace(guessed[i], std::move(values[4 + i]));
    }
    co_await add_missing(present, channel, headers, ari, deadline);
    arrival.call.custom_sip_headers = to_json(present, headers);
}

}  // namespace pivot::switches::asterisk
