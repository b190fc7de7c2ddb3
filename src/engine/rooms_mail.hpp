// The mail between the lobbies of an engine's lanes.
//
//     Lobby ── send ──► letter ── inbox of the other lane ──► Lobby::take there, and so on
//
// Letters outlive the calls that sent them. So whoever destroys the lanes waits first until no call
// is left, and then until no letter is under way.
#pragma once

#include "rooms/lobby.hpp"

#include <atomic>
#include <cstddef>
#include <vector>

namespace pivot::engine {

class Lane;

class RoomsMail final : public rooms::Mail {
public:
    // `lanes` are all there before the first call begins.
    explicit RoomsMail(const std::vector<Lane*>& lanes) : lanes_(lanes) {}

    // Any lane's thread.
    void send(unsigned lane, rooms::Message message) override;
    void send(unsigned lane, rooms::Order order) override;

    // Any thread.
    bool is_empty() const { return under_way_ == 0; }
    void wait_until_empty() const;

private:
    template <typename Inside>
    class Letter;

    template <typename Inside>
    void post(unsigned lane, Inside inside);

    const std::vector<Lane*>& lanes_;
    std::atomic<std::size_t> under_way_ = 0;  // posted, and not yet taken
};

}  // namespace pivot::engine
