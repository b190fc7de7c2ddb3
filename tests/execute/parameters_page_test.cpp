// docs/parameters.md lists every parameter that a web server gets, and no other.
#include "places.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot::test {
namespace {

using Names = std::set<std::string>;

std::filesystem::path root()
{
    return source_root();
}

std::string text_of(const std::filesystem::path& path)
{
    std::ifstream file(path);
    EXPECT_TRUE(file) << path;
    return {std::istreambuf_iterator<char>(file), {}};
}

// The first group of each match.
void add_matches(Names& names, const std::string& text, const std::regex& pattern)
{
    for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end;
         ++match) {
        names.insert((*match)[1]);
    }
}

// Parameters are `{"Name", value}`, and in the lists of calls and of CDRs `add("Name", value)`.
Names names_in_sources()
{
    const std::regex pair(R"re(push_back\(\s*\{"([A-Z][A-Za-z-]*)",)re");
    const std::regex listed(R"re((?:add|put|set_variable)\w*\(\s*"([A-Z][A-Za-z-]*)")re");
    Names names;
    for (const char* floor : {"src/exchange", "src/session", "src/execute"}) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(root() / floor)) {
            if (entry.path().extension() != ".cpp") continue;
            const std::string text = text_of(entry.path());
            add_matches(names, text, pair);
            add_matches(names, text, listed);
        }
    }
    return names;
}

std::vector<std::string> cells_of(const std::string& row)
{
    std::vector<std::string> cells;
    std::istringstream cut(row.substr(1));
    for (std::string cell; std::getline(cut, cell, '|');) cells.push_back(cell);
    return cells;
}

// All that stands as code in columns whose head is `parameter`.
Names names_on_page()
{
    const std::regex code("`([^`]+)`");
    Names names;
    std::ptrdiff_t column = -1;  // none: not in such a table
    std::istringstream page(text_of(root() / "docs/parameters.md"));
    for (std::string line; std::getline(page, line);) {
        if (!line.starts_with('|')) {
            column = -1;
            continue;
        }
        const auto cells = cells_of(line);
        if (column < 0) {
            column = std::ranges::find(cells, " parameter ") - cells.begin();
            EXPECT_LT(column, std::ssize(cells)) << line;
        } else if (column < std::ssize(cells)) {
            add_matches(names, cells[static_cast<std::size_t>(column)], code);
        }
    }
    return names;
}

TEST(ParametersPage, lists_what_is_sent_and_nothing_else)
{
    Names sent = names_in_sources();
    EXPECT_GT(sent.size(), 80U) << "parameters are written in another way by now";
    sent.insert("SipHeader_X-…");  // made of a header's name
    Names missing;
    Names unknown;
    const Names listed = names_on_page();
    std::ranges::set_difference(sent, listed, std::inserter(missing, missing.end()));
    std::ranges::set_difference(listed, sent, std::inserter(unknown, unknown.end()));
    EXPECT_THAT(missing, testing::IsEmpty()) << "docs/parameters.md lacks them";
    EXPECT_THAT(unknown, testing::IsEmpty())
        << "docs/parameters.md has them, and nobody sends them";
}

}  // namespace
}  // namespace pivot::test
