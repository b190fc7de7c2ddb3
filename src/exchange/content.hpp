// What a request says about its call: the query of a GET, the body of a POST.
#pragma once

#include "exchange/packed_request.hpp"
#include "exchange/parameter.hpp"
#include "exchange/parameters.hpp"

#include <pivot/action.hpp>
#include <pivot/failure.hpp>

#include <span>
#include <string_view>

namespace pivot::exchange {

class Content {
public:
    // Once for each URL, before it is asked. `cause` are further parameters, which live until the
    // next write(): the fallback is told why it is asked. Fails with the reason not to ask.
    virtual Result<void> write(BodyFormat format, std::span<const Parameter> cause) = 0;

    // The text as it is sent. Dies when any content of this reactor is written or sent.
    virtual std::string_view text() const = 0;

protected:
    ~Content() = default;
};

// The content of a packed request. Its text is put together whenever it is sent, so that a call
// that waits for its server keeps none.
class PackedContent final : public Content {
public:
    // Both outlive it.
    PackedContent(const PackedRequest& request, Parameters& parameters)
        : request_(request), parameters_(parameters)
    {
    }

    // Fails with invalid_json, as Parameters::read() does.
    Result<void> write(BodyFormat format, std::span<const Parameter> cause) override;

    std::string_view text() const override;

private:
    const PackedRequest& request_;
    Parameters& parameters_;
    std::span<const Parameter> cause_;
    BodyFormat format_ = BodyFormat::form;
};

// A form that was written before, and has no fallback. The form outlives it.
class WrittenContent final : public Content {
public:
    explicit WrittenContent(std::string_view text) : text_(text) {}

    Result<void> write(BodyFormat, std::span<const Parameter>) override { return {}; }
    std::string_view text() const override { return text_; }

private:
    const std::string_view text_;
};

}  // namespace pivot::exchange
