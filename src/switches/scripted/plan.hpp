// What the script has said of things to come: of the next dial, the one after it, and so on.
#pragma once

#include <utility>
#include <vector>

namespace pivot::switches::scripted {

// A Behaviour has `bool repeats(const Behaviour&) const`, `void add(const Behaviour&)`, and is what
// happens without a word when it was made by default.
template <typename Behaviour>
class Plan {
public:
    // Said of the last one that is planned, unless that was said of it before: then of the next.
    void add(const Behaviour& said)
    {
        if (planned_.empty() || planned_.back().repeats(said)) planned_.emplace_back();
        planned_.back().add(said);
    }

    // The behaviour of the one that comes now.
    Behaviour take()
    {
        if (planned_.empty()) return {};
        Behaviour first = std::move(planned_.front());
        planned_.erase(planned_.begin());
        return first;
    }

private:
    std::vector<Behaviour> planned_;
};

}  // namespace pivot::switches::scripted
