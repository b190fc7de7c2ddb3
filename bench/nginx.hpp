// The web server nginx (Debian package `nginx-light`) on loopback, for as long as its owner lives.
// It has one worker, and serves a file to a POST as to a GET.
#pragma once

#include "peers/loopback.hpp"
#include "peers/process.hpp"
#include "peers/temporary_folder.hpp"

#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <unistd.h>

namespace pivot::bench {

class Nginx {
public:
    static bool is_installed() { return ::access(program, X_OK) == 0; }

    // `servers` is a part of the configuration: `server { listen 127.0.0.1:8080; }`, and so on.
    // Files are served from folder(), as JSON.
    explicit Nginx(std::string_view servers)
        : process_(program, {"-p", folder(), "-c", write_configuration(servers)}, patience)
    {
    }

    static std::uint16_t free_port() { return test::port_of(test::listen_tcp("127.0.0.1")); }

    void serve(std::string_view file, std::string_view content) const
    {
        std::ofstream(path_of(file)) << content;
    }

    // Relative paths of the configuration are in the same folder.
    std::string path_of(std::string_view file) const
    {
        return fmt::format("{}/{}", folder(), file);
    }

private:
    static constexpr const char* program = "/usr/sbin/nginx";
    static constexpr std::chrono::milliseconds patience{500};

    std::string folder() const { return folder_.path().string(); }

    std::string write_configuration(std::string_view servers) const
    {
        const std::string path = path_of("nginx.conf");
        // Its first line on standard output comes when it listens.
        std::ofstream(path) << fmt::format(
            "{0}"
            "daemon off;\n"
            "worker_processes 1;\n"
            "pid {1}/pid;\n"
            "error_log /dev/stdout notice;\n"
            "events {{ worker_connections 4096; }}\n"
            "http {{\n"
            "    access_log off;\n"
            "    client_body_temp_path {1}/body;\n"
            "    proxy_temp_path {1}/proxy;\n"
            "    fastcgi_temp_path {1}/fastcgi;\n"
            "    uwsgi_temp_path {1}/uwsgi;\n"
            "    scgi_temp_path {1}/scgi;\n"
            "    keepalive_requests 1000000000;\n"
            "    open_file_cache max=100;\n"
            "    root {1};\n"
            "    default_type application/json;\n"
            "    error_page 405 =200 $uri;\n"
            "    {2}\n"
            "}}\n",
            ::geteuid() == 0 ? "user root;\n" : "", folder(), servers);
        return path;
    }

    test::TemporaryFolder folder_;
    test::Process process_;
};

}  // namespace pivot::bench
