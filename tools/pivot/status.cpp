#include "pivot/status.hpp"

#include "base/clock.hpp"
#include "base/json.hpp"
#include "http/status.hpp"
#include "pivot/admin_client.hpp"
#include "pivot/admin_fields.hpp"
#include "pivot/output.hpp"

#include <cstdint>
#include <ctime>
#include <string_view>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace pivot::tools {

namespace {

constexpr std::string_view command = "pivot status";

// `asterisk  reconnects in 3 s`
std::string line_of(std::string_view name, json::Value part, std::string_view ready = "ok")
{
    const bool is_ready = is_true(part, "ready");
    return fmt::format("{:<10} {}\n", name, is_ready ? ready : text_of(part, "message"));
}

// `api        certificate until 2026-12-14`
std::string line_of_certificate(json::Value certificate)
{
    const std::int64_t until_s = number_of(certificate, "expires_unix_s");
    const bool has_expired = until_s < unix_now_ms() / 1'000;
    return fmt::format("{:<10} {} {:%Y-%m-%d}\n", text_of(certificate, "listener"),
                       has_expired ? "certificate expired on" : "certificate until",
                       fmt::gmtime(static_cast<std::time_t>(until_s)));
}

std::string describe(json::Value shown)
{
    const bool is_draining = is_true(shown, "draining");
    const bool is_ready = is_true(shown, "ready");
    std::string text =
        fmt::format("pivot {} is {}\n{:<10} {} in flight\n", text_of(shown, "version"),
                    is_draining ? "draining"
                    : is_ready  ? "ready"
                                : "not ready",
                    "calls", text_of(shown, "calls"));
    if (const auto fronts = shown.find("fronts"); fronts && fronts->is_array()) {
        for (const json::Value front : fronts->elements()) {
            text += line_of(text_of(front, "name"), front);
        }
    }
    if (const auto shadows = shown.find("shadows"); shadows && shadows->is_array()) {
        for (const json::Value shadow : shadows->elements()) {
            text += line_of(text_of(shadow, "name"), shadow, "only watches (see pivot shadow)");
        }
    }
    for (const char* part : {"store", "numbers"}) {
        if (const auto found = shown.find(part)) text += line_of(part, *found);
    }
    if (const auto found = shown.find("certificates"); found && found->is_array()) {
        for (const json::Value each : found->elements()) text += line_of_certificate(each);
    }
    return text;
}

}  // namespace

int status(const StatusOptions& options)
{
    const auto answer = ask_admin(options.socket, "/readyz?verbose");
    if (!answer) return refuse(command, answer.error());
    json::Document document;
    const auto shown = document.read(answer->body);
    if ((answer->status != http::status::ok &&
         answer->status != http::status::service_unavailable) ||
        !shown) {
        return refuse(command, fmt::format("{}: is not that of `pivot serve`: it answers {}",
                                           options.socket, answer->status));
    }
    const int printed = print(command, options.as_json ? answer->body : describe(*shown));
    if (printed != exit_good) return printed;
    return answer->status == http::status::ok ? exit_good : exit_bad;
}

}  // namespace pivot::tools
