#include "execute/recordings.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace pivot::execute {

namespace {

std::string_view ending_of(Recording::Format format)
{
    return format == Recording::Format::mp3 ? ".mp3" : ".wav";
}

// Returns an empty text if a switch has told something else.
std::string_view path_in(std::string_view told)
{
    constexpr std::string_view scheme = "file://";
    if (told.starts_with(scheme)) told.remove_prefix(scheme.size());
    return told.starts_with('/') ? told : std::string_view();
}

std::string_view name_in(std::string_view path)
{
    return path.substr(path.rfind('/') + 1);
}

// As KAZOO has it: the name of the file is added to the URL. One with a query stays as it is.
std::string upload_url(const WebUrl& url, std::string_view name)
{
    std::string_view base = url.text();
    if (url.empty() || base.find_first_of("?#") != std::string_view::npos) return url.text();
    while (base.ends_with('/')) base.remove_suffix(1);
    return fmt::format("{}/{}", base, name);
}

}  // namespace

// Only where there is something to do for the program.
bool Recordings::is_finished_here(const Recording& asked) const
{
    const bool has_work = asked.trims_silence || asked.format == Recording::Format::mp3;
    return has_work && archive_.has_program();
}

Recording Recordings::command_for(const Recording& asked) const
{
    Recording command = asked;
    command.url = WebUrl();
    if (is_finished_here(asked)) {
        command.trims_silence = false;
        command.format = Recording::Format::wav;
    }
    std::string path = archive_.new_path();
    command.file = LocalPath::of_operator(path.append(ending_of(command.format)));
    return command;
}

void Recordings::add(JobId job, const Recording& asked, const LocalPath& file)
{
    running_.push_back({job, file.text(), asked});
}

void Recordings::note(Event& event)
{
    auto* const ended = std::get_if<RecordingEnded>(&event);
    if (ended == nullptr) return;
    const auto found = std::ranges::find(running_, ended->job, &Kept::job);
    if (found == running_.end()) return;
    const Kept kept = std::move(*found);
    running_.erase(found);
    const std::string_view path = path_in(ended->url);
    if (!path.empty()) {
        media::Recorded recorded = to_recorded(kept, path);
        const std::string& kept_at = recorded.finished.empty() ? recorded.file : recorded.finished;
        ended->url = recorded.url.empty() ? archive_.told_of(kept_at, recorded.account_id,
                                                             call_.unix_now_ms() / 1'000)
                                          : recorded.url;
        archive_.take(std::move(recorded));
    } else if (!ended->url.empty() && !kept.asked.url.empty()) {
        call_.warn("recording", "the switch has told no path of a file: it is not uploaded");
    }
}

media::Recorded Recordings::to_recorded(const Kept& kept, std::string_view path) const
{
    const session::Session& session = call_.session();
    const Recording& asked = kept.asked;
    media::Recorded recorded;
    recorded.file = path;
    recorded.is_ours = recorded.file == kept.file;
    std::string_view name = path;
    if (is_finished_here(asked)) {
        recorded.finished = archive_.new_path().append(ending_of(asked.format));
        recorded.format = ending_of(asked.format).substr(1);
        recorded.trims_silence = asked.trims_silence;
        name = recorded.finished;
    }
    const std::string own = asked.name.text() + std::string(ending_of(asked.format));
    recorded.url = upload_url(asked.url, asked.name.empty() ? name_in(name) : own);
    recorded.uploads_by_post = asked.uploads_by_post;
    recorded.call_id = session.call().call_id;
    recorded.account_id = session.call().account_id;
    recorded.action_url = session.action().voice_url;
    return recorded;
}

}  // namespace pivot::execute
