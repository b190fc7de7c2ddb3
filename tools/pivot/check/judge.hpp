// Judges an action, a callflow or TwiML as a call would, without a call.
//
// Everything that `pivot run` would refuse with the same settings is an error. Everything that a
// call would skip, replace or not read is a warning.
#pragma once

#include "base/json.hpp"
#include "net/address_policy.hpp"

#include <pivot/action.hpp>
#include <pivot/engine.hpp>
#include <pivot/failure.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pivot::tools {

struct Findings {
    std::vector<Breach> errors = {};
    std::vector<Breach> warnings = {};
};

class Judge {
public:
    Judge(EngineConfig config, net::AddressPolicy policy)
        : config_(std::move(config)), policy_(std::move(policy))
    {
    }

    // `as` is `action`, `kazoo`, `twiml`, or empty: the content decides.
    Findings judge(const std::string& text, std::string_view as) const;

private:
    Findings judge_twiml(const std::string& text) const;
    Findings judge_json(const std::string& text, std::string_view as) const;
    void judge_action(const std::string& text, json::Value root, Findings& findings) const;
    void judge_flow(json::Value flow, const std::string& at, Findings& findings) const;
    void judge_answer(const std::string& text, json::Value flow, Findings& findings) const;
    void judge_document(json::Value document, Findings& findings) const;

    // The data of a pivot node, in an action's file or in a flow.
    void judge_pivot(json::Value data, const std::string& at, Findings& findings) const;
    void judge_given(const Action& action, const std::string& at, Findings& findings) const;

    const EngineConfig config_;
    const net::AddressPolicy policy_;
};

}  // namespace pivot::tools
