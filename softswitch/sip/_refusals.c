/* Calls that PJSUA refuses before anybody hears of them, for the sound that they offer as a rule: Python puts them on
 * record, and whoever calls is told why.
 */

/* Implemented in refusals.py. */
static void refusals_over(int status);

/* SDP that cannot be had is 488 (RFC 3261 21.4.26); PJSUA says 406 where there is no key for SRTP. */
static void refusals_mend(pjsip_tx_data *tdata)
{
    static const pj_str_t warning = {"Warning", 7}, agent = {"softswitch", 10};
    static const pj_str_t text = {"no sound that is offered can be had here", 40};
    pjsip_msg *msg = tdata->msg;

    if (msg->line.status.code == PJSIP_SC_NOT_ACCEPTABLE) {
        msg->line.status.code = PJSIP_SC_NOT_ACCEPTABLE_HERE;
        msg->line.status.reason = *pjsip_get_status_text(PJSIP_SC_NOT_ACCEPTABLE_HERE);
    }
    if (msg->line.status.code == PJSIP_SC_NOT_ACCEPTABLE_HERE && !pjsip_msg_find_hdr_by_name(msg, &warning, NULL))
        pjsip_msg_add_hdr(msg, (pjsip_hdr *)pjsip_warning_hdr_create(tdata->pool, 304, &agent, &text));
    pjsip_tx_data_invalidate_msg(tdata);
}

/* Looks at every response that leaves. PJSUA refuses, or shows a call to Python, before anything else happens. */
static void refusals_notice(pjsip_tx_data *tdata)
{
    const pjsip_cseq_hdr *cseq = PJSIP_MSG_CSEQ_HDR(tdata->msg);

    if (!gate.awaited || tdata->msg->line.status.code < 300 || !cseq || cseq->method.id != PJSIP_INVITE_METHOD)
        return;
    gate.awaited = 0;
    refusals_mend(tdata);
    refusals_over(tdata->msg->line.status.code);
}

/* ---- for Python ------------------------------------------------------------------------------ */

/* How sound is encrypted of calls that come in by an account (-1: the usual one): 0 not, 1 perhaps, 2 always. */
static int refusals_srtp(int account)
{
    pjmedia_srtp_use use = pjsua_var.acc[pjsua_acc_is_valid(account) ? account : pjsua_acc_get_default()].cfg.use_srtp;

    return use == PJMEDIA_SRTP_MANDATORY ? 2 : use == PJMEDIA_SRTP_OPTIONAL;
}
