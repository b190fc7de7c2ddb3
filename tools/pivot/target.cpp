#include "pivot/target.hpp"

#include "base/json.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "http/header.hpp"
#include "http/url.hpp"
#include "pivot/input.hpp"

#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

using Done = tl::expected<void, std::string>;
using Error = tl::unexpected<std::string>;

// Returns the header as a line of a request, without the line end.
tl::expected<std::string, std::string> read_header(std::string_view text)
{
    std::string_view value = text;
    const std::string_view name = take_until(value, ':');
    if (name.size() == text.size() || !http::is_header_name(name)) {
        return Error(fmt::format("--header \"{}\" is not a header: write 'Name: value'", text));
    }
    if (const auto objection = http::objection_to_header(name, value); !objection.empty()) {
        return Error(fmt::format("--header {}: {}", name, objection));
    }
    return fmt::format("{}: {}", name, trim(value));
}

Done take_parameters(const std::vector<std::string>& data, Request& request)
{
    for (const std::string& pair : data) {
        const std::size_t equals = pair.find('=');
        if (equals == 0 || equals == pair.npos) {
            return Error(fmt::format("--data \"{}\" has no name: write name=value", pair));
        }
        if (to_valid_utf8(pair) != pair) {
            return Error(fmt::format("--data \"{}\" is not UTF-8", pair));
        }
        request.parameters.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
    }
    return {};
}

// Refuses the options for a URL if there is a file.
Done refuse_options(const TargetOptions& options)
{
    const auto refused = [](std::string_view option, std::string_view advice) {
        return Error(fmt::format("{} needs a URL instead of ACTION.json{}", option, advice));
    };
    if (!options.method.empty()) return refused("--method", ": a file has the key \"method\"");
    if (!options.format.empty()) return refused("--format", ": a file has the key \"req_format\"");
    if (!options.data.empty()) return refused("--data", "");
    if (!options.headers.empty()) return refused("--header", "");
    return {};
}

}  // namespace

bool looks_like_url(const std::string& text)
{
    return text.find("://") != text.npos;
}

tl::expected<void, std::string> read_target(const TargetOptions& options, EngineConfig& config,
                                            Request& request)
{
    if (looks_like_url(options.action)) return take_url(options, "", config, request);
    if (auto refused = refuse_options(options); !refused) return refused;
    const auto text = read_input(options.action);
    if (!text) return Error(text.error());
    auto node = ActionNode::from_json(*text, config.action);
    if (!node)
        return Error(fmt::format("{}: {}", input_name(options.action), node.error().message));
    request.node = std::move(*node);
    return {};
}

tl::expected<void, std::string> take_url(const TargetOptions& options, const std::string& more,
                                         EngineConfig& config, Request& request)
{
    if (const auto url = http::Url::parse(options.action); !url) {
        return Error(fmt::format("the URL cannot be asked: {}", url.error()));
    }
    for (const std::string& header : options.headers) {
        auto line = read_header(header);
        if (!line) return Error(std::move(line.error()));
        config.typed.headers.push_back(std::move(*line));
    }
    if (auto taken = take_parameters(options.data, request); !taken) return taken;
    config.typed.url = options.action;

    std::string text = "{\"voice_url\":";
    json::append_quoted(text, options.action);
    if (!options.method.empty()) text += fmt::format(R"(,"method":"{}")", options.method);
    if (!options.format.empty()) text += fmt::format(R"(,"req_format":"{}")", options.format);
    auto node = ActionNode::from_json(text + more + '}', config.action);
    if (!node) return Error(std::move(node.error().message));
    request.node = std::move(*node);
    return {};
}

}  // namespace pivot::tools
