// The list of what `pivot serve` would do with watched requests: a row for each account, web server
// and reason.
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
        ok,        // like KAZOO's pivot
        changed,   // performed, but not like KAZOO's pivot
        refused,   // not performed: the call takes its branch `_`
        unjudged,  // not known, because something else got in the way
    };

    Kind kind = Kind::ok;
    std::string reason;     // one word; empty if it is ok
    std::string why = {};   // a sentence without a full stop
    std::string todo = {};  // likewise
};

std::string_view name(ShadowVerdict::Kind kind);

// Whose request it is, and which server it asks.
struct ShadowedCall {
    std::string id;
    std::string account_id;
    std::string url;  // as in the request
};

class ShadowList {
public:
    static constexpr std::size_t rows_max = 1'000;

    // One thread. Returns how many requests have had this verdict for the same reason; 0 if the
    // list has no room for them.
    std::uint64_t add(const ShadowedCall& call, const ShadowVerdict& verdict);

    // Any thread, like the rest. Forgets all rows, as after a change of settings.
    void clear();
    void add_metrics(std::string_view labels, std::vector<FrontMetric>& metrics) const;

    // `"requests":{"ok":3,…},"rows":[…]`: refused ones first, then by number of requests.
    std::string to_json() const;

    // For lists: the scheme and host of a URL, or what stands in its place.
    static std::string place_of(const ShadowedCall& call);

private:
    struct Row {
        std::uint64_t requests = 0;
        std::string why;  // the last one's, like the rest
        std::string todo;
        std::string call_id;
        std::int64_t at_unix_ms = 0;
    };
    // The account, the place, the reason and, of a request that is wrong, what is wrong.
    using Key = std::tuple<ShadowVerdict::Kind, std::string, std::string, std::string, std::string>;

    static void append_row(std::string& json, const Key& key, const Row& row);

    static constexpr std::size_t kinds = 4;
    static constexpr std::size_t reasons = static_cast<std::size_t>(Reason::overload) + 1;

    // Since the start, because these are metrics.
    std::array<Counter, kinds> totals_;
    std::array<Counter, reasons> refused_;

    mutable std::mutex mutex_;
    std::map<Key, Row> rows_;  // guarded by the mutex; by account, place and reason
    std::array<std::uint64_t, kinds>
        listed_{};                   // likewise: requests, including those without a row
    std::uint64_t without_row_ = 0;  // likewise
};

}  // namespace pivot::tools
