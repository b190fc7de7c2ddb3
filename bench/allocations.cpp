// Claim: in steady state a pivot allocates nothing on the heap, neither in start() nor on the
// engine's thread.
//
// Method: every allocation of this process passes through the functions below; those on the
// engine's thread and those inside start() count. Whole pivots go to nginx, which is another
// process, over 64 kept connections: forms by GET and POST, JSON by POST, callflows of 400 bytes,
// 1 KB and 8 KB. The first rounds, in which buffers grow to their size, do not count. Prints
// allocations per pivot and, with --trace, their stacks, the most frequent first; fails if there
// are any. The checksum adds up the bytes of the flows.
#include "callflow.hpp"
#include "nginx.hpp"
#include "rounds.hpp"

#include <pivot/engine.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <dlfcn.h>
#include <execinfo.h>
#include <fmt/format.h>

namespace pivot::bench {
namespace {

// Those of the one thread that switched its flag on, below.
class Allocations {
public:
    using Stack = std::array<void*, 24>;

    void note()
    {
        ++count_;
        if (!traces_) return;
        Stack stack{};
        ::backtrace(stack.data(), static_cast<int>(stack.size()));
        ++stacks_[stack];
    }

    void trace()
    {
        Stack first{};
        ::backtrace(first.data(), 1);  // loads a library, once
        traces_ = true;
    }

    std::uint64_t take_count() { return count_.exchange(0); }
    void print_stacks() const;

private:
    std::atomic<std::uint64_t> count_ = 0;
    bool traces_ = false;
    std::map<Stack, std::uint64_t> stacks_;
};

Allocations allocations;
thread_local bool is_counted = false;

// Off, then as it was.
class Uncounted {
public:
    Uncounted() : before_(is_counted) { is_counted = false; }
    ~Uncounted() { is_counted = before_; }

private:
    const bool before_;
};

void note_allocation()
{
    if (!is_counted) return;
    const Uncounted own;
    allocations.note();
}

// "pivot::net::connect(…) at ??:?", and what was inlined there. Of a library its symbol.
std::string name_of(void* address)
{
    Dl_info place{};
    if (::dladdr(address, &place) == 0) return "?";
    const std::string file = place.dli_fname;
    const auto offset =
        static_cast<const char*>(address) - static_cast<const char*>(place.dli_fbase);
    if (file.find("/lib") != file.npos) {
        return fmt::format("{} in {}", place.dli_sname != nullptr ? place.dli_sname : "?", file);
    }
    const auto command = fmt::format("addr2line -C -f -i -p -e {} {:#x}", file, offset - 1);
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> lines(::popen(command.c_str(), "re"),
                                                                ::pclose);
    std::string text;
    for (int c = std::getc(lines.get()); c != EOF; c = std::getc(lines.get())) {
        text += static_cast<char>(c);
    }
    return text.substr(0, text.rfind('\n'));
}

void Allocations::print_stacks() const
{
    std::vector<std::pair<std::uint64_t, const Stack*>> sorted;
    for (const auto& [stack, count] : stacks_) sorted.emplace_back(count, &stack);
    std::ranges::sort(sorted, std::greater());
    std::map<void*, std::string> names;
    for (const auto& [count, stack] : sorted) {
        fmt::print("\n{} times\n", count);
        // The first three are this program's own.
        for (std::size_t i = 3; i < stack->size() && (*stack)[i] != nullptr; ++i) {
            auto [name, is_new] = names.try_emplace((*stack)[i]);
            if (is_new) name->second = name_of(name->first);
            fmt::print("    {}\n", name->second);
        }
    }
}

struct Way {
    const char* name;
    const char* data;  // more members of the action
};

constexpr std::array ways{Way{"GET form", ""}, Way{"POST form", R"(,"method":"post")"},
                          Way{"POST json", R"(,"method":"post","req_body_format":"json")"}};
constexpr std::array<std::size_t, 3> flow_bytes{400, 1'024, 8'192};

// What grows with the greatest burst may grow once more; a pivot that allocates does so each time,
// in each of this many runs.
constexpr double grown_late = 0.01;
constexpr int runs_max = 3;

Call a_call()
{
    auto call = Call::from_json(
        R"({"Call-ID":"5c9d0b3e-1f6a-4f0e-9d43-2b7a6c1e8f55@198.51.100.7",)"
        R"("Account-ID":"0a1b2c3d4e5f60718293a4b5c6d7e8f9",)"
        R"("From":"15551230001@pbx.example.com","To":"15551239999@pbx.example.com",)"
        R"("Request":"15551239999@198.51.100.7","Caller-ID-Name":"Ann Example",)"
        R"("Caller-ID-Number":"+15551230001","Call-Direction":"inbound",)"
        R"("Owner-ID":"1f2e3d4c5b6a79880796a5b4c3d2e1f0","Language":"en-us",)"
        R"("Custom-Application-Vars":{"customer":"gold","queue":"support"},)"
        R"("Custom-SIP-Headers":{"X-Trunk":"west-2"},)"
        R"("Custom-Channel-Vars":{"Account-Name":"Example Inc."}})");
    if (!call) throw std::runtime_error(call.error().message);
    return *call;
}

// Keeps 64 pivots in flight until so many have ended.
class Load {
public:
    Load(Engine& engine, const std::string& url, const Way& way) : engine_(engine)
    {
        auto node = ActionNode::from_json(
            fmt::format(R"({{"voice_url":"{}","req_timeout_ms":5000{}}})", url, way.data));
        if (!node || !node->action) throw std::runtime_error("the action is not valid");
        request_ = Request{a_call(), std::move(*node)};
    }

    // Returns the allocations of those that ran while all 64 were in flight.
    double run(std::size_t pivots)
    {
        pivots_ = pivots;
        started_ = ended_ = 0;
        bytes_ = 0;
        is_over_ = false;
        for (std::size_t i = 0; i < at_a_time; ++i) start();
        is_over_.wait(false);
        if (has_failed_) throw std::runtime_error("a pivot was not processed");
        return static_cast<double>(counted_) / static_cast<double>(pivots - 2 * at_a_time);
    }

    std::uint64_t bytes() const { return bytes_; }  // of the last run

private:
    static constexpr std::size_t at_a_time = 64;

    void start()
    {
        if (++started_ > pivots_) return;
        engine_.start(request_, [this](const OutcomeView& outcome) { took(outcome); });
    }

    // On the engine's thread. Counts there from the first round of pivots to the last.
    void took(const OutcomeView& outcome)
    {
        if (outcome.kind != OutcomeKind::processed) has_failed_ = true;
        bytes_ += outcome.flow.size();
        ++ended_;
        if (ended_ == at_a_time) {
            allocations.take_count();
            is_counted = true;
        }
        if (ended_ == pivots_ - at_a_time) {
            is_counted = false;
            counted_ = allocations.take_count();
        }
        start();
        if (ended_ < pivots_) return;
        is_over_ = true;
        is_over_.notify_all();
    }

    Engine& engine_;
    Request request_{Call(), ActionNode{Action(), ""}};
    std::size_t pivots_ = 0;
    std::atomic<std::size_t> started_ = 0;
    std::size_t ended_ = 0;
    std::uint64_t counted_ = 0;
    std::uint64_t bytes_ = 0;
    std::atomic<bool> has_failed_ = false;
    std::atomic<bool> is_over_ = false;
};

int run(const Arguments& arguments)
{
    if (!Nginx::is_installed()) {
        std::fprintf(stderr, "allocations: needs Debian's package nginx-light\n");
        return exit_skipped;
    }
    Report report(arguments, "A pivot in steady state allocates nothing");
    const auto port = Nginx::free_port();
    run_on(Core::server);
    const Nginx nginx(fmt::format("server {{ listen 127.0.0.1:{}; }}", port));
    for (const std::size_t bytes : flow_bytes) {
        nginx.serve(fmt::format("flow{}", bytes), callflow(bytes));
    }
    run_on(Core::client);
    EngineConfig config;
    config.policy.allow = {"127.0.0.0/8"};
    auto engine = Engine::create(config);
    if (!engine) throw std::runtime_error(engine.error());

    const std::size_t pivots = arguments.is_small ? 1'000 : 10'000;
    std::uint64_t bytes = 0;
    for (std::size_t round = 0; round < arguments.rounds(); ++round) {
        for (const Way& way : ways) {
            for (const std::size_t size : flow_bytes) {
                Load load(**engine, fmt::format("http://127.0.0.1:{}/flow{}", port, size), way);
                load.run(pivots);  // until what grows has grown
                if (arguments.has("--trace")) allocations.trace();
                double count = load.run(pivots);
                for (int runs = 1; count >= grown_late && runs < runs_max; ++runs) {
                    count = load.run(pivots);
                }
                if (count >= grown_late) {
                    if (arguments.has("--trace")) allocations.print_stacks();
                    throw std::runtime_error("a pivot allocates");
                }
                report.add(fmt::format("{}, callflow of {} bytes", way.name, size), "allocations",
                           count);
                bytes += load.bytes();
            }
        }
    }
    for (const Way& way : ways) {
        for (const std::size_t size : flow_bytes) {
            const auto name = fmt::format("{}, callflow of {} bytes", way.name, size);
            report.add_ratio_to(name, name, 1, 0);
        }
    }
    if (arguments.has("--trace")) allocations.print_stacks();
    return report.finish(bytes);
}

}  // namespace
}  // namespace pivot::bench

// These take the C library's place, for the libraries too; `operator new` calls them.
extern "C" {

void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t size)
{
    pivot::bench::note_allocation();
    return __libc_malloc(size);
}

void* calloc(std::size_t count, std::size_t size)
{
    pivot::bench::note_allocation();
    return __libc_calloc(count, size);
}

void* realloc(void* memory, std::size_t size)
{
    pivot::bench::note_allocation();
    return __libc_realloc(memory, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size)
{
    pivot::bench::note_allocation();
    return __libc_memalign(alignment, size);
}

int posix_memalign(void** memory, std::size_t alignment, std::size_t size)
{
    pivot::bench::note_allocation();
    *memory = __libc_memalign(alignment, size);
    return *memory == nullptr ? ENOMEM : 0;
}
}

int main(int count, char** values)
try {
    return pivot::bench::run(pivot::bench::Arguments(count, values, {"--trace"}));
} catch (const std::exception& error) {
    std::fprintf(stderr, "allocations: %s\n", error.what());
    return 1;
}
