// Counts the sessions of one account by called number, over all reactors of an engine.
#pragma once

#include "base/string_map.hpp"

#include <pivot/failure.hpp>

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace pivot::exchange {

struct AccountProfile;

// Lives as long as its engine.
class NumberQuota {
public:
    class Seat {
    public:
        Seat(NumberQuota& quota, std::string_view number) : quota_(quota), number_(number) {}
        Seat(const Seat&) = delete;
        Seat& operator=(const Seat&) = delete;
        ~Seat() { quota_.give_back(number_); }

    private:
        NumberQuota& quota_;
        const std::string number_;
    };

    // Any thread. Takes a seat that counts until it is destroyed. Returns null if there are
    // `calls_max` already.
    std::unique_ptr<Seat> take(std::string_view number, std::size_t calls_max);

private:
    void give_back(std::string_view number);

    std::mutex mutex_;
    StringMap<std::size_t> calls_;  // by number
};

// A seat for one more call of an account to this number; null if that has no limit. Fails with
// overload.
Result<std::unique_ptr<NumberQuota::Seat>> take_number_seat(const AccountProfile& profile,
                                                            std::string_view number);

}  // namespace pivot::exchange
