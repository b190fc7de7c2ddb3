// What `pivot serve` would do with the requests that it only watches: a row for each account, web
// server and reason.
#pragma once

#include "base/counter.hpp"
#include "pivot/serve/fronts/front.hpp"

#include <pivot/failure.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace pivot::tools {

struct ShadowVerdict {
    enum class Kind : std::uint8_t {
        ok,        // as by KAZOO's pivot
        changed,   // performed, and not as by KAZOO's pivot
        refused,   // not performed: the call takes its branch `_`
        unjudged,  // nobody knows, because something else was in the way
    };

    Kind kind = Kind::ok;
    std::string reason;     // one word; empty if it is ok
    std::string why = {};   // a sentence without a full stop
    std::string todo = {};  // likewise
};

std::string_view name(ShadowVerdict::Kind kind);

// Whose request it is, and whom it asks.
struct ShadowedCall {
    std::string id;
    std::string account_id;
    std::string url;  // as it is written
};

class ShadowList {
public:
    static constexpr std::size_t rows_max = 1'000;

    // On one thread. Returns how many requests have had this verdict for the same reason; 0 if
    // there is no place for them in the list.
    std::uint64_t add(const ShadowedCall& call, const ShadowVerdict& verdict);

    // Each of these on any thread. The first forgets all rows, as after a change of settings.
    void clear();
    void add_metrics(std::string_view labels, std::vector<FrontMetric>& metrics) const;

    // `"requests":{"ok":3,…},"rows":[…]`: the refused ones first, and those of the most requests.
    std::string to_json() const;

    // For lists: the scheme and host of a URL, or what there is in its place.
    static std::string place_of(const ShadowedCall& call);

private:
    struct Row {
        std::uint64_t requests = 0;
        std::string why;  // of the last one, like the rest
        std::string todo;
        std::string call_id;
        std::int64_t at_unix_ms = 0;
    };
    using Key = std::tuple<ShadowVerdict::Kind, std::string, std::string, std::string>;

    static void append_row(std::string& json, const Key& key, const Row& row);

    static constexpr std::size_t kinds = 4;
    static constexpr std::size_t reasons = static_cast<std::size_t>(Reason::overload) + 1;

    // Since the start: these are metrics.
    std::array<Counter, kinds> totals_;
    std::array<Counter, reasons> refused_;

    mutable std::mutex mutex_;
    std::map<Key, Row> rows_;                    // guarded by it, by account, place and reason
    std::array<std::uint64_t, kinds> listed_{};  // likewise: requests, with those without a row
    std::uint64_t without_row_ = 0;              // likewise
};

}  // namespace pivot::tools
