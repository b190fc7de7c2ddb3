#include "switches/app_pivot/rendering.h"

#include "switches/app_pivot/asterisk_module.h"
#include "switches/app_pivot/news.h"

#include <asterisk/app.h>
#include <asterisk/astobj2.h>
#include <asterisk/lock.h>
#include <asterisk/utils.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

struct listener {
    struct live_call* call;
    pivot_job job;
    struct listener* next;
};

/* Calls that want the same file share the work. */
struct work {
    struct rendering rendering;
    struct listener* listeners;
    struct work* next;
};

AST_MUTEX_DEFINE_STATIC(lock);
static struct work* works; /* that are done now */

static struct work** find_work(const char* file)
{
    struct work** at = &works;
    while (*at != NULL && strcmp((*at)->rendering.file, file) != 0) at = &(*at)->next;
    return at;
}

void rendering_free(struct rendering* rendering)
{
    ast_free(rendering->command);
    ast_free(rendering->file);
    ast_free(rendering->text);
    ast_free(rendering->voice);
    ast_free(rendering->language);
}

static void tell_listeners(struct listener* listeners, int status)
{
    while (listeners != NULL) {
        struct listener* listener = listeners;
        listeners = listener->next;
        post(listener->call,
             (struct news){.kind = NEWS_RENDERED, .job = listener->job, .number = status},
             pivot_text_of(NULL), pivot_text_of(NULL));
        ao2_ref(listener->call, -1);
        ast_free(listener);
    }
}

static void finish(struct work* work, int status)
{
    ast_mutex_lock(&lock);
    struct work** at = find_work(work->rendering.file);
    *at = work->next;
    ast_mutex_unlock(&lock);
    tell_listeners(work->listeners, status);
    rendering_free(&work->rendering);
    ast_free(work);
    ast_module_unref(AST_MODULE_SELF);
}

static int write_text(const char* path, const char* text)
{
    FILE* file = fopen(path, "w");
    if (file == NULL) return -1;
    const int is_written = fputs(text, file) >= 0;
    return fclose(file) == 0 && is_written ? 0 : -1;
}

/* Asterisk reaps all children, unless it is told not to. Returns the exit status, or -1. */
static int run(const char* command, char* const environment[])
{
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigset_t broken_pipe;
    sigemptyset(&none);
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &broken_pipe);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);

    char* const arguments[] = {"sh", "-c", (char*)command, NULL};
    pid_t child = 0;
    int status = -1;
    ast_replace_sigchld();
    if (posix_spawn(&child, "/bin/sh", &actions, &attributes, arguments, environment) == 0) {
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
    }
    ast_unreplace_sigchld();
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static char* variable(const char* name, const char* value)
{
    char* both = NULL;
    return ast_asprintf(&both, "%s=%s", name, value) < 0 ? NULL : both;
}

/* The text is in a file and the rest in variables: the shell never reads what a document wrote. */
static int make(const struct rendering* rendering, const char* sound, const char* text)
{
    if (write_text(text, rendering->text) != 0) return -1;
    const char* path = getenv("PATH");
    char* environment[] = {variable("PATH", path == NULL ? "/usr/bin:/bin" : path),
                           variable("PIVOT_FILE", sound),
                           variable("PIVOT_TEXT", text),
                           variable("PIVOT_VOICE", rendering->voice),
                           variable("PIVOT_LANGUAGE", rendering->language),
                           NULL};
    const int status = run(rendering->command, environment);
    for (char** each = environment; *each != NULL; ++each) ast_free(*each);
    unlink(text);
    if (status == 0 && rename(sound, rendering->file) == 0) return 0;
    unlink(sound);
    return -1;
}

static void* work_on(void* data)
{
    struct work* work = data;
    char* sound = NULL;
    char* text = NULL;
    int status = -1;
    if (ast_asprintf(&sound, "%s.new.wav", work->rendering.file) >= 0 &&
        ast_asprintf(&text, "%s.txt", work->rendering.file) >= 0) {
        status = make(&work->rendering, sound, text);
    }
    ast_free(sound);
    ast_free(text);
    finish(work, status);
    return NULL;
}

static int begin(struct work* work)
{
    pthread_t thread;
    return ast_pthread_create_detached_background(&thread, NULL, work_on, work);
}

/* Under the lock. Takes `rendering` and the listener, unless it returns -1. */
static int add(struct rendering* rendering, struct listener* listener)
{
    struct work* work = *find_work(rendering->file);
    if (work != NULL) {
        rendering_free(rendering);
    } else {
        work = ast_calloc(1, sizeof *work);
        if (work == NULL) return -1;
        work->rendering = *rendering;
        work->next = works;
        works = work;
        ast_module_ref(AST_MODULE_SELF);
        if (begin(work) != 0) {
            works = work->next;
            ast_free(work);
            ast_module_unref(AST_MODULE_SELF);
            return -1;
        }
    }
    listener->next = work->listeners;
    work->listeners = listener;
    return 0;
}

int render(struct live_call* call, pivot_job job, struct rendering rendering)
{
    struct listener* listener = ast_calloc(1, sizeof *listener);
    if (listener == NULL) return -1;
    *listener = (struct listener){.call = ao2_bump(call), .job = job};
    ast_mutex_lock(&lock);
    const int status = add(&rendering, listener);
    ast_mutex_unlock(&lock);
    if (status == 0) return 0;
    ao2_ref(call, -1);
    ast_free(listener);
    return -1;
}
