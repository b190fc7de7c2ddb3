// A callflow while a call goes through it: its text, and where its nodes are.
//
// A session waits for minutes in one node, so nothing is kept but this: 40 bytes a node and the
// text of its `data`, where the values of a JSON document would take several times as much.
#pragma once

#include "base/json.hpp"

#include <pivot/failure.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::execute {

class Flow {
public:
    using Index = std::uint32_t;
    static constexpr Index root = 0;

    // What was validated is not as deep; a text of our own may be.
    static constexpr std::size_t depth_max = 1'000'000;

    // Whatever is JSON: what is wrong with a node shows when the call comes to it. Fails with
    // invalid_json.
    static Result<Flow> read(std::string_view json);

    std::string_view module(Index node) const { return text(nodes_[node].module); }

    // An object, JSON text.
    std::string_view data(Index node) const { return text(nodes_[node].data); }

    // Whether the node is `{}`, or not an object at all.
    bool is_empty(Index node) const { return nodes_[node].is_empty; }

    std::optional<Index> child(Index node, std::string_view key) const;
    std::vector<std::string_view> keys_of_children(Index node) const;

    // The node as JSON, with all that is below it.
    void append_node(std::string& out, Index node) const;

private:
    class Builder;

    static constexpr Index none = 0;  // the root is nobody's child

    struct Piece {
        std::uint32_t at = 0;
        std::uint32_t size_bytes = 0;
    };
    struct Node {
        Piece key;
        Piece module;
        Piece data;
        Index first_child = none;
        Index next_sibling = none;
        bool is_empty = true;
    };

    std::string_view text(Piece piece) const
    {
        return std::string_view(text_).substr(piece.at, piece.size_bytes);
    }
    void append_head(std::string& out, Index node) const;

    std::string text_;
    std::vector<Node> nodes_;
};

}  // namespace pivot::execute
