// A value against its rule: what is wrong is collected, what is right is written.
//
// The text that is written is the value as compact JSON with every default in it. It is of use only
// where nothing was wrong.
#pragma once

#include "base/json.hpp"
#include "callflow/rule.hpp"

#include <pivot/failure.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pivot::callflow {

struct FlowRules {
    std::size_t errors_max = 1000;  // more are counted, not kept
    bool coerce_types = false;      // take "20" for 20 and "true" for true
    // Hosts that no URL in a flow may name; KAZOO's own list. Names are not resolved.
    std::vector<std::string> hosts_denied = {"localhost", "127.0.0.1", "0.0.0.0"};
};

class Checker {
public:
    explicit Checker(FlowRules rules) : rules_(std::move(rules)) {}

    // Begins anew, at the root. What is right is appended to `out`, which outlives the checking.
    void start(std::string& out);

    // Where the value that is checked next is.
    void enter(std::string_view name) { path_.push_back({name, 0, false}); }
    void enter(std::size_t index) { path_.push_back({{}, index, true}); }
    void leave() { path_.pop_back(); }

    void check(json::Value value, const Rule& rule);

    // Writes a comma, unless this is the first member, and the name.
    void append_name(std::string_view name);

    // The properties that have no bit in `present`: their defaults, or that they are required.
    void append_missing(std::span<const Property> properties, std::uint64_t present);

    // Notes what is wrong where the checker is: a sentence without a full stop.
    void fail(std::string error);
    void fail_missing(std::string_view name);
    void fail_kind(json::Value value, std::string_view expected);

    std::size_t error_count() const { return error_count_; }
    std::vector<Breach> take_errors() { return std::move(errors_); }

private:
    struct Step {
        std::string_view name;
        std::size_t index;
        bool is_index;
    };

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
    void append_default(const Property& property);
    std::string pointer() const;

    FlowRules rules_;
    std::string* out_ = nullptr;
    std::vector<Step> path_;
    std::vector<Breach> errors_;
    std::size_t error_count_ = 0;
    std::size_t error_bytes_ = 0;
    std::vector<std::string_view> elements_;  // of the array that has to be unique
};

// The text in quotes, cut where it is long.
std::string quote(std::string_view text);

}  // namespace pivot::callflow
