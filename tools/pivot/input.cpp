#include "pivot/input.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

struct Close {
    void operator()(std::FILE* file) const
    {
        if (file != stdin) std::fclose(file);
    }
};

}  // namespace

tl::expected<std::string, std::string> read_input(const std::string& path)
{
    const auto cannot = [&path](const char* why) {
        return tl::unexpected(fmt::format("{}: {}", path == "-" ? "standard input" : path, why));
    };
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) return cannot(std::strerror(EISDIR));
    const std::unique_ptr<std::FILE, Close> file(path == "-" ? stdin
                                                             : std::fopen(path.c_str(), "rb"));
    if (!file) return cannot(std::strerror(errno));

    std::string text;
    char bytes[16 * 1024];
    while (const std::size_t count = std::fread(bytes, 1, sizeof bytes, file.get()))
        text.append(bytes, count);
    if (std::ferror(file.get()) != 0) return cannot(std::strerror(errno));
    return text;
}

int refuse(std::string_view command, std::string_view why)
{
    std::string line = fmt::format("{}: {}", command, why);
    std::ranges::replace(line, '\n', ' ');
    fmt::print(stderr, "{}\n", line);
    return exit_usage;
}

int print(std::string_view command, const std::string& text)
{
    if (std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0) return exit_good;
    return refuse(command, fmt::format("standard output: {}", std::strerror(errno)));
}

}  // namespace pivot::tools
