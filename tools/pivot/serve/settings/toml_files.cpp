#include "pivot/serve/settings/toml_files.hpp"

#include "base/json.hpp"
#include "base/text.hpp"
#include "exchange/redaction.hpp"
#include "pivot/input.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <toml++/toml.h>

namespace pivot::tools {

namespace {

constexpr std::string_view file_suffix = "_file";

// Whether the value at this pointer is secret: passwords, signing keys, headers of accounts and
// actions, the operator's token.
bool is_secret(std::string_view pointer)
{
    std::vector<std::string_view> names;
    pointer.remove_prefix(std::min<std::size_t>(pointer.size(), 1));
    while (!pointer.empty()) names.push_back(take_until(pointer, '/'));
    if (names.size() == 2 && names[0] == "admin") return names[1] == "token";
    if (names.size() == 3 && names[0] == "api") return names[1] == "tokens";
    if (names.size() == 2 && names[0] == "media") return names[1].starts_with("recordings_key");
    if (names.size() == 3 && names[0] == "media") return names[1] == "speech_headers";
    const bool is_of_action = names.size() == 4 && names[0] == "actions";
    if (is_of_action) return names[2] == "custom_request_headers";
    const bool is_of_account = names.size() == 4 && names[0] == "accounts";
    if (is_of_account) return names[2] == "headers" || (names[2] == "signing" && names[3] == "key");
    if (!names.empty() && names[0] == "kazoo") return names.back() == "password";  // in an array
    if (names.size() == 2 && names[0] == "asterisk") {
        return names[1] == "password" || names[1] == "listen_password";
    }
    if (names.empty() || names[0] != "signing") return false;
    return (names.size() == 2 && names[1] == "key") || (names.size() == 3 && names[1] == "keys");
}

// An operator's own service may want its key in the query.
void mask_query(std::string& url)
{
    const std::size_t query = url.find('?');
    if (query != url.npos) url.replace(query + 1, url.npos, exchange::redacted);
}

// Whether the pointer names the file of a secret. Shortens it to the pointer of the secret.
bool is_secret_file(std::string_view pointer)
{
    return pointer.ends_with(file_suffix) &&
           is_secret(pointer.substr(0, pointer.size() - file_suffix.size()));
}

std::string place_of(const toml::source_region& source)
{
    return fmt::format("{}:{}:{}", source.path ? *source.path : std::string(), source.begin.line,
                       source.begin.column);
}

class Merge {
public:
    void add(const std::string& file)
    {
        const auto text = read_input(file);
        if (!text) return fail(text.error());
        try {
            toml::table table = toml::parse(std::string_view(*text), std::string_view(file));
            note_places(table, "");
            merge(root_, std::move(table));
        } catch (const toml::parse_error& error) {
            fail(fmt::format("{}: {}", place_of(error.source()), error.description()));
        }
    }

    void add(const Override& setting)
    {
        toml::table* table = &root_;
        std::string pointer;
        if (!setting.table.empty()) {
            json::append_pointer(pointer, setting.table);
            table = root_.emplace<toml::table>(setting.table).first->second.as_table();
        }
        if (table == nullptr) return;  // if it is not a table, that is reported elsewhere
        json::append_pointer(pointer, setting.key);
        table->insert_or_assign(setting.key, setting.value);
        places_.insert_or_assign(pointer, setting.option);
    }

    tl::expected<MergedToml, std::vector<std::string>> finish()
    {
        MergedToml merged;
        append_table(merged.json, root_, "");
        if (!errors_.empty()) return tl::unexpected(std::move(errors_));
        mask(root_, "");
        std::ostringstream shown;
        shown << root_ << '\n';
        merged.shown = shown.str();
        merged.places = std::move(places_);
        return merged;
    }

private:
    void fail(std::string line) { errors_.push_back(std::move(line)); }

    void note_places(const toml::table& table, const std::string& at)
    {
        for (const auto& [key, node] : table) {
            const std::string pointer = json::pointer(at, key.str());
            places_.insert_or_assign(pointer, place_of(key.source()));
            note_places(node, pointer);
        }
    }

    void note_places(const toml::node& node, const std::string& at)
    {
        if (const toml::table* table = node.as_table()) return note_places(*table, at);
        const toml::array* const array = node.as_array();
        if (array == nullptr) return;
        for (std::size_t i = 0; i < array->size(); ++i) {
            const std::string pointer = json::pointer(at, std::to_string(i));
            places_.insert_or_assign(pointer, place_of((*array)[i].source()));
            note_places((*array)[i], pointer);
        }
    }

    static void merge(toml::table& into, toml::table&& from)
    {
        for (auto&& [key, node] : from) {
            toml::node* const before = into.get(key.str());
            const bool are_tables = before != nullptr && before->is_table() && node.is_table();
            if (are_tables) {
                merge(*before->as_table(), std::move(*node.as_table()));
            } else {
                into.insert_or_assign(key.str(), std::move(node));
            }
        }
    }

    void append(std::string& out, const toml::node& node, const std::string& at)
    {
        if (const toml::table* table = node.as_table()) return append_table(out, *table, at);
        if (const toml::array* array = node.as_array()) {
            char separator = '[';
            if (array->empty()) out += separator;
            for (std::size_t i = 0; i < array->size(); ++i) {
                out += std::exchange(separator, ',');
                append(out, (*array)[i], json::pointer(at, std::to_string(i)));
            }
            out += ']';
            return;
        }
        append_scalar(out, node);
    }

    void append_table(std::string& out, const toml::table& table, const std::string& at)
    {
        char separator = '{';
        if (table.empty()) out += separator;
        for (const auto& [key, node] : table) {
            std::string pointer = json::pointer(at, key.str());
            std::string_view name = key.str();
            out += std::exchange(separator, ',');
            if (!is_secret_file(pointer) || !node.is_string()) {
                json::append_quoted(out, name);
                out += ':';
                append(out, node, pointer);
                continue;
            }
            name.remove_suffix(file_suffix.size());
            json::append_quoted(out, name);
            out += ':';
            append_secret(out, **node.as_string(), pointer);
        }
        out += '}';
    }

    // The secret gets the place of the key that names its file.
    void append_secret(std::string& out, const std::string& path, const std::string& at)
    {
        const std::string& place = places_[at];
        auto text = read_input(path_of_secret(path));
        if (!text) return fail(fmt::format("{}: {}", place, text.error()));
        places_.insert_or_assign(at.substr(0, at.size() - file_suffix.size()), place);
        json::append_quoted(out, trim(*text, blanks));
    }

    // JSON has no dates and no infinity, so these become strings.
    static void append_scalar(std::string& out, const toml::node& node)
    {
        if (const auto* text = node.as_string()) return json::append_quoted(out, **text);
        if (const auto* flag = node.as_boolean()) {
            out += **flag ? "true" : "false";
        } else if (const auto* integer = node.as_integer()) {
            out += std::to_string(**integer);
        } else if (const auto* number = node.as_floating_point();
                   number != nullptr && std::isfinite(**number)) {
            out += fmt::to_string(**number);
        } else {
            std::ostringstream written;
            written << toml::node_view<const toml::node>(node);
            json::append_quoted(out, written.str());
        }
    }

    // Credentials in URLs are secrets, too.
    static void mask(toml::table& table, const std::string& at)
    {
        for (auto&& [key, node] : table) {
            const std::string pointer = json::pointer(at, key.str());
            const bool hides = is_secret(pointer) && !is_secret_file(pointer);
            if (hides && !node.is_table()) {
                table.insert_or_assign(key.str(), std::string(exchange::redacted));
            } else {
                mask(node, pointer);
            }
        }
    }

    static void mask(toml::node& node, const std::string& at)
    {
        if (toml::table* table = node.as_table()) return mask(*table, at);
        if (toml::array* array = node.as_array()) {
            for (toml::node& element : *array) mask(element, at);
        }
        auto* const text = node.as_string();
        if (text == nullptr) return;
        *text = exchange::redact(**text);
        if (at == "/media/speech_url") mask_query(text->get());
    }

    toml::table root_;
    std::map<std::string, std::string, std::less<>> places_;
    std::vector<std::string> errors_;
};

// `/policy/allow/0` as TOML has it: `policy.allow.0`.
std::string dotted(std::string_view pointer)
{
    std::string name;
    while (!pointer.empty()) {
        pointer.remove_prefix(1);
        const std::string_view token = pointer.substr(0, pointer.find('/'));
        pointer.remove_prefix(token.size());
        if (!name.empty()) name += '.';
        for (std::size_t i = 0; i < token.size(); ++i) {
            const bool is_escape = token[i] == '~' && i + 1 < token.size();
            name += is_escape ? (token[++i] == '0' ? '~' : '/') : token[i];
        }
    }
    return name;
}

}  // namespace

std::string path_of_secret(const std::string& path)
{
    const char* const credentials = std::getenv("CREDENTIALS_DIRECTORY");
    if (path.starts_with('/') || credentials == nullptr) return path;
    return std::string(credentials) + '/' + path;
}

std::string MergedToml::message(const Breach& breach) const
{
    constexpr std::string_view suggestion = "did you mean /";
    std::string error = breach.error;
    if (const std::size_t at = error.find(suggestion); at != error.npos) {
        const std::size_t begin = at + suggestion.size() - 1;
        error = error.substr(0, begin) + dotted(std::string_view(error).substr(begin));
    }
    auto place = places.find(breach.at);
    // A missing key has the place of its table.
    for (std::string_view above = breach.at; place == places.end() && !above.empty();) {
        above = above.substr(0, above.rfind('/'));
        place = places.find(above);
    }
    std::string line;
    if (place != places.end()) line = place->second + ": ";
    if (!breach.at.empty()) line += dotted(breach.at) + ": ";
    return line + error;
}

tl::expected<MergedToml, std::vector<std::string>> merge_toml(
    const std::vector<std::string>& files, const std::vector<Override>& overrides)
{
    Merge merge;
    for (const std::string& file : files) merge.add(file);
    for (const Override& setting : overrides) merge.add(setting);
    return merge.finish();
}

std::vector<std::string> toml_files_of(const std::string& folder)
{
    std::vector<std::string> files;
    std::error_code ignored;
    const std::string first = folder + "/pivot.toml";
    if (std::filesystem::exists(first, ignored)) files.push_back(first);
    for (const auto& entry : std::filesystem::directory_iterator(folder + "/conf.d", ignored)) {
        if (entry.path().extension() == ".toml") files.push_back(entry.path());
    }
    const auto others = files.begin() + (files.empty() || files.front() != first ? 0 : 1);
    std::sort(others, files.end());
    return files;
}

}  // namespace pivot::tools
