/* RTP of strangers: the transport beneath a stream drops and counts it (native/patches/0005). It goes by what the SDP
 * says, and by where the signalling of the call comes from, which only PJSUA knows. A library without that patch
 * follows whoever sends.
 *
 * How long a well-behaved phone may wait to be heard: not at all where its RTP comes from the host of its SDP or of
 * its signalling, whatever the port, behind NAT too. A gateway of another host waits for its fifth packet in a row
 * (80 ms): it is known by nothing but its perseverance, and fewer would let in whoever sprays packets over all ports.
 * Those four are among the strangers in the record. A phone whose NAT gives it another port is heard there once the old
 * one has been silent for two seconds: sooner, a neighbour behind the same NAT could take its place in any pause.
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
