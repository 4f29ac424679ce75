/* What PJMEDIA must not read, or must read otherwise, in the SDPs of others: host names, and stereo. */

/* Whether an address follows, in the one form that needs no resolver. */
static int sdp_is_address(const char *at, const char *end)
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
static int sdp_line_names_a_host(const char *line, const char *end)
{
    const char *space;

    if (end - line >= 2 && strncmp(line, "c=", 2) == 0)
        return !sdp_is_address(line + 2, end);
    if (end - line < 7 || strncmp(line, "a=rtcp:", 7) != 0)
        return 0;
    space = memchr(line, ' ', (size_t)(end - line));
    return space && !sdp_is_address(space + 1, end);
}

/* PJMEDIA resolves a host name in an SDP on the spot, and everything would wait for it: the RFC allows names
 * there, telephones send addresses. An SDP may be a part of a larger body, so the whole text is looked at; no
 * header begins like one of its lines. A line ends where PJMEDIA ends it, at CR as well as at LF. */
static int sdp_names_a_host(const pjsip_rx_data *rdata)
{
    const char *at = rdata->msg_info.msg_buf, *end = at + rdata->msg_info.len, *line;

    if (!rdata->msg_info.msg->body)
        return 0;
    for (; at < end; ++at) {
        for (line = at; at < end && *at != '\r' && *at != '\n'; ++at)
            ;
        if (sdp_line_names_a_host(line, at))
            return 1;
    }
    return 0;
}

/* What cannot be refused can be read as if it had no SDP: such a call soon ends. */
static void sdp_leave_out_names(pjsip_rx_data *rdata)
{
    if (!sdp_names_a_host(rdata))
        return;
    PJ_LOG(2, ("sdp", "The SDP from %s:%d names a host instead of its address; it is left out",
               rdata->pkt_info.src_name, rdata->pkt_info.src_port));
    rdata->msg_info.msg->body = NULL;
}

/* A phone that says it may send stereo (RFC 7587 6.1) would be decoded in stereo, and the bridge, which is mono,
 * would add the two channels up: twice as loud, and clipped. Opus decodes the same packets as mono just as well,
 * so what PJMEDIA reads says mono. */
static void sdp_ask_for_mono(pjsip_rx_data *rdata)
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

/* PJSIP answers a re-INVITE without a common codec with 500, and the caller would take the switch for broken. */
static void sdp_mend_status(pjsip_tx_data *tdata)
{
    static const pj_str_t failed = {"SDP negotiation failed", 22};
    pjsip_status_line *line = &tdata->msg->line.status;

    if (line->code == PJSIP_SC_INTERNAL_SERVER_ERROR && pj_strcmp(&line->reason, &failed) == 0) {
        line->code = PJSIP_SC_NOT_ACCEPTABLE_HERE;
        line->reason = *pjsip_get_status_text(line->code);
        pjsip_tx_data_invalidate_msg(tdata);
    }
}
