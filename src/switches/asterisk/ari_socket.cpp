#include "switches/asterisk/ari_socket.hpp"

#include "base/pass_on.hpp"
#include "base/text.hpp"
#include "http/url.hpp"
#include "switches/asterisk/requests.hpp"
#include "switches/asterisk/targets.hpp"
#include "switches/member_text.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace pivot::switches::asterisk {

namespace {

using http::WebSocketMessage;
using reactor::Deadline;
using reactor::Task;

std::string frame_of(const AriRequest& request, const std::string& id)
{
    Body frame;
    frame.add("type", "RESTRequest").add("transaction_id", id).add("request_id", id);
    frame.add("method", request.method).add("uri", request.target);
    if (!request.body.empty()) {
        frame.add("content_type", "application/json").add("message_body", request.body);
    }
    return frame.take();
}

std::string channel_of(const AriRequest& request)
{
    std::string_view rest = request.target;
    if (take_until(rest, '/') != "channels") return {};
    return http::unescape(take_until(rest, '/'));
}

// The last part of `POST channels/1795458421.28/play/pivot-3f9c0a12-7`; empty if the request plays
// nothing.
std::string_view playback_of(const AriRequest& request)
{
    constexpr std::string_view verb = "/play/";
    const std::string_view target = request.target;
    const std::size_t at = target.find(verb);
    if (request.method != "POST" || at == target.npos) return {};
    return target.substr(at + verb.size());
}

}  // namespace

Task<Failure> AriSocket::listen(http::WebSocket& socket, AriListener& listener, Deadline& stopping)
{
    assert(socket_ == nullptr);
    socket_ = &socket;
    listener.connected();
    while (true) {
        auto message = co_await socket.receive(stopping);
        if (!message) {
            socket_ = nullptr;
            lose_all();
            listener.lost(message.error().message);
            co_return std::move(message.error());
        }
        if (message->kind != WebSocketMessage::Kind::text) continue;
        hear_playback(message->bytes);
        if (!take_answer(message->bytes)) listener.heard(message->bytes);
    }
}

Task<Result<AriAnswer>> AriSocket::ask(const AriRequest& request, Deadline& deadline)
{
    while (is_held(request) && !deadline.has_expired()) co_await playback_over_.wait(deadline);
    const bool has_seat = co_await seats_.take(deadline);
    if (!has_seat) co_return tl::unexpected(deadline.failure(Phase::queue));
    auto answer = co_await ask_now(request, deadline);
    seats_.leave();
    if (!has_succeeded(answer)) forget_playback(playback_of(request));
    co_return answer;
}

Task<Result<AriAnswer>> AriSocket::ask_now(const AriRequest& request, Deadline& deadline)
{
    if (socket_ == nullptr) {
        co_return fail(Reason::connect, Phase::connect, "Asterisk is not connected");
    }
    const std::string id = std::to_string(++last_id_);
    auto sent = socket_->send(WebSocketMessage::Kind::text, frame_of(request, id));
    if (!sent) co_return pass_on(sent);
    const std::string_view playback = playback_of(request);
    if (!playback.empty()) playing_.emplace(playback, channel_of(request));
    Waiting waiting;
    waiting_.emplace(id, &waiting);
    while (!waiting.answer && !waiting.is_lost && !deadline.has_expired()) {
        co_await waiting.over.wait(deadline);
    }
    waiting_.erase(id);
    if (waiting.answer) co_return std::move(*waiting.answer);
    if (!waiting.is_lost) co_return tl::unexpected(deadline.failure(Phase::wait));
    co_return fail(Reason::closed, Phase::wait, "the WebSocket was lost before the answer came");
}

// Asterisk answers these requests on the channel's thread, which is busy playing.
bool AriSocket::is_held(const AriRequest& request) const
{
    const std::string_view target = request.target;
    const bool waits = request.method == "POST" &&
                       (target.ends_with("/answer") || target.ends_with("/variable") ||
                        target.ends_with("/addChannel") || target.ends_with("/removeChannel"));
    return waits && std::ranges::any_of(playing_, [&request](const auto& playback) {
               const std::string& channel = playback.second;
               return channel == channel_of(request) ||
                      request.body.find('"' + channel + '"') != std::string::npos;
           });
}

void AriSocket::hear_playback(std::string_view message)
{
    constexpr std::string_view type = "PlaybackFinished";
    if (playing_.empty() || message.find(type) == message.npos) return;
    const auto read = document_.read(message);
    const auto playback = read ? read->find("playback") : std::nullopt;
    if (!playback || member_text(*read, "type") != type) return;
    forget_playback(member_text(*playback, "id"));
}

void AriSocket::forget_playback(std::string_view playback)
{
    const auto found = playing_.find(playback);
    if (found == playing_.end()) return;
    playing_.erase(found);
    playback_over_.happen();
}

// Whether the message answers a request. An answer that comes too late is ignored.
bool AriSocket::take_answer(std::string_view message)
{
    constexpr std::string_view type = "RESTResponse";
    if (message.find(type) == message.npos) return false;
    const auto read = document_.read(message);
    if (!read || member_text(*read, "type") != type) return false;
    const auto found = waiting_.find(member_text(*read, "request_id"));
    if (found == waiting_.end()) return true;
    const auto status = read->find("status_code");
    AriAnswer answer;
    answer.status = static_cast<int>(status ? status->integer().value_or(0) : 0);
    answer.body = member_text(*read, "message_body");
    found->second->answer = std::move(answer);
    found->second->over.happen();
    return true;
}

void AriSocket::lose_all()
{
    playing_.clear();
    playback_over_.happen();
    for (const auto& [id, waiting] : waiting_) {
        waiting->is_lost = true;
        waiting->over.happen();
    }
}

}  // namespace pivot::switches::asterisk
