// <Set>: variables of the call.
#include "execute/verbs/verb.hpp"

namespace pivot::execute::verbs {

void set_variables(LiveCall& call, twiml::Element parent)
{
    for (const twiml::Element variable : parent.children()) {
        if (variable.name() != twiml::Name::variable) continue;
        if (!variable.has(Attribute::key)) {
            call.warn(where(variable), "Variable: it has no key");
            continue;
        }
        call.session().set_variable(std::string(variable.text(Attribute::key)),
                                    std::string(variable.text(Attribute::value)));
    }
}

Task<NextStep> perform_set(LiveCall& call, twiml::Element set, Deadline&)
{
    set_variables(call, set);
    co_return NextStep();
}

}  // namespace pivot::execute::verbs
