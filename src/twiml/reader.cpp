#include "twiml/reader.hpp"

#include "base/text.hpp"
#include "twiml/encoding.hpp"
#include "twiml/grammar.hpp"
#include "twiml/well_formed.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <pugixml.hpp>
#include <simdjson.h>

namespace pivot::twiml {

namespace {

// Of a Say; more is not spoken.
constexpr std::size_t say_characters_max = 4'096;

constexpr std::string_view blanks = " \t\r\n";

std::string_view trim_blanks(std::string_view text)
{
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// Where the bytes of a text stand.
class Lines {
public:
    void read(std::string_view text)
    {
        starts_.assign(1, 0);
        for (std::size_t at = text.find('\n'); at != text.npos; at = text.find('\n', at + 1)) {
            starts_.push_back(static_cast<std::uint32_t>(at + 1));
        }
    }

    Remark place(std::size_t offset, std::string message) const
    {
        const auto next = std::ranges::upper_bound(starts_, static_cast<std::uint32_t>(offset));
        Remark remark;
        remark.line = static_cast<std::uint32_t>(next - starts_.begin());
        remark.column = static_cast<std::uint32_t>(offset) - *(next - 1) + 1;
        remark.message = std::move(message);
        return remark;
    }

    std::size_t start(std::size_t line) const { return starts_[line]; }
    std::size_t count() const { return starts_.size(); }

private:
    std::vector<std::uint32_t> starts_;
};

void append_escaped(std::string& out, std::string_view text)
{
    for (const char c : text) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            default: out += c;
        }
    }
}

bool has_word(std::string_view words, std::string_view word)
{
    while (!words.empty()) {
        const std::size_t end = words.find(' ');
        if (words.substr(0, end) == word) return true;
        if (end == words.npos) break;
        words.remove_prefix(end + 1);
    }
    return false;
}

bool are_keys(std::string_view text)
{
    return text.find_first_not_of("0123456789*#ABCD") == text.npos;
}

}  // namespace

// Turns pugixml's tree into a document.
class Writer {
public:
    Writer(const Limits& limits, const Lines& lines) : limits_(limits), lines_(lines) {}

    // Whether all of it had a place in the limits; else the flaw.
    std::optional<Remark> write(pugi::xml_node root)
    {
        write_element(root, rule_of(Name::response));
        document_.nodes_.shrink_to_fit();
        document_.values_.shrink_to_fit();
        document_.texts_.shrink_to_fit();
        return std::move(flaw_);
    }

    Document take() { return std::move(document_); }

private:
    using Text = Document::Text;

    static std::size_t offset(pugi::xml_node node)
    {
        const auto of_name = node.offset_debug();
        return of_name > 0 ? static_cast<std::size_t>(of_name - 1) : 0;
    }

    void warn(pugi::xml_node node, std::string message)
    {
        document_.warnings_.push_back(lines_.place(offset(node), std::move(message)));
    }

    Text keep(std::string_view text)
    {
        if (text.empty()) return {};
        const Text kept{static_cast<std::uint32_t>(document_.texts_.size()),
                        static_cast<std::uint32_t>(text.size())};
        document_.texts_ += text;
        return kept;
    }

    // Recursion is as deep as the limits allow.
    void write_element(pugi::xml_node node, const ElementRule& rule)
    {
        if (flaw_) return;
        const std::size_t index = document_.nodes_.size();
        if (index == limits_.elements_max) {
            flaw_ = lines_.place(
                offset(node), fmt::format("there are more than {} elements", limits_.elements_max));
            return;
        }
        const Remark place = lines_.place(offset(node), {});
        document_.nodes_.emplace_back();
        document_.nodes_[index].name = rule.name;
        document_.nodes_[index].line = place.line;
        document_.nodes_[index].column = place.column;
        write_attributes(node, rule, index);
        write_text(node, rule, index);
        for (const pugi::xml_node child : node.children()) {
            if (child.type() == pugi::node_element && !is_spoken(child, rule)) {
                write_child(child, rule);
            }
        }
        document_.nodes_[index].end = static_cast<std::uint32_t>(document_.nodes_.size());
    }

    void write_child(pugi::xml_node child, const ElementRule& parent)
    {
        const std::string_view written = child.name();
        const ElementRule* rule = find_element(written);
        if (rule == nullptr) {
            const ElementRule* near = find_element_ignoring_case(written);
            return warn(child, near == nullptr
                                   ? fmt::format("{} is unknown, and skipped", printable(written))
                                   : fmt::format("{} is unknown, and skipped: did you mean {}?",
                                                 printable(written), name(near->name)));
        }
        if (!rule->parents.has(parent.name)) {
            return warn(child, fmt::format("{} cannot stand in {}, and is skipped", written,
                                           name(parent.name)));
        }
        write_element(child, *rule);
    }

    void write_attributes(pugi::xml_node node, const ElementRule& rule, std::size_t index)
    {
        document_.nodes_[index].values = static_cast<std::uint32_t>(document_.values_.size());
        for (const pugi::xml_attribute attribute : node.attributes()) {
            const std::string_view written = attribute.name();
            const AttributeRule* known = find_attribute(rule, written);
            if (known != nullptr) {
                write_value(node, rule, *known, attribute.value());
            } else if (!rule.takes_any_attribute && !written.starts_with("xmlns")) {
                warn_unknown(node, rule, written);
            }
        }
        document_.nodes_[index].value_count =
            static_cast<std::uint16_t>(document_.values_.size() - document_.nodes_[index].values);
    }

    void warn_unknown(pugi::xml_node node, const ElementRule& rule, std::string_view written)
    {
        for (const AttributeRule& near : rule.attributes) {
            if (!equals_ignoring_case(name(near.attribute), written)) continue;
            return warn(node,
                        fmt::format("{} has no attribute {}: did you mean {}?", name(rule.name),
                                    printable(written), name(near.attribute)));
        }
        warn(node, fmt::format("{} has no attribute {}, which is ignored", name(rule.name),
                               printable(written)));
    }

    void write_value(pugi::xml_node node, const ElementRule& element, const AttributeRule& rule,
                     std::string_view written)
    {
        const std::string_view trimmed = trim_blanks(written);
        Document::Value value;
        value.attribute = rule.attribute;
        std::string_view text = trimmed;
        std::string_view expected;
        switch (rule.type) {
            case Type::text: text = written; break;
            case Type::url: break;
            case Type::method:
                if (equals_ignoring_case(trimmed, "get")) {
                    text = "GET";
                } else if (equals_ignoring_case(trimmed, "post")) {
                    text = "POST";
                } else {
                    expected = "GET or POST";
                }
                break;
            case Type::integer:
                if (has_word(rule.words, trimmed)) break;
                return write_integer(node, element, rule, trimmed);
            case Type::boolean:
                if (trimmed != "true" && trimmed != "false") expected = "true or false";
                break;
            case Type::word:
                if (!has_word(rule.words, trimmed)) expected = rule.words;
                break;
            case Type::words: return write_words(node, element, rule, trimmed);
            case Type::key:
                if (trimmed.size() > 1 || !are_keys(trimmed)) expected = "one key, or none";
                break;
            case Type::keys:
                if (!are_keys(trimmed)) expected = "keys: 0-9, *, #";
                break;
        }
        if (!expected.empty()) return warn_value(node, element, rule, written, expected);
        value.integer = rule.integer;
        value.text = keep(text);
        document_.values_.push_back(value);
    }

    void write_integer(pugi::xml_node node, const ElementRule& element, const AttributeRule& rule,
                       std::string_view written)
    {
        Document::Value value;
        value.attribute = rule.attribute;
        const char* const end = written.data() + written.size();
        const auto read = std::from_chars(written.data(), end, value.integer);
        const bool is_far = read.ec == std::errc::result_out_of_range && read.ptr == end;
        if (is_far) value.integer = written.starts_with('-') ? rule.min - 1 : rule.max;
        if (!is_far && (read.ec != std::errc() || read.ptr != end)) {
            return warn_value(node, element, rule, written, "an integer");
        }
        const std::int64_t clamped = std::clamp(value.integer, rule.min, rule.max);
        if (clamped != value.integer || is_far) {
            warn(node, fmt::format("{} of {} is {}: it becomes {}", name(rule.attribute),
                                   name(element.name), printable(written), clamped));
        }
        value.integer = clamped;
        value.text = keep(std::to_string(clamped));
        document_.values_.push_back(value);
    }

    void write_words(pugi::xml_node node, const ElementRule& element, const AttributeRule& rule,
                     std::string_view written)
    {
        std::string kept;
        std::string_view rest = written;
        while (!rest.empty()) {
            const std::size_t end = std::min(rest.find_first_of(blanks), rest.size());
            const std::string_view word = rest.substr(0, end);
            rest = trim_blanks(rest.substr(end));
            if (!has_word(rule.words, word)) {
                warn_value(node, element, rule, word, rule.words);
                continue;
            }
            if (!kept.empty()) kept += ' ';
            kept += word;
        }
        if (kept.empty()) return;
        Document::Value value;
        value.attribute = rule.attribute;
        value.text = keep(kept);
        document_.values_.push_back(value);
    }

    void warn_value(pugi::xml_node node, const ElementRule& element, const AttributeRule& rule,
                    std::string_view written, std::string_view expected)
    {
        std::string standard =
            rule.type == Type::integer ? std::to_string(rule.integer) : std::string(rule.standard);
        if (standard.empty()) standard = "none";
        warn(node,
             fmt::format("{} of {} is \"{}\", expected {}: it becomes {}", name(rule.attribute),
                         name(element.name), printable(written), expected, standard));
    }

    // A part of what a Say says.
    static bool is_spoken(pugi::xml_node child, const ElementRule& parent)
    {
        if (parent.name != Name::say) return false;
        const ElementRule* rule = find_element(child.name());
        return rule != nullptr && is_ssml(rule->name);
    }

    void write_text(pugi::xml_node node, const ElementRule& rule, std::size_t index)
    {
        words_.clear();
        ssml_.clear();
        const bool has_ssml = append_content(node, rule, rule.name == Name::say);
        const std::string_view text = trim_blanks(words_);
        if (!rule.has_text) return;
        document_.nodes_[index].text = keep(rule.name == Name::say ? cut(node, text) : text);
        if (has_ssml) document_.nodes_[index].ssml = keep(trim_blanks(ssml_));
    }

    std::string_view cut(pugi::xml_node node, std::string_view text)
    {
        if (text.size() <= say_characters_max) return text;
        std::size_t characters = 0;
        for (std::size_t at = 0; at < text.size(); ++at) {
            const bool begins = (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
            if (!begins || ++characters <= say_characters_max) continue;
            warn(node, fmt::format("Say is cut off after {} characters", say_characters_max));
            return text.substr(0, at);
        }
        return text;
    }

    // Text, and of a Say what it says as XML. True: there is SSML in it.
    bool append_content(pugi::xml_node node, const ElementRule& rule, bool speaks)
    {
        bool has_ssml = false;
        for (const pugi::xml_node child : node.children()) {
            if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) {
                words_ += child.value();
                if (speaks) append_escaped(ssml_, child.value());
            } else if (speaks && child.type() == pugi::node_element) {
                const ElementRule* part = find_element(child.name());
                if (part == nullptr || !is_ssml(part->name)) {
                    if (rule.name != Name::say) write_child(child, rule);  // warns
                    continue;
                }
                has_ssml = true;
                append_ssml(child, *part);
            }
        }
        return has_ssml;
    }

    void append_ssml(pugi::xml_node node, const ElementRule& rule)
    {
        ssml_ += '<';
        ssml_ += name(rule.name);
        for (const pugi::xml_attribute attribute : node.attributes()) {
            ssml_ += ' ';
            ssml_ += attribute.name();
            ssml_ += "=\"";
            append_escaped(ssml_, attribute.value());
            ssml_ += '"';
        }
        ssml_ += '>';
        if (rule.name == Name::break_) words_ += ' ';
        append_content(node, rule, true);
        ssml_ += "</";
        ssml_ += name(rule.name);
        ssml_ += '>';
    }

    const Limits& limits_;
    const Lines& lines_;
    Document document_;
    std::optional<Remark> flaw_;
    std::string words_;  // of the element that is being written
    std::string ssml_;
};

namespace {

std::string text_of(const Remark& remark)
{
    return fmt::format("line {}, column {}: {}", remark.line, remark.column, remark.message);
}

tl::unexpected<Failure> refuse(std::span<const Remark> remarks)
{
    return fail(Reason::invalid_twiml, Phase::parse, "not a TwiML document: " + text_of(remarks[0]),
                breaches(remarks));
}

tl::unexpected<Failure> refuse(Remark remark)
{
    return refuse(std::span<const Remark>(&remark, 1));
}

}  // namespace

class Reader::Parts {
public:
    Result<Document> read(std::string_view bytes, std::string_view charset, const Limits& limits)
    {
        if (bytes.size() > 2 * limits.bytes_max) return refuse_size(limits);
        if (const auto decoded = to_utf8(bytes, charset, text_); !decoded) {
            return refuse(Remark{1, 1, decoded.error()});
        }
        if (text_.size() > limits.bytes_max) return refuse_size(limits);
        lines_.read(text_);
        if (!simdjson::validate_utf8(text_.data(), text_.size())) return refuse_encoding();
        if (auto flaw = find_flaw(text_, limits.depth_max, limits.attributes_max)) {
            return refuse(lines_.place(flaw->at, std::move(flaw->message)));
        }
        constexpr unsigned options = pugi::parse_cdata | pugi::parse_ws_pcdata |
                                     pugi::parse_escapes | pugi::parse_eol |
                                     pugi::parse_wconv_attribute;
        const auto parsed =
            tree_.load_buffer_inplace(text_.data(), text_.size(), options, pugi::encoding_utf8);
        if (!parsed) return refuse_tree(parsed);
        Result<Document> document = write(limits);
        tree_.reset();
        return document;
    }

private:
    static tl::unexpected<Failure> refuse_size(const Limits& limits)
    {
        return fail(Reason::too_large, Phase::parse,
                    fmt::format("the document is larger than {} bytes", limits.bytes_max));
    }

    tl::unexpected<Failure> refuse_encoding() const
    {
        std::size_t line = 1;  // of the first that is not valid
        while (line < lines_.count() && simdjson::validate_utf8(text_.data(), lines_.start(line))) {
            ++line;
        }
        return refuse(
            Remark{static_cast<std::uint32_t>(line), 1,
                   "there are bytes that are not UTF-8: send UTF-8, or declare ISO-8859-1"});
    }

    tl::unexpected<Failure> refuse_tree(const pugi::xml_parse_result& parsed) const
    {
        std::string message = parsed.description();
        if (parsed.status == pugi::status_end_element_mismatch) {
            message = "the end tag does not match the element that is open";
        }
        return refuse(lines_.place(static_cast<std::size_t>(parsed.offset), std::move(message)));
    }

    Result<Document> write(const Limits& limits)
    {
        const pugi::xml_node root = tree_.document_element();
        const std::string_view written = root.name();
        if (written != name(Name::response)) {
            const auto at =
                static_cast<std::size_t>(std::max<std::ptrdiff_t>(root.offset_debug(), 1) - 1);
            return refuse(
                lines_.place(at, fmt::format("the root is {}, not Response", printable(written))));
        }
        Writer writer(limits, lines_);
        if (auto flaw = writer.write(root)) return refuse(std::move(*flaw));
        Document document = writer.take();
        if (limits.is_strict && !document.warnings().empty()) return refuse(document.warnings());
        return document;
    }

    std::string text_;
    Lines lines_;
    pugi::xml_document tree_;
};

Reader::Reader(const Limits& limits) : limits_(limits), parts_(std::make_unique<Parts>()) {}

Reader::~Reader() = default;

Result<Document> Reader::read(std::string_view bytes, std::string_view charset)
{
    return parts_->read(bytes, charset, limits_);
}

}  // namespace pivot::twiml
