/* Requests of Python's own making: whoever keeps a dialog itself, as the subscriptions do (`watching.py`), writes the
 * headers, and PJSIP carries the request: transport, Via, retransmissions, the answer.
 */

#include <pjsua-lib/pjsua.h>
#include <pjsua-lib/pjsua_internal.h>

static void request_over(unsigned serial, int status);

/* What PJSIP makes up itself, 408 and 503, is no answer of the other side. */
static void request_on_over(void *token, pjsip_event *event)
{
    const pjsip_transaction *tsx = event->body.tsx_state.tsx;
    int answered = event->type == PJSIP_EVENT_TSX_STATE && event->body.tsx_state.type == PJSIP_EVENT_RX_MSG;

    request_over((unsigned)(pj_size_t)token, answered ? tsx->status_code : 0);
}

static pj_status_t request_write(pjsip_tx_data *tdata, const char *method, const char *uri, const char *head)
{
    pjsip_request_line *line;
    pj_str_t name, target;
    char *lines = pj_pool_alloc(tdata->pool, strlen(head) + 1);

    strcpy(lines, head);
    tdata->msg = pjsip_msg_create(tdata->pool, PJSIP_REQUEST_MSG);
    line = &tdata->msg->line.req;
    pj_strdup2_with_null(tdata->pool, &name, method);
    pjsip_method_init_np(&line->method, &name);
    pj_strdup2_with_null(tdata->pool, &target, uri);
    line->uri = pjsip_parse_uri(tdata->pool, target.ptr, (pj_size_t)target.slen, 0);
    if (!line->uri)
        return PJSIP_EINVALIDURI;
    return pjsip_parse_headers(tdata->pool, lines, strlen(lines), &tdata->msg->hdr, PJSIP_PARSE_URI_AS_NAMEADDR);
}

/* Sends it; request_over() tells. `head` has every header but Via and the two of the body, each ended by CRLF; the
 * first Route says where it goes. Returns a status of PJSIP; with any but 0 nothing comes. */
static int request_send(unsigned serial, const char *method, const char *uri, const char *head, const char *type,
                        const char *subtype, const char *body, size_t size)
{
    pjsip_endpoint *endpoint = pjsua_get_pjsip_endpt();
    pj_str_t types = pj_str((char *)type), subtypes = pj_str((char *)subtype);
    pj_str_t text = {(char *)body, (pj_ssize_t)size};
    pjsip_tx_data *tdata;
    pj_status_t status = pjsip_endpt_create_tdata(endpoint, &tdata);

    if (status != PJ_SUCCESS)
        return status;
    pjsip_tx_data_add_ref(tdata);
    status = request_write(tdata, method, uri, head);
    if (status != PJ_SUCCESS) {
        pjsip_tx_data_dec_ref(tdata);
        return status;
    }
    if (size)
        tdata->msg->body = pjsip_msg_body_create(tdata->pool, &types, &subtypes, &text);
    return pjsip_endpt_send_request(endpoint, tdata, -1, (void *)(pj_size_t)serial, &request_on_over);
}

/* ---- where we are ---------------------------------------------------------------------------- */

/* The address that the configuration gives to the transport by which a message came, or NULL. */
static const pjsip_host_port *request_given_address(const pjsip_transport *transport)
{
    unsigned i;

    for (i = 0; i < PJ_ARRAY_SIZE(pjsua_var.tpdata); ++i) {
        const pjsua_transport_data *each = &pjsua_var.tpdata[i];
        if (!each->has_cfg_addr)
            continue;
        if (each->data.tp == transport)
            return &transport->local_name;
        if (transport->factory && each->data.factory == transport->factory)
            return &transport->factory->addr_name;
    }
    return NULL;
}

/* Writes the URI by which whoever sent a request reaches us: the value of Contact, without brackets. No resolver is
 * asked: the source of a packet is an address. */
static int request_local_uri(const pjsip_rx_data *rdata, pj_pool_t *pool, char *uri, size_t size)
{
    pjsip_transport *transport = rdata->tp_info.transport;
    const pjsip_host_port *at = request_given_address(transport);
    pjsip_tpmgr_fla2_param found;
    pj_str_t host = transport->local_name.host;
    int port = transport->local_name.port, is_udp = !PJSIP_TRANSPORT_IS_RELIABLE(transport), is_v6;

    if (at) {
        host = at->host;
        port = at->port;
    } else if (is_udp) {
        pjsip_tpmgr_fla2_param_default(&found);
        found.tp_type = (pjsip_transport_type_e)transport->key.type;
        found.dst_host = pj_str((char *)rdata->pkt_info.src_name);
        found.local_if = PJ_TRUE;
        if (pjsip_tpmgr_find_local_addr2(pjsip_endpt_get_tpmgr(pjsua_get_pjsip_endpt()), pool, &found) == PJ_SUCCESS)
            host = found.ret_addr;
    }
    if (outside.shown[0] && !outside_is_local(&rdata->pkt_info.src_addr) && outside_is_own(&host, transport))
        host = pj_str(outside.shown);
    is_v6 = pj_strchr(&host, ':') != NULL;
    return pj_ansi_snprintf(uri, size, "sip:%s%.*s%s:%d%s", is_v6 ? "[" : "", (int)host.slen, host.ptr,
                            is_v6 ? "]" : "", port,
                            is_udp ? "" : PJSIP_TRANSPORT_IS_SECURE(transport) ? ";transport=tls" : ";transport=tcp");
}
