#include "exchange/reference.hpp"

#include "http/url.hpp"

namespace pivot::exchange {

SplitUrl split_fragment(std::string_view url)
{
    const auto hash = url.find('#');
    return {url.substr(0, hash), hash == url.npos ? "" : url.substr(hash + 1)};
}

std::string resolve_reference(std::string_view document_url, std::string_view reference)
{
    const auto hash = reference.find('#');
    const auto fragment = hash == reference.npos ? "" : reference.substr(hash);
    const auto bare = reference.substr(0, hash);
    if (http::Url::parse(bare)) return std::string(reference);

    const auto base = http::Url::parse(document_url);
    if (!base) return {};
    const auto url = base->resolve(bare);
    if (!url) return {};
    const bool is_relative = !bare.starts_with("//");
    std::string text =
        is_relative ? std::string(http::front(document_url)) + url->target : url->to_text();
    return text.append(fragment);
}

}  // namespace pivot::exchange
