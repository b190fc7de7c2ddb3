#include <pivot/session.h>

#include "abi/handle.hpp"
#include "abi/host_channel.hpp"
#include "abi/request.hpp"
#include "abi/told_event.hpp"

#include <pivot/session.hpp>

#include <memory>
#include <utility>

#include <fmt/format.h>

using pivot::abi::check_alive;
using pivot::abi::Checked;
using pivot::abi::guard;
using pivot::abi::refuse;

struct pivot_directory {
    std::shared_ptr<const pivot::Directory> entries;
};

namespace {

Checked<void> check_channel(const pivot_channel* channel)
{
    const auto taken = pivot::abi::take(channel, "pivot_channel");
    if (!taken) return tl::unexpected(taken.error());
    if (taken->hang_up == nullptr) return refuse(PIVOT_NULL, "hang_up is null");
    if (taken->stop == nullptr) return refuse(PIVOT_NULL, "stop is null");
    if (taken->ended == nullptr) return refuse(PIVOT_NULL, "ended is null");
    return {};
}

Checked<pivot::AtEnd> read_at_end(pivot_at_end at_end)
{
    switch (at_end) {
        case PIVOT_AT_END_HANG_UP: return pivot::AtEnd::hang_up;
        case PIVOT_AT_END_GIVE_BACK: return pivot::AtEnd::give_back;
    }
    return refuse(PIVOT_BAD_VALUE, fmt::format("at_end {} is invalid", int{at_end}));
}

Checked<pivot::SessionRequest> read_session_request(const pivot_session_request* given,
                                                    const pivot::Engine& engine)
{
    const auto taken = pivot::abi::take(given, "pivot_session_request");
    if (!taken) return tl::unexpected(taken.error());
    const auto at_end = read_at_end(taken->at_end);
    if (!at_end) return tl::unexpected(at_end.error());
    auto request = pivot::abi::read_request(taken->request, engine.action_limits());
    if (!request) return tl::unexpected(std::move(request.error()));
    pivot::SessionRequest read;
    read.request = std::move(*request);
    read.started_unix_ms = taken->started_unix_ms;
    read.answered_unix_ms = taken->answered_unix_ms;
    read.at_end = *at_end;
    if (taken->directory != nullptr) read.directory = taken->directory->entries;
    return read;
}

}  // namespace

pivot_status pivot_session_start(pivot_engine* engine, const pivot_session_request* request,
                                 const pivot_channel* channel, void* call, pivot_ticket* ticket,
                                 pivot_error* error)
{
    return guard(error, [=]() -> Checked<void> {
        if (auto checked = check_alive(engine); !checked) return checked;
        if (auto checked = check_channel(channel); !checked) return checked;
        const auto read = read_session_request(request, *engine->engine);
        if (!read) return tl::unexpected(read.error());
        auto made = std::make_unique<pivot::abi::HostChannel>(*channel, call);
        pivot::Engine::Ticket unwanted;
        const auto started =
            engine->engine->start(*read, *made, pivot::abi::ticket_at(ticket, unwanted));
        if (started) {
            static_cast<void>(made.release());  // which deletes itself
            return {};
        }
        const bool is_full = started.error().reason == pivot::Reason::overload;
        return refuse(is_full ? PIVOT_NO_MEMORY : PIVOT_STOPPED, started.error().message);
    });
}

pivot_status pivot_tell(pivot_engine* engine, pivot_ticket session, const pivot_event* event)
{
    return guard(nullptr, [=]() -> Checked<void> {
        if (auto checked = check_alive(engine); !checked) return checked;
        auto read = pivot::abi::read_event(event);
        if (!read) return tl::unexpected(std::move(read.error()));
        if (engine->engine->tell({session.call, session.serial}, std::move(*read))) return {};
        return refuse(PIVOT_NOTHING, {});
    });
}

pivot_status pivot_directory_create(const pivot_engine* engine, pivot_text json,
                                    pivot_directory** directory, pivot_error* error)
{
    return guard(error, [=]() -> Checked<void> {
        if (directory == nullptr) return refuse(PIVOT_NULL, "directory is null");
        *directory = nullptr;
        if (auto checked = check_alive(engine); !checked) return checked;
        const auto text = pivot::abi::read(json, "the directory");
        if (!text) return tl::unexpected(text.error());
        auto read = engine->engine->read_directory(*text);
        if (!read) return refuse(PIVOT_BAD_JSON, std::move(read.error()));
        *directory = new pivot_directory{std::move(*read)};
        return {};
    });
}

void pivot_directory_release(pivot_directory* directory)
{
    delete directory;
}
