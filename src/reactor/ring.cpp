#include "reactor/ring.hpp"

#include "reactor/descriptor_limit.hpp"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace pivot::reactor {

namespace {

// `user_data` is the address of an Operation, or one of these. Addresses are even.
constexpr std::uint64_t no_answer = 0;
constexpr std::uint64_t slot_closed = 1;

// Since Linux 6.13 one call runs at most this much of the kernel's deferred work.
constexpr unsigned completions_a_call = 20;

// If at least this many completions came between two turns, the next turn waits for as many again,
// though not for long: under load a turn costs as much as a pivot.
constexpr unsigned batch_min = 8;
constexpr unsigned batch_max = 64;
constexpr Nanoseconds batch_wait_ns = 200'000;

// Besides the connections of its table, a reactor uses a few descriptors of the process, and the
// host uses others.
constexpr unsigned plain_descriptors = 256;

// How long a kernel that is short of memory may refuse to go on.
constexpr Nanoseconds refusal_ns_max = 5'000'000'000;
constexpr unsigned refusal_pause_us = 1'000;

constexpr unsigned setup_flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
                                 IORING_SETUP_R_DISABLED | IORING_SETUP_CQSIZE |
                                 IORING_SETUP_SUBMIT_ALL;

std::string kernel_release()
{
    utsname names{};
    ::uname(&names);
    return names.release;
}

// Whether a seccomp filter watches this thread: proc(5).
bool is_filtered()
{
    std::ifstream status("/proc/thread-self/status");
    std::string line;
    while (std::getline(status, line)) {
        if (line == "Seccomp:\t2") return true;
    }
    return false;
}

// `kernel.io_uring_disabled`, since Linux 6.6: 0 for nobody, 1 but for a group, 2 for all. Returns
// nothing where /proc does not show settings of the kernel (ProcSubset=pid of systemd).
std::optional<int> io_uring_disabled()
{
    if (::access("/proc/sys/kernel", F_OK) != 0) return std::nullopt;
    int value = 0;
    std::ifstream("/proc/sys/kernel/io_uring_disabled") >> value;
    return value;
}

std::string explain_forbidden()
{
    constexpr const char* filter =
        "a seccomp filter (a container's?) denies io_uring_setup: give the container a profile "
        "that allows it, such as Pivot's seccomp-pivot.json";
    const std::optional<int> disabled = io_uring_disabled();
    if (!disabled) {
        return fmt::format(
            "io_uring is forbidden here: either kernel.io_uring_disabled is not 0, which sysctl "
            "changes, or {}",
            filter);
    }
    switch (*disabled) {
        case 0: return fmt::format("io_uring is forbidden here: {}", filter);
        case 1:
            return "io_uring is switched off (kernel.io_uring_disabled = 1): set it to 0 with "
                   "sysctl, or run in the group kernel.io_uring_group";
        default:
            return fmt::format(
                "io_uring is switched off (kernel.io_uring_disabled = {}): set it to 0 with sysctl",
                *disabled);
    }
}

std::string explain_absent()
{
    constexpr const char* kernel = "this kernel has no io_uring: Linux 6.1 or newer is needed";
    if (!is_filtered()) return kernel;
    return fmt::format(
        "io_uring is not there: either a seccomp filter (a container's?) hides io_uring_setup, and "
        "Pivot's seccomp-pivot.json allows it, or {}",
        kernel);
}

bool is_kernel_since(int major, int minor)
{
    int has_major = 0;
    int has_minor = 0;
    if (std::sscanf(kernel_release().c_str(), "%d.%d", &has_major, &has_minor) != 2) return false;
    return has_major > major || (has_major == major && has_minor >= minor);
}

// Whether an error passes by itself: the kernel is short of memory, or waits for completions to be
// reaped.
bool is_passing(int error)
{
    return error == EAGAIN || error == EBUSY || error == ENOMEM;
}

std::string explain_setup(int error)
{
    switch (error) {
        case ENOSYS: return explain_absent();
        case EPERM: return explain_forbidden();
        case EINVAL:
            return fmt::format(
                "this kernel ({}) lacks deferred task running for io_uring: Linux 6.1 or "
                "newer is needed",
                kernel_release());
        case ENOMEM:
            return "not enough locked memory for io_uring: raise RLIMIT_MEMLOCK (ulimit -l)";
        case EMFILE:
        case ENFILE: return explain_no_descriptor(error);
        default: return fmt::format("io_uring_setup failed: {}", std::strerror(error));
    }
}

// There is no other way out: operations in flight would keep their buffers and coroutines for ever.
[[noreturn]] void end_process(const std::string& why)
{
    constexpr int status_of_a_refusing_system = 2;
    std::fputs(fmt::format("pivot: {}\n", why).c_str(), stderr);
    std::_Exit(status_of_a_refusing_system);
}

}  // namespace

Ring::~Ring()
{
    assert(in_flight_ == 0);
    if (is_open_) io_uring_queue_exit(&ring_);
    if (signal_ >= 0) ::close(signal_);
}

tl::expected<void, std::string> Ring::check_kernel()
{
    const std::unique_ptr<io_uring_probe, decltype(&io_uring_free_probe)> probe(
        io_uring_get_probe(), io_uring_free_probe);
    if (!probe) return {};  // open() says why
    struct Need {
        int opcode;
        const char* name;
    };
    // The kernel with zero-copy sends, 6.0, is also the first with multishot receive.
    constexpr Need needs[] = {{IORING_OP_CONNECT, "connect"},
                              {IORING_OP_SEND, "send"},
                              {IORING_OP_RECV, "receive"},
                              {IORING_OP_POLL_ADD, "poll"},
                              {IORING_OP_ASYNC_CANCEL, "cancel"},
                              {IORING_OP_CLOSE, "close"},
                              {IORING_OP_SEND_ZC, "multishot receive"}};
    for (const Need& need : needs) {
        if (io_uring_opcode_supported(probe.get(), need.opcode)) continue;
        return tl::unexpected(
            fmt::format("this kernel's io_uring ({}) lacks {}: Linux 6.1 or newer is needed",
                        kernel_release(), need.name));
    }
    return {};
}

tl::expected<void, std::string> Ring::open(const RingConfig& config)
{
    if (auto checked = check_kernel(); !checked) return checked;

    io_uring_params parameters{};
    parameters.flags = setup_flags;
    parameters.cq_entries = config.requests * 8;
    if (const int error = io_uring_queue_init_params(config.requests, &ring_, &parameters);
        error < 0) {
        return tl::unexpected(explain_setup(-error));
    }
    is_open_ = true;

    closes_at_once_ = is_kernel_since(6, 13);
    if (auto opened = open_table(config.descriptors); !opened) return opened;
    return config.is_polled ? open_signal() : enable();
}

// The kernel allows a table as many slots as the process may have descriptors at the time.
tl::expected<void, std::string> Ring::open_table(unsigned descriptors)
{
    slots_wanted_ = descriptors;
    const std::uint64_t limit =
        raise_descriptor_limit(std::uint64_t{descriptors} + plain_descriptors);
    slots_max_ = static_cast<unsigned>(std::min<std::uint64_t>(descriptors, limit));
    const int error = io_uring_register_files_sparse(&ring_, slots_max_);
    if (error == -EMFILE) {
        return tl::unexpected(fmt::format("no table of {} connections: {}", slots_max_,
                                          advise_descriptor_limit(descriptors)));
    }
    if (error < 0) {
        return tl::unexpected(fmt::format("no table of {} direct descriptors: {}", slots_max_,
                                          std::strerror(-error)));
    }
    free_slots_.resize(slots_max_);
    for (Slot slot = 0; slot < slots_max_; ++slot) free_slots_[slot] = slots_max_ - 1 - slot;
    return {};
}

std::string Ring::explain_full() const
{
    std::string text = fmt::format("all {} connections of this reactor are in use", slots_max_);
    if (slots_max_ < slots_wanted_) text += ": " + advise_descriptor_limit(slots_wanted_);
    return text;
}

tl::expected<void, std::string> Ring::open_signal()
{
    // Readable at once: the first wait submits what was queued before there was a thread to do so.
    signal_ = ::eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
    if (signal_ < 0) return tl::unexpected("no eventfd: " + explain_no_descriptor(errno));
    if (const int error = io_uring_register_eventfd(&ring_, signal_); error < 0) {
        return tl::unexpected(
            fmt::format("io_uring rejected the eventfd: {}", std::strerror(-error)));
    }
    return {};
}

void Ring::submit(Operation& operation, const io_uring_sqe& request)
{
    assert(!operation.is_in_flight_);
    io_uring_sqe& queued = next_request();
    queued = request;
    queued.user_data = reinterpret_cast<std::uintptr_t>(&operation);
    operation.is_in_flight_ = true;
    operation.completes_inline_ = request.opcode == IORING_OP_SEND;
    if (operation.completes_inline_) ++inline_;
    ++in_flight_;
}

void Ring::cancel(const Operation& operation)
{
    assert(operation.is_in_flight_);
    io_uring_sqe& queued = next_request();
    io_uring_prep_cancel64(&queued, reinterpret_cast<std::uintptr_t>(&operation), 0);
    queued.flags |= IOSQE_CQE_SKIP_SUCCESS;
    queued.user_data = no_answer;
}

void Ring::wait(Nanoseconds timeout_ns)
{
    if (const auto enabled = enable(); !enabled) end_process(enabled.error());
    submit_backlog();
    if (!backlog_.empty()) timeout_ns = 0;
    if (signal_ >= 0) {  // before reaping: whatever completes from here on signals again
        std::uint64_t signals = 0;
        [[maybe_unused]] const auto read = ::read(signal_, &signals, sizeof signals);
    }
    // Sends complete at once and tell nothing new. Under load their completions come with those of
    // a batch. Else their coroutines go on first, so that the next turn can sleep until there is
    // news: a wake-up costs more than a turn.
    const unsigned sends = std::exchange(inline_, 0);
    const unsigned wanted = sends + batch_;
    if (batch_ > 1) {
        timeout_ns = std::min(timeout_ns, batch_wait_ns);
    } else if (sends > 0) {
        timeout_ns = 0;
    }
    int result = 0;
    if (timeout_ns == 0) {
        result = io_uring_submit_and_get_events(&ring_);
    } else {
        io_uring_cqe* first = nullptr;
        __kernel_timespec timeout{.tv_sec = timeout_ns / 1'000'000'000,
                                  .tv_nsec = timeout_ns % 1'000'000'000};
        result = io_uring_submit_and_wait_timeout(
            &ring_, &first, wanted, timeout_ns == never ? nullptr : &timeout, nullptr);
    }
    complete_rest();
    const unsigned reaped = reap();
    check(result, reaped);
}

// After a timeout, a signal or a full completion queue, requests and completions stay in their
// queues until this turn or the next one reaps. Any other error is the end of the ring.
void Ring::check(int result, unsigned reaped)
{
    const bool is_passing_by = is_passing(-result);
    if (result >= 0 || result == -ETIME || result == -EINTR || (is_passing_by && reaped > 0)) {
        refused_since_ = 0;
        return;
    }
    const Nanoseconds now = monotonic_now();
    if (refused_since_ == 0) refused_since_ = now;
    if (is_passing_by && now - refused_since_ < refusal_ns_max) {
        ::usleep(refusal_pause_us);  // else the loop would spin
        return;
    }
    end_process(fmt::format("the kernel no longer serves io_uring (io_uring_enter: {})",
                            std::strerror(-result)));
}

// Lets the kernel run the rest of its deferred work.
void Ring::complete_rest()
{
    unsigned ready = io_uring_cq_ready(&ring_);
    unsigned more = ready;
    while (more >= completions_a_call) {
        io_uring_get_events(&ring_);
        more = io_uring_cq_ready(&ring_) - ready;
        ready += more;
    }
}

int Ring::install(int descriptor, Slot& slot)
{
    if (free_slots_.empty()) {
        ::close(descriptor);
        return -ENFILE;
    }
    const Slot free = free_slots_.back();
    const int installed = io_uring_register_files_update(&ring_, free, &descriptor, 1);
    ::close(descriptor);
    if (installed < 0) return installed;
    free_slots_.pop_back();
    slot = free;
    return 0;
}

void Ring::close(Slot slot)
{
    assert(slot < slots_max_);
    io_uring_sqe& queued = next_request();
    io_uring_prep_close_direct(&queued, slot);
    queued.user_data = std::uint64_t{slot} << 1 | slot_closed;
    ++in_flight_;
}

tl::expected<void, std::string> Ring::enable()
{
    if (is_enabled_) return {};
    int error = -EINTR;
    while (error == -EINTR) {
        // liburing 2.3 declares io_uring_enable_rings() but does not export it.
        error = io_uring_register(static_cast<unsigned>(ring_.ring_fd),
                                  IORING_REGISTER_ENABLE_RINGS, nullptr, 0);
    }
    if (error < 0) {
        return tl::unexpected(
            fmt::format("the kernel does not enable the io_uring "
                        "(IORING_REGISTER_ENABLE_RINGS: {})",
                        std::strerror(-error)));
    }
    is_enabled_ = true;
    return {};
}

// The kernel may take nothing from a full queue while completions are to be reaped, and nothing can
// be reaped in the middle of a turn. Such a request goes into the backlog.
io_uring_sqe& Ring::next_request()
{
    io_uring_sqe* request = backlog_.empty() ? io_uring_get_sqe(&ring_) : nullptr;
    if (request == nullptr && backlog_.empty() && is_enabled_) {
        io_uring_submit(&ring_);
        request = io_uring_get_sqe(&ring_);
    }
    return request != nullptr ? *request : backlog_.emplace_back();
}

void Ring::flush()
{
    if (!is_enabled_) return;
    submit_backlog();
    if (io_uring_sq_ready(&ring_) > 0) io_uring_submit(&ring_);
}

void Ring::submit_backlog()
{
    while (!backlog_.empty()) {
        io_uring_sqe* request = io_uring_get_sqe(&ring_);
        if (request == nullptr) return;
        *request = backlog_.front();
        backlog_.pop_front();
    }
}

unsigned Ring::reap()
{
    unsigned head = 0;
    unsigned seen = 0;
    unsigned news = 0;
    io_uring_cqe* completion = nullptr;
    io_uring_for_each_cqe(&ring_, head, completion)
    {
        ++seen;
        if (completion->user_data == no_answer) continue;
        const bool is_last = (completion->flags & IORING_CQE_F_MORE) == 0;
        assert(in_flight_ > 0);
        if (is_last) --in_flight_;
        if (completion->user_data & slot_closed) {
            free_slots_.push_back(static_cast<Slot>(completion->user_data >> 1));
            continue;
        }
        auto& operation = *reinterpret_cast<Operation*>(completion->user_data);
        assert(operation.is_in_flight_);
        if (is_last) operation.is_in_flight_ = false;
        if (!operation.completes_inline_) ++news;
        operation.completed(completion->res, completion->flags);
    }
    io_uring_cq_advance(&ring_, seen);
    batch_ = news < batch_min ? 1 : std::min(news, batch_max);
    return seen;
}

}  // namespace pivot::reactor
