#include "switches/app_pivot/recording_file.h"

#include "switches/app_pivot/settings.h"

#include <asterisk/channel.h>
#include <asterisk/utils.h>
#include <unistd.h>

int recording_file_name(struct recording_file* file, struct live_call* call, pivot_job number,
                        struct leg* leg, const pivot_recording* recording)
{
    const pivot_text name = recording->name;
    const int has_id =
        name.size > 0
            ? ast_asprintf(&file->id, "%.*s", (int)name.size, name.data) >= 0
            : ast_asprintf(&file->id, "%s-%u", ast_channel_uniqueid(leg->channel), number) >= 0;
    if (!has_id) return -1;
    const pivot_text own =
        recording->file; /* the engine's, which ends as one of its formats does */
    const int has_stem =
        own.size > 4 ? ast_asprintf(&file->stem, "%.*s", (int)own.size - 4, own.data)
                     : ast_asprintf(&file->stem, "%s/%s", call->settings->recordings, file->id);
    if (has_stem < 0) return -1;
    return ast_asprintf(&file->path, "%s." RECORDING_FORMAT, file->stem) < 0 ? -1 : 0;
}

void recording_file_remove(const struct recording_file* file)
{
    unlink(file->path);
}

void recording_file_free(struct recording_file* file)
{
    ast_free(file->id);
    ast_free(file->stem);
    ast_free(file->path);
    *file = (struct recording_file){0};
}
