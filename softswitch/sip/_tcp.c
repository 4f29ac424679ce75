/* Connections that nobody needs: each is a file descriptor, and calls need those for their sound. Whoever is banned
 * or denied is not connected at all, nobody has more of them than a large office behind one address, and one over
 * which no message comes is closed.
 */

typedef struct {
    unsigned per_source;
    unsigned silent;
} tcp_state;

static tcp_state tcp_limits;
static address_table tcp_open_now = {0, 32768, NULL};  /* `until` is how many */
static pjsip_tp_state_callback tcp_next;

/* One more or less of a source; returns how many there are now. */
static double tcp_count(const unsigned char *source, int more)
{
    const address_entry *entry = address_find(&tcp_open_now, source);
    double count = (entry ? entry->until : 0) + more;

    if (count > 0)
        address_insert(&tcp_open_now, source, count);
    else
        address_delete(&tcp_open_now, source);
    return count;
}

/* Why a connection is not wanted, -1 when it is. */
static int tcp_judge(const pjsip_transport *transport, const unsigned char *address, const unsigned char *source,
                     double count)
{
    const address_entry *ban = address_find(&shield_bans, source);
    int trusted = shield_is_trusted(address);

    if (!trusted && ban && ban->until > shield_now())
        return SHIELD_BANNED;
    if (shield_is_denied(transport, address))
        return SHIELD_DENIED;
    return !trusted && count > tcp_limits.per_source ? SHIELD_CONNECTIONS : -1;
}

static void tcp_on_state(pjsip_transport *transport, pjsip_transport_state state,
                         const pjsip_transport_state_info *info)
{
    unsigned char address[ADDRESS_SIZE], source[ADDRESS_SIZE];
    int reason;

    if (tcp_next)
        (*tcp_next)(transport, state, info);
    if (transport->dir != PJSIP_TP_DIR_INCOMING ||
        (state != PJSIP_TP_STATE_CONNECTED && state != PJSIP_TP_STATE_DESTROY))
        return;
    address_read(&transport->key.rem_addr, address);
    address_source(address, source);
    if (state == PJSIP_TP_STATE_DESTROY) {
        tcp_count(source, -1);
        return;
    }
    reason = tcp_judge(transport, address, source, tcp_count(source, 1));
    if (reason >= 0) {
        ++shield.counts[reason];
        pj_ansi_snprintf(shield.last_source, sizeof(shield.last_source), "%.*s",
                         (int)transport->remote_name.host.slen, transport->remote_name.host.ptr);
        pjsip_transport_shutdown(transport);
        return;
    }
    /* PJSIP looks at this when the last reference goes, and then waits so long for the first message. */
    transport->initial_timeout = tcp_limits.silent;
    pjsip_transport_add_ref(transport);
    pjsip_transport_dec_ref(transport);
}

/* After shield_open() and the first transport. `silent`: seconds until the first message must have come. PJSUA, which
 * puts itself first whenever it opens a listener, passes everything on to what it has found there. */
static void tcp_open(unsigned per_source, unsigned silent)
{
    tcp_limits.per_source = per_source;
    tcp_limits.silent = silent;
    tcp_open_now.count = 0;
    tcp_next = pjsua_var.old_tp_cb;
    pjsua_var.old_tp_cb = &tcp_on_state;
}

static void tcp_close(void)
{
    if (pjsua_var.old_tp_cb == &tcp_on_state)
        pjsua_var.old_tp_cb = tcp_next;
}
