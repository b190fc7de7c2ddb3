// What a voice developer wants to know of how a call went, besides what the channel shows and the
// debug records tell.
#pragma once

#include <string_view>
#include <vector>

namespace pivot::execute {

class Journal {
public:
    virtual ~Journal() = default;

    // Something in a document or a flow was skipped or failed: a sentence, and where: `3:5` in a
    // document, the module of a flow.
    virtual void warn(std::string_view where, std::string_view what) = 0;

    // A branch of a flow was taken, and why: `_` after a failed exchange, `1` after a menu.
    virtual void take_branch(std::string_view branch, std::string_view why) = 0;

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
};

}  // namespace pivot::execute
