#include "execute/modules/caller_id.hpp"

#include "execute/modules/node_data.hpp"

#include <string>
#include <string_view>

namespace pivot::execute::modules {

namespace {

// Empty if there is nothing to show in place of the call's own, or if the text is not valid.
template <typename Name>
Name shown_with(const std::string& prefix, const std::string& chosen, const std::string& own)
{
    if (prefix.empty()) return Name::of(chosen);
    return Name::of(prefix + (chosen.empty() ? own : chosen));
}

}  // namespace

CallerId caller_id_of(json::Value data)
{
    CallerId caller_id;
    caller_id.name = text(data, "name");
    caller_id.number = text(data, "number");
    return caller_id;
}

void take_caller_id(const Work& work, const CallerId& caller_id)
{
    work.memory.caller_id = caller_id;
    const Call& call = work.call.session().call();
    const std::string_view name =
        caller_id.name.empty() ? std::string_view(call.caller_id_name) : caller_id.name;
    const std::string_view number =
        caller_id.number.empty() ? std::string_view(call.caller_id_number) : caller_id.number;
    work.call.session().set_caller_id(std::string(name), std::string(number));
}

void show_caller_id(const Work& work, Dial& dial)
{
    const CallerId& shown = work.memory.caller_id;
    const CallerId& prefix = work.memory.caller_id_prefix;
    const Call& call = work.call.session().call();
    dial.caller_id_name = shown_with<DisplayName>(prefix.name, shown.name, call.caller_id_name);
    dial.caller_id_number =
        shown_with<CallerNumber>(prefix.number, shown.number, call.caller_id_number);
    const bool has_bad_name =
        dial.caller_id_name.empty() && !(prefix.name.empty() && shown.name.empty());
    if (has_bad_name) work.warn("the caller id's name is left out: a display cannot show it");
    const bool has_bad_number =
        dial.caller_id_number.empty() && !(prefix.number.empty() && shown.number.empty());
    if (has_bad_number)
        work.warn("the caller id's number is left out: it is not a valid caller number");
}

}  // namespace pivot::execute::modules
