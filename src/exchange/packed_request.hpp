// A request while its call is in flight: its texts, in one block.
//
//     | size | text | size | text | …
//
// A call that waits for its server costs little more than its texts. Its place keeps the block for
// the next call, so in steady state packing costs no allocation.
#pragma once

#include "exchange/call_facts.hpp"

#include <pivot/engine.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace pivot::exchange {

class PackedRequest {
public:
    PackedRequest() = default;

    // Replaces the request before. An action that is not valid leaves nothing but its failure.
    void pack(const pivot::Request& request, const ActionLimits& limits);

    // After the call. A block of unusual size goes back to the heap.
    void clear();

    CallFacts facts() const;
    std::string_view call_id() const { return text(Text::call_id); }
    std::string_view next() const { return text(Text::next); }
    std::string_view voice_url() const { return text(Text::voice_url); }
    std::string_view fallback_url() const { return text(Text::fallback_url); }  // empty: none
    std::string_view account_id() const { return text(Text::account_id); }
    std::string_view parameters() const { return text(Text::parameters); }  // as a form
    std::string_view headers() const { return text(Text::headers); }        // request_headers.hpp
    std::string_view custom_headers() const { return text(Text::custom_headers); }  // likewise
    std::string_view flow_doc() const { return text(Text::flow_doc); }  // empty: a server is asked
    std::string_view flow_type() const { return text(Text::flow_type); }

    int iteration() const { return iteration_; }
    const Failure* bad_action() const;         // null if the action is valid
    std::span<const Breach> warnings() const;  // about the action
    std::chrono::milliseconds timeout() const { return std::chrono::milliseconds(timeout_ms_); }
    Method method() const { return method_; }
    Method fallback_method() const { return fallback_method_; }
    Format req_format() const { return req_format_; }
    BodyFormat req_body_format() const { return req_body_format_; }
    bool skips_module() const { return skips_module_; }
    bool wants_record() const { return wants_record_; }
    bool wants_cdr() const { return wants_cdr_; }

private:
    // First those that are read by themselves: each is found by way of all before it.
    enum class Text : std::uint8_t {
        call_id,
        next,
        voice_url,
        fallback_url,
        parameters,
        headers,
        custom_headers,
        flow_doc,
        flow_type,
        account_id,
        from_user,
        from_realm,
        to_user,
        to_realm,
        request_user,
        request_realm,
        caller_id_name,
        caller_id_number,
        owner_id,
        owner_ids,
        language,
        custom_application_vars,
        custom_sip_headers,
        key_value_store,
    };
    static constexpr std::size_t text_count = static_cast<std::size_t>(Text::key_value_store) + 1;
    using Texts = std::array<std::string_view, text_count>;

    struct Findings {
        std::optional<Failure> failure;
        std::vector<Breach> warnings;
    };

    void store(const Texts& texts);
    Texts texts() const;
    std::string_view text(Text wanted) const;

    std::unique_ptr<char[]> block_;
    std::unique_ptr<const Findings> findings_;  // null if nothing is wrong with the action
    std::int64_t timeout_ms_ = 0;
    std::uint32_t capacity_bytes_ = 0;
    std::int32_t iteration_ = 1;
    Direction direction_ = Direction::inbound;
    Method method_ = Method::get;
    Method fallback_method_ = Method::get;
    Format req_format_ = Format::kazoo;
    BodyFormat req_body_format_ = BodyFormat::form;
    bool skips_module_ = false;
    bool wants_record_ = false;
    bool wants_cdr_ = false;
};

}  // namespace pivot::exchange
