// The number that a voice application knows a failure by: Twilio's.
#pragma once

#include <pivot/failure.hpp>

namespace pivot::exchange {

int error_code(Reason reason);

}  // namespace pivot::exchange
