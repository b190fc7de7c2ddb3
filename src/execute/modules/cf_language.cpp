// language: sets the language of later prompts and speech.
#include "execute/modules/module_table.hpp"
#include "execute/modules/name_in.hpp"

namespace pivot::execute::modules {

Task<ModuleEnd> language(Work work, json::Value data, Deadline& deadline)
{
    const auto language = name_in<LanguageTag>(work, data, "language");
    if (language.empty()) return ready(go_on(), deadline);
    work.call.session().set_language(language.text());
    work.call.channel().set_variable(caller, VariableName::of("default_language"),
                                     OpaqueText(language.text()), false);
    return ready(go_on(), deadline);
}

}  // namespace pivot::execute::modules
