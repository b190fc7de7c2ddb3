// Twilio's number for a failure, which voice applications know.
#pragma once

#include <pivot/failure.hpp>

namespace pivot::exchange {

int error_code(Reason reason);

}  // namespace pivot::exchange
