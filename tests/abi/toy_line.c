#include "toy_line.h"

#include "check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void put(toy_line* to, const char* data, size_t size)
{
    for (size_t i = 0; i < size; ++i) {
        to->digest = (to->digest ^ (unsigned char)data[i]) * 0x100000001b3U;
        if (to->size + 1 < sizeof to->text) to->text[to->size++] = data[i];
    }
    to->text[to->size] = '\0';
}

static void word(toy_line* to, const char* format, ...)
{
    char text[128];
    va_list arguments;
    va_start(arguments, format);
    const int size = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (to->size > 0) put(to, " ", 1);
    put(to, text, (size_t)size);
}

/* An empty text is not shown. */
static void text(toy_line* to, const char* name, pivot_text value)
{
    if (value.size == 0) return;
    word(to, "%s=", name);
    put(to, value.data, value.size);
}

static void number(toy_line* to, const char* name, int64_t value)
{
    if (value != 0) word(to, "%s=%" PRId64, name, value);
}

static void bare(toy_line* to, pivot_text value)
{
    word(to, "");
    put(to, value.data, value.size);
}

static void pairs(toy_line* to, const pivot_pair* pair, size_t count)
{
    for (size_t i = 0; i < count; ++i) {
        bare(to, pair[i].name);
        put(to, ":", 1);
        put(to, pair[i].value.data, pair[i].value.size);
    }
}

static void media(toy_line* to, const pivot_media* media)
{
    static const char* const kinds[] = {"url", "file", "name", "prompt", "tone", "music"};
    CHECK(media->size >= sizeof *media);
    CHECK((size_t)media->kind < sizeof kinds / sizeof *kinds);
    word(to, "%s", kinds[media->kind]);
    bare(to, media->what);
    text(to, "language", media->language);
    word(to, "loops=%d", (int)media->loops);
}

static void speech(toy_line* to, const pivot_speech* speech)
{
    CHECK(speech->size >= sizeof *speech);
    bare(to, speech->text);
    text(to, "ssml", speech->ssml);
    text(to, "voice", speech->voice);
    text(to, "language", speech->language);
    text(to, "engine", speech->engine);
    text(to, "file", speech->file);
}

static void recording(toy_line* to, const pivot_recording* recording)
{
    CHECK(recording->size >= sizeof *recording);
    text(to, "keys", recording->keys);
    number(to, "silence", recording->silence_max_ms);
    number(to, "length", recording->length_max_ms);
    number(to, "trims", recording->trims_silence);
    number(to, "track", recording->track);
    number(to, "dual", recording->is_dual);
    number(to, "beside", recording->runs_beside);
    text(to, "url", recording->url);
    text(to, "method", recording->method);
    text(to, "format", recording->format);
    text(to, "name", recording->name);
}

static void listening(toy_line* to, const pivot_listening* listening)
{
    CHECK(listening->size >= sizeof *listening);
    text(to, "language", listening->language);
    text(to, "hints", listening->hints);
    text(to, "model", listening->model);
    number(to, "begin", listening->begin_timeout_ms);
    number(to, "end", listening->end_timeout_ms);
    number(to, "length", listening->length_max_ms);
    number(to, "filters", listening->filters_profanity);
    number(to, "partial", listening->wants_partial);
}

const pivot_target* toy_target(const pivot_dial* dial, size_t index)
{
    const char* first = (const char*)dial->targets;
    return (const pivot_target*)(const void*)(first + index * dial->targets->size);
}

static void dial(toy_line* to, const pivot_dial* dial)
{
    static const char* const kinds[] = {"number", "sip", "string", "user"};
    CHECK(dial->size >= sizeof *dial);
    for (size_t i = 0; i < dial->target_count; ++i) {
        const pivot_target* target = toy_target(dial, i);
        CHECK(target->size >= sizeof *target);
        CHECK((size_t)target->kind < sizeof kinds / sizeof *kinds);
        word(to, "%s", kinds[target->kind]);
        bare(to, target->address);
        number(to, "delay", target->delay_ms);
        number(to, "within", target->timeout_ms);
        text(to, "username", target->username);
        text(to, "password", target->password);
        pairs(to, target->headers, target->header_count);
    }
    number(to, "sequential", dial->is_sequential);
    number(to, "no-early-media", dial->ignores_early_media);
    number(to, "timeout", dial->timeout_ms);
    text(to, "caller-name", dial->caller_id_name);
    text(to, "caller-number", dial->caller_id_number);
    if (dial->ringback != NULL) {
        word(to, "ringback");
        media(to, dial->ringback);
    }
}

static void conference(toy_line* to, const pivot_conference* conference)
{
    CHECK(conference->size >= sizeof *conference);
    bare(to, conference->room);
    number(to, "muted", conference->is_muted);
    number(to, "moderator", conference->is_moderator);
    number(to, "ends", conference->ends_with_caller);
    number(to, "beeps-in", conference->beeps_on_enter);
    number(to, "beeps-out", conference->beeps_on_exit);
    number(to, "recorded", conference->is_recorded);
    number(to, "welcome", conference->plays_welcome);
    number(to, "members", conference->members_max);
    text(to, "label", conference->label);
    text(to, "profile", conference->profile);
    text(to, "coached", conference->coached_label);
    if (conference->hold_music != NULL) media(to, conference->hold_music);
}

static void queue(toy_line* to, const pivot_queue* queue)
{
    CHECK(queue->size >= sizeof *queue);
    bare(to, queue->name);
    number(to, "size", queue->size_max);
    if (queue->hold_music != NULL) media(to, queue->hold_music);
}

static void stream(toy_line* to, const pivot_stream* stream)
{
    CHECK(stream->size >= sizeof *stream);
    bare(to, stream->url);
    text(to, "name", stream->name);
    number(to, "track", stream->track);
    number(to, "two-way", stream->is_two_way);
    text(to, "codec", stream->codec);
    number(to, "rate", stream->sample_rate);
    pairs(to, stream->parameters, stream->parameter_count);
}

static void transfer(toy_line* to, const pivot_transfer* transfer)
{
    CHECK(transfer->size >= sizeof *transfer);
    bare(to, transfer->target);
    number(to, "attended", transfer->is_attended);
    number(to, "other-leg", transfer->moves_other_leg);
}

static void keys(toy_line* to, const pivot_keys* keys)
{
    CHECK(keys->size >= sizeof *keys);
    bare(to, keys->keys);
    number(to, "each", keys->key_ms);
}

static void end(toy_line* to, const pivot_end* end)
{
    CHECK(end->size >= sizeof *end);
    number(to, "moved", end->has_moved);
    number(to, "answered", end->was_answered);
    number(to, "iterations", end->iterations);
    text(to, "cause", end->cause);
    number(to, "sip", end->sip_code);
    text(to, "branch", end->branch);
}

static void shown(toy_line* to, const toy_deed* deed)
{
    switch (deed->command) {
        case TOY_PLAY: media(to, deed->shown); break;
        case TOY_SAY: speech(to, deed->shown); break;
        case TOY_SEND_KEYS: keys(to, deed->shown); break;
        case TOY_RECORD: recording(to, deed->shown); break;
        case TOY_LISTEN: listening(to, deed->shown); break;
        case TOY_DIAL: dial(to, deed->shown); break;
        case TOY_JOIN: conference(to, deed->shown); break;
        case TOY_ENQUEUE: queue(to, deed->shown); break;
        case TOY_STREAM: stream(to, deed->shown); break;
        case TOY_TRANSFER: transfer(to, deed->shown); break;
        case TOY_GIVEN_BACK:
        case TOY_ENDED: end(to, deed->shown); break;
        default: break;
    }
}

static const char* const command_names[TOY_COMMANDS] = {
    "answer",   "reject", "hang_up",  "stop",     "play",       "say",          "send_keys",
    "record",   "listen", "dial",     "bridge",   "join",       "enqueue",      "dequeue",
    "stream",   "refer",  "transfer", "park",     "mute",       "set_variable", "run_module",
    "run_flow", "mix",    "warned",   "branched", "given_back", "ended"};

void toy_describe(toy_line* to, const toy_deed* deed)
{
    to->size = 0;
    to->digest = 0xcbf29ce484222325U;
    put(to, command_names[deed->command], strlen(command_names[deed->command]));
    if (deed->leg != 0) word(to, "leg %u:", (unsigned)deed->leg);
    if (deed->number != 0) word(to, "%" PRId64, deed->number);
    for (size_t i = 0; i < 2; ++i) {
        if (deed->texts[i].size > 0) bare(to, deed->texts[i]);
    }
    shown(to, deed);
}
