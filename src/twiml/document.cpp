#include "twiml/document.hpp"

#include "base/json.hpp"
#include "twiml/grammar.hpp"

#include <fmt/format.h>

namespace pivot::twiml {

namespace {

void append_element(std::string& out, Element element);

void append_children(std::string& out, Children children)
{
    char separator = '[';
    for (const Element child : children) {
        out += separator;
        separator = ',';
        append_element(out, child);
    }
    if (separator == '[') out += '[';
    out += ']';
}

void append_member(std::string& out, const AttributeRule& rule, Element element)
{
    json::append_quoted(out, name(rule.attribute));
    out += ':';
    if (rule.type == Type::integer) {
        out += std::to_string(element.integer(rule.attribute));
    } else if (rule.type == Type::boolean) {
        out += element.text(rule.attribute);
    } else {
        json::append_quoted(out, element.text(rule.attribute));
    }
}

// Recurses for each level of nesting, which the reader limits.
void append_element(std::string& out, Element element)
{
    out += fmt::format(R"({{"verb":"{}","line":{})", name(element.name()), element.line());
    char separator = '{';
    for (const AttributeRule& rule : rule_of(element.name()).attributes) {
        if (!element.has(rule.attribute)) continue;
        if (separator == '{') out += R"(,"attributes":)";
        out += separator;
        separator = ',';
        append_member(out, rule, element);
    }
    if (separator == ',') out += '}';
    if (!element.text().empty()) {
        out += R"(,"text":)";
        json::append_quoted(out, element.text());
    }
    if (!element.children().empty()) {
        out += R"(,"children":)";
        append_children(out, element.children());
    }
    out += '}';
}

}  // namespace

Breach breach(const Remark& remark)
{
    return {fmt::format("{}:{}", remark.line, remark.column), remark.message};
}

std::vector<Breach> breaches(std::span<const Remark> remarks)
{
    std::vector<Breach> out;
    out.reserve(remarks.size());
    for (const Remark& remark : remarks) out.push_back(breach(remark));
    return out;
}

Name Element::name() const
{
    return document_->nodes_[index_].name;
}

std::uint32_t Element::line() const
{
    return document_->nodes_[index_].line;
}

std::uint32_t Element::column() const
{
    return document_->nodes_[index_].column;
}

std::string_view Element::text() const
{
    return document_->text(document_->nodes_[index_].text);
}

std::string_view Element::ssml() const
{
    return document_->text(document_->nodes_[index_].ssml);
}

bool Element::has(Attribute attribute) const
{
    return document_->find(document_->nodes_[index_], attribute) != nullptr;
}

std::string_view Element::text(Attribute attribute) const
{
    const auto* value = document_->find(document_->nodes_[index_], attribute);
    if (value != nullptr) return document_->text(value->text);
    const AttributeRule* rule = find_attribute(rule_of(name()), attribute);
    return rule == nullptr ? std::string_view() : rule->standard;
}

std::int64_t Element::integer(Attribute attribute) const
{
    const auto* value = document_->find(document_->nodes_[index_], attribute);
    if (value != nullptr) return value->integer;
    const AttributeRule* rule = find_attribute(rule_of(name()), attribute);
    return rule == nullptr ? 0 : rule->integer;
}

bool Element::is_true(Attribute attribute) const
{
    return text(attribute) == "true";
}

Children Element::children() const
{
    return Children(*document_, index_ + 1, document_->nodes_[index_].end);
}

const Document::Value* Document::find(const Node& node, Attribute attribute) const
{
    for (std::uint32_t i = node.values; i < node.values + node.value_count; ++i) {
        if (values_[i].attribute == attribute) return &values_[i];
    }
    return nullptr;
}

void append_verbs(std::string& out, const Document& document)
{
    append_children(out, document.verbs());
}

}  // namespace pivot::twiml
