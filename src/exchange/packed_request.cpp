#include "exchange/packed_request.hpp"

#include "exchange/request_headers.hpp"
#include "http/form.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <string>
#include <utility>

namespace pivot::exchange {

namespace {

// A larger block is not kept for the next call.
constexpr std::size_t kept_bytes_max = 4'096;

// A size is one byte, or four after `is_long`.
constexpr std::uint8_t is_long = 255;

std::size_t size_of_size(std::string_view text)
{
    return text.size() < is_long ? 1 : 1 + sizeof(std::uint32_t);
}

char* append(char* end, std::string_view text)
{
    if (text.size() < is_long) {
        *end++ = static_cast<char>(text.size());
    } else {
        const auto size_bytes = static_cast<std::uint32_t>(text.size());
        *end++ = static_cast<char>(is_long);
        std::memcpy(end, &size_bytes, sizeof size_bytes);
        end += sizeof size_bytes;
    }
    if (!text.empty()) std::memcpy(end, text.data(), text.size());
    return end + text.size();
}

std::string_view read(const char* at)
{
    std::uint32_t size_bytes = static_cast<unsigned char>(*at++);
    if (size_bytes == is_long) {
        std::memcpy(&size_bytes, at, sizeof size_bytes);
        at += sizeof size_bytes;
    }
    return {at, size_bytes};
}

}  // namespace

void PackedRequest::pack(const pivot::Request& request, const ActionLimits& limits)
{
    const auto& action = request.node.action;
    const std::string owner_ids = list_owners(request.call.owner_ids);
    const CallFacts call = facts_of(request.call, owner_ids, request.call.key_value_store);
    http::FormWriter parameters;
    for (const auto& [name, value] : request.parameters) parameters.add_escaped(name, value);
    const std::string headers = pack_headers(request.headers);
    const std::string custom_headers =
        action ? pack_headers(action->custom_request_headers) : std::string();
    const Result<void> sendable = check_headers(request);
    const Texts texts = {
        call.call_id,
        request.node.next,
        action ? std::string_view(action->voice_url) : "",
        action ? std::string_view(action->fallback_url) : "",
        parameters.text(),
        headers,
        custom_headers,
        action ? std::string_view(action->flow_doc) : "",
        action ? std::string_view(action->flow_type) : "",
        call.account_id,
        call.from.user,
        call.from.realm,
        call.to.user,
        call.to.realm,
        call.request.user,
        call.request.realm,
        call.caller_id_name,
        call.caller_id_number,
        call.owner_id,
        call.owner_ids,
        call.language,
        call.custom_application_vars,
        call.custom_sip_headers,
        call.key_value_store,
    };
    store(texts);

    iteration_ = request.iteration;
    direction_ = call.direction;
    findings_.reset();
    if (!action || !sendable || !request.node.warnings.empty()) {
        auto findings = std::make_unique<Findings>();
        if (!sendable) findings->failure = sendable.error();
        if (!action) findings->failure = action.error();
        findings->warnings = request.node.warnings;
        findings_ = std::move(findings);
    }
    timeout_ms_ = (action ? action->timeout : limits.timeout_max).count();
    if (!action) return;
    method_ = action->method;
    fallback_method_ = action->fallback_method;
    req_format_ = action->req_format;
    req_body_format_ = action->req_body_format;
    skips_module_ = action->skip_module;
    wants_record_ = action->debug;
    wants_cdr_ = !action->cdr_url.empty();
}

void PackedRequest::store(const Texts& texts)
{
    std::size_t total_bytes = 0;
    for (const std::string_view text : texts) total_bytes += size_of_size(text) + text.size();
    if (capacity_bytes_ < total_bytes) {
        block_ = std::make_unique_for_overwrite<char[]>(total_bytes);
        capacity_bytes_ = static_cast<std::uint32_t>(total_bytes);
    }
    char* end = block_.get();
    for (const std::string_view text : texts) end = append(end, text);
}

void PackedRequest::clear()
{
    findings_.reset();
    if (capacity_bytes_ <= kept_bytes_max) return;
    block_.reset();
    capacity_bytes_ = 0;
}

const Failure* PackedRequest::bad_action() const
{
    return findings_ && findings_->failure ? &*findings_->failure : nullptr;
}

std::span<const Breach> PackedRequest::warnings() const
{
    return findings_ ? std::span<const Breach>(findings_->warnings) : std::span<const Breach>();
}

CallFacts PackedRequest::facts() const
{
    const Texts texts = this->texts();
    const auto text = [&texts](Text wanted) { return texts[static_cast<std::size_t>(wanted)]; };
    return {.call_id = text(Text::call_id),
            .account_id = text(Text::account_id),
            .from = {text(Text::from_user), text(Text::from_realm)},
            .to = {text(Text::to_user), text(Text::to_realm)},
            .request = {text(Text::request_user), text(Text::request_realm)},
            .caller_id_name = text(Text::caller_id_name),
            .caller_id_number = text(Text::caller_id_number),
            .direction = direction_,
            .owner_id = text(Text::owner_id),
            .owner_ids = text(Text::owner_ids),
            .language = text(Text::language),
            .custom_application_vars = text(Text::custom_application_vars),
            .custom_sip_headers = text(Text::custom_sip_headers),
            .key_value_store = text(Text::key_value_store)};
}

PackedRequest::Texts PackedRequest::texts() const
{
    assert(block_);
    Texts texts;
    const char* at = block_.get();
    for (std::string_view& text : texts) {
        text = read(at);
        at = text.end();
    }
    return texts;
}

std::string_view PackedRequest::text(Text wanted) const
{
    assert(block_);
    std::string_view text = read(block_.get());
    for (auto before = static_cast<std::size_t>(wanted); before > 0; --before) {
        text = read(text.end());
    }
    return text;
}

}  // namespace pivot::exchange
