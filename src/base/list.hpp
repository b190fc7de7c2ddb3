// A doubly linked list whose members carry their own links: no allocation, O(1) removal.
//
//   class Waiter : public ListHook<Waiter> {…};      List<Waiter> waiters;
//
// A member leaves its list when it dies. Lists and members neither copy nor move.
#pragma once

#include <cassert>

namespace pivot::inline base {

template <typename Member>
class List;

// A class that is in several lists at once has a hook for each, told apart by `Tag`.
template <typename Tag>
class ListHook {
public:
    ListHook() = default;
    ListHook(const ListHook&) = delete;
    ListHook& operator=(const ListHook&) = delete;
    ~ListHook() { unlink(); }

    bool is_linked() const { return next_ != nullptr; }

    void unlink()
    {
        if (!is_linked()) return;
        previous_->next_ = next_;
        next_->previous_ = previous_;
        previous_ = next_ = nullptr;
    }

private:
    template <typename Member, typename HookTag>
    friend class TaggedList;

    ListHook* previous_ = nullptr;
    ListHook* next_ = nullptr;
};

template <typename Member, typename Tag>
class TaggedList {
public:
    TaggedList() { head_.previous_ = head_.next_ = &head_; }
    TaggedList(const TaggedList&) = delete;
    TaggedList& operator=(const TaggedList&) = delete;
    ~TaggedList()
    {
        assert(empty());
        head_.next_ = nullptr;
    }

    bool empty() const { return head_.next_ == &head_; }
    Member& front() { return member(head_.next_); }
    Member& back() { return member(head_.previous_); }

    void push_back(Member& member) { insert_before(head_, member); }
    void push_front(Member& member) { insert_before(*head_.next_, member); }

private:
    using Hook = ListHook<Tag>;

    static Member& member(Hook* hook) { return static_cast<Member&>(*hook); }
    static void insert_before(Hook& place, Hook& hook)
    {
        assert(!hook.is_linked());
        hook.previous_ = place.previous_;
        hook.next_ = &place;
        place.previous_->next_ = &hook;
        place.previous_ = &hook;
    }

    Hook head_;
};

template <typename Member>
class List : public TaggedList<Member, Member> {};

}  // namespace pivot::inline base
