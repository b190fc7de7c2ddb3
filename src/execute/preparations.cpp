#include "execute/preparations.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace pivot::execute {

namespace {

// What the command plays; null: it plays nothing.
template <typename Command>
auto* media_of(Command& command)
{
    auto* media = std::get_if<Media>(&command);
    if (auto* dial = std::get_if<Dial>(&command)) media = &dial->ringback;
    if (auto* room = std::get_if<Conference>(&command)) media = &room->hold_music;
    if (auto* queue = std::get_if<Queue>(&command)) media = &queue->hold_music;
    return media;
}

bool is_fetched(const Media* media)
{
    return media != nullptr && media->kind() == Media::Kind::url && !media->empty();
}

void replace(Media& media, const media::File& file)
{
    const unsigned loops = media.loops();
    media = Media(LocalPath::of_operator(file.path));
    media.set_loops(loops);
}

}  // namespace

class Preparations::Preparation final : public media::Order {
public:
    Preparation(Preparations& all, JobId job, LegId leg, JobCommand command)
        : job(job), leg(leg), all_(all), asked_(std::move(command))
    {
    }

    void begin()
    {
        const SoundForm form = all_.call_.channel().sound_form(leg);
        if (const auto* speech = std::get_if<Speech>(&asked_)) {
            return all_.supply_.render(*speech, form, *this);
        }
        session::Session& session = all_.call_.session();
        const media::Asker asker{session.call().account_id, session.action().voice_url};
        all_.supply_.fetch(media_of(asked_)->what(), asker, form, *this);
    }

    const JobId job;
    const LegId leg;

private:
    void deliver(const Result<media::FileLease>& file) override
    {
        LiveCall& call = all_.call_;
        const bool is_vital = kind_of(asked_) == JobKind::playback;
        if (!file && is_vital) {
            call.events().push(JobEnded{job, JobEnd::failed, "", file.error().message});
            return all_.end(*this);
        }
        JobCommand prepared = asked_;
        if (auto* speech = std::get_if<Speech>(&prepared)) {
            speech->file = LocalPath::of_operator((*file)->path);
        } else if (Media& media = *media_of(prepared); file) {
            replace(media, **file);
        } else {
            call.warn("media", fmt::format("{} cannot be fetched, so it is left out: {}",
                                           printable(media.what()), file.error().message));
            media = Media();
        }
        call.give(job, leg, std::move(prepared), asked_, file ? *file : nullptr);
        all_.end(*this);
    }

    Preparations& all_;
    const JobCommand asked_;
};

Preparations::Preparations(LiveCall& call, media::Supply& supply) : call_(call), supply_(supply) {}

Preparations::~Preparations() = default;

bool Preparations::are_for(const JobCommand& command, const media::Supply& supply)
{
    if (std::holds_alternative<Speech>(command)) return supply.renders();
    return supply.fetches() && is_fetched(media_of(command));
}

void Preparations::begin(JobId job, LegId leg, JobCommand command)
{
    running_.push_back(std::make_unique<Preparation>(*this, job, leg, std::move(command)));
    running_.back()->begin();
}

void Preparations::stop(JobId job)
{
    const auto found = std::ranges::find(running_, job, &Preparation::job);
    if (found != running_.end()) stop(**found);
}

void Preparations::stop_all()
{
    while (!running_.empty()) stop(*running_.back());
}

// Who cannot hear it any more needs no sound.
void Preparations::note(const Event& event)
{
    const auto* ended = std::get_if<LegEnded>(&event);
    if (ended == nullptr) return;
    const auto found = std::ranges::find(running_, ended->leg, &Preparation::leg);
    if (found != running_.end()) stop(**found);
}

void Preparations::stop(const Preparation& preparation)
{
    call_.events().push(JobEnded{preparation.job, JobEnd::stopped, ""});
    end(preparation);
}

void Preparations::end(const Preparation& preparation)
{
    std::erase_if(running_, [&](const auto& running) { return running.get() == &preparation; });
    if (running_.empty()) std::vector<std::unique_ptr<Preparation>>().swap(running_);
}

}  // namespace pivot::execute
