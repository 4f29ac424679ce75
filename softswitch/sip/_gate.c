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
    unsigned long long requests[16];
    unsigned long long answers[700];
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

/* In _strict.c: the status for a request that PJSIP takes for a good one, and the RFC does not, or 0. */
static int strict_check(const pjsip_rx_data *rdata);

/* In _unread.c: the status with which somebody we know was told that nobody can read what it sent, or 0. */
static int unread_answer(const pjsip_tp_dropped_data *dropped);

/* In _nat.c: have the dialog that a message makes reach a phone behind NAT. */
static void nat_reach_back(pjsip_rx_data *rdata);

/* In _request.c: the URI by which the sender of a request reaches us. */
static int request_local_uri(const pjsip_rx_data *rdata, pj_pool_t *pool, char *uri, size_t size);

static const char *const gate_methods[] = {
    "INVITE", "ACK", "BYE", "CANCEL", "UPDATE", "PRACK", "REGISTER", "OPTIONS", "INFO", "MESSAGE",
    "SUBSCRIBE", "NOTIFY", "REFER", "PUBLISH", "other",
};
enum { GATE_OTHER = PJ_ARRAY_SIZE(gate_methods) - 1 };

/* What belongs to a call itself is PJSUA's, and these are all of it. */
enum {
    GATE_INVITE = 0, GATE_ACK = 1, GATE_CANCEL = 3, GATE_UPDATE = 4, GATE_CALL_METHODS = 6, GATE_OPTIONS = 7,
    GATE_INFO = 8, GATE_SUBSCRIBE = 10
};

static const struct {
    pj_status_t status;
    const char *reason;
} gate_drops[] = {
    {PJ_EIGNORED, "keep-alive"},
    {PJSIP_EINVALIDMSG, "syntax error"},
    {PJSIP_EMISSINGHDR, "a mandatory header is missing"},
    {PJSIP_EINVALIDHDR, "a mandatory header is bad"},
    {PJSIP_EINVALIDSTATUS, "a response with a bad status"},
    {PJSIP_ERXOVERFLOW, "too long"},
    {PJ_SUCCESS, "other"},
};

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

static unsigned gate_method(const pj_str_t *name)
{
    unsigned i;

    for (i = 0; i < GATE_OTHER; ++i)
        if (pj_strcmp2(name, gate_methods[i]) == 0)
            break;
    return i;
}

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

/* Whether an address follows, in the one form that needs no resolver. */
static int gate_is_address(const char *at, const char *end)
{
    pj_in6_addr address;
    pj_str_t host;

    if (end - at < 8 || strncmp(at, "IN IP", 5) != 0 || at[6] != ' ')
        return 0;
    host.ptr = (char *)at + 7;
    for (host.slen = 0; host.ptr + host.slen < end; ++host.slen)
        if (strchr("/ ", host.ptr[host.slen]))
            break;
    return pj_inet_pton(at[5] == '6' ? pj_AF_INET6() : pj_AF_INET(), &host, &address) == PJ_SUCCESS;
}

/* The two lines of an SDP that PJMEDIA asks a resolver about: RFC 4566 5.7 and RFC 3605. */
static int gate_line_names_a_host(const char *line, const char *end)
{
    const char *space;

    if (end - line >= 2 && strncmp(line, "c=", 2) == 0)
        return !gate_is_address(line + 2, end);
    if (end - line < 7 || strncmp(line, "a=rtcp:", 7) != 0)
        return 0;
    space = memchr(line, ' ', (size_t)(end - line));
    return space && !gate_is_address(space + 1, end);
}

/* PJMEDIA resolves a host name in an SDP on the spot, and everything would wait for it: the RFC allows names
 * there, telephones send addresses. An SDP may be a part of a larger body, so the whole text is looked at; no
 * header begins like one of its lines. A line ends where PJMEDIA ends it, at CR as well as at LF. */
static int gate_names_a_host(const pjsip_rx_data *rdata)
{
    const char *at = rdata->msg_info.msg_buf, *end = at + rdata->msg_info.len, *line;

    if (!rdata->msg_info.msg->body)
        return 0;
    for (; at < end; ++at) {
        for (line = at; at < end && *at != '\r' && *at != '\n'; ++at)
            ;
        if (gate_line_names_a_host(line, at))
            return 1;
    }
    return 0;
}

/* What cannot be refused can be read as if it had no SDP: such a call soon ends. */
static void gate_leave_out_names(pjsip_rx_data *rdata)
{
    if (!gate_names_a_host(rdata))
        return;
    PJ_LOG(2, ("gate", "The SDP from %s:%d names a host instead of its address; it is left out",
               rdata->pkt_info.src_name, rdata->pkt_info.src_port));
    rdata->msg_info.msg->body = NULL;
}

/* A phone that says it may send stereo (RFC 7587 6.1) would be decoded in stereo, and the bridge, which is mono,
 * would add the two channels up: twice as loud, and clipped. Opus decodes the same packets as mono just as well,
 * so what PJMEDIA reads says mono. */
static void gate_ask_for_mono(pjsip_rx_data *rdata)
{
    static const char stereo[] = "stereo=1";
    const size_t length = sizeof(stereo) - 1;
    char *at = rdata->msg_info.msg_buf, *end = at + rdata->msg_info.len;

    if (!rdata->msg_info.msg->body)
        return;
    for (; (size_t)(end - at) >= length && (at = memchr(at, 's', (size_t)(end - at) - length + 1)); ++at)
        if (memcmp(at, stereo, length) == 0)
            at[length - 1] = '0';
}

static pj_bool_t gate_on_rx_response(pjsip_rx_data *rdata)
{
    gate_leave_out_names(rdata);
    gate_ask_for_mono(rdata);
    if (rdata->msg_info.cseq->method.id == PJSIP_INVITE_METHOD && rdata->msg_info.msg->line.status.code < 300)
        nat_reach_back(rdata);
    return PJ_FALSE;
}

/* PJSIP answers a re-INVITE without a common codec with 500, and the caller would take the switch for broken. */
static pj_status_t gate_on_tx_response(pjsip_tx_data *tdata)
{
    static const pj_str_t failed = {"SDP negotiation failed", 22};
    pjsip_status_line *line = &tdata->msg->line.status;

    if (line->code == PJSIP_SC_INTERNAL_SERVER_ERROR && pj_strcmp(&line->reason, &failed) == 0) {
        line->code = PJSIP_SC_NOT_ACCEPTABLE_HERE;
        line->reason = *pjsip_get_status_text(line->code);
        pjsip_tx_data_invalidate_msg(tdata);
    }
    return PJ_SUCCESS;
}

/* Whether there is room. Retry-After keeps well-behaved callers away for a while. */
static int gate_admit(void)
{
    if (gate.draining || gate.callers >= gate.max_callers ||
        pjsua_var.call_cnt + gate.reserve >= pjsua_var.ua_cfg.max_calls || !legs_find_port(-1))
        return PJSIP_SC_SERVICE_UNAVAILABLE;
    return 0;
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
    else if (gate_names_a_host(rdata))
        status = PJSIP_SC_NOT_ACCEPTABLE_HERE;
    else if (!request.in_dialog)
        status = gate_admit();
    else if (gate_lacks_required(rdata, &request))
        status = PJSIP_SC_BAD_EXTENSION;
    if (!status && !request.in_dialog) {
        status = gate_decide(&request);
        legs_come_in_by(request.account);
        nat_reach_back(rdata);
    }
    gate_leave_out_replaces(rdata);
    if (!status)
        return PJ_FALSE;
    if (status == PJSIP_SC_SERVICE_UNAVAILABLE) {
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
    unsigned method = gate_method(&rdata->msg_info.msg->line.req.method.name);
    gate_request request;
    int status = 0;

    ++gate.requests[method];
    gate_ask_for_mono(rdata);
    request = gate_new_request(rdata);
    pj_list_init(&request.headers);
    if (method != GATE_ACK && (status = strict_check(rdata))) {
        gate_answer(rdata, &request, status);
        return PJ_TRUE;
    }
    if (method == GATE_INVITE)
        return gate_on_invite(rdata);
    if (method == GATE_ACK || method == GATE_CANCEL) {
        gate_leave_out_names(rdata);
        return PJ_FALSE;
    }
    if (method < GATE_CALL_METHODS && request.in_dialog) {  /* UPDATE and PRACK may carry an offer */
        if (gate_names_a_host(rdata))
            status = PJSIP_SC_NOT_ACCEPTABLE_HERE;
        else if (method == GATE_UPDATE && gate_lacks_required(rdata, &request))
            status = PJSIP_SC_BAD_EXTENSION;
        else
            return PJ_FALSE;
    } else if (request.in_dialog && (status = gate_find_leg(rdata, &request)) == PJSIP_SC_CALL_TSX_DOES_NOT_EXIST) {
        request.in_dialog = 0;  /* no dialog, no transaction */
        if (method == GATE_SUBSCRIBE)  /* subscriptions are Python's to know */
            status = 0;
    }
    if (!status && !request.in_dialog && gate_lacks_required(rdata, &request))
        status = PJSIP_SC_BAD_EXTENSION;
    if (!status && method == GATE_SUBSCRIBE)
        request_local_uri(rdata, request.pool, request.here, sizeof(request.here));
    if (!status)
        status = gate_decide(&request);
    if (!status)
        return PJ_FALSE;
    gate_answer(rdata, &request, status);
    return PJ_TRUE;
}

/* What PJSIP cannot read it throws away without an answer. Only the first line is kept, for the log. */
static void gate_on_dropped(pjsip_tp_dropped_data *data)
{
    unsigned i;
    size_t length = 0;
    int status;

    for (i = 0; gate_drops[i].status != PJ_SUCCESS && gate_drops[i].status != data->status; ++i)
        ;
    ++gate.dropped[i];
    if (i == 0 || !data->data)  /* of a connection that was given up before its first message was whole */
        return;
    if ((status = unread_answer(data)))
        ++gate.answers[status];
    while (length < (size_t)data->len && length < sizeof(gate.last_dropped) - 1) {
        char c = ((const char *)data->data)[length];
        if (c == '\r' || c == '\n')
            break;
        gate.last_dropped[length++] = c >= ' ' && c < 127 ? c : '?';
    }
    gate.last_dropped[length] = '\0';
}

/* ---- for Python ------------------------------------------------------------------------------ */

/* One more method is served: answers to calls say so. */
static void gate_offer(const char *method)
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
static void gate_offer_served_methods(pjsip_endpoint *endpoint)
{
    pjsip_allow_hdr *allow = (pjsip_allow_hdr *)pjsip_endpt_get_capability(endpoint, PJSIP_H_ALLOW, NULL);
    unsigned i, kept = 0;

    for (i = 0; allow && i < allow->count; ++i) {
        unsigned method = gate_method(&allow->values[i]);
        if (method < GATE_CALL_METHODS || method == GATE_OPTIONS || method == GATE_INFO)
            allow->values[kept++] = allow->values[i];
    }
    if (allow)
        allow->count = kept;
}

/* Takes its place before the dialogs; returns a PJSIP status. Counters start at nought. */
static int gate_open(void)
{
    pjsip_endpoint *endpoint = pjsua_get_pjsip_endpt();
    pj_status_t status;

    pj_bzero(&gate, sizeof(gate));
    gate.max_callers = ~0u;
    gate.retry_after = 10;
    gate_module.id = gate_response_module.id = -1;
    pjsip_tpmgr_set_drop_data_cb(pjsip_endpt_get_tpmgr(endpoint), &gate_on_dropped);
    gate_offer_served_methods(endpoint);
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

/* Names of what gate.requests and gate.dropped count; NULL behind the last one. */
static const char *gate_method_name(unsigned index)
{
    return index < PJ_ARRAY_SIZE(gate_methods) ? gate_methods[index] : NULL;
}

static const char *gate_drop_reason(unsigned index)
{
    return index < PJ_ARRAY_SIZE(gate_drops) ? gate_drops[index].reason : NULL;
}
