#include "exchange/call_facts.hpp"

#include "base/json.hpp"

namespace pivot::exchange {

std::string list_owners(const std::vector<std::string>& owner_ids)
{
    std::string list;
    if (owner_ids.size() < 2) return list;
    for (const std::string& id : owner_ids) {
        list += list.empty() ? '[' : ',';
        json::append_quoted(list, id);
    }
    list += ']';
    return list;
}

std::string_view kazoo_name(Direction direction)
{
    return name(direction == Direction::outbound_api ? Direction::outbound : direction);
}

CallFacts facts_of(const Call& call, std::string_view owner_ids, std::string_view store)
{
    return {.call_id = call.call_id,
            .account_id = call.account_id,
            .from = {call.from.user, call.from.realm},
            .to = {call.to.user, call.to.realm},
            .request = {call.request.user, call.request.realm},
            .caller_id_name = call.caller_id_name,
            .caller_id_number = call.caller_id_number,
            .direction = call.direction,
            .owner_id = call.owner_ids.size() == 1 ? std::string_view(call.owner_ids.front()) : "",
            .owner_ids = owner_ids,
            .language = call.language,
            .custom_application_vars = call.custom_application_vars,
            .custom_sip_headers = call.custom_sip_headers,
            .key_value_store = store};
}

}  // namespace pivot::exchange
