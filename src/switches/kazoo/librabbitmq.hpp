// librabbitmq's headers. Since 0.12 they are in a folder of their own, and the old names only pass
// them on, with a warning.
#pragma once

#if __has_include(<rabbitmq-c/amqp.h>)
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/framing.h>
#else
#include <amqp.h>
#include <amqp_framing.h>
#endif
