#include "execute/flow.hpp"

#include "base/json.hpp"

namespace pivot::execute {

// Goes down and up again without recursion: a web server decides how deep a flow is.
class Flow::Builder {
public:
    explicit Builder(Flow& flow) : flow_(flow) {}

    void build(json::Value flow)
    {
        add(flow, Piece());
        while (!levels_.empty()) {
            Level& level = levels_.back();
            if (level.next == level.end) {
                levels_.pop_back();
                continue;
            }
            const json::Member child = *level.next;
            ++level.next;
            link(level);
            add(child.value, add_text(child.name));
        }
        flow_.text_.shrink_to_fit();
        flow_.nodes_.shrink_to_fit();
    }

private:
    // The children of a node that are still to be added.
    struct Level {
        json::Members::Iterator next;
        json::Members::Iterator end;
        Index parent;
        Index last_child;
    };

    // The node that is added next is a child.
    void link(Level& level)
    {
        const auto index = static_cast<Index>(flow_.nodes_.size());
        if (level.last_child == none) {
            flow_.nodes_[level.parent].first_child = index;
        } else {
            flow_.nodes_[level.last_child].next_sibling = index;
        }
        level.last_child = index;
    }

    void add(json::Value value, Piece key)
    {
        const auto index = static_cast<Index>(flow_.nodes_.size());
        Node& node = flow_.nodes_.emplace_back();
        node.key = key;
        const auto data = value.find("data");
        node.data = data && data->is_object() ? add_json(*data) : add_text("{}");
        if (!value.is_object()) return;
        node.is_empty = value.members().begin() == value.members().end();
        if (const auto module = value.find("module"); module && module->is_string()) {
            node.module = add_text(module->text());
        }
        const auto children = value.find("children");
        if (!children || !children->is_object()) return;
        const auto members = children->members();
        levels_.push_back({members.begin(), members.end(), index, none});
    }

    Piece add_text(std::string_view text)
    {
        const auto at = static_cast<std::uint32_t>(flow_.text_.size());
        flow_.text_ += text;
        return {at, static_cast<std::uint32_t>(text.size())};
    }

    Piece add_json(json::Value value)
    {
        const auto at = static_cast<std::uint32_t>(flow_.text_.size());
        json::append_value(flow_.text_, value);
        return {at, static_cast<std::uint32_t>(flow_.text_.size()) - at};
    }

    Flow& flow_;
    std::vector<Level> levels_;
};

Result<Flow> Flow::read(std::string_view json)
{
    json::Document document(depth_max);
    const auto value = document.read(json);
    if (!value) return tl::unexpected(value.error());
    Flow flow;
    Builder(flow).build(*value);
    return flow;
}

std::optional<Flow::Index> Flow::child(Index node, std::string_view key) const
{
    for (Index at = nodes_[node].first_child; at != none; at = nodes_[at].next_sibling) {
        if (text(nodes_[at].key) == key) return at;
    }
    return std::nullopt;
}

std::vector<std::string_view> Flow::keys_of_children(Index node) const
{
    std::vector<std::string_view> keys;
    for (Index at = nodes_[node].first_child; at != none; at = nodes_[at].next_sibling) {
        keys.push_back(text(nodes_[at].key));
    }
    return keys;
}

void Flow::append_node(std::string& out, Index node) const
{
    if (is_empty(node)) {
        out += "{}";
        return;
    }
    append_head(out, node);
    std::vector<Index> next{nodes_[node].first_child};
    bool is_first = true;
    while (!next.empty()) {
        const Index child = next.back();
        if (child == none) {
            out += "}}";
            next.pop_back();
            is_first = false;
            continue;
        }
        next.back() = nodes_[child].next_sibling;
        if (!is_first) out += ',';
        json::append_quoted(out, text(nodes_[child].key));
        out += ':';
        is_first = !is_empty(child);
        if (is_empty(child)) {
            out += "{}";
        } else {
            append_head(out, child);
            next.push_back(nodes_[child].first_child);
        }
    }
}

// Up to where the children begin.
void Flow::append_head(std::string& out, Index node) const
{
    out += R"({"module":)";
    json::append_quoted(out, module(node));
    out += R"(,"data":)";
    out += data(node);
    out += R"(,"children":{)";
}

}  // namespace pivot::execute
