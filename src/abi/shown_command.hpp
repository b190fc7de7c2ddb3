// A command with a job, as C sees it: a struct, and the arrays that it points to.
//
// Its texts are those of the command itself, which lives until the job's end.
#pragma once

#include <pivot/command.hpp>
#include <pivot/session.h>

#include <chrono>
#include <variant>
#include <vector>

namespace pivot::abi {

pivot_media to_c(const Media& media);
pivot_speech to_c(const Speech& speech);
pivot_keys to_c(const KeySequence& keys, std::chrono::milliseconds key_length);
pivot_recording to_c(const Recording& recording);
pivot_listening to_c(const Speaking& speaking);
pivot_transfer to_c(const Transfer& transfer);

class ShownDial {
public:
    explicit ShownDial(const Dial& dial);
    ShownDial(const ShownDial&) = delete;
    ShownDial& operator=(const ShownDial&) = delete;

    const pivot_dial* get() const { return &dial_; }

private:
    pivot_dial dial_ = {};
    pivot_media ringback_ = {};
    std::vector<pivot_target> targets_;
    std::vector<pivot_pair> headers_;
};

class ShownConference {
public:
    explicit ShownConference(const Conference& conference);
    ShownConference(const ShownConference&) = delete;
    ShownConference& operator=(const ShownConference&) = delete;

    const pivot_conference* get() const { return &conference_; }

private:
    pivot_conference conference_ = {};
    pivot_media hold_music_ = {};
};

class ShownQueue {
public:
    explicit ShownQueue(const Queue& queue);
    ShownQueue(const ShownQueue&) = delete;
    ShownQueue& operator=(const ShownQueue&) = delete;

    const pivot_queue* get() const { return &queue_; }

private:
    pivot_queue queue_ = {};
    pivot_media hold_music_ = {};
};

class ShownStream {
public:
    explicit ShownStream(const Stream& stream);
    ShownStream(const ShownStream&) = delete;
    ShownStream& operator=(const ShownStream&) = delete;

    const pivot_stream* get() const { return &stream_; }

private:
    pivot_stream stream_ = {};
    std::vector<pivot_pair> parameters_;
};

using ShownCommand =
    std::variant<pivot_media, pivot_speech, pivot_keys, pivot_recording, pivot_listening,
                 pivot_transfer, ShownDial, ShownConference, ShownQueue, ShownStream>;

}  // namespace pivot::abi
