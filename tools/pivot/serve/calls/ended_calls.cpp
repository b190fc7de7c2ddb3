#include "pivot/serve/calls/ended_calls.hpp"

#include <functional>

namespace pivot::tools {

namespace {

// Empties `kept` for as many elements, and keeps its memory unless that is far too much.
template <typename Container>
void renew(Container& kept, std::size_t size)
{
    if (kept.capacity() > 2 * size + 512) Container().swap(kept);
    kept.clear();
    kept.reserve(size);
}

std::size_t hash(std::string_view text)
{
    return std::hash<std::string_view>{}(text);
}

}  // namespace

void EndedCalls::add(const KnownCall& call)
{
    if (calls_.size() < calls_max_) {
        latest_ = calls_.size();
        calls_.emplace_back();
        hashes_.emplace_back();
    } else {
        latest_ = (latest_ + 1) % calls_.size();
    }
    pack(call, latest_);
}

void EndedCalls::pack(const KnownCall& call, std::size_t place)
{
    hashes_[place] = {hash(call.facts.id), hash(call.facts.switch_id)};
    Packed& packed = calls_[place];
    const std::array<std::string_view, texts> all = {
        call.facts.id,       call.facts.switch_id, call.facts.account_id, call.facts.from,
        call.facts.called,   call.facts.action,    call.facts.front,      call.refusal,
        call.end.cause.name, call.end.branch,      call.end.failure,
    };
    std::size_t bytes = 0;
    for (const std::string_view text : all) bytes += text.size();
    for (const CallLine& line : call.lines) bytes += line.text.size();
    renew(packed.bytes, bytes);
    for (std::size_t which = 0; which < texts; ++which) {
        packed.bytes += all[which];
        packed.ends[which] = static_cast<std::uint32_t>(packed.bytes.size());
    }
    renew(packed.lines, call.lines.size());
    for (const CallLine& line : call.lines) {
        packed.bytes += line.text;
        packed.lines.push_back(
            {line.unix_ms, line.level, static_cast<std::uint32_t>(line.text.size())});
    }
    packed.began_unix_ms = call.began_unix_ms;
    packed.ended_unix_ms = call.ended_unix_ms.value_or(call.began_unix_ms);
    packed.lines_left_out = call.lines_left_out;
    packed.mistakes = call.mistakes;
    packed.iterations = call.end.iterations;
    packed.sip_code = call.end.cause.sip_code;
    packed.is_outbound = call.facts.is_outbound;
    packed.is_ringing = call.facts.is_ringing;
    packed.has_moved = call.end.has_moved;
    packed.was_answered = call.end.was_answered;
    packed.owes_cdr = call.end.owes_cdr;
}

std::string_view EndedCalls::text(const Packed& packed, Text which)
{
    const std::size_t begin = which == 0 ? 0 : packed.ends[which - 1];
    return std::string_view(packed.bytes).substr(begin, packed.ends[which] - begin);
}

KnownCall EndedCalls::unpack(const Packed& packed)
{
    KnownCall call;
    call.facts.id = text(packed, id_text);
    call.facts.switch_id = text(packed, switch_id_text);
    call.facts.account_id = text(packed, account_id_text);
    call.facts.from = text(packed, from_text);
    call.facts.called = text(packed, called_text);
    call.facts.action = text(packed, action_text);
    call.facts.front = text(packed, front_text);
    call.facts.is_outbound = packed.is_outbound;
    call.facts.is_ringing = packed.is_ringing;
    call.began_unix_ms = packed.began_unix_ms;
    call.ended_unix_ms = packed.ended_unix_ms;
    call.refusal = text(packed, refusal_text);
    call.end.cause = {std::string(text(packed, cause_text)), packed.sip_code};
    call.end.branch = text(packed, branch_text);
    call.end.failure = text(packed, failure_text);
    call.end.iterations = packed.iterations;
    call.end.has_moved = packed.has_moved;
    call.end.was_answered = packed.was_answered;
    call.end.owes_cdr = packed.owes_cdr;
    std::string_view rest = std::string_view(packed.bytes).substr(packed.ends.back());
    for (const Line& line : packed.lines) {
        call.lines.push_back(
            {line.unix_ms, line.level, std::string(rest.substr(0, line.size_bytes))});
        rest.remove_prefix(line.size_bytes);
    }
    call.lines_left_out = packed.lines_left_out;
    call.mistakes = packed.mistakes;
    return call;
}

std::optional<KnownCall> EndedCalls::find(std::string_view id, std::string_view account_id) const
{
    const std::size_t wanted = hash(id);
    for (std::size_t ago = 0; ago < calls_.size(); ++ago) {
        if (hashes_[place_of(ago)].id != wanted) continue;
        const Packed& packed = at(ago);
        if (text(packed, id_text) != id || text(packed, account_id_text) != account_id) continue;
        KnownCall found = unpack(packed);
        found.lines.clear();
        found.lines_left_out = 0;
        found.mistakes = 0;
        return found;
    }
    return std::nullopt;
}

std::optional<std::size_t> EndedCalls::find_channel(std::string_view switch_id) const
{
    const std::size_t wanted = hash(switch_id);
    std::optional<std::size_t> last;
    if (switch_id.empty()) return last;  // it names no channel
    for (std::size_t ago = 0; ago < calls_.size(); ++ago) {
        if (hashes_[place_of(ago)].switch_id != wanted || this->switch_id(ago) != switch_id)
            continue;
        if (!last || began_unix_ms(ago) > began_unix_ms(*last)) last = ago;
    }
    return last;
}

bool EndedCalls::has(std::string_view id) const
{
    const std::size_t wanted = hash(id);
    for (std::size_t place = 0; place < calls_.size(); ++place) {
        const auto& [own, switches] = hashes_[place];
        if (own != wanted && switches != wanted) continue;
        const Packed& packed = calls_[place];
        if (text(packed, id_text) == id || text(packed, switch_id_text) == id) return true;
    }
    return false;
}

}  // namespace pivot::tools
