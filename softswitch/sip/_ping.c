/* OPTIONS to phones and trunks: are they there? (RFC 3261 11.) Any answer of theirs says yes. */

#include <pjsua-lib/pjsua.h>

static void ping_over(unsigned serial, int status);

/* What PJSIP makes up itself, 408 and 503, is no answer of the other side. */
static void ping_on_over(void *token, pjsip_event *event)
{
    const pjsip_transaction *tsx = event->body.tsx_state.tsx;
    int answered = event->type == PJSIP_EVENT_TSX_STATE && event->body.tsx_state.type == PJSIP_EVENT_RX_MSG;

    ping_over((unsigned)(pj_size_t)token, answered ? tsx->status_code : 0);
}

static pj_status_t ping_add_route(pjsip_tx_data *tdata, const char *route)
{
    const pj_str_t name = {"Route", 5};
    char *text = pj_pool_alloc(tdata->pool, strlen(route) + 1);
    pjsip_route_hdr *first, *each;

    strcpy(text, route);
    first = pjsip_parse_hdr(tdata->pool, &name, text, strlen(text), NULL);
    if (!first)
        return PJSIP_EINVALIDHDR;
    for (each = first->next; each != first;) {
        pjsip_route_hdr *next = each->next;
        pjsip_msg_add_hdr(tdata->msg, (pjsip_hdr *)each);
        each = next;
    }
    pjsip_msg_insert_first_hdr(tdata->msg, (pjsip_hdr *)first);
    return PJ_SUCCESS;
}

/* Asks by a route (the value of a Route header, or ""); ping_over() tells. Returns a status of PJSIP; with any but
 * 0 nothing comes. */
static int ping_send(unsigned serial, const char *uri, const char *from, const char *route)
{
    pjsip_endpoint *endpoint = pjsua_get_pjsip_endpt();
    pj_str_t target = pj_str((char *)uri), caller = pj_str((char *)from);
    pjsip_tx_data *tdata;
    pj_status_t status;

    status = pjsip_endpt_create_request(endpoint, &pjsip_options_method, &target, &caller, &target, NULL, NULL, -1,
                                        NULL, &tdata);
    if (status != PJ_SUCCESS)
        return status;
    status = *route ? ping_add_route(tdata, route) : PJ_SUCCESS;
    if (status != PJ_SUCCESS) {
        pjsip_tx_data_dec_ref(tdata);
        return status;
    }
    return pjsip_endpt_send_request(endpoint, tdata, -1, (void *)(pj_size_t)serial, &ping_on_over);
}
