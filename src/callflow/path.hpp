// A place in a document: a step for each array and object around it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::callflow {

class Path {
public:
    void clear() { steps_.clear(); }

    // Goes into the value at the path, and back.
    void open() { steps_.emplace_back(); }
    void close() { steps_.pop_back(); }

    // Moves to another member or element of the same array or object.
    void look_at(std::string_view name)
    {
        Step& step = steps_.back();
        step.name = name;
        step.is_index = false;
    }
    void look_at(std::size_t index)
    {
        Step& step = steps_.back();
        step.index = index;
        step.is_index = true;
    }

    // As a JSON pointer (RFC 6901).
    std::string pointer() const;

private:
    struct Step {
        std::string_view name;
        std::size_t index;
        bool is_index;
    };
    std::vector<Step> steps_;
};

}  // namespace pivot::callflow
