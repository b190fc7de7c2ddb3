// A document is accepted exactly if expat accepts it, except for constructs that TwiML has no use
// for.
#include "base/json.hpp"
#include "fuzz.hpp"
#include "twiml/reader.hpp"

#include <algorithm>

#include <expat.h>

namespace pivot::fuzz {
namespace {

// What expat sees of a document, to know whether ours has a reason of its own to refuse it.
struct Seen {
    std::string root;
    std::size_t depth = 0;
    bool is_odd =
        false;  // a document type, a declared encoding, another version, or beyond a limit
};

void note_doctype(void* seen, const XML_Char*, const XML_Char*, const XML_Char*, int)
{
    static_cast<Seen*>(seen)->is_odd = true;
}

void note_declaration(void* seen, const XML_Char* version, const XML_Char* encoding, int)
{
    const bool is_plain =
        encoding == nullptr && version != nullptr && version == std::string("1.0");
    if (!is_plain) static_cast<Seen*>(seen)->is_odd = true;
}

void open(void* data, const XML_Char* name, const XML_Char** attributes)
{
    const twiml::Limits limits;
    auto& seen = *static_cast<Seen*>(data);
    if (seen.root.empty()) seen.root = name;
    std::size_t count = 0;
    while (attributes[2 * count] != nullptr) ++count;
    seen.depth += 1;
    if (count > limits.attributes_max || seen.depth > limits.depth_max) seen.is_odd = true;
}

void close(void* seen, const XML_Char*)
{
    static_cast<Seen*>(seen)->depth -= 1;
}

bool is_well_formed(std::string_view bytes, Seen& seen)
{
    XML_Parser parser = XML_ParserCreate(nullptr);
    XML_SetUserData(parser, &seen);
    XML_SetStartDoctypeDeclHandler(parser, note_doctype);
    XML_SetXmlDeclHandler(parser, note_declaration);
    XML_SetElementHandler(parser, open, close);
    const bool is_read =
        XML_Parse(parser, bytes.data(), static_cast<int>(bytes.size()), XML_TRUE) == XML_STATUS_OK;
    XML_ParserFree(parser);
    return is_read;
}

// Which other characters a name may have is what expat has from the fourth edition of XML, and we
// from the fifth.
bool is_ascii(std::string_view bytes)
{
    return std::ranges::none_of(bytes, [](char c) { return static_cast<signed char>(c) < 0; });
}

// Expat takes UTF-16 without a byte order mark, which we do not.
bool is_wide(std::string_view bytes)
{
    return bytes.size() > 1 && (bytes[0] == '\0' || bytes[1] == '\0');
}

}  // namespace
}  // namespace pivot::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes)
{
    using namespace pivot;
    using namespace pivot::fuzz;
    const std::string_view bytes = Input(data, size_bytes).rest();
    twiml::Reader reader;
    const auto document = reader.read(bytes);
    Seen seen;
    const bool is_xml = is_well_formed(bytes, seen);
    if (!document) {
        const bool is_ours = seen.root == "Response" && !seen.is_odd && !is_wide(bytes);
        require(!(is_xml && is_ours), "what expat reads is not refused");
        return 0;
    }
    require(is_xml || !is_ascii(bytes), "what is read is well-formed");
    std::string verbs;
    twiml::append_verbs(verbs, *document);
    json::Document shown;
    require(shown.read(verbs).has_value(), "verbs are shown as JSON");
    return 0;
}
