// Why a call ended, in three languages: a name as FreeSWITCH and KAZOO have it, a Q.850 number as
// Asterisk and ISDN have it, and a SIP status.
//
//     USER_BUSY ◄──► 17        SIP 486, 600 ──► USER_BUSY ──► SIP 486
//
// Names and numbers follow ITU-T Q.850, the SIP status of a name RFC 3398, section 7.2.4.1, and the
// name of a SIP status its section 8.2.6.1, which RFC 4497 confirms for QSIG.
#pragma once

#include <pivot/export.hpp>

#include <optional>
#include <span>
#include <string_view>

namespace pivot::inline v1 {

struct HangupCause {
    std::string_view name;
    int q850;      // of a name that Q.850 does not have the nearest number, which has another name
    int sip_code;  // with which a call that is not answered is refused for this cause
};

// The whole table: first the causes of Q.850, each number once, then the names without one of
// their own.
PIVOT_API std::span<const HangupCause> hangup_causes();

// Returns null if the name is not in the table: switches make up names of their own.
PIVOT_API const HangupCause* find_cause(std::string_view name);

// The name of a Q.850 number; empty if the table does not have it.
PIVOT_API std::string_view cause_of_q850(int q850);

// The name of a SIP status from 400 to 699, of an unknown one that of its class; else empty.
PIVOT_API std::string_view cause_of_sip(int sip_code);

// The number and the status of a name; nothing if the table does not have it.
PIVOT_API std::optional<int> q850_of(std::string_view cause);
PIVOT_API std::optional<int> sip_code_of(std::string_view cause);

}  // namespace pivot::inline v1
