#include "pivot/debug.hpp"

#include "base/json.hpp"
#include "http/form.hpp"
#include "http/status.hpp"
#include "pivot/admin_fields.hpp"
#include "pivot/output.hpp"
#include "pivot/record_text.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

using json::Value;

constexpr std::string_view command = "pivot debug";

// How often `--follow` looks, until it is interrupted: the store tells nobody of new records.
constexpr std::chrono::milliseconds look_every{250};

// One look at the records after another.
class Reader {
public:
    explicit Reader(const DebugOptions& options) : options_(options), call_(options.call) {}

    // Prints the records that follow those that were printed before. Returns why it cannot go on,
    // as an exit status; nothing if it can.
    std::optional<int> look()
    {
        const auto answer = ask(options_.source, target());
        if (!answer) return refuse(command, answer.error());
        json::Document document;
        const auto root = document.read(answer->body);
        if (!root || answer->status != http::status::ok)
            return explain(*answer, root ? &*root : nullptr);
        if (const auto ids = root->find("call_ids")) return list_calls(*ids);
        if (root->find("call_id")) call_ = text_of(*root, "call_id");
        count_ = 0;
        if (const auto records = root->find("records"); records && records->is_array()) {
            for (const Value record : records->elements()) append(record);
        }
        after_ = number_of(*root, "last");
        const int printed = print(command, std::exchange(text_, {}));
        if (printed != exit_good) return printed;
        return std::nullopt;
    }

    // By the last look.
    bool has_found() const { return count_ > 0; }

private:
    std::string target() const
    {
        http::FormWriter query;
        query.start();
        if (!call_.empty()) query.add("id", call_);
        if (after_) query.add("after", fmt::to_string(*after_));
        return fmt::format("/debug?{}", query.text());
    }

    int explain(const AdminAnswer& answer, const Value* root) const
    {
        const std::string error = root == nullptr ? "" : text_of(*root, "error");
        if (error.empty()) {
            return refuse(command, describe_unexpected(options_.source.name(), answer));
        }
        refuse(command, error);
        return answer.status == http::status::not_found ? exit_bad : exit_usage;
    }

    static int list_calls(Value ids)
    {
        std::string text;
        std::size_t count = 0;
        for (const Value id : ids.elements()) {
            text += fmt::format("{}\n", id.text());
            ++count;
        }
        print(command, text);
        return refuse(command, fmt::format("{} calls have such an id: give more of it", count));
    }

    void append(Value record)
    {
        ++count_;
        if (options_.as_json) {
            json::append_value(text_, record);
            text_ += '\n';
        } else if (options_.call.empty()) {
            text_ += lines_in_list(record);
        } else {
            text_ += lines_of(record) + details_of(record);
        }
    }

    const DebugOptions& options_;
    std::string call_;  // its whole id, once that is known
    std::optional<std::int64_t> after_;
    std::string text_;
    std::size_t count_ = 0;
};

}  // namespace

int debug(const DebugOptions& options)
{
    Reader reader(options);
    bool has_found = false;
    while (true) {
        if (const auto status = reader.look()) return *status;
        has_found = has_found || reader.has_found();
        const bool goes_on = options.follows || !options.call.empty();
        const bool has_more = goes_on && reader.has_found();
        if (has_more) continue;
        if (!options.follows) break;
        std::this_thread::sleep_for(look_every);
    }
    if (has_found || options.call.empty()) return exit_good;
    refuse(
        command,
        "the call has left no debug records: calls leave them if their action has \"debug\": true");
    return exit_bad;
}

}  // namespace pivot::tools
