/* RTP of strangers: the transport beneath a stream drops and counts it (native/patches/0005). It goes by what the SDP
 * says, and by where the signalling of the call comes from, which only PJSUA knows. A library without that patch
 * follows whoever sends.
 */

extern void pjmedia_transport_udp_set_peer(pjmedia_transport *, const pj_sockaddr *) __attribute__((weak));
extern unsigned pjmedia_transport_udp_get_strangers(pjmedia_transport *) __attribute__((weak));

/* A stream begins: have it believe the host that the INVITE came from, or was answered from. */
static void strangers_introduce(int id)
{
    pjsua_call *call = &pjsua_var.calls[id];
    const pjsip_transaction *invite = call->inv ? call->inv->invite_tsx : NULL;
    leg_record *record = &leg_records[id];

    if (invite && invite->addr_len && !record->peer.addr.sa_family)
        pj_sockaddr_cp(&record->peer, &invite->addr);
    if (!pjmedia_transport_udp_set_peer || !record->peer.addr.sa_family)
        return;
    for (unsigned i = 0; i < call->med_cnt; ++i)
        if (call->media[i].tp_orig)
            pjmedia_transport_udp_set_peer(call->media[i].tp_orig, &record->peer);
}

/* Packets of strangers so far, in this use of a transport. */
static unsigned strangers_counted(const pjsua_call_media *media)
{
    return media->tp_orig && pjmedia_transport_udp_get_strangers
               ? pjmedia_transport_udp_get_strangers(media->tp_orig) : 0;
}
