#include "media/programs.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace pivot::media {

namespace {

std::string first_line_of(const std::string& path)
{
    std::string line;
    std::ifstream file(path);
    std::getline(file, line);
    return printable(line);
}

bool has_ended(const Process& process)
{
    pollfd polled{.fd = process.descriptor(), .events = POLLIN, .revents = 0};
    return ::poll(&polled, 1, 0) > 0;
}

}  // namespace

void Programs::add(Program program)
{
    const Nanoseconds due = monotonic_now() + program.ns_max;
    running_.push_back({std::move(program), due, std::nullopt});
}

void Programs::attend()
{
    std::size_t started = 0;
    for (auto place = running_.begin(); place != running_.end();) {
        const auto next = std::next(place);
        std::optional<std::string> why;
        if (!place->process && started < programs_max_) {
            auto process = Process::start(place->program.arguments, place->program.complaints);
            if (process) {
                place->process.emplace(std::move(*process));
            } else {
                why = std::move(process.error());
            }
        }
        if (!why) why = result_of(*place);
        if (why) {
            end(place, std::move(*why));
        } else if (place->process) {
            ++started;
        }
        place = next;
    }
}

void Programs::drop(const void* owner)
{
    for (auto place = running_.begin(); place != running_.end();) {
        const auto dropped = place++;
        if (dropped->program.owner == owner) end(dropped, "the engine is stopping");
    }
}

void Programs::end(std::list<Running>::iterator place, std::string why)
{
    std::list<Running> ended;
    ended.splice(ended.end(), running_, place);
    ended.front().process.reset();
    ended.front().program.ended(std::move(why));
}

// Returns nothing if it goes on.
std::optional<std::string> Programs::result_of(Running& running)
{
    const std::string& name = running.program.arguments.front();
    if (running.process && has_ended(*running.process)) {
        const std::string why = running.process->why_failed();
        if (why.empty()) return why;
        return with_reason(fmt::format("{} {}", name, why),
                           first_line_of(running.program.complaints));
    }
    if (monotonic_now() < running.due) return std::nullopt;
    return fmt::format("{} has not ended within {} ms", name,
                       running.program.ns_max / millisecond_ns);
}

void Programs::append_to(std::vector<pollfd>& polled) const
{
    for (const Running& running : running_) {
        if (!running.process) continue;
        polled.push_back({.fd = running.process->descriptor(), .events = POLLIN, .revents = 0});
    }
}

Nanoseconds Programs::due() const
{
    Nanoseconds due = never;
    std::size_t started = 0;
    for (const Running& running : running_) {
        due = std::min(due, running.due);
        if (running.process) ++started;
    }
    const bool can_begin = started < std::min(programs_max_, running_.size());
    return can_begin ? 0 : due;
}

}  // namespace pivot::media
