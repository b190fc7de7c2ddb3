#include "pivot/serve/numbers/actions.hpp"

#include "base/harmless.hpp"
#include "base/json.hpp"
#include "base/near_miss.hpp"
#include "base/text.hpp"
#include "exchange/number_pattern.hpp"
#include "http/url.hpp"

#include <utility>
#include <vector>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

using Error = tl::unexpected<std::string>;

tl::expected<ActionNode, std::string> read(std::string_view json, const ActionLimits& limits)
{
    auto node = ActionNode::from_json(json, limits);
    if (!node) return Error(std::move(node.error().message));
    if (!node->action) return Error(node->action.error().message);
    return std::move(*node);
}

}  // namespace

void Actions::add(std::string name, ActionNode node)
{
    named_.insert_or_assign(std::move(name), std::move(node));
}

Actions::Done Actions::add_number(std::string_view pattern, std::string_view reference)
{
    const auto number = exchange::NumberPattern::parse(pattern);
    if (!number) return Error(std::string(exchange::no_number_pattern));
    auto node = find(reference);
    if (!node) return Error(std::move(node.error()));
    Nodes& nodes = number->is_prefix() ? prefixes_ : exact_;
    nodes.insert_or_assign(number->number(), std::move(*node));
    return {};
}

Actions::Done Actions::set_default(std::string_view reference)
{
    auto node = find(reference);
    if (!node) return Error(std::move(node.error()));
    default_ = std::move(*node);
    return {};
}

Actions Actions::named() const
{
    Actions copy(limits_);
    copy.named_ = named_;
    return copy;
}

void Actions::add_missing(Actions others)
{
    exact_.merge(others.exact_);
    prefixes_.merge(others.prefixes_);
}

tl::expected<ActionNode, std::string> Actions::find(std::string_view reference) const
{
    if (reference.find("://") != reference.npos) {
        const auto url = http::Url::parse(reference);
        if (!url) return Error(fmt::format("the URL cannot be asked: {}", url.error()));
        std::string json = "{\"voice_url\":";
        json::append_quoted(json, reference);
        return read(json + '}', limits_);
    }
    const auto found = named_.find(reference);
    if (found != named_.end()) return found->second;
    std::vector<std::string_view> names;
    for (const auto& [name, node] : named_) names.push_back(name);
    const std::string_view meant = near_miss(reference, names);
    return Error(fmt::format("\"{}\" is neither a URL nor the name of an action{}",
                             harmless(reference),
                             meant.empty() ? ": add [actions.NAME], or write http://…"
                                           : fmt::format(": did you mean {}?", meant)));
}

const ActionNode* Actions::find_number(std::string_view number) const
{
    if (number.empty()) return nullptr;
    const auto exact = exact_.find(number);
    if (exact != exact_.end()) return &exact->second;
    for (std::size_t length = number.size(); length > 0; --length) {
        const auto prefix = prefixes_.find(number.substr(0, length));
        if (prefix != prefixes_.end()) return &prefix->second;
    }
    return nullptr;
}

tl::expected<ActionNode, std::string> Actions::choose(std::string_view said,
                                                      std::string_view called) const
{
    if (!said.empty()) {
        auto node = first_sign(said) == '{' ? read(said, limits_) : find(said);
        if (!node) return Error(fmt::format("the switch's action: {}", node.error()));
        return node;
    }
    if (const ActionNode* node = find_number(exchange::plain_number(called))) return *node;
    if (default_) return *default_;
    return Error(
        fmt::format("no action for the number \"{}\": it is not among [numbers], and "
                    "there is no default",
                    harmless(called)));
}

}  // namespace pivot::tools
