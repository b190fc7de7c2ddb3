#include "execute/verbs/queue_result.hpp"

namespace pivot::execute::verbs {

std::string_view result_of(QueueEnd end)
{
    switch (end) {
        case QueueEnd::bridged: return "bridged";
        case QueueEnd::left: return "leave";
        case QueueEnd::hung_up: return "hangup";
        case QueueEnd::full: return "queue-full";
        case QueueEnd::failed: return "error";
    }
    return "";
}

std::string seconds(std::chrono::seconds time)
{
    return std::to_string(time.count());
}

}  // namespace pivot::execute::verbs
