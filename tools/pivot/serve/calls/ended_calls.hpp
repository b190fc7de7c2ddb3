// The last calls that have ended, packed: the texts of each are in one block of memory, which the
// call that takes its place inherits. There are too many of them for a processor's cache, so adding
// one looks at no other.
#pragma once

#include "pivot/serve/calls/known_call.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::tools {

class EndedCalls {
public:
    explicit EndedCalls(std::size_t calls_max) : calls_max_(calls_max) {}

    // Forgets the oldest call if there are too many. Does not keep the ticket.
    void add(const KnownCall& call);

    std::size_t size() const { return calls_.size(); }

    // By age: 0 is the latest.
    KnownCall call(std::size_t ago) const { return unpack(at(ago)); }
    std::string_view id(std::size_t ago) const { return text(at(ago), id_text); }
    std::string_view switch_id(std::size_t ago) const { return text(at(ago), switch_id_text); }

    // The latest call of this account and with this id; without lines.
    std::optional<KnownCall> find(std::string_view id, std::string_view account_id) const;

    // The age of the call of this channel that began last.
    std::optional<std::size_t> find_channel(std::string_view switch_id) const;

    // Puts the same call there, with other lines.
    void replace(std::size_t ago, const KnownCall& call) { pack(call, place_of(ago)); }

    std::int64_t began_unix_ms(std::size_t ago) const { return at(ago).began_unix_ms; }

    // Whether a call has this id, be it Pivot's or the switch's.
    bool has(std::string_view id) const;

private:
    enum Text : std::uint8_t {
        id_text,
        switch_id_text,
        account_id_text,
        from_text,
        called_text,
        action_text,
        front_text,
        refusal_text,
        cause_text,
        branch_text,
        failure_text,
        texts
    };

    struct Line {
        std::int64_t unix_ms;
        LogLevel level;
        std::uint32_t size_bytes;
    };

    struct Packed {
        std::string bytes;  // its texts and then those of its lines, one after the other
        std::array<std::uint32_t, texts> ends{};
        std::vector<Line> lines;
        std::int64_t began_unix_ms = 0;
        std::int64_t ended_unix_ms = 0;
        std::size_t lines_left_out = 0;
        std::size_t mistakes = 0;
        int iterations = 0;
        int sip_code = 0;
        bool is_outbound = false;
        bool is_ringing = false;
        bool has_moved = false;
        bool was_answered = false;
        bool owes_cdr = false;
    };

    // A call's ids, so that a search need not look at each call.
    struct Hashes {
        std::size_t id = 0;
        std::size_t switch_id = 0;
    };

    void pack(const KnownCall& call, std::size_t place);
    static std::string_view text(const Packed& packed, Text which);
    static KnownCall unpack(const Packed& packed);

    std::size_t place_of(std::size_t ago) const
    {
        return (latest_ + calls_.size() - ago) % calls_.size();
    }
    const Packed& at(std::size_t ago) const { return calls_[place_of(ago)]; }

    const std::size_t calls_max_;
    std::vector<Packed> calls_;   // a ring once it is full
    std::vector<Hashes> hashes_;  // of these
    std::size_t latest_ = 0;
};

}  // namespace pivot::tools
