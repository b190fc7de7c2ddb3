#include "switches/app_pivot/facts.h"

#include <asterisk/channel.h>
#include <asterisk/chanvars.h>
#include <asterisk/json.h>
#include <asterisk/pbx.h>
#include <asterisk/strings.h>
#include <asterisk/utf8.h>
#include <asterisk/utils.h>

static const char prefix[] = "PIVOT_VAR_";

/* Callers' names come in whatever encoding their telephone has. */
static char* clean_copy(const char* text)
{
    const size_t length = strlen(text);
    size_t size = 3 * length + 1; /* each wrong byte becomes U+FFFD */
    char* copy = ast_malloc(size);
    if (copy == NULL) return NULL;
    ast_utf8_replace_invalid_chars(copy, &size, text, length);
    return copy;
}

static pivot_text keep(struct facts* facts, char* text)
{
    if (text == NULL || facts->count == FACTS_MAX) {
        ast_free(text);
        return pivot_text_of(NULL);
    }
    facts->texts[facts->count++] = text;
    return pivot_text_of(text);
}

static pivot_text text_of(struct facts* facts, const char* text)
{
    if (ast_strlen_zero(text)) return pivot_text_of(NULL);
    return keep(facts, clean_copy(text));
}

static int is_sip(struct ast_channel* channel)
{
    return strncmp(ast_channel_name(channel), "PJSIP/", 6) == 0;
}

/* Empty if there is none. */
static const char* sip_fact(struct ast_channel* channel, const char* name, char* buffer,
                            size_t size)
{
    char function[64];
    snprintf(function, sizeof function, "CHANNEL(pjsip,%s)", name);
    buffer[0] = '\0';
    if (is_sip(channel)) ast_func_read(channel, function, buffer, size);
    return buffer;
}

/* The user and the host of `"name" <sip:user@host:port;…>`, either of which may be empty. */
static void split_uri(char* uri, char** user, char** host)
{
    char* begin = strstr(uri, "sip:");
    if (begin == NULL) begin = strstr(uri, "sips:");
    *user = *host = uri + strlen(uri);
    if (begin == NULL) return;
    begin = strchr(begin, ':') + 1;
    begin[strcspn(begin, ";>?")] = '\0';
    char* at = strrchr(begin, '@');
    *host = at == NULL ? begin : at + 1;
    if (at == NULL) return;
    *at = '\0';
    *user = begin;
}

static void take_party(struct facts* facts, struct ast_channel* channel, const char* name,
                       pivot_text* user, pivot_text* realm)
{
    char uri[512];
    char* uri_user = NULL;
    char* uri_host = NULL;
    sip_fact(channel, name, uri, sizeof uri);
    split_uri(uri, &uri_user, &uri_host);
    *realm = text_of(facts, uri_host);
    if (!ast_strlen_zero(uri_user)) *user = text_of(facts, uri_user);
}

/* Who calls whom, as Asterisk knows it, and better as SIP does. */
static void take_parties(struct facts* facts, struct ast_channel* channel)
{
    pivot_call* call = &facts->call;
    ast_channel_lock(channel);
    const struct ast_party_id* id = &ast_channel_caller(channel)->id;
    call->caller_id_name = text_of(facts, S_COR(id->name.valid, id->name.str, ""));
    call->caller_id_number = text_of(facts, S_COR(id->number.valid, id->number.str, ""));
    const char* dialled = S_OR(ast_channel_dialed(channel)->number.str, ast_channel_exten(channel));
    call->request_user = text_of(facts, dialled);
    ast_channel_unlock(channel);
    call->from_user = call->caller_id_number;
    call->to_user = call->request_user;
    take_party(facts, channel, "remote_uri", &call->from_user, &call->from_realm);
    take_party(facts, channel, "local_uri", &call->to_user, &call->to_realm);
    call->request_realm = call->to_realm;
}

static void set(struct ast_json* object, const char* name, const char* value)
{
    char* clean = clean_copy(value);
    if (clean != NULL) ast_json_object_set(object, name, ast_json_string_create(clean));
    ast_free(clean);
}

static pivot_text text_of_object(struct facts* facts, struct ast_json* object)
{
    pivot_text text = pivot_text_of(NULL);
    if (ast_json_object_size(object) > 0) text = keep(facts, ast_json_dump_string(object));
    ast_json_unref(object);
    return text;
}

/* Variables with our prefix go to the web server, without it, as they come from it. */
static pivot_text variables_of(struct facts* facts, struct ast_channel* channel)
{
    struct ast_json* object = ast_json_object_create();
    const struct ast_var_t* variable = NULL;
    if (object == NULL) return pivot_text_of(NULL);
    ast_channel_lock(channel);
    AST_LIST_TRAVERSE(ast_channel_varshead(channel), variable, entries)
    {
        const char* name = ast_var_name(variable);
        if (!ast_begins_with(name, prefix)) continue;
        set(object, name + strlen(prefix), ast_var_value(variable));
    }
    ast_channel_unlock(channel);
    return text_of_object(facts, object);
}

/* Those that begin with `X-`. */
static pivot_text headers_of(struct facts* facts, struct ast_channel* channel)
{
    char names[1024] = "";
    if (!is_sip(channel) || ast_func_read(channel, "PJSIP_HEADERS(X-)", names, sizeof names) != 0) {
        return pivot_text_of(NULL);
    }
    struct ast_json* object = ast_json_object_create();
    if (object == NULL) return pivot_text_of(NULL);
    char* rest = names;
    for (char* name; (name = strsep(&rest, ",")) != NULL;) {
        char function[256];
        char value[1024] = "";
        snprintf(function, sizeof function, "PJSIP_HEADER(read,%s)", name);
        if (ast_strlen_zero(name)) continue;
        if (ast_func_read(channel, function, value, sizeof value) == 0) set(object, name, value);
    }
    return text_of_object(facts, object);
}

static int64_t unix_ms(struct timeval moment)
{
    return (int64_t)moment.tv_sec * 1000 + moment.tv_usec / 1000;
}

void facts_gather(struct facts* facts, struct ast_channel* channel, const char* action,
                  pivot_at_end at_end)
{
    char id[256];
    *facts = (struct facts){0};
    pivot_call* call = &facts->call;
    call->size = sizeof *call;
    call->call_id = text_of(
        facts, S_OR(sip_fact(channel, "call-id", id, sizeof id), ast_channel_uniqueid(channel)));
    call->account_id = text_of(facts, ast_channel_accountcode(channel));
    call->language = text_of(facts, ast_channel_language(channel));
    take_parties(facts, channel);
    const int is_outgoing = ast_test_flag(ast_channel_flags(channel), AST_FLAG_OUTGOING) != 0;
    call->direction = is_outgoing ? PIVOT_DIRECTION_OUTBOUND : PIVOT_DIRECTION_INBOUND;
    call->custom_application_vars = variables_of(facts, channel);
    call->custom_sip_headers = headers_of(facts, channel);

    facts->request = (pivot_request){
        .size = sizeof facts->request, .call = call, .action_json = pivot_text_of(action)};
    facts->session =
        (pivot_session_request){.size = sizeof facts->session,
                                .request = &facts->request,
                                .started_unix_ms = unix_ms(ast_channel_creationtime(channel)),
                                .at_end = at_end};
    if (ast_channel_state(channel) == AST_STATE_UP) {
        facts->session.answered_unix_ms = unix_ms(ast_channel_answertime(channel));
    }
}

void facts_free(struct facts* facts)
{
    while (facts->count > 0) ast_free(facts->texts[--facts->count]);
}
