#include "switches/asterisk/wav_file.hpp"

#include "reactor/wait.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace pivot::switches::asterisk {

namespace {

constexpr std::size_t header_bytes = 44;

void set_length(std::string& wav, std::size_t at, std::size_t length)
{
    for (std::size_t i = 0; i < 4; ++i) wav[at + i] = static_cast<char>(length >> 8 * i);
}

class File {
public:
    explicit File(const std::string& path)
        : descriptor_(::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644))
    {
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File()
    {
        if (descriptor_ >= 0) ::close(descriptor_);
    }

    bool is_open() const { return descriptor_ >= 0; }
    bool write(std::string_view bytes)
    {
        while (!bytes.empty()) {
            const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(written));
        }
        return true;
    }

private:
    const int descriptor_;
};

std::string failure(const std::string& path, int error)
{
    return fmt::format("the recording {} cannot be written: {}", path, std::strerror(error));
}

}  // namespace

std::chrono::milliseconds length_of(std::string_view wav)
{
    constexpr std::size_t bytes_a_ms = 16;
    const std::size_t bytes = wav.size() - std::min(wav.size(), header_bytes);
    return std::chrono::milliseconds(bytes / bytes_a_ms);
}

void set_lengths(std::string& wav)
{
    constexpr std::size_t riff_at = 4;
    constexpr std::size_t data_at = 40;
    if (wav.size() < header_bytes || !wav.starts_with("RIFF")) return;
    if (wav.compare(data_at - 4, 4, "data") != 0) return;
    set_length(wav, riff_at, wav.size() - riff_at - 4);
    set_length(wav, data_at, wav.size() - header_bytes);
}

reactor::Task<std::string> write_file(const std::string& path, const std::string& bytes,
                                      reactor::Reactor& reactor)
{
    constexpr std::size_t portion_bytes = 256 * 1024;
    reactor::Deadline lasting(reactor, never);
    File file(path);
    if (!file.is_open()) co_return failure(path, errno);
    std::string_view rest = bytes;
    while (!rest.empty()) {
        const std::string_view portion = rest.substr(0, portion_bytes);
        if (!file.write(portion)) {
            const int error = errno;
            ::unlink(path.c_str());
            co_return failure(path, error);
        }
        rest.remove_prefix(portion.size());
        co_await reactor::Yield(lasting);
    }
    co_return std::string();
}

}  // namespace pivot::switches::asterisk
