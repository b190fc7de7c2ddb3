#include "verdict.hpp"

#include <gtest/gtest.h>

namespace pivot::callflow {
namespace {

TEST(StoredCallflow, a_whole_one_is_valid)
{
    EXPECT_EQ(document_verdict(R"({"_id":"x","name":"main","numbers":["+1","2"],"patterns":["^1$"],
        "flags":["a"],"featurecode":{"name":"park","number":"3"},"ringback":{"early":"m"},
        "metaflow":{"binding_digit":"*","digit_timeout":0,"listen_on":"both",
                    "numbers":{"1":{"module":"hangup","children":{"_":{"module":"x","data":{}}}}},
                    "patterns":{"^2$":{"module":"anything","data":{"k":[1]}}}},
        "flow":{"module":"hangup"}})"),
              "");
}

TEST(StoredCallflow, errors_point_from_the_document)
{
    EXPECT_EQ(document_verdict(R"({"flow":{"module":"play","children":{"_":{}}},"name":7,
        "numbers":["1",""],"patterns":[""],"flags":[1],"ringback":{"early":null},
        "featurecode":{"number":"0123456789012345678901234567890"}})"),
              "/name: must be a string, not 7\n"
              "/numbers/1: must have at least 1 character, not 0\n"
              "/patterns/0: must have at least 1 character, not 0\n"
              "/flags/0: must be a string, not 1\n"
              "/ringback/early: must be a string, not null\n"
              "/featurecode/number: must have at most 30 characters, not 31\n"
              "/flow/children/_/module: is required");
    EXPECT_EQ(document_verdict(R"({"flow":null,"numbers":["1","1"]})"),
              "/numbers: must not have \"1\" twice\n"
              "/flow: must be a node, which is an object, not null");
    EXPECT_EQ(document_verdict("[]"),
              ": must be an object, not an array (an empty array() of PHP becomes []: use new "
              "stdClass, which becomes {})");
}

TEST(StoredCallflow, metaflows_are_trees_under_digits_and_patterns)
{
    EXPECT_EQ(
        document_verdict(R"({"flow":{"module":"hangup"},"metaflow":{"binding_digit":"x",
        "listen_on":"all","digit_timeout":-1,"numbers":{"1a":{"module":"m"},"2":{"module":""}},
        "patterns":{"":{"module":"m"},"p":{"module":"m","data":[],"children":{"k":5}}}}})"),
        "/metaflow/binding_digit: must be one of \"1\", \"2\", \"3\", \"4\", \"5\", \"6\", \"7\", "
        "\"8\", \"9\", \"0\", \"*\", \"#\", not \"x\"\n"
        "/metaflow/listen_on: must be one of \"both\", \"self\", \"peer\", not \"all\"\n"
        "/metaflow/digit_timeout: must be at least 0, not -1\n"
        "/metaflow/numbers/1a: is not allowed: a name here is digits\n"
        "/metaflow/patterns/: is not allowed: a name here is not empty\n"
        "/metaflow/numbers/2/module: must have at least 1 character, not 0\n"
        "/metaflow/patterns/p/data: must be an object, not an array (an empty array() of PHP "
        "becomes []: use new stdClass, which becomes {})\n"
        "/metaflow/patterns/p/children/k: must be a node, which is an object, not 5");
    EXPECT_EQ(document_verdict(R"({"flow":{"module":"hangup"},"metaflow":[]})"),
              "/metaflow: must be an object, not an array (an empty array() of PHP becomes []: use "
              "new stdClass, which becomes {})");
}

}  // namespace
}  // namespace pivot::callflow
