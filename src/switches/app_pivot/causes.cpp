#include "switches/app_pivot/causes.h"

#include <pivot/cause.hpp>

namespace {

constexpr int normal_clearing = 16;

pivot_text text_of(std::string_view view)
{
    return {view.data(), view.size()};
}

}  // namespace

pivot_text cause_name(int q850)
{
    const std::string_view name = pivot::cause_of_q850(q850);
    return text_of(name.empty() ? "NORMAL_UNSPECIFIED" : name);
}

int cause_sip_code(int q850)
{
    return pivot::sip_code_of(pivot::cause_of_q850(q850)).value_or(480);
}

int cause_of_name(pivot_text name)
{
    return pivot::q850_of({name.data, name.size}).value_or(normal_clearing);
}

pivot_text cause_name_of_sip(int sip_code)
{
    return text_of(pivot::cause_of_sip(sip_code));
}
