// Checks a value against its rule: collects what is wrong, and writes what is right.
//
// The output is the value as compact JSON with every default in it. It is only meaningful if
// nothing was wrong.
#pragma once

#include "base/json.hpp"
#include "base/json_writer.hpp"
#include "callflow/own_modules.hpp"
#include "callflow/path.hpp"
#include "callflow/rule.hpp"

#include <pivot/failure.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pivot::callflow {

struct FlowRules {
    std::size_t errors_max = 1000;  // more are counted, but not kept
    bool coerce_types = false;      // accept "20" for 20 and "true" for true
    // Hosts that no URL in a flow may name; KAZOO's own list. Names are not resolved.
    std::vector<std::string> hosts_denied = {"localhost", "127.0.0.1", "0.0.0.0"};
    // Whether a URL with one of these hosts is admitted after all. If empty, none is.
    std::function<bool(std::string_view url)> admits = {};
    std::shared_ptr<const OwnModules> own_modules = {};  // null if there are none
};

class Checker {
public:
    explicit Checker(FlowRules rules) : rules_(std::move(rules)) {}

    const FlowRules& rules() const { return rules_; }

    // Starts over at the root. What is right in `value` is appended to `out`, which belongs to the
    // checker until finish().
    void start(json::Value value, std::string& out);
    void finish() { writer_.finish(); }

    // The place of the value that is checked next, and the output so far.
    Path& path() { return path_; }
    json::Writer& writer() { return writer_; }

    void check(json::Value value, const Rule& rule);

    // Checks the data of a module. It is valid if either generation accepts it, KAZOO 4 first, and
    // gets the defaults of the one that does. If neither does, the errors are those of the one with
    // fewer. Missing data counts as an empty object.
    void check_data(std::optional<json::Value> data, const Module& module);

    // Checks the member at the path, in an open object with these properties, by KAZOO 4's rules.
    void check_member(std::string_view name, json::Value value, const Properties& properties);

    // Reports a mistake at the path, as a sentence without a full stop.
    void fail(std::string error);
    void fail_missing(std::string_view name);  // a member of the open object
    void fail_kind(json::Value value, std::string_view expected);

    // Reports a harmless mistake at the path.
    void warn(std::string warning);
    void warn_unknown(std::string_view name, std::string_view whose, std::string_view meant);

    // The name in `known` that was probably meant. Empty if none is close, or after many such
    // searches.
    std::string_view meant_by(std::string_view name, std::span<const std::string_view> known);

    // The module whose data is checked next. If empty, unknown keys are not reported.
    void set_module(std::string_view name) { module_ = name; }

    // Valid until the next start().
    std::span<const Breach> warnings() const { return warnings_; }

    std::size_t error_count() const { return error_count_; }
    std::vector<Breach> take_errors() { return std::move(errors_); }

private:
    // A point in the output and the list of mistakes to which it can return.
    struct Mark {
        std::size_t out_bytes;
        std::size_t errors;
        std::size_t error_count;
        std::size_t error_bytes;
        std::size_t warnings;
    };
    Mark mark() const;
    void go_back_to(const Mark& mark);
    std::size_t errors_since(const Mark& mark) const { return error_count_ - mark.error_count; }

    void check_as(Generation generation, std::optional<json::Value> data, const Module& module);
    void check_either(std::optional<json::Value> data, std::string_view either);
    bool passes(json::Value value, const Rule& rule);
    void check_mistyped(json::Value value, const Rule& rule);
    void check_string(std::string_view text, const Rule& rule);
    void check_url(std::string_view url);
    void check_integer(std::string_view text, const Rule& rule);
    void check_choice(json::Value value, const Rule& rule);
    void check_size(std::size_t size, std::string_view unit, const Rule& rule);
    void check_array(json::Value array, const Rule& rule);
    void check_unique(json::Value array);
    void check_object(json::Value object, const Rule& rule);
    void write_unlisted(std::string_view name, json::Value value, const Rule& rule,
                        const Properties& variant);

    // For each property of the open object without a bit in `present`: writes its default, or
    // reports that it is required.
    void add_missing(const Properties& properties, std::uint64_t present);
    void add_default(const Property& property);
    void warn_unknown(std::string_view name, json::Value value, const Rule& rule,
                      const Properties& variant);
    void warn_of_timeout(json::Value value);
    void warn_unread(json::Value value, const Rule& rule);

    FlowRules rules_;
    json::Writer writer_;
    Path path_;
    std::vector<Breach> errors_;
    std::vector<Breach> warnings_;
    std::size_t warning_bytes_ = 0;
    std::size_t hint_count_ = 0;
    std::string_view module_;
    Generation generation_ = Generation::four;
    std::size_t error_count_ = 0;
    std::size_t error_bytes_ = 0;
    std::vector<std::string_view> elements_;  // of an array whose elements must be unique
};

// The text in quotes, shortened if it is long.
std::string quote(std::string_view text);

}  // namespace pivot::callflow
