/* Legs whose other side sends nothing any more, neither RTP nor RTCP: its phone has no power, its network is
 * gone, and no BYE will come. Read off PJMEDIA's counters on the loop's thread; media threads are not asked. */

/* What a leg had received when it was last heard of. */
typedef struct {
    unsigned serial;
    unsigned received;
    int held;
    pj_timestamp since;
} silence_record;

typedef struct {
    unsigned serial;
    int held;
} silent_leg;

static silence_record silence_records[PJSUA_MAX_CALLS];

/* Packets received so far. The sum starts at nought in a new stream, so that another number is a sign of life,
 * not only a larger one. */
static unsigned silence_received(pjmedia_stream *stream)
{
    pjmedia_rtcp_stat stat;

    return pjmedia_stream_get_stat(stream, &stat) == PJ_SUCCESS ? stat.rx.pkt + stat.tx.update_cnt : 0;
}

/* Whether a leg has been silent for longer than it may, in milliseconds; 0 is for ever. Whoever holds, or has said
 * that it only receives, need not send: for it the other patience counts. */
static int silence_is_too_long(int id, const pj_timestamp *now, unsigned patience, unsigned patience_on_hold)
{
    pjsua_call *call = &pjsua_var.calls[id];
    silence_record *record = &silence_records[id];
    const pjsua_call_media *audio;
    unsigned received;
    int held;

    if (!call->inv || call->hanging_up || call->inv->state != PJSIP_INV_STATE_CONFIRMED)
        return 0;
    audio = leg_audio(call);
    received = audio && audio->strm.a.stream ? silence_received(audio->strm.a.stream) : 0;
    held = !audio || audio->state == PJSUA_CALL_MEDIA_REMOTE_HOLD || !(audio->dir & PJMEDIA_DIR_DECODING);
    if (record->serial != leg_records[id].serial || record->received != received || record->held != held) {
        *record = (silence_record){leg_records[id].serial, received, held, *now};
        return 0;
    }
    if (held)
        patience = patience_on_hold;
    return patience && pj_elapsed_msec(&record->since, now) >= patience;
}

/* Looks at `count` slots of PJSUA from `first` on, and puts the legs that have been silent too long into `legs`,
 * which has room for as many; returns how many there are. */
static unsigned silence_sweep(unsigned first, unsigned count, unsigned patience, unsigned patience_on_hold,
                              silent_leg *legs)
{
    pj_timestamp now;
    unsigned found = 0;

    pj_get_timestamp(&now);
    for (unsigned id = first; id < first + count && leg_exists((int)id); ++id)
        if (silence_is_too_long((int)id, &now, patience, patience_on_hold))
            legs[found++] = (silent_leg){leg_records[id].serial, silence_records[id].held};
    return found;
}
