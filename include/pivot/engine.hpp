// Pivots calls: many at a time, each exactly on time.
//
// An engine has its own threads, or none: then the host polls descriptor() on a loop of its own and
// calls run(). Either way a call stays on one thread from its start to its outcome.
#pragma once

#include <pivot/action.hpp>
#include <pivot/call.hpp>
#include <pivot/export.hpp>
#include <pivot/outcome.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

namespace pivot {

struct PIVOT_API EngineConfig {
    // 0: host-driven, one reactor on the host's thread.
    unsigned reactors = 1;

    // Calls in flight; one more fails with overload.
    std::size_t calls_max = 100'000;

    // Direct descriptors of a reactor, at most the hard limit RLIMIT_NOFILE.
    unsigned connections_max = 16'384;

    // Local addresses to connect from, by turns; of one target those of its family. Empty: the
    // kernel chooses.
    std::vector<std::string> source_addresses;

    ActionLimits action;

    struct Dns {
        std::vector<std::string>
            servers;  // `192.0.2.53`, `[2001:db8::53]:5353`; empty: the system's
        std::string hosts_file = "/etc/hosts";
    } dns;

    struct Tls {
        std::string ca_file;           // PEM; with ca_directory empty too: the system's store
        std::string ca_directory;      // as made by `openssl rehash`
        std::string certificate_file;  // PEM chain of the client; empty: none is offered
        std::string private_key_file;  // PEM
        bool verify = true;
    } tls;

    // Networks (`10.0.0.0/8`) and host names (docs/configuration.md, "Address policy").
    struct Policy {
        std::vector<std::string> allow;
        std::vector<std::string> deny;
    } policy;

    struct Http {
        std::size_t head_bytes_max = 64 * 1024;
        std::size_t body_bytes_max = 1024 * 1024;
        unsigned redirects_max = 5;
        std::size_t idle_connections_max = 16'384;            // kept for reuse, per reactor
        std::size_t idle_connections_per_origin_max = 4'096;  // per reactor
        std::chrono::milliseconds idle_timeout{30'000};
        bool retries_stale = true;  // asks once more where a kept connection was just closed
    } http;

    struct Callflow {
        bool coerce_types = false;  // take "20" for 20, and write it so
        std::size_t depth_max = 256;
    } callflow;

    struct Twiml {
        bool is_strict = false;  // refuse what would be skipped with a warning
    } twiml;

    struct Session {
        unsigned iterations_max = 1'000;  // what one call may ask; more fails with redirect
    } session;

    // Keys that requests are signed with; without one they are not signed.
    struct Signing {
        std::map<std::string, std::string> keys;  // by account id
        std::string key;                          // of all other accounts
    } signing;

    // What an operator has typed on a command line; not in the configuration file. The host and
    // port of `url` may be asked whatever the defaults deny, where a URL names them so. `headers`
    // (`Name: value`) go with all requests to its origin, in place of ours of the same name.
    struct Typed {
        std::string url;  // empty: nothing
        std::vector<std::string> headers;
    } typed;

    // Reads the configuration file (docs/configuration.md): a JSON object with these names.
    // The error is a sentence with the JSON pointer of what is wrong.
    static tl::expected<EngineConfig, std::string> from_json(std::string_view text);
};

struct Request {
    Call call;
    ActionNode node;
    int iteration = 1;

    // Names and values that go with the first request; one of a standard name takes its place.
    std::vector<std::pair<std::string, std::string>> parameters = {};
};

class PIVOT_API Engine {
public:
    // Names one call in flight. It may outlive the call.
    struct Ticket {
        void* call = nullptr;
        std::uint64_t serial = 0;
    };

    // Called exactly once a call, on a thread of the engine (host-driven: inside run() or the
    // destructor), never from inside start(). It may start calls, which stay on its reactor, and
    // cancel calls, but one that starts a call at each refusal keeps drain() and the destructor
    // from returning. What it throws is dropped; it may be empty. A function that takes an Outcome
    // will do, too.
    using Done = std::function<void(const OutcomeView& outcome)>;

    // The error is a sentence that says what the system lacks or which setting is wrong.
    static tl::expected<std::unique_ptr<Engine>, std::string> create(const EngineConfig& config);

    // Cancels what is in flight and waits until all is torn down. Host-driven: on the thread that
    // calls run(). Where it must not wait (from a Done, on another thread, in a fork, while the
    // process exits) it frees nothing.
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    // Any thread. What this engine's actions are read with (ActionNode::from_json).
    ActionLimits action_limits() const;

    // Any thread. The deadline counts from here. What is still needed of `request` is copied
    // before this returns. A Done that wants the ticket takes the second: `ticket` is written
    // before anything can be called back.
    Ticket start(const Request& request, Done done);
    void start(const Request& request, Done done, Ticket& ticket);

    // Any thread. The call's outcome is `cancelled`, unless another was first.
    void cancel(Ticket ticket);

    // Any thread. From now on a start fails with overload. Returns when no call is in flight, which
    // their deadlines bound; host-driven and from a Done: at once, and calls_in_flight() tells.
    void drain();

    // Outcomes not yet delivered, and calls whose connections are still being torn down.
    std::size_t calls_in_flight() const;

    // Whether this thread is inside a Done of this engine.
    bool is_in_callback() const;

    // Host-driven: whether run() may be called here, because no other thread has called it.
    bool is_of_this_thread() const;

    // Whether this process is a fork of the one that created the engine. Its threads and its ring
    // have stayed there: here start(), cancel(), drain() and run() do nothing.
    bool is_forked() const;

    // Host-driven: readable when run() has something to do. Else -1.
    int descriptor() const;

    // Host-driven, always on the same thread. Runs what is ready, never waits. Returns after how
    // long it wants to be called again if the descriptor does not become readable before; negative:
    // only then. Does nothing where it must not be called: with threads of the engine, on another
    // thread, from a Done.
    std::chrono::nanoseconds run();

private:
    class Parts;
    explicit Engine(std::unique_ptr<Parts> parts);

    std::unique_ptr<Parts> parts_;
};

}  // namespace pivot
