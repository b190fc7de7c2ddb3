// What a voice developer wants to know of how a call went, besides what its channel is told and the
// debug records show.
#pragma once

#include <pivot/failure.hpp>

#include <string_view>
#include <vector>

namespace pivot::session {
struct Cdr;
}

namespace pivot::execute {

class Journal {
public:
    virtual ~Journal() = default;

    // The host has run a module, and said a branch that the node does not have. `children` are
    // those it has.
    virtual void miss_branch(std::string_view /*branch*/,
                             const std::vector<std::string_view>& /*children*/)
    {
    }

    // A pivot has failed: the branch that is taken next is the one for that.
    virtual void fail_pivot() {}

    // From now on the caller's keys are waited for.
    virtual void gather_keys() {}

    // The engine has tried to deliver the CDR: the server's status, or why there is none.
    virtual void post_cdr(const session::Cdr& /*cdr*/, const Result<int>& /*status*/) {}
};

}  // namespace pivot::execute
