#include "peers/temporary_folder.hpp"
#include "pivot/serve/settings/settings.hpp"
#include "pivot/serve/settings/toml_files.hpp"

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot::tools {
namespace {

using std::chrono::seconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class ServeSettings : public testing::Test {
protected:
    // Returns its path.
    std::string file(const std::string& name, std::string_view text)
    {
        const auto path = folder_.path() / name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path) << text;
        return path;
    }

    std::string folder() const { return folder_.path(); }

    auto read(std::vector<std::string> files) const
    {
        SettingsSources sources;
        sources.config_files = std::move(files);
        return read_settings(sources);
    }

    Settings settings(std::string_view text)
    {
        auto found = read({file("pivot.toml", text)});
        EXPECT_TRUE(found) << found.error().front();
        return found ? std::move(found->settings) : Settings();
    }

    // With names of files instead of paths.
    std::vector<std::string> errors(std::string_view text)
    {
        const auto found = read({file("pivot.toml", text)});
        if (found) return {};
        std::vector<std::string> lines = found.error();
        for (std::string& line : lines) {
            if (line.starts_with(folder())) line.erase(0, folder().size() + 1);
        }
        return lines;
    }

    std::string shown(std::string_view text)
    {
        const auto found = read({file("pivot.toml", text)});
        EXPECT_TRUE(found) << found.error().front();
        return found ? found->shown : "";
    }

private:
    test::TemporaryFolder folder_;
};

std::string chosen(const Settings& settings, std::string_view called)
{
    const auto node = settings.actions.choose("", called);
    return node ? node->action->voice_url : node.error();
}

TEST_F(ServeSettings, settings_of_the_engine_and_of_serve_are_in_one_file)
{
    const Settings found = settings(R"(
        default = "sales"
        drain_timeout_s = 7
        reactors = 3
        policy.allow = ["10.0.0.0/8", "h.example"]
        account.id = "a1"
        [log]
        format = "json"
        level = "debug"
        [http]
        body_bytes_max = 2_000
        retries_stale = false
        [accounts.a1.limits]
        calls_max = 5
        [actions.sales]
        voice_url = "http://h/sales"
        method = "post"
        [numbers]
        "+4930*" = "http://h/berlin"
        [scripted]
        calls = 2
        to = "+4930123"
    )");
    EXPECT_EQ(found.engine.reactors, 3U);
    EXPECT_THAT(found.engine.policy.allow, ElementsAre("10.0.0.0/8", "h.example"));
    EXPECT_EQ(found.engine.http.body_bytes_max, 2'000U);
    EXPECT_FALSE(found.engine.http.retries_stale);
    EXPECT_EQ(found.engine.accounts.at("a1").limits.calls_max, 5U);
    EXPECT_EQ(found.drain_timeout, seconds(7));
    EXPECT_EQ(found.account_id, "a1");
    EXPECT_EQ(found.log.format, LogFormat::json);
    EXPECT_EQ(found.log.level, LogLevel::debug);
    ASSERT_TRUE(found.scripted);
    EXPECT_EQ(found.scripted->calls, 2U);
    EXPECT_EQ(found.scripted->rate, 1U);
    EXPECT_EQ(chosen(found, "+4930123"), "http://h/berlin");
    EXPECT_EQ(chosen(found, "+4940"), "http://h/sales");
    EXPECT_EQ(found.actions.choose("sales", "")->action->method, Method::post);
}

TEST_F(ServeSettings, an_empty_configuration_is_one)
{
    const Settings found = settings("");
    EXPECT_FALSE(found.scripted);
    EXPECT_EQ(found.engine.reactors, 1U);
    EXPECT_THAT(chosen(found, "+49"), HasSubstr("no action"));
}

TEST_F(ServeSettings, an_asterisk_has_the_engine_keep_files_unless_it_is_told_otherwise)
{
    ::setenv("CACHE_DIRECTORY", "/var/cache/voice", 1);
    const Settings found = settings(R"(
        session.keeps_recordings = false
        [asterisk]
        url = "http://ari.example:8088"
        password = "secret"
        media_path = "/mnt/pivot"
    )");
    ::unsetenv("CACHE_DIRECTORY");
    ASSERT_TRUE(found.asterisk);
    EXPECT_EQ(found.asterisk->user, "pivot");
    EXPECT_EQ(found.asterisk->application, "pivot");
    EXPECT_FALSE(found.asterisk->hangs_up_refused);
    EXPECT_TRUE(found.engine.session.fetches_media);
    EXPECT_TRUE(found.engine.session.renders_speech);
    EXPECT_FALSE(found.engine.session.keeps_recordings);
    EXPECT_EQ(found.engine.media.path, "/var/cache/voice");
}

TEST_F(ServeSettings, an_asterisk_may_be_named_with_its_password)
{
    SettingsSources sources;
    sources.config_files = {file("pivot.toml", "[asterisk]\nrefuse = \"hang-up\"\n")};
    sources.asterisk_url = "http://ann:se%3Acret@ari.example:8088/pbx";
    const auto found = read_settings(sources);
    ASSERT_TRUE(found) << found.error().front();
    const AsteriskSettings& asterisk = *found->settings.asterisk;
    EXPECT_EQ(asterisk.url, "http://ari.example:8088/pbx");
    EXPECT_EQ(asterisk.user, "ann");
    EXPECT_EQ(asterisk.password, "se:cret");
    EXPECT_TRUE(asterisk.hangs_up_refused);
    EXPECT_THAT(found->shown, Not(HasSubstr("cret")));
}

TEST_F(ServeSettings, an_asterisk_that_connects_needs_no_url)
{
    const Settings found = settings("[asterisk]\nlisten = \"127.0.0.1:8094\"\n");
    ASSERT_EQ(found.asterisk->listen.size(), 1U);
    EXPECT_EQ(found.asterisk->listen.front().to_text(), "127.0.0.1:8094");
    EXPECT_EQ(found.asterisk->url, "");
}

TEST_F(ServeSettings, a_url_alone_waits_for_the_asterisk_of_this_machine)
{
    SettingsSources sources;
    sources.url = "http://h/start";
    sources.config_files = {file("pivot.toml", "log.level = \"debug\"\n")};
    const auto found = read_settings(sources);
    ASSERT_TRUE(found) << found.error().front();
    ASSERT_TRUE(found->settings.asterisk);
    const AsteriskSettings& asterisk = *found->settings.asterisk;
    ASSERT_EQ(asterisk.listen.size(), 1U);
    EXPECT_EQ(asterisk.listen.front().to_text(), "127.0.0.1:8094");
    EXPECT_EQ(asterisk.listen_password, "");
    EXPECT_TRUE(found->settings.engine.session.fetches_media);

    sources.url.clear();
    EXPECT_FALSE(read_settings(sources)->settings.asterisk);
}

TEST_F(ServeSettings, a_url_beside_another_source_of_calls_waits_for_no_asterisk)
{
    SettingsSources sources;
    sources.url = "http://h/start";
    for (const std::string_view source :
         {"[scripted]\ncalls = 1\n", "[[kazoo]]\nbrokers = [\"amqp://h\"]\n",
          "[api]\nlisten = \"127.0.0.1:8080\"\ntokens.a1 = \"0123456789abcdef\"\n"}) {
        sources.config_files = {file("pivot.toml", source)};
        const auto found = read_settings(sources);
        ASSERT_TRUE(found) << found.error().front();
        EXPECT_FALSE(found->settings.asterisk) << source;
    }
}

TEST_F(ServeSettings, an_asterisk_on_another_machine_needs_a_password_to_connect)
{
    EXPECT_THAT(
        errors("[asterisk]\nlisten = [\"[::1]:8094\", \"0.0.0.0:8094\"]\n"),
        ElementsAre(HasSubstr("asterisk.listen: other machines can reach 0.0.0.0:8094, so it "
                              "needs asterisk.listen_password")));
    EXPECT_THAT(
        errors("[asterisk]\nlisten = \"/run/pivot/asterisk\"\n"),
        ElementsAre(HasSubstr("asterisk.listen: Asterisk cannot connect to a Unix socket")));
    SettingsSources sources;
    sources.config_files = {file(
        "pivot.toml", "[asterisk]\nlisten = \"0.0.0.0:8094\"\nlisten_password = \"s3cret\"\n")};
    const auto found = read_settings(sources);
    ASSERT_TRUE(found) << found.error().front();
    EXPECT_THAT(found->shown, Not(HasSubstr("s3cret")));
}

TEST_F(ServeSettings, an_asterisk_may_fetch_sounds)
{
    constexpr std::string_view asterisk = "[asterisk]\nurl = \"http://a:b@h\"\n";
    const auto with = [&](std::string_view more) { return fmt::format("{}{}\n", asterisk, more); };
    const Settings found = settings(with("media_listen = \"10.0.0.5:8095\""));
    ASSERT_EQ(found.asterisk->media_listen.size(), 1U);
    EXPECT_EQ(found.asterisk->media_url, "http://10.0.0.5:8095");
    const Settings mapped = settings(
        with("media_listen = \"0.0.0.0:8095\"\nmedia_url = \"https://pivot.example/asterisk\""));
    EXPECT_EQ(mapped.asterisk->media_url, "https://pivot.example/asterisk");
    for (const auto& [wrong, why] : std::vector<std::pair<std::string, std::string>>{
             {"media_listen = \"0.0.0.0:8095\"", "media_url: is missing"},
             {"media_listen = \"[::]:8095\"", "media_url: is missing"},
             {"media_listen = \"/run/pivot/sounds\"", "media_listen: is a Unix socket"},
             {"media_listen = [\"[::1]:8095\", \"/run/sounds\"]", "media_listen: is a Unix socket"},
             {"media_url = \"http://h\"", "media_url: needs media_listen as well"},
             {"media_listen = \"[::1]:8095\"\nmedia_url = \"http://h/\"", "media_url: has a query"},
             {"media_listen = \"[::1]:8095\"\nmedia_path = \"/mnt\"", "media_path: is for"}}) {
        EXPECT_THAT(errors(with(wrong)), ElementsAre(HasSubstr("asterisk." + why))) << wrong;
    }
}

TEST_F(ServeSettings, an_asterisk_without_a_url_or_a_password_is_refused)
{
    EXPECT_THAT(errors("[asterisk]\npassword = \"x\"\n"),
                ElementsAre("pivot.toml:1:2: asterisk.url: is missing"));
    EXPECT_THAT(errors("[asterisk]\nurl = \"http://h:8088\"\n"),
                ElementsAre("pivot.toml:1:2: asterisk.password: is missing: write that of the user "
                            "pivot in ari.conf"));
    EXPECT_THAT(errors("[asterisk]\nurl = \"ws://h\"\npassword = \"x\"\n"),
                ElementsAre(HasSubstr("pivot.toml:2:1: asterisk.url: ")));
}

TEST_F(ServeSettings, what_asterisk_dials_has_a_place_for_the_address)
{
    constexpr std::string_view asterisk = "[asterisk]\nurl = \"http://a:b@h\"\n";
    const Settings found = settings(std::string(asterisk) + "user = \"ann\"\n" +
                                    "dial.sip_uri = \"PJSIP/trunk/{uri}\"\n");
    EXPECT_EQ(found.asterisk->dial.common.user, "PJSIP/{user}");
    EXPECT_EQ(found.asterisk->dial.common.number, "Local/{number}@pivot-dial/n");
    EXPECT_EQ(found.asterisk->dial.common.sip_uri, "PJSIP/trunk/{uri}");
    EXPECT_THAT(errors(std::string(asterisk) + "dial.number = \"PJSIP/trunk\"\n"),
                ElementsAre("pivot.toml:3:6: asterisk.dial.number: has no {number} in it, such as "
                            "PJSIP/{number}@trunk"));
    EXPECT_THAT(errors(std::string(asterisk) + "dial.number = \"PJSIP/{number}{number}\"\n"),
                ElementsAre(HasSubstr("number: has {number} in it more than once")));
    for (const char* const text : {"{user}", "{user}@a/b", "/{user}"}) {
        EXPECT_THAT(errors(fmt::format("{}dial.user = \"{}\"\n", asterisk, text)),
                    ElementsAre(HasSubstr("user: does not begin with a technology and a slash, "
                                          "such as PJSIP/{user}@trunk")))
            << text;
    }
}

TEST_F(ServeSettings, an_account_has_the_common_templates_of_the_kinds_it_does_not_name)
{
    const std::string asterisk =
        "[asterisk.accounts.a1]\ndial.number = \"PJSIP/{number}@a1\"\ndial.user = \"\"\n"
        "[asterisk]\nurl = \"http://a:b@h\"\ndial.sip_uri = \"PJSIP/proxy/{uri}\"\n";
    const auto found = read({file("pivot.toml", asterisk)});
    ASSERT_TRUE(found) << found.error().front();
    const auto& accounts = found->settings.asterisk->dial.accounts;
    ASSERT_EQ(accounts.size(), 1U);
    EXPECT_EQ(accounts.at("a1").number, "PJSIP/{number}@a1");
    EXPECT_EQ(accounts.at("a1").user, "");
    EXPECT_EQ(accounts.at("a1").sip_uri, "PJSIP/proxy/{uri}");
    EXPECT_THAT(found->shown, HasSubstr("PJSIP/{number}@a1"));
    EXPECT_THAT(
        errors(asterisk + "[asterisk.accounts.a2]\ndial.numbr = \"x\"\n" +
               "[asterisk.accounts.a3]\ndial.user = \"PJSIP/ann\"\nuser = \"x\"\n" +
               "[asterisk.accounts]\na4 = 5\n"),
        ElementsAre("pivot.toml:8:6: asterisk.accounts.a2.dial.numbr: is not a setting: did "
                    "you mean asterisk.accounts.a2.dial.number?",
                    HasSubstr("asterisk.accounts.a3.dial.user: has no {user} in it"),
                    HasSubstr("asterisk.accounts.a3.user: is not a setting: use one of "
                              "dial"),
                    HasSubstr("asterisk.accounts.a4: expected a table, found 5")));
}

TEST_F(ServeSettings, what_asterisk_parks_with_is_an_extension_of_a_context)
{
    constexpr std::string_view asterisk = "[asterisk]\nurl = \"http://a:b@h\"\n";
    const Settings found = settings(std::string(asterisk) +
                                    "park = \"700@parkedcalls\"\ntransfer_context = \"office\"\n");
    EXPECT_EQ(found.asterisk->park, "700@parkedcalls");
    EXPECT_EQ(found.asterisk->transfer_context, "office");
    for (const char* const wrong : {"700", "@lot", "700@", "a(b)@lot"}) {
        EXPECT_THAT(errors(fmt::format("{}park = \"{}\"\n", asterisk, wrong)),
                    ElementsAre("pivot.toml:3:1: asterisk.park: is not EXTENSION@CONTEXT, such as "
                                "700@parkedcalls"))
            << wrong;
    }
    EXPECT_THAT(errors(std::string(asterisk) + "transfer_context = \"a,b\"\n"),
                ElementsAre("pivot.toml:3:1: asterisk.transfer_context: is not the name of a "
                            "context"));
}

TEST_F(ServeSettings, an_application_has_a_name_that_asterisk_can_take)
{
    constexpr std::string_view asterisk = "[asterisk]\nurl = \"http://a:b@h\"\napplication = ";
    const std::string longest(73, 'a');
    for (const std::string& name : {std::string("pivot-2_b.c"), longest}) {
        EXPECT_EQ(settings(fmt::format("{}\"{}\"\n", asterisk, name)).asterisk->application, name);
    }
    EXPECT_THAT(errors(fmt::format("{}\"\"\n", asterisk)),
                ElementsAre("pivot.toml:3:1: asterisk.application: is empty"));
    EXPECT_THAT(errors(fmt::format("{}\"{}a\"\n", asterisk, longest)),
                ElementsAre("pivot.toml:3:1: asterisk.application: has 74 characters: Asterisk "
                            "takes 73 at most"));
    for (const char* const wrong : {"a b&c", "a,b", "a:b", "a/b", "a(b)", "ä"}) {
        EXPECT_THAT(errors(fmt::format("{}\"{}\"\n", asterisk, wrong)),
                    ElementsAre(fmt::format("pivot.toml:3:1: asterisk.application: is \"{}\": use "
                                            "letters, digits, -, _ and .",
                                            wrong)));
    }
}

TEST_F(ServeSettings, the_password_of_an_asterisk_is_not_shown)
{
    EXPECT_THAT(shown("[asterisk]\nurl = \"http://h:8088\"\npassword = \"secret\"\n"),
                AllOf(HasSubstr("http://h:8088"), Not(HasSubstr("secret"))));
}

TEST_F(ServeSettings, an_engine_without_threads_is_refused)
{
    EXPECT_THAT(errors("reactors = 0\n"), ElementsAre(HasSubstr("pivot.toml:1:1: reactors: must")));
}

TEST_F(ServeSettings, an_unknown_key_has_its_file_and_line_and_a_suggestion)
{
    EXPECT_THAT(errors("reactors = 2\n\n[policy]\n  alow = []\n"),
                ElementsAre("pivot.toml:4:3: policy.alow: is not a setting: did you mean "
                            "policy.allow?"));
    EXPECT_THAT(errors("scriptd = {}\n"),
                ElementsAre("pivot.toml:1:1: scriptd: is not a setting: did you mean scripted?"));
    EXPECT_THAT(errors("[scripted]\nrat = 3\n"),
                ElementsAre("pivot.toml:2:1: scripted.rat: is not a setting: did you mean "
                            "scripted.rate?"));
    EXPECT_THAT(errors("body_bytes_max = 3\n"),
                ElementsAre("pivot.toml:1:1: body_bytes_max: is not a setting: did you mean "
                            "http.body_bytes_max?"));
}

TEST_F(ServeSettings, requests_of_kazoo_may_be_only_watched)
{
    constexpr std::string_view kazoo = "[[kazoo]]\nbrokers = [\"amqp://b1\"]\n";
    EXPECT_EQ(settings(kazoo).kazoo.front().shadow, Shadow::off);
    EXPECT_EQ(settings(fmt::format("{}shadow = \"ask\"\n", kazoo)).kazoo.front().shadow,
              Shadow::ask);
    EXPECT_THAT(errors(fmt::format("{}shadow = \"on\"\n", kazoo)),
                ElementsAre("pivot.toml:3:1: kazoo.0.shadow: is \"on\": use off, check or ask"));
}

TEST_F(ServeSettings, every_mistake_is_reported_where_it_is)
{
    EXPECT_THAT(
        errors("reactors = \"2\"\n"
               "policy = { allow = [\n  \"10.0.0.0/8\",\n  \"10.0.0.1/8\" ] }\n"
               "[log]\nlevel = \"loud\"\n"
               "[numbers]\n\"+49\" = \"sales\"\n\"sales\" = \"http://h/\"\n"),
        ElementsAre(HasSubstr("pivot.toml:6:1: log.level: expected \"error\", \"warning\", "),
                    "pivot.toml:1:1: reactors: expected an integer from 0 to 1024, found \"2\"",
                    HasSubstr("pivot.toml:4:3: policy.allow.1: "),
                    HasSubstr("pivot.toml:8:1: numbers.+49: \"sales\" is neither a URL nor"),
                    HasSubstr("pivot.toml:9:1: numbers.sales: is not a number")));
}

TEST_F(ServeSettings, an_action_of_the_operator_may_have_no_mistake_at_all)
{
    EXPECT_THAT(errors("[actions.a]\nvoice_url = \"http://h/\"\nmetod = \"post\"\n"),
                ElementsAre(HasSubstr("pivot.toml:3:1: actions.a.metod: \"metod\" is not a key")));
    EXPECT_THAT(errors("[actions.a]\nmethod = \"post\"\n"),
                ElementsAre("pivot.toml:1:10: actions.a.voice_url: is missing"));
}

TEST_F(ServeSettings, what_is_not_toml_has_its_line)
{
    EXPECT_THAT(errors("reactors = 2\npolicy = [\n"), ElementsAre(HasSubstr("pivot.toml:2:12: ")));
    EXPECT_THAT(errors("reactors = 2\nreactors = 3\n"), ElementsAre(HasSubstr("pivot.toml:2:")));
}

TEST_F(ServeSettings, a_file_that_is_named_must_be_there)
{
    const auto found = read({folder() + "/none.toml"});
    ASSERT_FALSE(found);
    EXPECT_THAT(found.error(), ElementsAre(HasSubstr("none.toml: No such file or directory")));
}

TEST_F(ServeSettings, dates_and_infinity_are_not_numbers)
{
    EXPECT_THAT(errors("reactors = inf\ncalls_max = 2026-11-29\n"),
                ElementsAre(HasSubstr(R"(found "inf")"), HasSubstr(R"(found "2026-11-29")")));
    EXPECT_EQ(settings("reactors = 0x10").engine.reactors, 16U);
}

TEST_F(ServeSettings, a_later_file_adds_to_tables_and_replaces_all_else)
{
    const std::string first = file("a.toml",
                                   "policy.allow = [\"10.0.0.0/8\"]\n"
                                   "http.redirects_max = 1\nreactors = 1\n");
    const std::string second = file("b.toml",
                                    "policy.allow = [\"10.2.0.0/16\"]\n"
                                    "http.body_bytes_max = 7\nreactors = 2\n");
    const auto found = read({first, second});
    ASSERT_TRUE(found) << found.error().front();
    const EngineConfig& engine = found->settings.engine;
    EXPECT_THAT(engine.policy.allow, ElementsAre("10.2.0.0/16"));
    EXPECT_EQ(engine.http.redirects_max, 1U);
    EXPECT_EQ(engine.http.body_bytes_max, 7U);
    EXPECT_EQ(engine.reactors, 2U);
}

TEST_F(ServeSettings, a_mistake_is_reported_in_the_file_that_has_it)
{
    const std::string first = file("a.toml", "[http]\nredirects_max = 1\n");
    const std::string second = file("b.toml", "\n[http]\nredirects_max = 1000\n");
    EXPECT_THAT(read({first, second}).error(), ElementsAre(HasSubstr("b.toml:3:1: http.redir")));
}

TEST_F(ServeSettings, the_files_of_a_folder_come_by_name_after_the_first)
{
    EXPECT_THAT(toml_files_of(folder()), IsEmpty());
    file("conf.d/20-b.toml", "");
    file("conf.d/10-a.toml", "");
    file("conf.d/10-a.toml.old", "");
    EXPECT_THAT(toml_files_of(folder()),
                ElementsAre(folder() + "/conf.d/10-a.toml", folder() + "/conf.d/20-b.toml"));
    file("pivot.toml", "");
    EXPECT_THAT(toml_files_of(folder()),
                ElementsAre(folder() + "/pivot.toml", folder() + "/conf.d/10-a.toml",
                            folder() + "/conf.d/20-b.toml"));
}

TEST_F(ServeSettings, options_go_before_files_and_are_named_in_their_errors)
{
    SettingsSources sources;
    sources.config_files = {
        file("pivot.toml", "default = \"http://h/file\"\nlog.level = \"info\"\n")};
    sources.url = "http://127.0.0.1:8080/ivr";
    sources.log_level = "debug";
    const auto found = read_settings(sources);
    ASSERT_TRUE(found) << found.error().front();
    EXPECT_EQ(chosen(found->settings, ""), "http://127.0.0.1:8080/ivr");
    EXPECT_EQ(found->settings.engine.typed.url, "http://127.0.0.1:8080/ivr");
    EXPECT_EQ(found->settings.log.level, LogLevel::debug);
    EXPECT_THAT(found->shown, HasSubstr("level = 'debug'"));

    sources.url = "http://";
    EXPECT_THAT(read_settings(sources).error(),
                ElementsAre(HasSubstr("--url: default: the URL cannot be asked")));
}

TEST_F(ServeSettings, a_secret_may_be_in_a_file_of_its_own)
{
    const std::string key = file("key", "secret of all\n");
    const std::string token = file("token", "Bearer 4711");
    const Settings found = settings(
        "[signing]\nkey_file = \"" + key + "\"\nkeys.b2_file = \"" + key +
        "\"\n[accounts.a1]\nsigning.key_file = \"" + key + "\"\nheaders.Authorization_file = \"" +
        token + "\"\n[media]\nspeech_headers.Authorization_file = \"" + token + "\"\n");
    EXPECT_EQ(found.engine.signing.key, "secret of all");
    EXPECT_EQ(found.engine.signing.keys.at("b2"), "secret of all");
    EXPECT_EQ(found.engine.accounts.at("a1").signing_key, "secret of all");
    EXPECT_EQ(found.engine.accounts.at("a1").headers.at("Authorization"), "Bearer 4711");
    EXPECT_EQ(found.engine.media.speech_headers.at("Authorization"), "Bearer 4711");
    EXPECT_THAT(errors("\n[signing]\nkey_file = \"/none\"\n"),
                ElementsAre("pivot.toml:3:1: /none: No such file or directory"));
}

TEST_F(ServeSettings, the_secrets_of_a_systemd_service_are_in_its_folder)
{
    file("key", "of systemd");
    ::setenv("CREDENTIALS_DIRECTORY", folder().c_str(), 1);
    const Settings found = settings("signing.key_file = \"key\"\n");
    ::unsetenv("CREDENTIALS_DIRECTORY");
    EXPECT_EQ(found.engine.signing.key, "of systemd");
}

TEST_F(ServeSettings, the_configuration_is_shown_without_its_secrets)
{
    const std::string key = file("key", "hunter1");
    const std::string text = shown(
        "default = \"http://ann:hunter2@h/\"\nreactors = 2\n"
        "[signing]\nkey = \"hunter3\"\nkeys.a1 = \"hunter4\"\nkeys.a2_file = \"" +
        key +
        "\"\n"
        "[accounts.a1]\nsigning.key = \"hunter5\"\nheaders.Authorization = \"Bearer hunter6\"\n"
        "[media]\nspeech_url = \"http://ann:hunter7@h/?key=hunter9\"\n"
        "speech_headers.Authorization = \"Bearer hunter8\"\n");
    EXPECT_THAT(text, Not(HasSubstr("hunter")));
    EXPECT_THAT(text, HasSubstr("reactors = 2"));
    EXPECT_THAT(text, HasSubstr("@h/"));
    EXPECT_THAT(text, HasSubstr("a2_file = '" + key + "'"));
    EXPECT_THAT(text, HasSubstr("[accounts.a1.headers]\nAuthorization = '[redacted]'"));
}

TEST_F(ServeSettings, what_is_shown_can_be_read_again)
{
    const std::string text = shown(
        "reactors = 2\n[numbers]\n\"+49*\" = \"http://h/\"\n"
        "[actions.a]\nvoice_url = \"http://h/\"\n");
    EXPECT_EQ(shown(text), text);
    EXPECT_EQ(settings(text).engine.reactors, 2U);
}

}  // namespace
}  // namespace pivot::tools
