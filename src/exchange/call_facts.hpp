// The facts about a call that a web server is told, as views of texts kept elsewhere.
#pragma once

#include <pivot/call.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace pivot::exchange {

// An empty text is unknown.
struct CallFacts {
    struct Party {
        std::string_view user;
        std::string_view realm;
    };

    std::string_view call_id;
    std::string_view account_id;
    Party from;
    Party to;
    Party request;
    std::string_view caller_id_name;
    std::string_view caller_id_number;
    Direction direction = Direction::inbound;
    std::string_view owner_id;
    std::string_view owner_ids;  // the text of a JSON array; empty unless there are several
    std::string_view language;
    std::string_view custom_application_vars;  // this and those below: the text of a JSON object
    std::string_view custom_sip_headers;
    std::string_view key_value_store;
};

// KAZOO's name for a direction. It only has two.
std::string_view kazoo_name(Direction direction);

// Several owners as a JSON array; empty for fewer.
std::string list_owners(const std::vector<std::string>& owner_ids);

// `owner_ids` are list_owners() of the call's, and `store` its key-value store. All of them outlive
// the facts.
CallFacts facts_of(const Call& call, std::string_view owner_ids, std::string_view store);

}  // namespace pivot::exchange
