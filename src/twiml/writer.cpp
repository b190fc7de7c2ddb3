#include "twiml/writer.hpp"

#include "base/near_miss.hpp"
#include "base/text.hpp"
#include "twiml/value.hpp"

#include <algorithm>
#include <cassert>
#include <functional>
#include <tuple>
#include <vector>

namespace pivot::twiml {

namespace {

bool is_text(pugi::xml_node node)
{
    return node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata;
}

// Without content these do nothing. (The call itself warns of an empty Play.)
constexpr NameSet needs_content{Name::client, Name::conference, Name::connect, Name::device,
                                Name::dial,   Name::enqueue,    Name::number,  Name::queue,
                                Name::sip,    Name::user};

// A search for the name that was meant takes a while, and a document may need any number of them.
constexpr std::size_t hints_max = 10;

// The elements that may be in this one.
std::vector<std::string_view> names_within(Name parent)
{
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < name_count; ++i) {
        const auto child = static_cast<Name>(i);
        if (rule_of(child).parents.has(parent)) names.push_back(name(child));
    }
    return names;
}

// The noun of a Dial that excludes the others, if it has one. Conference and Queue come first,
// because they are performed.
pugi::xml_node lonely_noun(pugi::xml_node dial)
{
    pugi::xml_node lonely;
    for (const pugi::xml_node child : dial.children()) {
        const ElementRule* rule = find_element(child.name());
        if (rule == nullptr || !rule->parents.has(Name::dial)) continue;
        if (rule->name == Name::conference || rule->name == Name::queue) return child;
        if (!stands_alone(rule->name) || lonely) continue;
        lonely = child;
    }
    return lonely;
}

// Whether unknown markup separates the words around it: `<br/>` in `one<br/>two` does, `<b>` does
// not.
bool parts_words(pugi::xml_node markup)
{
    constexpr std::string_view blocks[] = {"div", "li", "speak"};
    const std::string_view name = markup.name();
    return !markup.first_child() || std::ranges::any_of(blocks, [name](std::string_view block) {
        return equals_ignoring_case(block, name);
    });
}

bool rings(pugi::xml_node noun)
{
    const ElementRule* rule = find_element(noun.name());
    return rule != nullptr && rule->parents.has(Name::dial) && !stands_alone(rule->name);
}

}  // namespace

Document Writer::write(pugi::xml_node root)
{
    write_element(root, rule_of(Name::response), Name::response);
    auto& warnings = document_.warnings_;
    std::ranges::sort(warnings, {}, [](const Remark& remark) {
        return std::tie(remark.line, remark.column, remark.message);
    });
    if (warning_count_ > warnings.size()) {
        warnings.back().message =
            fmt::format("there are {} warnings; the rest are not listed", warning_count_);
    }
    document_.nodes_.shrink_to_fit();
    document_.values_.shrink_to_fit();
    document_.texts_.shrink_to_fit();
    return std::move(document_);
}

void Writer::write_element(pugi::xml_node node, const ElementRule& rule, Name parent)
{
    const std::size_t index = document_.nodes_.size();
    const Remark place = lines_.place(offset(node), {});
    document_.nodes_.emplace_back();
    document_.nodes_[index].name = rule.name;
    document_.nodes_[index].line = place.line;
    document_.nodes_[index].column = place.column;
    write_attributes(node, rule, parent);
    check_attributes(node, rule);
    if (rule.name == Name::say) {
        write_speech(node, index);
    } else {
        if (rule.has_text) document_.nodes_[index].text = write_text(node);
        write_children(node, rule);
        check_content(node, index);
    }
    document_.nodes_[index].end = static_cast<std::uint32_t>(document_.nodes_.size());
}

void Writer::write_attributes(pugi::xml_node node, const ElementRule& rule, Name parent)
{
    Document::Node& element = document_.nodes_.back();
    element.values = static_cast<std::uint32_t>(document_.values_.size());
    for (auto attribute = node.first_attribute(); attribute;
         attribute = attribute.next_attribute()) {
        const AttributeRule* known = find_rule(attribute, rule);
        if (known == nullptr) continue;
        if (known->attribute == Attribute::digits && parent == Name::gather) {
            warn(offset(attribute.name()), "digits are not played in a Gather, and are skipped");
            continue;
        }
        write_value(attribute, rule, *known);
    }
    element.value_count = static_cast<std::uint16_t>(document_.values_.size() - element.values);
}

const AttributeRule* Writer::find_rule(pugi::xml_attribute attribute, const ElementRule& element)
{
    const AttributeRule* known = find_attribute(element, std::string_view(attribute.name()));
    if (known == nullptr) warn_unknown(attribute, element);
    return known;
}

void Writer::warn_unknown(pugi::xml_attribute attribute, const ElementRule& element)
{
    const std::string_view written = attribute.name();
    if (written.starts_with("xml")) return;  // XML's own
    const std::size_t at = offset(attribute.name());
    std::vector<std::string_view> known;
    const bool is_hinted = warning_count_ < hints_max;
    for (const AttributeRule& rule : element.attributes) {
        if (is_hinted) known.push_back(name(rule.attribute));
    }
    const std::string_view meant = near_miss(written, known);
    if (meant.empty()) {
        warn(at, "{} has no attribute {}, which is ignored", name(element.name),
             printable(written));
    } else {
        warn(at, "{} has no attribute {}: did you mean {}?", name(element.name), printable(written),
             meant);
    }
}

void Writer::write_value(pugi::xml_attribute attribute, const ElementRule& element,
                         const AttributeRule& rule)
{
    const ReadValue read = read_value(rule, attribute.value(), scratch_);
    if (!read.flaw.empty()) {
        warn(offset(attribute.value()), "{} of {} {}", name(rule.attribute), name(element.name),
             read.flaw);
    }
    if (!read.is_of_use) return;
    Document::Value value;
    value.attribute = rule.attribute;
    value.integer = read.integer;
    value.text = keep(read.text);
    document_.values_.push_back(value);
}

void Writer::check_attributes(pugi::xml_node node, const ElementRule& rule)
{
    for (const AttributeRule& attribute : rule.attributes) {
        const std::string_view written = name(attribute.attribute);
        if (!attribute.is_required || node.attribute(written.data())) continue;
        warn(offset(node), "{} needs the attribute {}", name(rule.name), written);
    }
}

void Writer::check_content(pugi::xml_node node, std::size_t index)
{
    const Name element = document_.nodes_[index].name;
    const Document::Text text = document_.nodes_[index].text;
    const bool has_children = document_.nodes_.size() > index + 1;
    if (element == Name::dial && has_children) {
        const std::string_view words =
            std::string_view(document_.texts_).substr(text.at, text.size);
        const bool is_number = words.find_first_of("0123456789") != words.npos;
        if (is_number)
            warn(offset(node), "the text of Dial is not called, because there are nouns");
    }
    if (text.size > 0 || has_children || !needs_content.has(element)) return;
    if (!node.attribute("workflowSid")) warn(offset(node), "{} is empty", name(element));
}

Document::Text Writer::write_text(pugi::xml_node node)
{
    words_.clear();
    for (auto child = node.first_child(); child; child = child.next_sibling()) {
        if (is_text(child)) words_ += child.value();
    }
    return keep(trim(words_, blanks));
}

void Writer::write_children(pugi::xml_node node, const ElementRule& rule)
{
    const pugi::xml_node lonely = rule.name == Name::dial ? lonely_noun(node) : pugi::xml_node();
    const ElementRule* kept = lonely ? find_element(lonely.name()) : nullptr;
    const bool is_performed =
        kept != nullptr && (kept->name == Name::conference || kept->name == Name::queue);
    const bool others_ring =
        kept != nullptr && !is_performed && std::ranges::any_of(node.children(), rings);
    for (auto child = node.first_child(); child; child = child.next_sibling()) {
        if (child.type() != pugi::node_element) continue;
        const ElementRule* noun = kept == nullptr ? nullptr : find_element(child.name());
        const bool is_noun = noun != nullptr && noun->parents.has(Name::dial);
        const bool is_left_out =
            is_noun && (others_ring ? stands_alone(noun->name) : child != lonely);
        if (is_left_out) {
            warn(offset(child), "{} is skipped: {} stands alone in a Dial", child.name(),
                 others_ring ? child.name() : lonely.name());
        } else {
            write_child(child, rule);
        }
    }
}

void Writer::write_child(pugi::xml_node child, const ElementRule& parent)
{
    const std::string_view written = child.name();
    const ElementRule* rule = find_element(written);
    if (rule == nullptr) return skip_unknown(child, parent);
    if (!rule->parents.has(parent.name)) {
        return warn(offset(child), "{} cannot be in {}, and is skipped", written,
                    name(parent.name));
    }
    write_element(child, *rule, parent.name);
}

void Writer::skip_unknown(pugi::xml_node child, const ElementRule& parent)
{
    std::string sentence = sentence_about(child, parent, "and skipped");
    warn(offset(child), "{}", sentence);
    const bool is_verb = parent.name == Name::response;
    const bool has_one = document_.has_unknown_verbs_ || (document_.unknown_ && !is_verb);
    if (has_one) return;
    document_.unknown_ = lines_.place(offset(child), std::move(sentence));
    document_.has_unknown_verbs_ = is_verb;
}

std::string Writer::sentence_about(pugi::xml_node unknown, const ElementRule& parent,
                                   std::string_view effect) const
{
    std::vector<std::string_view> known;
    if (warning_count_ < hints_max) known = names_within(parent.name);
    const std::string_view meant = near_miss(unknown.name(), known);
    const std::string name = printable(unknown.name());
    return meant.empty() ? fmt::format("{} is unknown, {}", name, effect)
                         : fmt::format("{} is unknown, {}: did you mean {}?", name, effect, meant);
}

void Writer::write_speech(pugi::xml_node say, std::size_t index)
{
    speech_.clear();
    write_spoken(say, rule_of(Name::say));
    if (speech_.is_cut()) {
        warn(offset(say), "Say is cut off after {} characters", say_characters_max);
    }
    document_.nodes_[index].text = keep(speech_.words());
    document_.nodes_[index].ssml = keep(speech_.ssml());
}

void Writer::write_spoken(pugi::xml_node node, const ElementRule& rule)
{
    for (auto child = node.first_child(); child; child = child.next_sibling()) {
        if (speech_.is_cut()) return;
        if (is_text(child)) {
            speech_.say(child.value());
            continue;
        }
        const ElementRule* part = find_element(child.name());
        if (part == nullptr) {
            write_unknown_markup(child, rule);
        } else if (!is_ssml(part->name)) {
            write_child(child, rule);
        } else if (part->parents.has(rule.name)) {
            write_spoken_part(child, *part);
        } else {
            warn(offset(child), "{} cannot be in {}: only its words are spoken", name(part->name),
                 name(rule.name));
            write_words(child, rule, stands_apart(part->name));
        }
    }
}

// A speech engine's own SSML, or HTML: the words in it are meant to be heard.
void Writer::write_unknown_markup(pugi::xml_node child, const ElementRule& rule)
{
    const std::string_view effect =
        child.first_child() ? "only its words are spoken" : "and skipped";
    warn(offset(child), "{}", sentence_about(child, rule, effect));
    write_words(child, rule, parts_words(child));
}

void Writer::write_words(pugi::xml_node markup, const ElementRule& rule, bool is_apart)
{
    if (is_apart) speech_.part();
    write_spoken(markup, rule);
    if (is_apart) speech_.part();
}

void Writer::write_spoken_part(pugi::xml_node part, const ElementRule& rule)
{
    speech_.open(rule.name);
    for (auto attribute = part.first_attribute(); attribute;
         attribute = attribute.next_attribute()) {
        const AttributeRule* known = find_rule(attribute, rule);
        if (known == nullptr) continue;
        const ReadValue read = read_value(*known, attribute.value(), scratch_);
        if (!read.flaw.empty()) {
            warn(offset(attribute.value()), "{} of {} {}", name(known->attribute), name(rule.name),
                 read.flaw);
        }
        if (read.is_of_use) speech_.give(known->attribute, read.text);
    }
    check_attributes(part, rule);
    speech_.enter();
    write_spoken(part, rule);
    speech_.close(rule.name);
}

Document::Text Writer::keep(std::string_view text)
{
    if (text.empty()) return {};
    const Text kept{static_cast<std::uint32_t>(document_.texts_.size()),
                    static_cast<std::uint32_t>(text.size())};
    document_.texts_ += text;
    return kept;
}

std::size_t Writer::offset(const char* part) const
{
    assert(std::less_equal()(text_.data(), part) &&
           std::less_equal()(part, text_.data() + text_.size()));
    return static_cast<std::size_t>(part - text_.data());
}

}  // namespace pivot::twiml
