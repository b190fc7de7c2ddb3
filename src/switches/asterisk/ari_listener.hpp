// The host's side of an ARI application: it hears events and the state of the connection.
#pragma once

#include <string_view>

namespace pivot::switches::asterisk {

// All functions are called on the reactor's thread and must not block. Events come between
// connected() and lost().
class AriListener {
public:
    // The application is registered with Asterisk, for the first time or again. Events before this
    // are lost.
    virtual void connected() = 0;

    // One event as Asterisk wrote it: complete, UTF-8 and normally JSON. It dies when this returns.
    virtual void heard(std::string_view json) = 0;

    // The connection is lost, or could not be made. Attempts go on. `why` is for a person. It is
    // called once per loss, and once more if Asterisk then refuses the connection (wrong password,
    // no such user), because waiting does not cure that.
    virtual void lost(std::string_view why) = 0;

protected:
    ~AriListener() = default;
};

}  // namespace pivot::switches::asterisk
