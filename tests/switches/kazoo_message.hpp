// Requests of pivots as KAZOO's callflows publish them.
#pragma once

#include "base/json.hpp"

#include <string>
#include <string_view>

#include <fmt/format.h>

namespace pivot::test {

// A request whose members can be set, left out and replaced by any JSON.
class PivotReq {
public:
    explicit PivotReq(std::string_view id = "m1", std::string_view call_id = "a1b2@10.26.0.158")
        : id_(id), call_id_(call_id)
    {
    }

    // Later ones replace the standard members of the same name.
    PivotReq& with(std::string_view name, std::string_view json)
    {
        more_ += fmt::format(R"(,"{}":{})", name, json);
        return *this;
    }

    PivotReq& with_queue(std::string_view json)
    {
        queue_ = json;
        return *this;
    }

    // The whole callflow, of which the pivot is a node.
    PivotReq& with_flow(std::string_view json)
    {
        flow_ = json;
        return *this;
    }

    std::string text() const
    {
        std::string call_id;
        json::append_quoted(call_id, call_id_);
        return fmt::format(
            R"({{"Event-Category":"dialplan","Event-Name":"pivot_req","App-Name":"callflow",)"
            R"("App-Version":"4.0.0","Node":"kazoo_apps@apps1.example.com","Msg-ID":"{}",)"
            R"("Voice-URI":"http://web.example.com/ivr?site=7","HTTP-Method":"get",)"
            R"("Request-Format":"kazoo","Request-Body-Format":"form","Debug":false,)"
            R"("Call":{{"Call-ID":{},"Account-ID":"4642d64460dfba89f0938fa7736c6d1b",)"
            R"("Controller-Queue":{},"Control-Queue":"pid://<0.991.0>/ecallmgr_call_control@ecm1",)"
            R"("Fetch-ID":"f1","Key-Value-Store":{{"cf_flow":{}}},"From":"user_ann@acme.sip.example.com",)"
            R"("From-User":"user_ann","From-Realm":"acme.sip.example.com",)"
            R"("Request":"4155550199@acme.sip.example.com"}}{}}})",
            id_, call_id, queue_, flow_, more_);
    }

private:
    std::string id_;
    std::string call_id_;
    std::string queue_ = R"("pid://<0.2310.0>/callflow_exe@apps1-5")";
    std::string flow_ = "null";
    std::string more_;
};

}  // namespace pivot::test
