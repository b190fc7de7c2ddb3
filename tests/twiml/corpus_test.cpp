// Documents of public projects: whether they are performed, and with which warnings.
#include "base/json.hpp"
#include "shared.hpp"
#include "twiml/reader.hpp"

#include <gtest/gtest.h>

namespace pivot::twiml {
namespace {

TEST(Corpus, documents_are_read_as_their_manifest_says)
{
    const auto folder = test::shared_folder() / "corpus" / "twiml";
    if (!std::filesystem::exists(folder / "manifest.json")) {
        GTEST_SKIP() << folder << " is not there: nothing to compare with";
    }
    json::Document manifest_document;
    const std::string text = test::read_file(folder / "manifest.json");
    const auto manifest = manifest_document.read(text);
    ASSERT_TRUE(manifest) << manifest.error().message;
    Reader reader;
    for (const json::Value entry : manifest->find("documents")->elements()) {
        const std::string_view file = entry.find("file")->text();
        const auto document = reader.read(test::read_file(folder / file));
        ASSERT_TRUE(document) << file << ": " << document.error().message;
        const bool warns = !document->warnings().empty();
        EXPECT_EQ(warns, entry.find("expect")->text() != "execute")
            << file << ": " << (warns ? document->warnings().front().message : "no warning");
    }
}

}  // namespace
}  // namespace pivot::twiml
