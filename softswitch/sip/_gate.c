/* The gate: requests that PJSUA must not see, or must not see now.
 *
 * PJSUA has a hook for INVITE and for nothing else: left alone, REGISTER and unknown methods get no answer,
 * and MESSAGE and OPTIONS get 200 for anybody. So this module stands before the dialogs. Python decides
 * what is policy, through gate_decide(); here is only what must be cheap when a flood comes: counting,
 * and turning calls away without a transaction (a stateful rejection occupies one for 32 s).
 */

#include <string.h>

#include <pjsua-lib/pjsua.h>
#include <pjsua-lib/pjsua_internal.h>

typedef struct {
    const char *method;
    size_t method_length;
    const char *message;
    size_t message_length;
    const char *source;
    const char *transport;
    int source_port;
    int in_dialog;
    unsigned serial;
    char here[96];
    /* for a call that is let through */
    int account;
    int crowded;
    /* for the answer */
    char tag[40];
    pj_pool_t *pool;
    pjsip_hdr headers;
    pjsip_msg_body *body;
} gate_request;

typedef struct {
    int draining;
    unsigned callers;
    unsigned max_callers;
    unsigned reserve;
    unsigned retry_after;
    int awaited;
    unsigned long long requests[16];
    unsigned long long answers[700];
    unsigned long long turned_away[4];
    unsigned long long dropped[7];
    char last_dropped[96];
} gate_state;

static gate_state gate;

/* Implemented in gate.py: the status to answer with, or 0 to let the request through to PJSUA. */
static int gate_decide(gate_request *request);

/* In _legs.c: the serial number of the leg that has this slot of PJSUA, or 0; free ports for RTP, or 0; by which
 * of PJSUA's accounts the call comes in that is being let through. */
static unsigned leg_serial_of(int call);
static int legs_find_port(int account);
static void legs_come_in_by(int account);

/* In _room.c: what there is no more of, or -1; whether an emergency number is dialled. */
static int room_lacks(void);
static int room_is_emergency(const pjsip_rx_data *rdata);

/* In _strict.c: the status for a request that PJSIP takes for a good one, and the RFC does not, or 0. */
static int strict_check(const pjsip_rx_data *rdata);

/* In _sdp.c: whether an SDP names a host, and what is done about it where nothing can be refused; what PJMEDIA must
 * read otherwise; and the status of an answer about SDP. */
static int sdp_names_a_host(const pjsip_rx_data *rdata);
static void sdp_leave_out_names(pjsip_rx_data *rdata);
static void sdp_ask_for_mono(pjsip_rx_data *rdata);
static void sdp_mend_status(pjsip_tx_data *tdata);

/* In _refusals.c: a response is about to leave. */
static void refusals_notice(pjsip_tx_data *tdata);

/* In _unread.c: PJSIP has thrown a message away. */
static void unread_on_dropped(pjsip_tp_dropped_data *dropped);

/* In _nat.c: have the dialog that a message makes reach a phone behind NAT. */
static void nat_reach_back(pjsip_rx_data *rdata);

/* In _request.c: the URI by which the sender of a request reaches us. */
static int request_local_uri(const pjsip_rx_data *rdata, pj_pool_t *pool, char *uri, size_t size);

static pj_bool_t gate_on_rx_request(pjsip_rx_data *rdata);
static pj_bool_t gate_on_rx_response(pjsip_rx_data *rdata);
static pj_status_t gate_on_tx_response(pjsip_tx_data *tdata);

static pjsip_module gate_module = {
    .name = {"mod-softswitch-gate", 19},
    .id = -1,
    /* Behind the transactions, which absorb retransmissions; before the dialogs. */
    .priority = PJSIP_MOD_PRIORITY_UA_PROXY_LAYER - 1,
    .on_rx_request = &gate_on_rx_request,
};

static pjsip_module gate_response_module = {
    .name = {"mod-softswitch-responses", 24},
    .id = -1,
    /* Before the transactions, which hand a response to its call. */
    .priority = PJSIP_MOD_PRIORITY_TSX_LAYER - 1,
    .on_rx_response = &gate_on_rx_response,
    .on_tx_response = &gate_on_tx_response,
};

/* ---- answers --------------------------------------------------------------------------------- */

static int gate_header(gate_request *request, const char *name, const char *value)
{
    pj_str_t names, values;

    pj_strdup2_with_null(request->pool, &names, name);
    pj_strdup2_with_null(request->pool, &values, value);
    pj_list_push_back(&request->headers, pjsip_generic_string_hdr_create(request->pool, &names, &values));
    return 0;
}

static int gate_body(gate_request *request, const char *type, const char *subtype, const char *data, size_t size)
{
    pj_str_t types = pj_str((char *)type), subtypes = pj_str((char *)subtype);
    pj_str_t text = {(char *)data, (pj_ssize_t)size};

    request->body = pjsip_msg_body_create(request->pool, &types, &subtypes, &text);
    return request->body ? 0 : -1;
}

/* A To tag alone is anybody's claim. */
static pjsip_dialog *gate_dialog(const pjsip_rx_data *rdata)
{
    const pj_str_t *tag = &rdata->msg_info.to->tag;

    return tag->slen ? pjsip_ua_find_dialog(&rdata->msg_info.cid->id, tag, &rdata->msg_info.from->tag, PJ_FALSE) : NULL;
}

/* The answer to a request outside a dialog leaves nothing behind; the one within a dialog is a transaction,
 * so that a retransmitted request does not count twice. */
static void gate_answer(pjsip_rx_data *rdata, gate_request *request, int status)
{
    pjsip_endpoint *endpoint = pjsua_get_pjsip_endpt();
    pj_status_t result;

    if (status < 200 || status > 699)
        status = PJSIP_SC_INTERNAL_SERVER_ERROR;
    ++gate.answers[status];
    if (*request->tag)  /* of a dialog that Python keeps (RFC 3261 8.2.6.2) */
        rdata->msg_info.to->tag = pj_str(request->tag);
    if (gate_dialog(rdata))
        result = pjsip_endpt_respond(endpoint, NULL, rdata, status, NULL, &request->headers, request->body, NULL);
    else
        result = pjsip_endpt_respond_stateless(endpoint, rdata, status, NULL, &request->headers, request->body);
    if (result != PJ_SUCCESS)
        PJ_PERROR(3, ("gate", result, "An answer %d could not be sent", status));
}

static gate_request gate_new_request(pjsip_rx_data *rdata)
{
    const pj_str_t *method = &rdata->msg_info.msg->line.req.method.name;
    gate_request request = {
        .method = method->ptr,
        .method_length = (size_t)method->slen,
        .message = rdata->msg_info.msg_buf,
        .message_length = (size_t)rdata->msg_info.len,
        .source = rdata->pkt_info.src_name,
        .transport = rdata->tp_info.transport->type_name,
        .source_port = rdata->pkt_info.src_port,
        .in_dialog = rdata->msg_info.to->tag.slen > 0,
        .account = PJSUA_INVALID_ID,
        .pool = rdata->tp_info.pool,
    };
    return request;
}

/* ---- calls ----------------------------------------------------------------------------------- */

static pj_bool_t gate_on_rx_response(pjsip_rx_data *rdata)
{
    sdp_leave_out_names(rdata);
    sdp_ask_for_mono(rdata);
    if (rdata->msg_info.cseq->method.id == PJSIP_INVITE_METHOD && rdata->msg_info.msg->line.status.code < 300)
        nat_reach_back(rdata);
    return PJ_FALSE;
}

static pj_status_t gate_on_tx_response(pjsip_tx_data *tdata)
{
    sdp_mend_status(tdata);
    refusals_notice(tdata);
    return PJ_SUCCESS;
}

/* Whether there is room: the status to refuse with, or 0. */
static int gate_admit(const pjsip_rx_data *rdata, gate_request *request)
{
    int lacks = room_lacks();

    request->crowded = lacks >= 0;
    if (lacks < 0 || room_is_emergency(rdata))
        return 0;
    ++gate.turned_away[lacks];
    return PJSIP_SC_SERVICE_UNAVAILABLE;
}

/* Python has decided about it (replacing.py); PJSUA would anew, and grant any call to anybody. */
static void gate_leave_out_replaces(pjsip_rx_data *rdata)
{
    static const pj_str_t replaces = {"Replaces", 8};
    pjsip_hdr *header;

    while ((header = pjsip_msg_find_hdr_by_name(rdata->msg_info.msg, &replaces, NULL)))
        pj_list_erase(header);
}

/* A call that comes back to us by way of others costs each of them a call a round (RFC 3261 16.3, RFC 7332). */
static int gate_has_gone_round(const pjsip_rx_data *rdata)
{
    return rdata->msg_info.max_fwd && rdata->msg_info.max_fwd->ivalue <= 0;
}

/* PJSUA looks at Require in a call's first INVITE only. What it lacks is named in the answer (RFC 3261 8.2.2.3). */
static int gate_lacks_required(pjsip_rx_data *rdata, gate_request *request)
{
    static const pj_str_t path = {"path", 4};  /* the registrar's own (RFC 3327) */
    pjsip_unsupported_hdr *lacking = pjsip_unsupported_hdr_create(request->pool);
    const pjsip_require_hdr *require = NULL;
    int registers = rdata->msg_info.msg->line.req.method.id == PJSIP_REGISTER_METHOD;
    void *from = NULL;
    unsigned i;

    while ((require = pjsip_msg_find_hdr(rdata->msg_info.msg, PJSIP_H_REQUIRE, from))) {
        for (i = 0; i < require->count && lacking->count < PJSIP_GENERIC_ARRAY_MAX_COUNT; ++i)
            if (!(registers && pj_stricmp(&require->values[i], &path) == 0) &&
                !pjsip_endpt_has_capability(pjsua_get_pjsip_endpt(), PJSIP_H_SUPPORTED, NULL, &require->values[i]))
                lacking->values[lacking->count++] = require->values[i];
        from = require->next;
    }
    if (lacking->count)
        pj_list_push_back(&request->headers, lacking);
    return lacking->count > 0;
}

static pj_bool_t gate_on_invite(pjsip_rx_data *rdata)
{
    gate_request request = gate_new_request(rdata);
    char seconds[16];
    int status = 0;

    pj_list_init(&request.headers);
    if (!request.in_dialog && gate_has_gone_round(rdata))
        status = PJSIP_SC_TOO_MANY_HOPS;
    else if (sdp_names_a_host(rdata)) {
        status = PJSIP_SC_NOT_ACCEPTABLE_HERE;
        gate_header(&request, "Warning", "301 softswitch \"the SDP names a host where an address must be\"");
    } else if (!request.in_dialog)
        status = gate_admit(rdata, &request);
    else if (gate_lacks_required(rdata, &request))
        status = PJSIP_SC_BAD_EXTENSION;
    if (!status && !request.in_dialog) {
        status = gate_decide(&request);
        legs_come_in_by(request.account);
        nat_reach_back(rdata);
    }
    gate_leave_out_replaces(rdata);
    gate.awaited = !status && !request.in_dialog;
    if (!status)
        return PJ_FALSE;
    if (status == PJSIP_SC_SERVICE_UNAVAILABLE) {  /* keeps well-behaved callers away for a while */
        pj_ansi_snprintf(seconds, sizeof(seconds), "%u", gate.retry_after);
        gate_header(&request, "Retry-After", seconds);
    }
    gate_answer(rdata, &request, status);
    return PJ_TRUE;
}

/* ---- everything else ------------------------------------------------------------------------- */

/* Finds the leg of a request within a dialog, and keeps the dialog's order of requests (RFC 3261 12.2.2),
 * which the dialog itself will not see. Returns the status to refuse with, or 0. */
static int gate_find_leg(pjsip_rx_data *rdata, gate_request *request)
{
    const pjsip_cseq_hdr *cseq = rdata->msg_info.cseq;
    pjsip_dialog *dialog = gate_dialog(rdata);
    const pjsua_call *call;

    if (!dialog)
        return PJSIP_SC_CALL_TSX_DOES_NOT_EXIST;
    if (cseq->cseq <= dialog->remote.cseq)
        return PJSIP_SC_INTERNAL_SERVER_ERROR;
    dialog->remote.cseq = cseq->cseq;
    call = dialog->mod_data[pjsua_var.mod.id];
    if (call)
        request->serial = leg_serial_of((int)call->index);
    return 0;
}

static pj_bool_t gate_on_rx_request(pjsip_rx_data *rdata)
{
    unsigned method = allow_method(&rdata->msg_info.msg->line.req.method.name);
    gate_request request;
    int status = 0;

    ++gate.requests[method];
    gate.awaited = 0;
    sdp_ask_for_mono(rdata);
    request = gate_new_request(rdata);
    pj_list_init(&request.headers);
    if (method != METHOD_ACK && (status = strict_check(rdata))) {
        gate_answer(rdata, &request, status);
        return PJ_TRUE;
    }
    if (method == METHOD_INVITE)
        return gate_on_invite(rdata);
    if (method == METHOD_ACK || method == METHOD_CANCEL) {
        sdp_leave_out_names(rdata);
        return PJ_FALSE;
    }
    if (method < METHODS_OF_CALLS && request.in_dialog) {  /* UPDATE and PRACK may carry an offer */
        if (sdp_names_a_host(rdata))
            status = PJSIP_SC_NOT_ACCEPTABLE_HERE;
        else if (method == METHOD_UPDATE && gate_lacks_required(rdata, &request))
            status = PJSIP_SC_BAD_EXTENSION;
        else
            return PJ_FALSE;
    } else if (request.in_dialog && (status = gate_find_leg(rdata, &request)) == PJSIP_SC_CALL_TSX_DOES_NOT_EXIST) {
        request.in_dialog = 0;  /* no dialog, no transaction */
        if (method == METHOD_SUBSCRIBE)  /* subscriptions are Python's to know */
            status = 0;
    }
    if (!status && !request.in_dialog && gate_lacks_required(rdata, &request))
        status = PJSIP_SC_BAD_EXTENSION;
    if (!status && (method == METHOD_SUBSCRIBE || method == METHOD_REFER))
        request_local_uri(rdata, request.pool, request.here, sizeof(request.here));
    if (!status)
        status = gate_decide(&request);
    if (!status)
        return PJ_FALSE;
    gate_answer(rdata, &request, status);
    return PJ_TRUE;
}

/* ---- for Python ------------------------------------------------------------------------------ */

/* Takes its place before the dialogs; returns a PJSIP status. Counters start at nought. */
static int gate_open(void)
{
    pjsip_endpoint *endpoint = pjsua_get_pjsip_endpt();
    pj_status_t status;

    pj_bzero(&gate, sizeof(gate));
    gate.max_callers = ~0u;
    gate.retry_after = 10;
    gate_module.id = gate_response_module.id = -1;
    pjsip_tpmgr_set_drop_data_cb(pjsip_endpt_get_tpmgr(endpoint), &unread_on_dropped);
    allow_served(endpoint);
    status = pjsip_endpt_register_module(endpoint, &gate_module);
    return status ? status : pjsip_endpt_register_module(endpoint, &gate_response_module);
}

static void gate_close(void)
{
    pjsip_endpoint *endpoint = pjsua_get_pjsip_endpt();

    if (endpoint && gate_module.id >= 0) {
        pjsip_tpmgr_set_drop_data_cb(pjsip_endpt_get_tpmgr(endpoint), NULL);
        pjsip_endpt_unregister_module(endpoint, &gate_module);
        if (gate_response_module.id >= 0)
            pjsip_endpt_unregister_module(endpoint, &gate_response_module);
    }
}
