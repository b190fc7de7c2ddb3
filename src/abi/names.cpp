// The enums of C have the values and names of those of C++.
#include <pivot/action.hpp>
#include <pivot/call.hpp>
#include <pivot/outcome.hpp>
#include <pivot/pivot.h>

namespace {

using namespace pivot;

template <typename Enum, typename Constant>
constexpr bool is_same(Enum value, Constant constant)
{
    return static_cast<int>(value) == static_cast<int>(constant);
}

static_assert(is_same(Direction::inbound, PIVOT_DIRECTION_INBOUND));
static_assert(is_same(Direction::outbound, PIVOT_DIRECTION_OUTBOUND));

static_assert(is_same(OutcomeKind::processed, PIVOT_KIND_PROCESSED));
static_assert(is_same(OutcomeKind::failed, PIVOT_KIND_FAILED));
static_assert(is_same(OutcomeKind::skipped, PIVOT_KIND_SKIPPED));

static_assert(is_same(Reason::bad_action, PIVOT_REASON_BAD_ACTION));
static_assert(is_same(Reason::blocked, PIVOT_REASON_BLOCKED));
static_assert(is_same(Reason::dns, PIVOT_REASON_DNS));
static_assert(is_same(Reason::connect, PIVOT_REASON_CONNECT));
static_assert(is_same(Reason::tls, PIVOT_REASON_TLS));
static_assert(is_same(Reason::timeout, PIVOT_REASON_TIMEOUT));
static_assert(is_same(Reason::closed, PIVOT_REASON_CLOSED));
static_assert(is_same(Reason::protocol, PIVOT_REASON_PROTOCOL));
static_assert(is_same(Reason::too_large, PIVOT_REASON_TOO_LARGE));
static_assert(is_same(Reason::redirect, PIVOT_REASON_REDIRECT));
static_assert(is_same(Reason::status, PIVOT_REASON_STATUS));
static_assert(is_same(Reason::content_type, PIVOT_REASON_CONTENT_TYPE));
static_assert(is_same(Reason::invalid_json, PIVOT_REASON_INVALID_JSON));
static_assert(is_same(Reason::invalid_callflow, PIVOT_REASON_INVALID_CALLFLOW));
static_assert(is_same(Reason::invalid_twiml, PIVOT_REASON_INVALID_TWIML));
static_assert(is_same(Reason::cancelled, PIVOT_REASON_CANCELLED));
static_assert(is_same(Reason::overload, PIVOT_REASON_OVERLOAD));

static_assert(is_same(Phase::queue, PIVOT_PHASE_QUEUE));
static_assert(is_same(Phase::dns, PIVOT_PHASE_DNS));
static_assert(is_same(Phase::connect, PIVOT_PHASE_CONNECT));
static_assert(is_same(Phase::tls, PIVOT_PHASE_TLS));
static_assert(is_same(Phase::send, PIVOT_PHASE_SEND));
static_assert(is_same(Phase::wait, PIVOT_PHASE_WAIT));
static_assert(is_same(Phase::read, PIVOT_PHASE_READ));
static_assert(is_same(Phase::parse, PIVOT_PHASE_PARSE));

static_assert(is_same(Format::kazoo, PIVOT_FORMAT_KAZOO));
static_assert(is_same(Format::twiml, PIVOT_FORMAT_TWIML));

static_assert(is_same(Method::get, PIVOT_METHOD_GET));
static_assert(is_same(Method::post, PIVOT_METHOD_POST));

// The names of C++ are literals, and so terminated. `last` is the greatest value that has a name.
template <typename Enum>
const char* name_of(int value, Enum last)
{
    if (value == -1) return "none";
    if (value < 0 || value > static_cast<int>(last)) return "unknown";
    return name(static_cast<Enum>(value)).data();
}

}  // namespace

const char* pivot_version()
{
    return PIVOT_VERSION;
}

const char* pivot_status_text(pivot_status status)
{
    switch (status) {
        case PIVOT_OK: return "ok";
        case PIVOT_NULL: return "a required argument is null";
        case PIVOT_SHORT: return "the size of a struct is smaller than its first version";
        case PIVOT_BAD_UTF8: return "a text is not UTF-8";
        case PIVOT_BAD_JSON: return "a text is not a JSON object of the expected kind";
        case PIVOT_BAD_VALUE: return "a number, an enum or a combination is invalid";
        case PIVOT_BAD_CONFIG: return "a setting is invalid, or the system lacks what it needs";
        case PIVOT_WRONG_THREAD: return "the host-driven engine belongs to another thread";
        case PIVOT_IN_CALLBACK: return "this must not be called inside a callback";
        case PIVOT_WRONG_ENGINE: return "this is only allowed for host-driven engines";
        case PIVOT_NOTHING: return "there is nothing of this kind";
        case PIVOT_NO_MEMORY: return "out of memory";
        case PIVOT_INTERNAL: return "a bug in the library";
        case PIVOT_FORKED: return "this process is a fork of the one that created the engine";
    }
    return "unknown";
}

const char* pivot_kind_name(pivot_kind kind)
{
    return name_of(kind, OutcomeKind::skipped);
}

const char* pivot_reason_name(pivot_reason reason)
{
    return name_of(reason, Reason::overload);
}

const char* pivot_phase_name(pivot_phase phase)
{
    return name_of(phase, Phase::parse);
}

const char* pivot_format_name(pivot_format format)
{
    return name_of(format, Format::twiml);
}

const char* pivot_method_name(pivot_method method)
{
    return name_of(method, Method::post);
}
