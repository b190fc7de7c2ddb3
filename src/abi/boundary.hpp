// What crosses the C ABI: text, structs that may grow, and mistakes of the host.
#pragma once

#include <pivot/session.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <fmt/format.h>
#include <tl/expected.hpp>

namespace pivot::abi {

// Why a call of the host failed.
struct HostError {
    pivot_status status;
    std::string sentence;
};

template <typename Value>
using Checked = tl::expected<Value, HostError>;

inline tl::unexpected<HostError> refuse(pivot_status status, std::string sentence)
{
    return tl::unexpected<HostError>({status, std::move(sentence)});
}

// Runs `work`, which returns Checked<void>, and lets no exception escape.
template <typename Work>
pivot_status guard(pivot_error* error, Work work) noexcept;

// Writes `sentence`, cut before the first character that does not fit. `error` may be null.
void set_error(pivot_error* error, std::string_view sentence);

// The bytes of `text`; `name` is for the sentence. Fails with PIVOT_NULL or PIVOT_BAD_UTF8.
Checked<std::string_view> read(pivot_text text, std::string_view name);

inline pivot_text view(std::string_view text)
{
    return {text.data(), text.size()};
}

// The `size` of a struct's first version, in bytes. When a struct grows, this number stays, and
// only the assertion about it is removed.
template <typename Struct>
struct FirstSize;

template <>
struct FirstSize<pivot_engine_config> : std::integral_constant<std::size_t, 32> {};
template <>
struct FirstSize<pivot_call> : std::integral_constant<std::size_t, 304> {};
template <>
struct FirstSize<pivot_request> : std::integral_constant<std::size_t, 56> {};
template <>
struct FirstSize<pivot_exchange> : std::integral_constant<std::size_t, 136> {};

template <>
struct FirstSize<pivot_sinks> : std::integral_constant<std::size_t, 56> {};
template <>
struct FirstSize<pivot_channel> : std::integral_constant<std::size_t, 232> {};
template <>
struct FirstSize<pivot_event> : std::integral_constant<std::size_t, 120> {};
template <>
struct FirstSize<pivot_session_request> : std::integral_constant<std::size_t, 48> {};

static_assert(sizeof(pivot_call) == FirstSize<pivot_call>::value);
static_assert(sizeof(pivot_exchange) == FirstSize<pivot_exchange>::value);
static_assert(sizeof(pivot_sinks) == FirstSize<pivot_sinks>::value);
static_assert(sizeof(pivot_channel) == FirstSize<pivot_channel>::value);
static_assert(sizeof(pivot_event) == FirstSize<pivot_event>::value);
static_assert(sizeof(pivot_session_request) == FirstSize<pivot_session_request>::value);

// A copy of a struct that may be from an older or a newer header. Fails with PIVOT_NULL or
// PIVOT_SHORT.
template <typename Struct>
Checked<Struct> take(const Struct* given, std::string_view name)
{
    if (given == nullptr) return refuse(PIVOT_NULL, fmt::format("{} is null", name));
    if (given->size < FirstSize<Struct>::value) {
        return refuse(PIVOT_SHORT, fmt::format("{} has a size of {} bytes instead of {}: set it to "
                                               "sizeof",
                                               name, given->size, sizeof(Struct)));
    }
    Struct taken = {};
    std::memcpy(&taken, given, std::min(given->size, sizeof taken));
    return taken;
}

template <typename Work>
pivot_status guard(pivot_error* error, Work work) noexcept
{
    try {
        const Checked<void> checked = work();
        set_error(error, checked ? "" : checked.error().sentence);
        return checked ? PIVOT_OK : checked.error().status;
    } catch (const std::bad_alloc&) {
        set_error(error, "out of memory");
        return PIVOT_NO_MEMORY;
    } catch (const std::exception& exception) {
        set_error(error, exception.what());
        return PIVOT_INTERNAL;
    }
}

}  // namespace pivot::abi
