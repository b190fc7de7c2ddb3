// A call's store, changed member by member.

#include "session/key_value_store.hpp"

#include <gtest/gtest.h>

namespace pivot::test {
namespace {

using session::KeyValueStore;

KeyValueStore read(std::string_view json)
{
    json::Document document;
    return {std::string(json), document};
}

TEST(KeyValueStore, keeps_what_it_does_not_know_and_leaves_out_nulls)
{
    const KeyValueStore store = read(R"({"other":{"kept":[1,2.50]},"no":null,"yes":true,"a":"b"})");
    EXPECT_EQ(store.to_json(), R"({"other":{"kept":[1,2.50]},"yes":true,"a":"b"})");
    EXPECT_EQ(store.text("a"), "b");
    EXPECT_EQ(store.text("yes"), "true");
    EXPECT_EQ(store.text("other"), "") << "not a scalar";
    EXPECT_EQ(store.text("never"), "");
}

TEST(KeyValueStore, of_nothing_is_nothing)
{
    EXPECT_EQ(KeyValueStore().to_json(), "");
    EXPECT_EQ(read("").to_json(), "");
    EXPECT_EQ(read("{}").to_json(), "");
}

TEST(KeyValueStore, of_text_that_is_not_an_object_stays_as_it_is)
{
    for (const char* text : {"[]", "{", "nonsense"}) {
        KeyValueStore store = read(text);
        store.set_text("call_status", "ringing");
        store.set_digits("pin", "1");
        store.clear_digits("pin");
        EXPECT_EQ(store.to_json(), text);
    }
}

TEST(KeyValueStore, sets_replaces_and_takes_members)
{
    KeyValueStore store = read(R"({"call_status":"ringing","user_vars":{"a":"b"}})");
    store.set_text("call_status", "in-progress");
    store.set_text("quoted", "\"\n");
    EXPECT_EQ(store.text("quoted"), "\"\n");
    EXPECT_EQ(store.take("user_vars"), R"({"a":"b"})");
    EXPECT_EQ(store.take("user_vars"), "");
    store.erase("quoted");
    EXPECT_EQ(store.to_json(), R"({"call_status":"in-progress"})");
}

TEST(KeyValueStore, has_collections_of_digits_by_name)
{
    KeyValueStore store = read(R"({"dtmf_collections":{"pin":"12"},"a":1})");
    EXPECT_EQ(store.digits("pin"), "12");
    store.set_digits("default", "");
    store.set_digits("pin", "34");
    EXPECT_EQ(store.to_json(), R"({"a":1,"dtmf_collections":{"pin":"34","default":""}})");
    store.clear_digits("default");
    store.clear_digits("pin");
    EXPECT_EQ(store.digits("pin"), "");
    EXPECT_EQ(store.to_json(), R"({"a":1})");
}

TEST(KeyValueStore, replaces_collections_that_are_not_an_object)
{
    KeyValueStore store = read(R"({"dtmf_collections":"12"})");
    EXPECT_EQ(store.digits("default"), "");
    store.set_digits("pin", "3");
    EXPECT_EQ(store.to_json(), R"({"dtmf_collections":{"pin":"3"}})");
}

}  // namespace
}  // namespace pivot::test
