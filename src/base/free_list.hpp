// Objects that keep their memory from use to use: lent, given back when their handle dies, and lent
// again.
//
//     FreeList<Message> messages;      const auto message = messages.lend();
//
// An object has `recycle()`, which makes it as good as new but for the memory that it keeps.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace pivot::inline base {

template <typename Object>
class FreeList {
public:
    // A burst may use more; at most this many are kept afterwards.
    static constexpr std::size_t kept_max = 1'024;

    struct GiveBack {
        FreeList* list = nullptr;
        void operator()(Object* object) const { list->take_back(object); }
    };
    using Lent = std::unique_ptr<Object, GiveBack>;  // dies before its list

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
        std::unique_ptr<Object> returned(object);
        if (kept_.size() == kept_max) return;
        returned->recycle();
        kept_.push_back(std::move(returned));
    }

    std::vector<std::unique_ptr<Object>> kept_;
};

}  // namespace pivot::inline base
