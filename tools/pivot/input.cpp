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

constexpr std::size_t input_bytes_max = 256 * 1024 * 1024;

struct Close {
    void operator()(std::FILE* file) const
    {
        if (file != stdin) std::fclose(file);
    }
};

}  // namespace

std::string input_name(const std::string& path)
{
    return path == "-" ? "standard input" : path;
}

tl::expected<void, std::string> check_standard_input(const std::vector<std::string>& paths)
{
    if (std::ranges::count(paths, "-") <= 1) return {};
    return tl::unexpected(std::string("only one file can be standard input: name the others"));
}

tl::expected<std::string, std::string> read_input(const std::string& path)
{
    const auto cannot = [&path](const char* why) {
        return tl::unexpected(fmt::format("{}: {}", input_name(path), why));
    };
    std::error_code ignored;
    if (path != "-" && std::filesystem::is_directory(path, ignored))
        return cannot(std::strerror(EISDIR));
    const std::unique_ptr<std::FILE, Close> file(path == "-" ? stdin
                                                             : std::fopen(path.c_str(), "rb"));
    if (!file) return cannot(std::strerror(errno));

    std::string text;
    char bytes[16 * 1024];
    while (const std::size_t count = std::fread(bytes, 1, sizeof bytes, file.get())) {
        if (text.size() + count > input_bytes_max) return cannot("larger than 256 MiB");
        text.append(bytes, count);
    }
    if (std::ferror(file.get()) != 0) return cannot(std::strerror(errno));
    return text;
}

}  // namespace pivot::tools
