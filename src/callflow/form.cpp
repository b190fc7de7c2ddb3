#include "callflow/form.hpp"

#include "base/text.hpp"
#include "http/header.hpp"

#include <algorithm>

namespace pivot::callflow {

namespace {

bool are_letters(std::string_view text)
{
    return std::ranges::all_of(text, is_letter);
}

// ^[0-9]+$
bool are_digits(std::string_view text)
{
    return !text.empty() && std::ranges::all_of(text, is_digit);
}

// ^[a-zA-z0-9_\-]+$ – `A-z` is KAZOO's, and includes the six characters between Z and a.
bool is_header_name(std::string_view text)
{
    const auto is_taken = [](char c) { return (c >= 'A' && c <= 'z') || is_digit(c) || c == '-'; };
    return !text.empty() && std::ranges::all_of(text, is_taken);
}

// A header that requests may have, other than a signature.
bool is_extension_header(std::string_view text)
{
    const bool has_prefix = text.starts_with("X-") || text.starts_with("x-");
    const bool is_signature = equals_ignoring_case(text, "X-Pivot-Signature") ||
                              equals_ignoring_case(text, "X-Twilio-Signature");
    return has_prefix && !is_signature && http::objection_to_header(text, "").empty();
}

bool is_header_value(std::string_view text)
{
    return http::objection_to_header("X-", text).empty();
}

// ^[A-Za-z]{2}(-[A-Za-z]{2})?$
bool is_language_tag(std::string_view text)
{
    if (text.size() == 2) return are_letters(text);
    return text.size() == 5 && are_letters(text.substr(0, 2)) && text[2] == '-' &&
           are_letters(text.substr(3));
}

// KAZOO's pattern: text, one @, text.
bool is_email(std::string_view text)
{
    const std::size_t at = text.find('@');
    return at != text.npos && at > 0 && at + 1 < text.size() && text.find('@', at + 1) == text.npos;
}

}  // namespace

bool matches(Form form, std::string_view text)
{
    switch (form) {
        case Form::any: return true;
        case Form::digits: return are_digits(text);
        case Form::email: return is_email(text);
        case Form::extension_header: return is_extension_header(text);
        case Form::header_name: return is_header_name(text);
        case Form::header_value: return is_header_value(text);
        case Form::language_tag: return is_language_tag(text);
        case Form::not_empty: return !text.empty();
        case Form::web_address: return text.starts_with("http://") || text.starts_with("https://");
    }
    return false;
}

std::string_view describe(Form form)
{
    switch (form) {
        case Form::any: return "a string";
        case Form::digits: return "digits";
        case Form::email: return "an e-mail address";
        case Form::extension_header: return "a header that begins with X- and is not Pivot's own";
        case Form::header_name: return "letters, digits, hyphens and underscores";
        case Form::header_value: return "text without control characters";
        case Form::language_tag: return "a language like \"en\" or \"en-us\"";
        case Form::not_empty: return "not empty";
        case Form::web_address: return "a URL that starts with http:// or https://";
    }
    return "a string";
}

bool is_web_url(std::string_view url)
{
    const std::string_view scheme = url.substr(0, url.find(':'));
    return url.substr(scheme.size()).starts_with("://") &&
           (equals_ignoring_case(scheme, "http") || equals_ignoring_case(scheme, "https"));
}

std::string_view host_of(std::string_view url)
{
    const auto ends_authority = [](char c) {
        return c == '/' || c == '?' || c == '#' || c == '\\';
    };
    url.remove_prefix(url.find(':') + 3);
    const auto end = std::ranges::find_if(url, ends_authority);
    std::string_view authority(url.begin(), end);
    authority.remove_prefix(authority.rfind('@') + 1);
    if (authority.starts_with('[')) return authority.substr(1, authority.find(']') - 1);
    return authority.substr(0, authority.find(':'));
}

}  // namespace pivot::callflow
