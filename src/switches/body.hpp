// Builds the JSON object of a request or message to a switch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pivot::switches {

// Names and values.
using Variables = std::vector<std::pair<std::string, std::string>>;

// Makes texts valid UTF-8.
class Body {
public:
    // Goes on with an object that lacks its end.
    explicit Body(std::string begun = {}) : json_(std::move(begun)) {}

    Body& add(std::string_view name, std::string_view text);
    Body& add(std::string_view name, const char* text) { return add(name, std::string_view(text)); }
    Body& add(std::string_view name, std::int64_t number);
    Body& add(std::string_view name, bool flag);
    Body& add_list(std::string_view name, std::initializer_list<std::string_view> texts);
    Body& add_object(std::string_view name, const Variables& variables);

    // A value that is already JSON.
    Body& add_json(std::string_view name, std::string_view json);

    std::string take() { return json_.empty() ? "{}" : std::move(json_) + '}'; }

private:
    void begin(std::string_view name);

    std::string json_;
};

}  // namespace pivot::switches
