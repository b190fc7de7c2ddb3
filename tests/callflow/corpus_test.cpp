// The verdict on each document of KAZOO's corpus is KAZOO's.
#include "shared.hpp"
#include "verdict.hpp"

#include <gtest/gtest.h>

namespace pivot::callflow {
namespace {

// Where the manifest has the object in which a key is missing, Pivot has the key.
bool points_at(std::string_view errors, std::string_view pointer, std::string_view rule)
{
    const std::string where(pointer);
    if (rule == "json") return errors.starts_with("not JSON");
    if (errors.starts_with(where + ": ")) return rule != "required";
    return rule == "required" && errors.starts_with(where + "/");
}

TEST(Corpus, every_verdict_is_kazoos)
{
    const auto folder = test::shared_folder() / "corpus" / "callflows";
    if (!std::filesystem::exists(folder / "manifest.json")) {
        GTEST_SKIP() << folder << " is not there: nothing to compare with";
    }
    json::Document document;
    const std::string text = test::read_file(folder / "manifest.json");
    const auto manifest = document.read(text);
    ASSERT_TRUE(manifest) << manifest.error().message;
    for (const json::Value file : manifest->find("files")->elements()) {
        const std::string_view name = file.find("file")->text();
        const std::string content = test::read_file(folder / name);
        const bool is_node = file.find("kind")->text() == "node";
        const std::string found = is_node ? verdict(content) : document_verdict(content);
        if (file.find("valid")->is_true()) {
            EXPECT_TRUE(is_node ? found.starts_with('{') : found.empty()) << name << '\n' << found;
        } else {
            EXPECT_TRUE(points_at(found, file.find("pointer")->text(), file.find("rule")->text()))
                << name << '\n'
                << found;
        }
    }
}

}  // namespace
}  // namespace pivot::callflow
