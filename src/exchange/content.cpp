#include "exchange/content.hpp"

namespace pivot::exchange {

Result<void> PackedContent::write(BodyFormat format, std::span<const Parameter> cause)
{
    format_ = format;
    cause_ = cause;
    return parameters_.read(request_);
}

std::string_view PackedContent::text() const
{
    parameters_.recall(request_);
    for (const auto& [name, value] : cause_) parameters_.put(name, value);
    return format_ == BodyFormat::form ? parameters_.form() : parameters_.json();
}

}  // namespace pivot::exchange
