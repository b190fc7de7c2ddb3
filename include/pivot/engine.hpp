// Pivots many calls at a time, each within its deadline.
//
// An engine has threads of its own, or none: then the host polls descriptor() on a loop of its own
// and calls run(). Either way a call stays on one thread from its start to its outcome.
#pragma once

#include <pivot/action.hpp>
#include <pivot/call.hpp>
#include <pivot/event.hpp>
#include <pivot/export.hpp>
#include <pivot/outcome.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::engine {
struct Instruments;
}

namespace pivot::execute {
class Directory;
}

namespace pivot::exchange {
struct CallPermit;
}

namespace pivot::inline v1 {

class Address;
class Channel;
class Sinks;
struct SessionRequest;

// Settings (docs/configuration.md). Sizes are in bytes.
struct PIVOT_API EngineConfig {
    // The number of threads, each with a reactor; 0 for a host-driven engine.
    unsigned reactors = 1;

    // The processors for these threads, in turn: as Linux numbers them. If empty, the kernel
    // chooses.
    std::vector<unsigned> cpus;

    // How long one run() of a host-driven engine may take.
    std::chrono::milliseconds run_time{2};

    // Calls in flight; one more fails with overload. Beyond it, as many sessions again may perform
    // their `_` branch.
    std::size_t calls_max = 100'000;

    // Sockets of one reactor. The hard limit RLIMIT_NOFILE bounds it.
    unsigned connections_max = 16'384;

    // Local addresses to connect from, in turn; only those of the target's family are used. If
    // empty, the kernel chooses.
    std::vector<std::string> source_addresses;

    ActionLimits action;

    struct Dns {
        // `192.0.2.53`, `[2001:db8::53]:5353`; if empty, the system's.
        std::vector<std::string> servers;

        // If empty, none is read.
        std::string hosts_file = "/etc/hosts";
    } dns;

    struct Tls {
        // Trusted authorities: a PEM file, and a directory prepared by `openssl rehash`. If both
        // are empty, the system's store.
        std::string ca_file;
        std::string ca_directory;

        // The client's PEM certificate chain; if empty, none is offered.
        std::string certificate_file;

        // The PEM key of that certificate.
        std::string private_key_file;

        // Whether servers need a valid certificate.
        bool verify = true;
    } tls;

    // Networks (`10.0.0.0/8`) and host names (docs/configuration.md, "Address policy").
    struct Policy {
        std::vector<std::string> allow;
        std::vector<std::string> deny;
    } policy;

    struct Http {
        // The limit on a response outside of its body: headers, trailers, interim responses, chunk
        // extensions. More fails with too_large.
        std::size_t head_bytes_max = 64 * 1024;

        // The limit on a decoded response body. More fails with too_large.
        std::size_t body_bytes_max = 1024 * 1024;

        // More redirects fail with redirect.
        unsigned redirects_max = 5;

        // Idle connections that a reactor keeps for reuse, and how many of them for one origin.
        std::size_t idle_connections_max = 16'384;
        std::size_t idle_connections_per_origin_max = 4'096;

        // How long an idle connection is kept.
        std::chrono::milliseconds idle_timeout{30'000};

        // Whether a request is repeated if the server had just closed the kept connection.
        bool retries_stale = true;
    } http;

    struct Callflow {
        // Accept "20" for 20, and write 20.
        bool coerce_types = false;

        // Nested arrays and objects in an answer.
        std::size_t depth_max = 256;

        // Modules that the host is offered (Channel::run_module) before the engine runs them.
        std::vector<std::string> host_modules;

        // The operator's own modules: by name, the JSON schema of their data; an empty one allows
        // any object (docs/callflows.md). The host is offered them.
        std::map<std::string, std::string> modules;
    } callflow;

    struct Twiml {
        // Refuse what would be skipped with a warning.
        bool is_strict = false;
    } twiml;

    struct Session {
        // Exchanges of one call; one more fails with redirect.
        unsigned iterations_max = 1'000;

        // How long a host is waited for after answer(), hang_up() and reject(), and stop().
        std::chrono::milliseconds answer_timeout{5'000};
        std::chrono::milliseconds hang_up_timeout{5'000};
        std::chrono::milliseconds stop_timeout{2'000};

        // How long a transfer and a sound of unknown length may take; ten seconds more, and the job
        // is taken as failed.
        std::chrono::milliseconds transfer_limit{120'000};
        std::chrono::milliseconds play_limit{3'600'000};

        // What callers hear, in the call's language, before they are hung up because nobody
        // performs a module of their flow and nothing follows it. If empty, they hear a stock
        // prompt.
        std::string apology = "We are sorry. This call cannot be completed.";

        // Whether sounds that http and https URLs name are fetched, so that a channel plays files
        // instead, and whether what is said is rendered into files. Needs `media.path`.
        bool fetches_media = false;
        bool renders_speech = false;

        // Whether the engine keeps recordings, and uploads those that have a URL for it. Needs
        // `media.path`.
        bool keeps_recordings = false;
    } session;

    // Sounds on this machine: fetched ones, rendered speech, recordings.
    struct Media {
        // A folder, made if it is missing, for one engine at a time. If empty, there are none.
        std::string path;

        // The limits on one file, and on all together: beyond it the one that was played the
        // longest time ago goes.
        std::size_t bytes_max = std::size_t{10} * 1024 * 1024;
        std::size_t cache_bytes_max = std::size_t{1024} * 1024 * 1024;

        // How long a fetch may take, redirects and retries included.
        std::chrono::milliseconds fetch_timeout{10'000};

        // The program that renders speech, and its arguments (docs/configuration.md).
        std::vector<std::string> speech_command = {"espeak-ng", "-v{language}", "-w",
                                                   "{file}",    "-f",           "{text_file}"};

        // The URL of a web server of the operator's that renders speech in place of the program,
        // and headers for it, such as Authorization (docs/configuration.md). No address policy
        // applies to it. If empty, the program renders.
        std::string speech_url;
        std::map<std::string, std::string> speech_headers;

        // How long it may take for one text.
        std::chrono::milliseconds speech_timeout{10'000};

        // The program, with its arguments, that converts fetched or rendered sounds to the format
        // that the switch plays best. If empty, they are played as they are.
        std::vector<std::string> conversion_command;

        // How long it may take for one sound.
        std::chrono::milliseconds conversion_timeout{10'000};

        // The program that trims and encodes recordings, and its arguments; empty: a switch has to
        // do that itself, or it is not done.
        std::vector<std::string> recording_command;

        // How long it may take for one recording.
        std::chrono::milliseconds recording_timeout{60'000};

        // The URL under which the host offers recordings that were not uploaded. Web servers get
        // links that begin with it, are signed with the key, and expire. If it is empty, they get
        // paths.
        std::string recordings_url;
        std::string recordings_key;
        std::string recordings_key_before;  // the host still accepts its links
        std::chrono::seconds recordings_lifetime{7 * 24 * 60 * 60};
    } media;

    // Keys with which requests are signed. A request without a key is not signed.
    struct Signing {
        // By account id.
        std::map<std::string, std::string> keys;

        // For all other accounts.
        std::string key;
    } signing;

    // What holds for the calls of one account.
    struct Account {
        // Each setting that is empty is the engine's. Certificates are not verified if either says
        // so.
        Tls tls;

        // In addition to the engine's, whose denials come first.
        Policy policy;

        // Names and values, sent with each request to the origin of the action's URL, in place of
        // Pivot's own header of that name.
        std::map<std::string, std::string> headers;

        // In place of what `signing` has for it; empty: requests are not signed.
        std::optional<std::string> signing_key;

        // A document dials at the operator's cost. Limits that are 0 or empty do not apply.
        struct Limits {
            // Calls in flight; one more fails with overload. 0: the engine's limit alone.
            std::size_t calls_max = 0;

            // Sessions in flight to one called number (Call::to); one more fails likewise.
            std::size_t calls_per_number_max = 0;

            // How long a session lasts; then the caller is hung up, with ALLOTTED_TIMEOUT.
            std::chrono::seconds call_duration_max{0};

            // Legs that have not ended, and legs dialled within a minute. One more is not called.
            std::size_t legs_max = 0;
            std::size_t legs_per_minute_max = 0;

            // Numbers that may be called, and numbers that callees may be shown: `+493012345`, or
            // `+4930*` for all with that prefix.
            std::vector<std::string> numbers;
            std::vector<std::string> caller_ids;
        } limits;
    };

    // By account id.
    std::map<std::string, Account> accounts;

    // Where the engine itself keeps debug records, and CDRs until they are delivered.
    struct Store {
        // A folder, made if it is missing, for one engine at a time. If empty, there is no store.
        std::string path;

        // The limits on its two files. Beyond them CDRs wait in memory, and the oldest debug
        // records go.
        std::int64_t cdr_bytes_max = std::int64_t{4} * 1024 * 1024 * 1024;
        std::int64_t debug_bytes_max = std::int64_t{1024} * 1024 * 1024;
    } store;

    // The host's, which gets what calls leave; null: it gets nothing. Outlives the engine, and is
    // not part of the configuration file.
    Sinks* sinks = nullptr;

    // What an operator typed on a command line; not part of the configuration file.
    struct Typed {
        // The host and port of this URL may be requested even if the default policy denies them,
        // when a URL names them literally. May be empty.
        std::string url;

        // `Name: value` each, sent with every request to the origin of `url`, in place of Pivot's
        // own header of that name.
        std::vector<std::string> headers;
    } typed;

    // Where the host itself listens: `127.0.0.1:9090`, `[::]:9090`, `pbx.example:8088`. No call can
    // make the engine send a request there, whatever the policy allows. `0.0.0.0` and `[::]` stand
    // for all addresses of the machine, a name for all of its own. Not in the configuration file.
    std::vector<std::string> own_listeners;

    // Reads the configuration file (docs/configuration.md): a JSON object with these names. The
    // error is a sentence that lists every mistake with its JSON pointer.
    static tl::expected<EngineConfig, std::string> from_json(std::string_view text);
};

struct Request {
    Call call;
    ActionNode node;

    // The number of this exchange in its session, from 1.
    int iteration = 1;

    // Names and values that are sent with the first request. One with a standard name replaces the
    // standard value.
    std::vector<std::pair<std::string, std::string>> parameters = {};

    // Names and values, sent with each request of the call to the origin of the action's URL, in
    // place of the account's header and Pivot's own of that name. One that says how a message is
    // framed, or cannot be a header, makes the action a bad_action.
    std::vector<std::pair<std::string, std::string>> headers = {};
};

class PIVOT_API Engine {
public:
    // Names a call in flight. It may outlive the call.
    struct Ticket {
        void* call = nullptr;
        std::uint64_t serial = 0;
    };

    // Called exactly once for each call, on a thread of the engine (host-driven: inside run() or
    // the destructor), never inside start(). It may start calls, which stay on its reactor, and
    // cancel calls; but if it starts one at every refusal, drain() and the destructor never return.
    // Exceptions it throws are dropped. It may be empty. A function that takes an Outcome works as
    // well.
    using Done = std::function<void(const OutcomeView& outcome)>;

    // The error is a sentence that says what the system lacks or which setting is wrong.
    static tl::expected<std::unique_ptr<Engine>, std::string> create(const EngineConfig& config);

    // Cancels the calls in flight and waits until all is torn down; sessions do not wait for their
    // hosts. A host-driven engine is destroyed on the thread that calls run(). Where waiting is
    // impossible (inside a Done, on another thread, in a fork, while the process exits), nothing is
    // freed.
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    // The limits with which this engine's actions are read (ActionNode::from_json). Any thread.
    ActionLimits action_limits() const;

    // Starts a call, whose deadline counts from here. Any thread. `request` is copied as far as it
    // is still needed. The second writes `ticket` before `done` can be called.
    Ticket start(const Request& request, Done done);
    void start(const Request& request, Done done, Ticket& ticket);

    // Starts a whole call (session.hpp). Any thread. `channel` lives until its ended() has been
    // called. `ticket` is written before the first command. Beyond `calls_max` the session takes
    // its `_` branch, as after any other failure. Fails with overload if as many more are in
    // flight, and with cancelled while the engine drains or stops: then there is no session.
    Result<void> start(const SessionRequest& request, Channel& channel, Ticket& ticket);

    // For a call that the host makes for this account, before it rings. The permit counts as a call
    // of the account and as a leg until it is destroyed, in SessionRequest::permit or earlier, and
    // against `calls_max` until its session starts. An empty caller id stands for the switch's own.
    // Fails with blocked if the account's numbers and caller ids forbid the call, with overload at
    // any other limit, and with cancelled while the engine drains or stops. Any thread.
    Result<std::shared_ptr<const exchange::CallPermit>> permit_call(
        std::string_view account_id, const Address& callee, std::string_view caller_id) const;

    // Leaves the CDR of such a call that nobody answered, so that it had no session, if its action
    // has a `cdr_url`. Any thread.
    void leave_cdr(const SessionRequest& request, const Cause& cause);

    // Reads a directory (docs/directory.md) for the sessions of this engine. The error lists all
    // that is wrong, each with its JSON pointer. Any thread.
    tl::expected<std::shared_ptr<const execute::Directory>, std::string> read_directory(
        std::string_view json) const;

    // Tells what has happened on the call of a session, which counts from here. Any thread; the
    // events of one thread keep their order. Returns false if the session is over.
    bool tell(Ticket session, Event event);

    // Ends a call with the outcome `cancelled`, unless it already has another. A session stops what
    // runs on its channel, hangs up the legs that it dialled, and ends; the caller is the host's.
    // Any thread.
    void cancel(Ticket ticket);

    // Other settings for whatever is asked from now on; what has begun ends under those it began
    // with, and no call is dropped. Certificates are read again, and connections are opened anew.
    // The error is a sentence that says which setting is wrong, or cannot change while the engine
    // runs; then nothing changes. `sinks`, `typed` and `own_listeners` stay. Any thread.
    tl::expected<void, std::string> reload(EngineConfig config);

    // Makes each later start() fail with overload, and returns when no call is in flight, at the
    // latest at the last of their deadlines. Any thread. In a host-driven engine, inside a Done and
    // while the process exits it returns at once; calls_in_flight() shows the progress.
    void drain();

    // Drains for so long, and then cancels what is left, calls that rest in the hands of their
    // hosts included. No call is in flight when it returns. A host-driven engine runs inside it,
    // on the thread that calls run(). Does nothing where it must not be called: on another thread,
    // inside a callback, in a fork, while the process exits.
    void stop(std::chrono::nanoseconds within);

    // The number of outcomes not yet delivered and of calls whose connections are being torn down.
    std::size_t calls_in_flight() const;

    // Returns false while the store cannot write CDRs, because the disk is full or the file is in
    // use. Meanwhile they wait in memory. Any thread.
    bool can_store() const;

    // Whether all reactors turn, for a watchdog that calls it from time to time: each has answered
    // the question of the previous call. A reactor that is stuck, as in a callback, does not
    // answer. In a host-driven engine, run() answers. Any thread.
    bool is_turning();

    // What the engine has done so far, in Prometheus' text format (docs/metrics.md). Any thread.
    std::string metrics() const;

    // The debug records of a call in the store, as JSON, the oldest first, 1000 at most. Includes
    // all that were left before this was called. Any thread, which waits for the disk. Returns
    // nothing if there is no store, inside a callback, and in a fork.
    std::vector<std::string> debug_records(std::string_view call_id) const;

    // Whether this thread is inside a callback of this engine.
    bool is_in_callback() const;

    // Host-driven: whether run() may be called here, because no other thread has called it.
    bool is_of_this_thread() const;

    // Whether this process is a fork of the one that created the engine. The threads and the ring
    // stayed there: here start(), cancel(), drain() and run() do nothing.
    bool is_forked() const;

    // Host-driven: a descriptor that is readable when run() has something to do. Else -1.
    int descriptor() const;

    // Host-driven, always on the same thread: runs whatever is ready, and never waits. It looks at
    // the clock between steps, and stops after `budget`; zero: after the configuration's. Returns
    // the time after which it is to be called even if the descriptor has not become readable, or a
    // negative time if there is none. Does nothing where it must not be called: if the engine has
    // threads, on another thread, inside a Done.
    std::chrono::nanoseconds run(std::chrono::nanoseconds budget = {});

private:
    friend struct engine::Instruments;
    class Parts;
    explicit Engine(std::unique_ptr<Parts> parts);
    static tl::expected<std::unique_ptr<Engine>, std::string> create(
        const EngineConfig& config, const engine::Instruments* instruments);

    std::unique_ptr<Parts> parts_;
};

}  // namespace pivot::inline v1
