#include "switches/app_pivot/settings.h"

#include <asterisk/app.h>
#include <asterisk/astobj2.h>
#include <asterisk/config.h>
#include <asterisk/json.h>
#include <asterisk/paths.h>
#include <asterisk/strings.h>
#include <asterisk/utils.h>

static AO2_GLOBAL_OBJ_STATIC(newest);

static const char file[] = "pivot.conf";

static void destroy(void* object)
{
    struct settings* settings = object;
    ast_free(settings->engine);
    ast_free(settings->media);
    ast_free(settings->sounds);
    ast_free(settings->recordings);
    ast_free(settings->speech_command);
    ast_free(settings->speech_cache);
    ast_free(settings->number);
    ast_free(settings->user);
    ast_free(settings->sip_uri);
    ast_free(settings->transfer_context);
}

/* Adds to Asterisk's spool folder. */
static char* in_spool(const char* name)
{
    char* path = NULL;
    return ast_asprintf(&path, "%s/pivot/%s", ast_config_AST_SPOOL_DIR, name) < 0 ? NULL : path;
}

static struct settings* defaults(void)
{
    struct settings* settings = ao2_alloc(sizeof *settings, destroy);
    if (settings == NULL) return NULL;
    settings->engine = ast_strdup("");
    settings->media = in_spool("media");
    settings->sounds = ast_strdup("");
    settings->recordings = in_spool("recordings");
    settings->speech_command = ast_strdup("");
    settings->speech_cache = in_spool("speech");
    settings->number = ast_strdup("");
    settings->user = ast_strdup("PJSIP/%s");
    settings->sip_uri = ast_strdup("");
    settings->transfer_context = ast_strdup("");
    return settings;
}

static char** place_of(struct settings* settings, const char* name)
{
    if (strcmp(name, "engine") == 0) return &settings->engine;
    if (strcmp(name, "media") == 0) return &settings->media;
    if (strcmp(name, "sounds") == 0) return &settings->sounds;
    if (strcmp(name, "recordings") == 0) return &settings->recordings;
    if (strcmp(name, "speech_command") == 0) return &settings->speech_command;
    if (strcmp(name, "speech_cache") == 0) return &settings->speech_cache;
    if (strcmp(name, "number") == 0) return &settings->number;
    if (strcmp(name, "user") == 0) return &settings->user;
    if (strcmp(name, "sip_uri") == 0) return &settings->sip_uri;
    if (strcmp(name, "transfer_context") == 0) return &settings->transfer_context;
    return NULL;
}

/* The engine's settings are JSON, or the path of a file with them. */
static char* engine_settings(const char* value)
{
    if (value[0] == '{' || value[0] == '\0') return ast_strdup(value);
    char* json = ast_read_textfile(value);
    if (json == NULL) ast_log(LOG_ERROR, "%s: engine: cannot read %s\n", file, value);
    return json;
}

static int is_template(const char* value)
{
    const char* place = strstr(value, "%s");
    return place != NULL && place != value && strstr(place + 1, "%s") == NULL;
}

static int take(struct settings* settings, const struct ast_variable* setting)
{
    char** place = place_of(settings, setting->name);
    if (place == NULL) {
        ast_log(LOG_ERROR, "%s, line %d: there is no setting %s\n", file, setting->lineno,
                setting->name);
        return -1;
    }
    const int is_dialled =
        place == &settings->number || place == &settings->user || place == &settings->sip_uri;
    if (is_dialled && !is_template(setting->value)) {
        ast_log(LOG_ERROR,
                "%s, line %d: %s is \"%s\", not a dial string with one %%s, such as "
                "PJSIP/%%s@trunk\n",
                file, setting->lineno, setting->name, setting->value);
        return -1;
    }
    char* value =
        place == &settings->engine ? engine_settings(setting->value) : ast_strdup(setting->value);
    if (value == NULL) return -1;
    ast_free(*place);
    *place = value;
    return 0;
}

static int read_file(struct settings* settings)
{
    const struct ast_flags flags = {0};
    struct ast_config* config = ast_config_load(file, flags);
    if (config == CONFIG_STATUS_FILEMISSING || config == NULL) {
        ast_verb(3, "There is no %s: every setting of Pivot has its default\n", file);
        return 0;
    }
    if (config == CONFIG_STATUS_FILEINVALID) {
        ast_log(LOG_ERROR, "%s is not a configuration file\n", file);
        return -1;
    }
    int status = 0;
    const struct ast_variable* setting = ast_variable_browse(config, "general");
    for (; setting != NULL; setting = setting->next) {
        if (take(settings, setting) != 0) status = -1;
    }
    ast_config_destroy(config);
    return status;
}

static int make_folder(const char* path)
{
    if (ast_mkdir(path, 0755) == 0) return 0;
    ast_log(LOG_ERROR, "%s: cannot make the folder %s\n", file, path);
    return -1;
}

static int make_folders(const struct settings* settings)
{
    const int status = make_folder(settings->recordings) | make_folder(settings->speech_cache);
    return ast_strlen_zero(settings->media) ? status : status | make_folder(settings->media);
}

static void set_default(struct ast_json* root, const char* section, const char* name,
                        struct ast_json* value)
{
    if (ast_json_object_get(root, section) == NULL) {
        ast_json_object_set(root, section, ast_json_object_create());
    }
    struct ast_json* object = ast_json_object_get(root, section);
    if (ast_json_object_get(object, name) == NULL) {
        ast_json_object_set(object, name, value);
    } else {
        ast_json_unref(value);
    }
}

/* Asterisk plays no URLs, so the engine fetches them unless its settings say otherwise. What cannot
 * be read is the engine's to complain about. */
static int let_engine_fetch(struct settings* settings)
{
    if (ast_strlen_zero(settings->media)) return 0;
    const char* json = ast_strlen_zero(settings->engine) ? "{}" : settings->engine;
    struct ast_json* root = ast_json_load_string(json, NULL);
    if (root == NULL) return 0;
    set_default(root, "session", "fetches_media", ast_json_true());
    set_default(root, "media", "path", ast_json_string_create(settings->media));
    char* with_media = ast_json_dump_string(root);
    ast_json_unref(root);
    if (with_media == NULL) return -1;
    ast_free(settings->engine);
    settings->engine = ast_strdup(with_media);
    ast_json_free(with_media);
    return 0;
}

struct settings* settings_read(void)
{
    struct settings* settings = defaults();
    if (settings == NULL) return NULL;
    if (read_file(settings) == 0 && make_folders(settings) == 0 &&
        let_engine_fetch(settings) == 0) {
        return settings;
    }
    ao2_ref(settings, -1);
    return NULL;
}

void settings_use(struct settings* settings)
{
    ao2_global_obj_replace_unref(newest, settings);
}

struct settings* settings_now(void)
{
    return ao2_global_obj_ref(newest);
}

void settings_end(void)
{
    ao2_global_obj_release(newest);
}
