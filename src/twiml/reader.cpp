#include "twiml/reader.hpp"

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "twiml/encoding.hpp"
#include "twiml/lines.hpp"
#include "twiml/well_formed.hpp"
#include "twiml/writer.hpp"

#include <algorithm>
#include <new>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <pugixml.hpp>
#include <simdjson.h>

namespace pivot::twiml {

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
    // Checks everything but what only pugixml sees.
    Result<void> begin(std::string_view bytes, std::string_view charset, const Limits& limits)
    {
        if (bytes.size() > 2 * limits.bytes_max) return refuse_size(limits);
        clear_to_reuse(text_, kept_bytes_max);
        if (const auto decoded = to_utf8(bytes, charset, text_); !decoded) {
            return refuse(Remark{1, 1, decoded.error()});
        }
        if (text_.size() > limits.bytes_max) return refuse_size(limits);
        lines_.read(text_);
        if (!simdjson::validate_utf8(text_.data(), text_.size())) return refuse_encoding();
        const ShapeLimits shape{.depth_max = limits.depth_max,
                                .elements_max = limits.elements_max,
                                .attributes_max = limits.attributes_max};
        if (auto flaw = find_flaw(text_, shape)) {
            return refuse(lines_.place(flaw->at, std::move(flaw->message)));
        }
        return {};
    }

    Result<Document> finish(const Limits& limits)
    {
        constexpr unsigned options = pugi::parse_cdata | pugi::parse_ws_pcdata |
                                     pugi::parse_escapes | pugi::parse_eol |
                                     pugi::parse_wconv_attribute;
        const auto parsed =
            tree_.load_buffer_inplace(text_.data(), text_.size(), options, pugi::encoding_utf8);
        if (parsed.status == pugi::status_out_of_memory) throw std::bad_alloc();
        if (!parsed) return refuse_tree(parsed);
        Result<Document> document = write(limits);
        tree_.reset();
        return document;
    }

private:
    // The memory that is kept from document to document.
    static constexpr std::size_t kept_bytes_max = 65'536;

    static tl::unexpected<Failure> refuse_size(const Limits& limits)
    {
        return fail(Reason::too_large, Phase::parse,
                    fmt::format("the document is larger than {} bytes", limits.bytes_max));
    }

    tl::unexpected<Failure> refuse_encoding() const
    {
        return refuse(
            lines_.place(find_invalid_utf8(text_),
                         "there are bytes that are not UTF-8: send UTF-8, or declare ISO-8859-1"));
    }

    tl::unexpected<Failure> refuse_tree(const pugi::xml_parse_result& parsed) const
    {
        return refuse(lines_.place(static_cast<std::size_t>(parsed.offset), parsed.description()));
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
        Document document = Writer(text_, lines_).write(root);
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
    auto begun = begin(bytes, charset);
    if (!begun) return tl::unexpected(std::move(begun.error()));
    return finish();
}

Result<void> Reader::begin(std::string_view bytes, std::string_view charset)
{
    return parts_->begin(bytes, charset, limits_);
}

Result<Document> Reader::finish()
{
    return parts_->finish(limits_);
}

}  // namespace pivot::twiml
