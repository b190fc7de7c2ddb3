// A callflow of a given size, as a voice web server would answer.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pivot::bench {

// Nested `tts` nodes, `size_bytes` in all: at least 160.
inline std::string callflow(std::size_t size_bytes)
{
    constexpr std::string_view begin = R"({"module":"tts","data":{"text":")";
    constexpr std::string_view text =
        "Welcome. Please enter your account number, then press pound.";
    constexpr std::string_view middle =
        R"(","voice":"female","language":"en-us"},"children":{"_":)";
    constexpr std::string_view leaf = R"(","voice":"female","language":"en-us"},"children":{}})";
    constexpr std::size_t node_bytes = begin.size() + text.size() + middle.size() + 2;

    std::string flow;
    std::size_t nodes = 0;
    while (flow.size() + nodes * 2 + 2 * node_bytes < size_bytes) {
        flow.append(begin).append(text).append(middle);
        ++nodes;
    }
    const std::size_t rest_bytes = size_bytes - flow.size() - nodes * 2;
    flow.append(begin).append(rest_bytes - begin.size() - leaf.size(), 'x').append(leaf);
    return flow + std::string(nodes * 2, '}');
}

}  // namespace pivot::bench
