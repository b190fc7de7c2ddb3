// Once it has seen a few flows, a validator reads and checks others without allocating memory.
#include "callflow/flow.hpp"

#include <cstdlib>
#include <new>

#include <gtest/gtest.h>

namespace {

std::size_t allocations = 0;

}  // namespace

// All of this program's, so that each is counted. GCC would see free() where it has not seen
// malloc(), if it took one of them apart and not the other.
[[gnu::noinline]] void* operator new(std::size_t size_bytes, const std::nothrow_t&) noexcept
{
    ++allocations;
    return std::malloc(size_bytes);
}
[[gnu::noinline]] void* operator new(std::size_t size_bytes)
{
    void* const block = operator new(size_bytes, std::nothrow);
    if (block == nullptr) throw std::bad_alloc();
    return block;
}
[[gnu::noinline]] void operator delete(void* block) noexcept
{
    std::free(block);
}
[[gnu::noinline]] void operator delete(void* block, std::size_t) noexcept
{
    std::free(block);
}

namespace pivot::callflow {
namespace {

TEST(Allocation, a_valid_flow_costs_none_after_the_first)
{
    std::string text =
        R"({"module":"play","data":{"id":"a\/\u00e4"},"children":{)"
        R"("_":{"module":"pivot","data":{"voice_url":"http://a.example/","method":"post"}},)"
        R"("1":{"module":"ring_group","data":{"endpoints":[{"id":"x","endpoint_type":"user"}]}},)"
        R"("2":{"module":"voicemail"},"3":{"module":"set_variables","data":)"
        R"({"custom_application_vars":{"k":{"a":1,"a":[null,{}]}}}}}})";
    text.reserve(text.size() + 64);
    json::Document document;
    Validator validator;
    std::string out;
    std::size_t before = 0;
    for (int turn = 0; turn < 3; ++turn) {
        out.clear();
        before = allocations;
        const auto value = document.read_padded(text, text.capacity());
        ASSERT_TRUE(value);
        ASSERT_TRUE(validator.validate(*value, out));
    }
    EXPECT_EQ(allocations, before);
}

}  // namespace
}  // namespace pivot::callflow
