#include "places.hpp"

#include <pivot/engine.hpp>

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace pivot {
namespace {

using std::chrono::milliseconds;

EngineConfig read(std::string_view text)
{
    auto config = EngineConfig::from_json(text);
    EXPECT_TRUE(config) << text << '\n' << config.error();
    return config ? *std::move(config) : EngineConfig();
}

std::string error(std::string_view text)
{
    const auto config = EngineConfig::from_json(text);
    return config ? "none" : config.error();
}

// The first JSON of docs/configuration.md.
std::string documented_example()
{
    std::stringstream page;
    page << std::ifstream(test::source_root() + "/docs/configuration.md").rdbuf();
    const std::string text = page.str();
    const auto start = text.find("```json\n") + 8;
    return text.substr(start, text.find("```", start) - start);
}

void expect_defaults(const EngineConfig& config)
{
    const EngineConfig defaults;
    EXPECT_EQ(config.reactors, defaults.reactors);
    EXPECT_EQ(config.calls_max, defaults.calls_max);
    EXPECT_EQ(config.connections_max, defaults.connections_max);
    EXPECT_EQ(config.source_addresses, defaults.source_addresses);
    EXPECT_EQ(config.action.timeout_max, defaults.action.timeout_max);
    EXPECT_EQ(config.action.coerce_types, defaults.action.coerce_types);
    EXPECT_EQ(config.dns.servers, defaults.dns.servers);
    EXPECT_EQ(config.dns.hosts_file, defaults.dns.hosts_file);
    EXPECT_EQ(config.tls.ca_file, defaults.tls.ca_file);
    EXPECT_EQ(config.tls.ca_directory, defaults.tls.ca_directory);
    EXPECT_EQ(config.tls.certificate_file, defaults.tls.certificate_file);
    EXPECT_EQ(config.tls.private_key_file, defaults.tls.private_key_file);
    EXPECT_EQ(config.tls.verify, defaults.tls.verify);
    EXPECT_EQ(config.policy.allow, defaults.policy.allow);
    EXPECT_EQ(config.policy.deny, defaults.policy.deny);
    EXPECT_EQ(config.http.head_bytes_max, defaults.http.head_bytes_max);
    EXPECT_EQ(config.http.body_bytes_max, defaults.http.body_bytes_max);
    EXPECT_EQ(config.http.redirects_max, defaults.http.redirects_max);
    EXPECT_EQ(config.http.idle_connections_max, defaults.http.idle_connections_max);
    EXPECT_EQ(config.http.idle_connections_per_origin_max,
              defaults.http.idle_connections_per_origin_max);
    EXPECT_EQ(config.http.retries_stale, defaults.http.retries_stale);
    EXPECT_EQ(config.http.idle_timeout, defaults.http.idle_timeout);
    EXPECT_EQ(config.callflow.coerce_types, defaults.callflow.coerce_types);
    EXPECT_EQ(config.callflow.depth_max, defaults.callflow.depth_max);
    EXPECT_EQ(config.twiml.is_strict, defaults.twiml.is_strict);
    EXPECT_EQ(config.session.iterations_max, defaults.session.iterations_max);
    EXPECT_EQ(config.session.answer_timeout, defaults.session.answer_timeout);
    EXPECT_EQ(config.session.hang_up_timeout, defaults.session.hang_up_timeout);
    EXPECT_EQ(config.session.stop_timeout, defaults.session.stop_timeout);
    EXPECT_EQ(config.session.transfer_limit, defaults.session.transfer_limit);
    EXPECT_EQ(config.session.play_limit, defaults.session.play_limit);
    EXPECT_EQ(config.session.fetches_media, defaults.session.fetches_media);
    EXPECT_EQ(config.session.renders_speech, defaults.session.renders_speech);
    EXPECT_EQ(config.session.keeps_recordings, defaults.session.keeps_recordings);
    EXPECT_EQ(config.media.recording_command, defaults.media.recording_command);
    EXPECT_EQ(config.media.recording_timeout, defaults.media.recording_timeout);
    EXPECT_EQ(config.media.path, defaults.media.path);
    EXPECT_EQ(config.media.bytes_max, defaults.media.bytes_max);
    EXPECT_EQ(config.media.cache_bytes_max, defaults.media.cache_bytes_max);
    EXPECT_EQ(config.media.fetch_timeout, defaults.media.fetch_timeout);
    EXPECT_EQ(config.media.speech_command, defaults.media.speech_command);
    EXPECT_EQ(config.media.speech_timeout, defaults.media.speech_timeout);
    EXPECT_EQ(config.signing.keys, defaults.signing.keys);
    EXPECT_EQ(config.signing.key, defaults.signing.key);
    EXPECT_EQ(config.cpus, defaults.cpus);
    EXPECT_EQ(config.store.path, defaults.store.path);
    EXPECT_EQ(config.store.cdr_bytes_max, defaults.store.cdr_bytes_max);
    EXPECT_EQ(config.store.debug_bytes_max, defaults.store.debug_bytes_max);
}

TEST(Config, what_is_not_set_has_its_default)
{
    expect_defaults(read("{}"));
    expect_defaults(read(R"({"action":{},"dns":{},"tls":{},"policy":{},"http":{}})"));
}

TEST(Config, accounts_have_keys_of_their_own)
{
    const auto config = read(R"({"signing":{"keys":{"a1":"one","a2":"two"},"key":"other"}})");
    EXPECT_EQ(config.signing.keys,
              (std::map<std::string, std::string>{{"a1", "one"}, {"a2", "two"}}));
    EXPECT_EQ(config.signing.key, "other");
    EXPECT_NE(error(R"({"signing":{"keys":{"a1":7}}})").find("/signing/keys/a1"),
              std::string::npos);
    EXPECT_NE(error(R"({"signing":{"keys":[]}})").find("an object of strings"), std::string::npos);
}

TEST(Config, the_documented_example_has_every_setting_at_its_default)
{
    const std::string example = documented_example();
    for (const char* const name : {"reactors",
                                   "calls_max",
                                   "connections_max",
                                   "source_addresses",
                                   "timeout_ms_max",
                                   "coerce_types",
                                   "servers",
                                   "hosts_file",
                                   "ca_file",
                                   "ca_directory",
                                   "certificate_file",
                                   "private_key_file",
                                   "verify",
                                   "allow",
                                   "deny",
                                   "head_bytes_max",
                                   "body_bytes_max",
                                   "redirects_max",
                                   "idle_connections_max",
                                   "idle_connections_per_origin_max",
                                   "idle_timeout_ms",
                                   "retries_stale",
                                   "depth_max",
                                   "host_modules",
                                   "modules",
                                   "strict",
                                   "iterations_max",
                                   "answer_ms",
                                   "hang_up_ms",
                                   "stop_ms",
                                   "transfer_limit_ms",
                                   "play_limit_ms",
                                   "apology",
                                   "fetches_media",
                                   "renders_speech",
                                   "keeps_recordings",
                                   "conversion_command",
                                   "conversion_ms",
                                   "recording_command",
                                   "recording_ms",
                                   "recordings_url",
                                   "recordings_key",
                                   "recordings_key_before",
                                   "recordings_link_s",
                                   "bytes_max",
                                   "cache_bytes_max",
                                   "fetch_ms",
                                   "speech_command",
                                   "speech_ms",
                                   "speech_url",
                                   "speech_headers",
                                   "keys",
                                   "key",
                                   "cpus",
                                   "path",
                                   "cdr_bytes_max",
                                   "debug_bytes_max"}) {
        EXPECT_NE(example.find('"' + std::string(name) + '"'), std::string::npos) << name;
    }
    expect_defaults(read(example));
}

TEST(Config, every_setting_is_read)
{
    const auto config = read(R"({
        "reactors": 0, "cpus": [2, 0], "calls_max": 7, "connections_max": 8,
        "source_addresses": ["192.0.2.7", "2001:db8::7"],
        "action": {"timeout_ms_max": 9000, "coerce_types": true},
        "dns": {"servers": ["192.0.2.53", "[2001:db8::53]:5353"], "hosts_file": ""},
        "tls": {"ca_file": "/ca.pem", "ca_directory": "/ca", "certificate_file": "/me.pem",
                "private_key_file": "/me.key", "verify": false},
        "policy": {"allow": ["10.0.0.0/8", "*.example.com"], "deny": ["192.0.2.0/24"]},
        "http": {"head_bytes_max": 2048, "body_bytes_max": 4096, "redirects_max": 0,
                 "idle_connections_max": 10, "idle_connections_per_origin_max": 11,
                 "idle_timeout_ms": 12, "retries_stale": false},
        "callflow": {"coerce_types": true, "depth_max": 13, "host_modules": ["play", "voicemail", "shop"],
                     "modules": {"shop": ""}},
        "session": {"iterations_max": 14, "answer_ms": 100, "hang_up_ms": 101, "stop_ms": 102,
                    "transfer_limit_ms": 103, "play_limit_ms": 104, "apology": "Sorry",
                    "fetches_media": true, "renders_speech": true, "keeps_recordings": true},
        "media": {"path": "/sounds", "bytes_max": 1025, "cache_bytes_max": 1048579,
                  "fetch_ms": 105, "speech_command": ["say", "{text}"], "speech_ms": 106,
                  "speech_url": "https://h/say", "speech_headers": {"X-Key": "one"},
                  "conversion_command": ["sox", "{file}", "{output}"], "conversion_ms": 108,
                  "recording_command": ["sox", "{file}", "{output}"], "recording_ms": 107,
                  "recordings_url": "https://h/r", "recordings_key": "k",
                  "recordings_key_before": "b", "recordings_link_s": 109},
        "store": {"path": "/spool", "cdr_bytes_max": 1048577, "debug_bytes_max": 1048578},
        "accounts": {"a1": {"tls": {"certificate_file": "/a1.pem", "private_key_file": "/a1.key"},
                            "policy": {"allow": ["10.0.0.0/8"], "deny": ["10.1.0.0/16"]},
                            "headers": {"Authorization": "Bearer one"},
                            "signing": {"key": "one"}, "limits": {"calls_max": 15, "calls_per_number_max": 16, "call_s_max": 17,
                                       "legs_max": 18, "legs_per_minute_max": 19,
                                       "numbers": ["+49*"], "caller_ids": ["+4930"]}},
                     "a2": {}}})");
    EXPECT_EQ(config.reactors, 0U);
    EXPECT_EQ(config.calls_max, 7U);
    EXPECT_EQ(config.connections_max, 8U);
    EXPECT_EQ(config.source_addresses, (std::vector<std::string>{"192.0.2.7", "2001:db8::7"}));
    EXPECT_EQ(config.action.timeout_max, milliseconds(9000));
    EXPECT_TRUE(config.action.coerce_types);
    EXPECT_EQ(config.dns.servers, (std::vector<std::string>{"192.0.2.53", "[2001:db8::53]:5353"}));
    EXPECT_EQ(config.dns.hosts_file, "");
    EXPECT_EQ(config.tls.ca_file, "/ca.pem");
    EXPECT_EQ(config.tls.ca_directory, "/ca");
    EXPECT_EQ(config.tls.certificate_file, "/me.pem");
    EXPECT_EQ(config.tls.private_key_file, "/me.key");
    EXPECT_FALSE(config.tls.verify);
    EXPECT_EQ(config.policy.allow, (std::vector<std::string>{"10.0.0.0/8", "*.example.com"}));
    EXPECT_EQ(config.policy.deny, std::vector<std::string>{"192.0.2.0/24"});
    EXPECT_EQ(config.http.head_bytes_max, 2048U);
    EXPECT_EQ(config.http.body_bytes_max, 4096U);
    EXPECT_EQ(config.http.redirects_max, 0U);
    EXPECT_EQ(config.http.idle_connections_max, 10U);
    EXPECT_EQ(config.http.idle_connections_per_origin_max, 11U);
    EXPECT_EQ(config.http.idle_timeout, milliseconds(12));
    EXPECT_FALSE(config.http.retries_stale);
    EXPECT_TRUE(config.callflow.coerce_types);
    EXPECT_EQ(config.callflow.depth_max, 13U);
    EXPECT_EQ(config.callflow.host_modules,
              (std::vector<std::string>{"play", "voicemail", "shop"}));
    EXPECT_EQ(config.callflow.modules, (std::map<std::string, std::string>{{"shop", ""}}));
    EXPECT_EQ(config.session.apology, "Sorry");
    EXPECT_EQ(config.session.iterations_max, 14U);
    EXPECT_EQ(config.session.answer_timeout, milliseconds(100));
    EXPECT_EQ(config.session.hang_up_timeout, milliseconds(101));
    EXPECT_EQ(config.session.stop_timeout, milliseconds(102));
    EXPECT_EQ(config.session.transfer_limit, milliseconds(103));
    EXPECT_EQ(config.session.play_limit, milliseconds(104));
    EXPECT_TRUE(config.session.fetches_media);
    EXPECT_TRUE(config.session.renders_speech);
    EXPECT_TRUE(config.session.keeps_recordings);
    EXPECT_EQ(config.media.recording_command,
              (std::vector<std::string>{"sox", "{file}", "{output}"}));
    EXPECT_EQ(config.media.recording_timeout, milliseconds(107));
    EXPECT_EQ(config.media.conversion_command,
              (std::vector<std::string>{"sox", "{file}", "{output}"}));
    EXPECT_EQ(config.media.conversion_timeout, milliseconds(108));
    EXPECT_EQ(config.media.recordings_url, "https://h/r");
    EXPECT_EQ(config.media.recordings_key, "k");
    EXPECT_EQ(config.media.recordings_key_before, "b");
    EXPECT_EQ(config.media.recordings_lifetime, std::chrono::seconds(109));
    EXPECT_EQ(config.media.path, "/sounds");
    EXPECT_EQ(config.media.bytes_max, 1025U);
    EXPECT_EQ(config.media.cache_bytes_max, 1'048'579U);
    EXPECT_EQ(config.media.fetch_timeout, milliseconds(105));
    EXPECT_EQ(config.media.speech_command, (std::vector<std::string>{"say", "{text}"}));
    EXPECT_EQ(config.media.speech_timeout, milliseconds(106));
    EXPECT_EQ(config.media.speech_url, "https://h/say");
    EXPECT_EQ(config.media.speech_headers, (std::map<std::string, std::string>{{"X-Key", "one"}}));
    EXPECT_EQ(config.cpus, (std::vector<unsigned>{2, 0}));
    EXPECT_EQ(config.store.path, "/spool");
    EXPECT_EQ(config.store.cdr_bytes_max, 1'048'577);
    EXPECT_EQ(config.store.debug_bytes_max, 1'048'578);
    ASSERT_EQ(config.accounts.size(), 2U);
    const auto& account = config.accounts.at("a1");
    EXPECT_EQ(account.tls.certificate_file, "/a1.pem");
    EXPECT_EQ(account.tls.private_key_file, "/a1.key");
    EXPECT_TRUE(account.tls.verify);
    EXPECT_EQ(account.policy.allow, std::vector<std::string>{"10.0.0.0/8"});
    EXPECT_EQ(account.policy.deny, std::vector<std::string>{"10.1.0.0/16"});
    EXPECT_EQ(account.headers.at("Authorization"), "Bearer one");
    EXPECT_EQ(account.signing_key, "one");
    EXPECT_EQ(account.limits.calls_max, 15U);
    EXPECT_EQ(account.limits.calls_per_number_max, 16U);
    EXPECT_EQ(account.limits.call_duration_max, std::chrono::seconds(17));
    EXPECT_EQ(account.limits.legs_max, 18U);
    EXPECT_EQ(account.limits.legs_per_minute_max, 19U);
    EXPECT_EQ(account.limits.numbers, std::vector<std::string>{"+49*"});
    EXPECT_EQ(account.limits.caller_ids, std::vector<std::string>{"+4930"});
    EXPECT_FALSE(config.accounts.at("a2").signing_key);
    EXPECT_EQ(config.accounts.at("a2").limits.calls_max, 0U) << "there is none";
}

TEST(Config, a_command_has_only_names_that_stand_for_something)
{
    EXPECT_EQ(error(R"({"media":{"speech_command":["say","{txt}"]}})"),
              "/media/speech_command/1: {txt} stands for nothing: there are {text}, {text_file}, "
              "{voice}, {language}, {engine}, {file}");
    EXPECT_EQ(error(R"({"media":{"recording_command":["sox","{text}"]}})"),
              "/media/recording_command/1: {text} stands for nothing: there are {file}, {output}, "
              "{format}, {trim}");
    EXPECT_EQ(
        error(R"({"media":{"conversion_command":["sox","{format}"]}})"),
        "/media/conversion_command/1: {format} stands for nothing: there are {file}, {output}, "
        "{rate}");
    EXPECT_EQ(read(R"({"media":{"speech_command":[]}})").media.speech_command,
              EngineConfig().media.speech_command);
}

TEST(Config, what_is_wrong_with_an_account_is_said_with_its_place)
{
    EXPECT_EQ(error(R"({"accounts":{"a/1":{"polcy":{}}}})"),
              "/accounts/a~11/polcy: is not a setting: did you mean /accounts/a~11/policy?");
    EXPECT_EQ(error(R"({"accounts":{"a1":{"policy":{"allow":["10.0.0.0/99"]}}}})"),
              "/accounts/a1" + error(R"({"policy":{"allow":["10.0.0.0/99"]}})"));
    EXPECT_EQ(error(R"({"accounts":{"a1":{"headers":{"Content-Length":"1"}}}})"),
              "/accounts/a1/headers: Content-Length: Pivot sets this header itself");
    EXPECT_EQ(error(R"({"accounts":{"a1":{"headers":{"X-A":"1\r\nX-B: 2"}}}})"),
              "/accounts/a1/headers: X-A: its value has a control character");
    EXPECT_EQ(error(R"({"accounts":{"a1":{"headers":{"X A":"1"}}}})"),
              "/accounts/a1/headers: X A: it is not the name of a header");
    EXPECT_EQ(error(R"({"accounts":{"a1":{"limits":{"calls_max":0}}}})"),
              "/accounts/a1/limits/calls_max: expected an integer from 1 to 10000000, found 0");
}

TEST(Config, a_host_is_offered_modules_that_there_are)
{
    EXPECT_EQ(error(R"({"callflow":{"host_modules":["play","ply"]}})"),
              "/callflow/host_modules/1: is not a module of callflows");
    EXPECT_EQ(error(R"({"callflow":{"modules":{"shop":"/no/such/file","play":""}}})"),
              "/callflow/modules/play: module \"play\": KAZOO has a module of this name; "
              "/callflow/modules/shop: /no/such/file: cannot be read");
}

TEST(Config, an_unknown_name_is_an_error_that_suggests_the_nearest_one)
{
    EXPECT_EQ(error(R"({"call_max":5})"), "/call_max: is not a setting: did you mean /calls_max?");
    EXPECT_EQ(error(R"({"http":{"redirect_max":5}})"),
              "/http/redirect_max: is not a setting: did you mean /http/redirects_max?");
    EXPECT_EQ(error(R"({"polcy":{"allow":[]}})"),
              "/polcy: is not a setting: did you mean /policy?");
    EXPECT_EQ(error(R"({"coerce_types":true})"),
              "/coerce_types: is not a setting: did you mean /action/coerce_types?");
    EXPECT_EQ(error(R"({"callflow":{"coerse_types":true}})"),
              "/callflow/coerse_types: is not a setting: did you mean /callflow/coerce_types?");
    EXPECT_EQ(error(R"({"http/redirects_max":5})"),
              "/http~1redirects_max: is not a setting: did you mean /http/redirects_max?");
    EXPECT_NE(error(R"({"":1})"), "none");
}

TEST(Config, a_number_stays_within_its_bounds)
{
    EXPECT_EQ(error(R"({"calls_max":0})"),
              "/calls_max: expected an integer from 1 to 10000000, found 0");
    EXPECT_EQ(error(R"({"calls_max":10000001})"),
              "/calls_max: expected an integer from 1 to 10000000, found 10000001");
    EXPECT_EQ(error(R"({"reactors":-1})"),
              "/reactors: expected an integer from 0 to 1024, found -1");
    EXPECT_EQ(error(R"({"reactors":99999999999999999999})"),
              "/reactors: expected an integer from 0 to 1024, found 99999999999999999999");
    EXPECT_EQ(error(R"({"reactors":2.0})"),
              "/reactors: expected an integer from 0 to 1024, found 2.0");
    EXPECT_EQ(error(R"({"reactors":"2"})"),
              "/reactors: expected an integer from 0 to 1024, found \"2\"");
    EXPECT_EQ(read(R"({"calls_max":10000000})").calls_max, 10'000'000U);
    EXPECT_EQ(error(R"({"cpus":[0,1024]})"),
              "/cpus/1: expected an integer from 0 to 1023, found 1024");
    EXPECT_EQ(error(R"({"session":{"stop_ms":99}})"),
              "/session/stop_ms: expected an integer from 100 to 600000, found 99");
}

TEST(Config, a_value_has_the_type_of_its_setting)
{
    EXPECT_EQ(error(R"({"tls":{"verify":"no"}})"), "/tls/verify: expected a boolean, found \"no\"");
    EXPECT_EQ(error(R"({"tls":{"ca_file":null}})"), "/tls/ca_file: expected a string, found null");
    EXPECT_EQ(error(R"({"tls":{"ca_file":"a\u0000b"}})"), "/tls/ca_file: has a NUL character");
    EXPECT_EQ(error(R"({"policy":{"deny":"10.0.0.0/8"}})"),
              "/policy/deny: expected an array of strings, found \"10.0.0.0/8\"");
    EXPECT_EQ(error(R"({"policy":{"deny":["10.0.0.0/8",5]}})"),
              "/policy/deny/1: expected a string, found 5");
    EXPECT_EQ(error(R"({"http":5})"), "/http: expected an object, found 5");
    EXPECT_EQ(error("[]"), "expected an object, found an array");
}

TEST(Config, rules_and_addresses_are_judged_where_they_stand)
{
    EXPECT_TRUE(error(R"({"policy":{"allow":["10.0.0.0/8","10.0.0.1/8"]}})")
                    .starts_with("/policy/allow/1: "));
    EXPECT_TRUE(error(R"({"policy":{"deny":[""]}})").starts_with("/policy/deny/0: "));
    EXPECT_TRUE(error(R"({"dns":{"servers":["ns.example"]}})").starts_with("/dns/servers/0: "));
    EXPECT_TRUE(
        error(R"({"source_addresses":["::1","10.0.0.0/8"]})").starts_with("/source_addresses/1: "));
}

TEST(Config, all_that_is_wrong_is_said_at_once)
{
    EXPECT_EQ(error(R"({"reactors":-1,"http":{"redirects_max":101,"body_max":true}})"),
              "/reactors: expected an integer from 0 to 1024, found -1; "
              "/http/redirects_max: expected an integer from 0 to 100, found 101; "
              "/http/body_max: is not a setting: use one of head_bytes_max, body_bytes_max, "
              "redirects_max, idle_connections_max, idle_connections_per_origin_max, "
              "idle_timeout_ms, retries_stale");
}

TEST(Config, what_is_not_json_is_said_with_its_place)
{
    EXPECT_EQ(error(""), "not JSON: the text is empty");
    EXPECT_TRUE(error("{\n  \"reactors\": 1,\n}").starts_with("not JSON: line 3")) << error("{,}");
}

}  // namespace
}  // namespace pivot
