// Objects that keep their memory from use to use: lent, given back by their handle's death, and
// lent again.
//
//     Spares<Message> messages;      const auto message = messages.lend();
//
// An object has `recycle()`, which makes it as good as new but for the memory that it keeps.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace pivot {

template <typename Object>
class Spares {
public:
    // A burst may use more; these are kept behind it.
    static constexpr std::size_t kept_max = 1'024;

    struct GiveBack {
        Spares* spares = nullptr;
        void operator()(Object* object) const { spares->take_back(object); }
    };
    using Lent = std::unique_ptr<Object, GiveBack>;  // dies before its Spares

    Lent lend()
    {
        if (kept_.empty()) return Lent(new Object, GiveBack{this});
        Object* object = kept_.back().release();
        kept_.pop_back();
        return Lent(object, GiveBack{this});
    }

private:
    void take_back(Object* object)
    {
        std::unique_ptr<Object> spare(object);
        if (kept_.size() == kept_max) return;
        spare->recycle();
        kept_.push_back(std::move(spare));
    }

    std::vector<std::unique_ptr<Object>> kept_;
};

}  // namespace pivot
