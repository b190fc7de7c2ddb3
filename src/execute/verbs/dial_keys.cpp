#include "execute/verbs/dial_keys.hpp"

namespace pivot::execute::verbs {

namespace {

// A caller can lean on a key for as long as a conversation lasts.
constexpr std::size_t keys_max = 1'024;

}  // namespace

Parameters DialKeys::results() const
{
    Parameters results;
    if (!keys_.empty()) results.push_back({"Digits", keys_});
    return results;
}

void DialKeys::note(const Event& event)
{
    const auto* pressed = std::get_if<KeyPressed>(&event);
    if (!is_wanted_ || pressed == nullptr || pressed->leg != caller) return;
    if (keys_.size() < keys_max) keys_ += pressed->key;
}

}  // namespace pivot::execute::verbs
