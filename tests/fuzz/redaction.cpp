// No secret in a URL remains, whatever stands before and after it, and the time is proportional to
// the number of bytes: the input is repeated to the size of a header block, where a quadratic
// search would exceed libFuzzer's -timeout.
#include "exchange/redaction.hpp"

#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes)
{
    using namespace pivot::fuzz;
    const std::string text(Input(data, size_bytes).rest());
    if (text.find("S3cretW0rd") != text.npos) return 0;
    const std::string shown =
        pivot::exchange::redact(text + "\nhttps://ann:S3cretW0rd@h.example/\n" + text);
    require(shown.find("S3cretW0rd") == shown.npos, "no password is left");
    pivot::exchange::redact(text, true);
    if (text.empty()) return 0;

    std::string many;
    while (many.size() < 64 * 1024) many += text;
    pivot::exchange::redact(many);
    pivot::exchange::redact_header("Location", many);
    pivot::exchange::redact_header("Set-Cookie", many);
    return 0;
}
