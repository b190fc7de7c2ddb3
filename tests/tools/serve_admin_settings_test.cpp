#include "base/json.hpp"
#include "base/json_breaches.hpp"
#include "peers/certificates.hpp"
#include "peers/temporary_folder.hpp"
#include "pivot/serve/settings/admin_settings.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot::tools {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct ReadAdmin {
    AdminSettings settings;
    std::vector<std::string> errors;
};

ReadAdmin read(std::string_view json)
{
    json::Document document;
    const auto root = document.read(json);
    json::Breaches breaches;
    json::ObjectReader reader(*root, "", breaches);
    ReadAdmin read;
    read_admin(reader, read.settings);
    if (breaches.is_empty()) return read;
    for (const Breach& breach : std::move(breaches).to_list()) {
        read.errors.push_back(fmt::format("{}: {}", breach.at, breach.error));
    }
    return read;
}

std::vector<std::string> texts(const std::vector<net::ListenAddress>& addresses)
{
    std::vector<std::string> texts;
    for (const auto& address : addresses) texts.push_back(address.to_text());
    return texts;
}

TEST(AdminSettings, the_addresses_are_one_or_a_list)
{
    EXPECT_THAT(texts(read(R"({"admin":{"listen":"[::1]:9090"}})").settings.listen),
                ElementsAre("[::1]:9090"));
    const auto list = read(R"({"admin":{"listen":["/a.sock","127.0.0.1:0"]}})");
    EXPECT_THAT(texts(list.settings.listen), ElementsAre("/a.sock", "127.0.0.1:0"));
    EXPECT_FALSE(list.settings.is_default);
    const auto none = read(R"({"admin":{"listen":[]}})");
    EXPECT_THAT(none.settings.listen, IsEmpty());
    EXPECT_FALSE(none.settings.is_default);
    EXPECT_THAT(read(R"({"admin":{"listen":"9090"}})").errors,
                ElementsAre(HasSubstr("/admin/listen: \"9090\" is not an address to listen at")));
    EXPECT_THAT(read(R"({"admin":{"listn":"9090"}})").errors,
                ElementsAre(HasSubstr("did you mean /admin/listen?")));
}

TEST(AdminSettings, what_other_machines_reach_needs_a_token_and_tls)
{
    for (const char* address : {"0.0.0.0:9090", "[::]:9090", "192.0.2.7:9090"}) {
        EXPECT_THAT(read(fmt::format(R"({{"admin":{{"listen":"{}"}}}})", address)).errors,
                    ElementsAre(AllOf(HasSubstr(std::string("other machines can reach ") + address),
                                      HasSubstr("admin.token_file"), HasSubstr("admin.tls_key"))));
    }
    EXPECT_THAT(read(R"({"admin":{"listen":"0.0.0.0:1","token":"0123456789abcdef"}})").errors,
                ElementsAre(HasSubstr("admin.tls_certificate")));
    test::Certificates certificates;
    const test::Identity files = certificates.good({"localhost"});
    EXPECT_THAT(read(fmt::format(R"({{"admin":{{"listen":"0.0.0.0:1","token":"0123456789abcdef",)"
                                 R"("tls_certificate":"{}","tls_key":"{}"}}}})",
                                 files.certificate_file, files.key_file))
                    .errors,
                IsEmpty());
    EXPECT_THAT(read(R"({"admin":{"listen":"127.8.0.1:1"}})").errors, IsEmpty());
    EXPECT_THAT(read(R"({"admin":{"token":"short"}})").errors,
                ElementsAre("/admin/token: has 5 characters, and needs at least 16"));
}

TEST(AdminSettings, the_default_is_a_socket_in_the_folder_for_it)
{
    const test::TemporaryFolder folder;
    const std::string path = folder.path();
    EXPECT_THAT(texts(default_admin_addresses(path.c_str(), path + "/other")),
                ElementsAre(path + "/admin.sock"));
    EXPECT_THAT(texts(default_admin_addresses((path + ":/other").c_str(), "")),
                ElementsAre(path + "/admin.sock"));
    EXPECT_THAT(default_admin_addresses("/none", path + "/other"), IsEmpty());
}

}  // namespace
}  // namespace pivot::tools
