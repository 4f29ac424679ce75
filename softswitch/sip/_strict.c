/* What PJSIP takes for a good request and RFC 3261 does not: RFC 4475 has one of each. Looked at once, on the way
 * in, so that nothing behind the gate has to wonder which of two Call-IDs is the right one.
 */

/* Each may stand in a request once (RFC 3261 7.3.1, 20): two of them are two messages in one. */
static int strict_repeats(const pjsip_msg *msg)
{
    static const pjsip_hdr_e once[] = {
        PJSIP_H_CALL_ID, PJSIP_H_CSEQ, PJSIP_H_FROM, PJSIP_H_TO, PJSIP_H_MAX_FORWARDS, PJSIP_H_CONTENT_LENGTH,
    };
    unsigned seen[PJ_ARRAY_SIZE(once)] = {0}, i;
    const pjsip_hdr *header;

    for (header = msg->hdr.next; header != &msg->hdr; header = header->next)
        for (i = 0; i < PJ_ARRAY_SIZE(once); ++i)
            if (header->type == once[i] && seen[i]++)
                return 1;
    return 0;
}

/* Octets behind the empty line. PJSIP knows the length of a body in one part only. */
static int strict_body_length(const pjsip_rx_data *rdata)
{
    const char *at = rdata->msg_info.msg_buf, *end = at + rdata->msg_info.len;

    while ((at = memchr(at, '\n', (size_t)(end - at)))) {
        if (++at < end && *at == '\r')
            ++at;
        if (at < end && *at == '\n')
            return (int)(end - at - 1);
    }
    return 0;
}

/* The packet ends before the body does (RFC 3261 18.3). Over a connection PJSIP waits for the rest. */
static int strict_falls_short(const pjsip_rx_data *rdata)
{
    const pjsip_clen_hdr *length = rdata->msg_info.clen;

    return length && length->len > 0 && length->len > strict_body_length(rdata) &&
           !(pjsip_transport_get_flag_from_type(rdata->tp_info.transport->key.type) & PJSIP_TRANSPORT_RELIABLE);
}

/* Headers in a Request-URI (RFC 3261 19.1.1) are for those who make requests, not for those who get them. */
static int strict_uri_has_headers(const pjsip_msg *msg)
{
    const pjsip_uri *uri = msg->line.req.uri;

    return (PJSIP_URI_SCHEME_IS_SIP(uri) || PJSIP_URI_SCHEME_IS_SIPS(uri)) &&
           !pj_list_empty(&((const pjsip_sip_uri *)pjsip_uri_get_uri(uri))->header_param);
}

static int strict_is_kind_of_sdp(const pj_str_t *value)
{
    static const char *const kinds[] = {"application/sdp", "application/*", "*/*"};
    pj_str_t kind = *value;
    const char *parameters = pj_strchr(&kind, ';');
    unsigned i;

    if (parameters)
        kind.slen = parameters - kind.ptr;
    pj_strtrim(&kind);
    for (i = 0; i < PJ_ARRAY_SIZE(kinds); ++i)
        if (pj_stricmp2(&kind, kinds[i]) == 0)
            return 1;
    return 0;
}

/* A caller who accepts no SDP would have no use for our answer (RFC 3261 20.1, RFC 4475 3.3.15). */
static int strict_accepts_no_sdp(const pjsip_msg *msg)
{
    const pjsip_accept_hdr *accept = NULL;
    void *from = NULL;
    int any = 0;
    unsigned i;

    while ((accept = pjsip_msg_find_hdr(msg, PJSIP_H_ACCEPT, from))) {
        for (any = 1, i = 0; i < accept->count; ++i)
            if (strict_is_kind_of_sdp(&accept->values[i]))
                return 0;
        from = accept->next;
    }
    return any;
}

static int strict_check(const pjsip_rx_data *rdata)
{
    const pjsip_msg *msg = rdata->msg_info.msg;

    if (pjsip_method_cmp(&msg->line.req.method, &rdata->msg_info.cseq->method) != 0 || strict_repeats(msg) ||
        strict_falls_short(rdata) || strict_uri_has_headers(msg))
        return PJSIP_SC_BAD_REQUEST;
    if (msg->line.req.method.id == PJSIP_INVITE_METHOD && strict_accepts_no_sdp(msg))
        return PJSIP_SC_NOT_ACCEPTABLE;
    return 0;
}
