// What Asterisk tells one application of ours.
#pragma once

#include <string_view>

namespace pivot::switches::asterisk {

// All functions are called on the reactor's thread and must not block. Events are heard after
// connected() and before lost().
class AriListener {
public:
    // The application is registered with Asterisk, for the first time or again: events come from
    // now on. Those that Asterisk had in the meantime are lost.
    virtual void connected() = 0;

    // One event, as Asterisk has written it: whole, UTF-8, and as a rule JSON. It dies when this
    // returns.
    virtual void heard(std::string_view json) = 0;

    // The connection is gone, or the first one cannot be made, and it is tried again all the time.
    // `why` is for a person. It is said once per loss, and once more if Asterisk then refuses the
    // connection (wrong password, no such user): waiting does not mend that.
    virtual void lost(std::string_view why) = 0;

protected:
    ~AriListener() = default;
};

}  // namespace pivot::switches::asterisk
