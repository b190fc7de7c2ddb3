#include "engine/rooms_mail.hpp"

#include "engine/lane.hpp"

#include <utility>

namespace pivot::engine {

template <typename Inside>
class RoomsMail::Letter final : public reactor::Message {
public:
    Letter(rooms::Lobby& lobby, Inside inside, std::atomic<std::size_t>& under_way)
        : lobby_(lobby), inside_(std::move(inside)), under_way_(under_way)
    {
        under_way_.fetch_add(1);
    }

private:
    // What comes of it is under way before it is not.
    void deliver() override
    {
        lobby_.take(inside_);
        std::atomic<std::size_t>& under_way = under_way_;
        delete this;
        if (under_way.fetch_sub(1) == 1) under_way.notify_all();
    }

    rooms::Lobby& lobby_;
    const Inside inside_;
    std::atomic<std::size_t>& under_way_;
};

template <typename Inside>
void RoomsMail::post(unsigned lane, Inside inside)
{
    Lane& there = *lanes_[lane];
    there.reactor().post(*new Letter<Inside>(there.rooms(), std::move(inside), under_way_));
}

void RoomsMail::send(unsigned lane, rooms::Message message)
{
    post(lane, std::move(message));
}

void RoomsMail::send(unsigned lane, rooms::Order order)
{
    post(lane, std::move(order));
}

void RoomsMail::wait_until_empty() const
{
    for (std::size_t left = under_way_; left != 0; left = under_way_) under_way_.wait(left);
}

}  // namespace pivot::engine
