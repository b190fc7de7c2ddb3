// A value against its rule: what is wrong is collected, what is right is written.
//
// The text that is written is the value as compact JSON with every default in it. It is of use only
// where nothing was wrong.
#pragma once

#include "base/json.hpp"
#include "base/json_writer.hpp"
#include "callflow/path.hpp"
#include "callflow/rule.hpp"

#include <pivot/failure.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
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
    // Whether a URL of theirs may be named all the same; empty: none may.
    std::function<bool(std::string_view url)> admits = {};
};

class Checker {
public:
    explicit Checker(FlowRules rules) : rules_(std::move(rules)) {}

    // Begins anew, at the root. What is right of `value` is appended to `out`, which is the
    // checker's until finish().
    void start(json::Value value, std::string& out);
    void finish() { writer_.finish(); }

    // Where the value is that is checked next, and what is right so far.
    Path& path() { return path_; }
    json::Writer& writer() { return writer_; }

    void check(json::Value value, const Rule& rule);

    // The properties of the object that is open which have no bit in `present`: their defaults, or
    // that they are required.
    void add_missing(const Properties& properties, std::uint64_t present);

    // Notes what is wrong where the path leads: a sentence without a full stop.
    void fail(std::string error);
    void fail_missing(std::string_view name);  // a member of the object that is open
    void fail_kind(json::Value value, std::string_view expected);

    // Notes what does no harm there.
    void warn(std::string warning);
    void warn_unknown(std::string_view name, std::string_view whose, std::string_view meant);

    // Which of `known` was meant; empty: none, or there were many such questions.
    std::string_view meant_by(std::string_view name, std::span<const std::string_view> known);

    // Whose data is checked next; empty: nobody's, and unknown keys are no matter.
    void set_module(std::string_view name) { module_ = name; }

    // Until the next start().
    std::span<const Breach> warnings() const { return warnings_; }

    std::size_t error_count() const { return error_count_; }
    std::vector<Breach> take_errors() { return std::move(errors_); }

private:
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
    std::size_t error_count_ = 0;
    std::size_t error_bytes_ = 0;
    std::vector<std::string_view> elements_;  // of the array that has to be unique
};

// The text in quotes, cut where it is long.
std::string quote(std::string_view text);

}  // namespace pivot::callflow
