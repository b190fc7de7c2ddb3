// The Q.850 causes that matter here, in the numbers that switches use.
#pragma once

namespace pivot::switches::q850 {

inline constexpr int unallocated = 1;
inline constexpr int no_route = 3;
inline constexpr int normal_clearing = 16;
inline constexpr int busy = 17;
inline constexpr int no_response = 18;
inline constexpr int no_answer = 19;
inline constexpr int rejected = 21;
inline constexpr int answered_elsewhere = 26;
inline constexpr int congested = 34;
inline constexpr int out_of_order = 38;
inline constexpr int equipment_congested = 42;

// Why a channel that has ended was not answered. A normal clearing does not say, so it depends on
// whether the channel rang. `told` is 0 if the switch gave no cause.
constexpr int cause_without_answer(int told, bool has_rung)
{
    if (told != 0 && told != normal_clearing) return told;
    return has_rung ? no_answer : no_route;
}

}  // namespace pivot::switches::q850
