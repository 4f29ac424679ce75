/* The methods that there are, and those of them that are served, which Allow names. */

#include <pjsua-lib/pjsua.h>
#include <pjsua-lib/pjsua_internal.h>

static const char *const allow_methods[] = {
    "INVITE", "ACK", "BYE", "CANCEL", "UPDATE", "PRACK", "REGISTER", "OPTIONS", "INFO", "MESSAGE",
    "SUBSCRIBE", "NOTIFY", "REFER", "PUBLISH", "other",
};
enum { METHOD_OTHER = PJ_ARRAY_SIZE(allow_methods) - 1 };

/* What belongs to a call itself is PJSUA's, and these are all of it. */
enum {
    METHOD_INVITE = 0, METHOD_ACK = 1, METHOD_CANCEL = 3, METHOD_UPDATE = 4, METHODS_OF_CALLS = 6,
    METHOD_OPTIONS = 7, METHOD_INFO = 8, METHOD_SUBSCRIBE = 10, METHOD_REFER = 12
};

static unsigned allow_method(const pj_str_t *name)
{
    unsigned i;

    for (i = 0; i < METHOD_OTHER; ++i)
        if (pj_strcmp2(name, allow_methods[i]) == 0)
            break;
    return i;
}

/* One more method is served: answers to calls say so. */
static void allow_offer(const char *method)
{
    pjsip_endpoint *endpoint = pjsua_get_pjsip_endpt();
    const pjsip_allow_hdr *allow = (const pjsip_allow_hdr *)pjsip_endpt_get_capability(endpoint, PJSIP_H_ALLOW, NULL);
    pj_str_t name = pj_str((char *)method);
    unsigned i;

    for (i = 0; allow && i < allow->count; ++i)
        if (pj_strcmp(&allow->values[i], &name) == 0)
            return;
    pjsip_endpt_add_capability(endpoint, NULL, PJSIP_H_ALLOW, NULL, 1, &name);
}

/* What PJSUA can do but the gate refuses is not on offer: a phone would try to transfer by REFER. */
static void allow_served(pjsip_endpoint *endpoint)
{
    pjsip_allow_hdr *allow = (pjsip_allow_hdr *)pjsip_endpt_get_capability(endpoint, PJSIP_H_ALLOW, NULL);
    unsigned i, kept = 0;

    for (i = 0; allow && i < allow->count; ++i) {
        unsigned method = allow_method(&allow->values[i]);
        if (method < METHODS_OF_CALLS || method == METHOD_OPTIONS || method == METHOD_INFO)
            allow->values[kept++] = allow->values[i];
    }
    if (allow)
        allow->count = kept;
}

/* The name of what gate.requests counts; NULL behind the last one. */
static const char *allow_method_name(unsigned index)
{
    return index < PJ_ARRAY_SIZE(allow_methods) ? allow_methods[index] : NULL;
}
