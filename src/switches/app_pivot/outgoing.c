#include "switches/app_pivot/outgoing.h"

#include "switches/app_pivot/settings.h"

#include <asterisk/callerid.h>
#include <asterisk/causes.h>
#include <asterisk/channel.h>
#include <asterisk/pbx.h>
#include <asterisk/strings.h>
#include <asterisk/utils.h>

/* Puts an address where the template has its %s. Returns null if there is no template. */
static char* fill(const char* template, pivot_text address)
{
    const char* place = strstr(template, "%s");
    char* filled = NULL;
    if (place == NULL) return NULL;
    const int size = ast_asprintf(&filled, "%.*s%.*s%s", (int)(place - template), template,
                                  (int)address.size, address.data, place + 2);
    return size < 0 ? NULL : filled;
}

/* In PJSIP/ann@carrier the part after the @ is an endpoint, which may be a trunk to anywhere. */
static int names_a_trunk(const pivot_target* target)
{
    const pivot_text address = target->address;
    return target->kind == PIVOT_TARGET_USER && memchr(address.data, '@', address.size) != NULL;
}

/* TECHNOLOGY/RESOURCE, as the application Dial has it. */
static char* dial_string(const struct settings* settings, const pivot_target* target)
{
    if (names_a_trunk(target)) return NULL;
    switch (target->kind) {
        case PIVOT_TARGET_NUMBER: return fill(settings->number, target->address);
        case PIVOT_TARGET_USER: return fill(settings->user, target->address);
        case PIVOT_TARGET_SIP: return fill(settings->sip_uri, target->address);
        case PIVOT_TARGET_DIAL_STRING:
            return ast_strndup(target->address.data, target->address.size);
    }
    return NULL;
}

static const char* missing(const pivot_target* target)
{
    if (names_a_trunk(target)) return "after an @ a user would name a trunk: none is dialled";
    switch (target->kind) {
        case PIVOT_TARGET_NUMBER: return "pivot.conf has no `number`: no number can be dialled";
        case PIVOT_TARGET_SIP: return "pivot.conf has no `sip_uri`: no SIP URI can be dialled";
        case PIVOT_TARGET_USER:
        case PIVOT_TARGET_DIAL_STRING: break;
    }
    return "Asterisk has no memory";
}

/* What the callee is shown of the caller. Both channels are locked. */
static void show_caller(struct ast_channel* channel, struct ast_channel* caller,
                        const pivot_dial* dial)
{
    ast_connected_line_copy_from_caller(ast_channel_connected(channel), ast_channel_caller(caller));
    const pivot_text name = dial->caller_id_name;
    const pivot_text number = dial->caller_id_number;
    if (name.size == 0 && number.size == 0) return;

    struct ast_party_connected_line shown;
    ast_party_connected_line_set_init(&shown, ast_channel_connected(channel));
    if (name.size > 0) {
        shown.id.name.valid = 1;
        shown.id.name.str = ast_strndup(name.data, name.size);
    }
    if (number.size > 0) {
        shown.id.number.valid = 1;
        shown.id.number.str = ast_strndup(number.data, number.size);
    }
    ast_channel_set_connected_line(channel, &shown, NULL);
    if (name.size > 0) ast_free(shown.id.name.str);
    if (number.size > 0) ast_free(shown.id.number.str);
}

/* The channel takes after the caller's, as one that Dial makes does. */
static void prepare(struct ast_channel* channel, struct ast_channel* caller, const pivot_dial* dial)
{
    ast_channel_lock_both(channel, caller);
    ast_channel_inherit_variables(caller, channel);
    ast_channel_datastore_inherit(caller, channel);
    ast_channel_appl_set(channel, "AppPivot");
    ast_channel_data_set(channel, "(Outgoing Line)");
    memset(ast_channel_whentohangup(channel), 0, sizeof(struct timeval));
    show_caller(channel, caller, dial);
    ast_channel_req_accountcodes(channel, caller, AST_CHANNEL_REQUESTOR_BRIDGE_PEER);
    if (ast_strlen_zero(ast_channel_musicclass(channel))) {
        ast_channel_musicclass_set(channel, ast_channel_musicclass(caller));
    }
    ast_channel_dialcontext_set(channel, ast_channel_context(caller));
    ast_channel_exten_set(channel, ast_channel_exten(caller));
    ast_channel_unlock(channel);
    ast_channel_unlock(caller);
}

/* Only SIP has headers. */
static void add_headers(struct ast_channel* channel, const pivot_target* target)
{
    if (strncmp(ast_channel_name(channel), "PJSIP/", 6) != 0) return;
    for (size_t each = 0; each < target->header_count; ++each) {
        const pivot_pair header = target->headers[each];
        char* function = NULL;
        char* value =
            ast_strndup(header.value.size == 0 ? "" : header.value.data, header.value.size);
        if (ast_asprintf(&function, "PJSIP_HEADER(add,%.*s)", (int)header.name.size,
                         header.name.data) < 0) {
            function = NULL;
        }
        if (function != NULL && value != NULL) ast_func_write(channel, function, value);
        ast_free(function);
        ast_free(value);
    }
}

static struct ast_channel* request(struct ast_channel* caller, const char* technology,
                                   const char* resource, int* cause)
{
    struct ast_format_cap* formats = ast_format_cap_alloc(AST_FORMAT_CAP_FLAG_DEFAULT);
    if (formats == NULL) return NULL;
    ast_channel_lock(caller);
    ast_format_cap_append_from_cap(formats, ast_channel_nativeformats(caller),
                                   AST_MEDIA_TYPE_AUDIO);
    ast_channel_unlock(caller);
    struct ast_channel* channel = ast_request(technology, formats, NULL, caller, resource, cause);
    ao2_ref(formats, -1);
    return channel;
}

static struct leg* place_call(struct live_call* call, const pivot_dial* dial,
                              const pivot_target* target, char* address, int* cause)
{
    struct ast_channel* caller = leg_find(call, CALLER)->channel;
    char* resource = strchr(address, '/');
    if (resource == NULL) {
        *cause = AST_CAUSE_INVALID_NUMBER_FORMAT;
        return NULL;
    }
    *resource++ = '\0';
    struct ast_channel* channel = request(caller, address, resource, cause);
    if (channel == NULL) return NULL;
    prepare(channel, caller, dial);
    add_headers(channel, target);
    struct leg* leg = NULL;
    if (ast_call(channel, resource, 0) == 0) leg = leg_add(call, target->leg, channel);
    if (leg != NULL) return leg;
    *cause = ast_channel_hangupcause(channel);
    ast_hangup(channel);
    return NULL;
}

struct leg* call_target(struct live_call* call, const pivot_dial* dial, const pivot_target* target,
                        int* cause, const char** why)
{
    char* address = dial_string(call->settings, target);
    if (address == NULL) {
        *cause = AST_CAUSE_NO_ROUTE_DESTINATION;
        *why = missing(target);
        return NULL;
    }
    *cause = 0;
    struct leg* leg = place_call(call, dial, target, address, cause);
    if (leg == NULL && *cause == 0) *cause = AST_CAUSE_NO_ROUTE_DESTINATION;
    ast_free(address);
    return leg;
}
