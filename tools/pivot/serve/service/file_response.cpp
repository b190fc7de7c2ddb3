#include "pivot/serve/service/file_response.hpp"

#include "http/status.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

using http::error_response;
using http::ServerResponse;

constexpr std::uintmax_t bytes_max = 256 * 1024 * 1024;

}  // namespace

ServerResponse file_response(const std::string& path, const char* type, std::string_view what)
{
    const auto refuse = [what](int status, std::string_view why) {
        return error_response(status, fmt::format("{} {}", what, why));
    };
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    if (error) return refuse(http::status::not_found, "no longer exists");
    if (size > bytes_max) return refuse(http::status::content_too_large, "is too large");
    ServerResponse response;
    response.content_type = type;
    response.body.resize(static_cast<std::size_t>(size));
    std::ifstream file(path, std::ios::binary);
    if (!file.read(response.body.data(), static_cast<std::streamsize>(size))) {
        return refuse(http::status::not_found, "cannot be read");
    }
    return response;
}

}  // namespace pivot::tools
