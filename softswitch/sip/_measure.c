/* What a stream has counted, added to what a leg's streams before it had: holds and new codecs make new ones.
 * Read when somebody asks, or when the stream goes; nothing here runs while packets come. */

/* A mean over packets that grows by those of another stream. */
static unsigned measure_mean(unsigned mean, unsigned weight, unsigned more, unsigned more_weight)
{
    pj_uint64_t sum = (pj_uint64_t)mean * weight + (pj_uint64_t)more * more_weight;

    return weight + more_weight ? (unsigned)(sum / (weight + more_weight)) : 0;
}

static unsigned measure_not_negative(int value)
{
    return value > 0 ? (unsigned)value : 0;
}

/* How the other side's packets came here, and how long they waited for their turn. */
static void measure_received(leg_quality *total, pjmedia_stream *stream, const pjmedia_rtcp_stream_stat *rx)
{
    pjmedia_jb_state buffer;

    total->jitter = measure_mean(total->jitter, total->received, measure_not_negative(rx->jitter.mean), rx->pkt);
    if (pjmedia_stream_get_stat_jbuf(stream, &buffer) == PJ_SUCCESS)
        total->buffered = measure_mean(total->buffered, total->received, buffer.avg_delay, rx->pkt);
    total->received += rx->pkt;
    total->lost += rx->loss;
    total->late += rx->discard;
}

/* How ours came there, as the other side says in its reports (RFC 3550 section 6.4). */
static void measure_reported(leg_quality *total, const pjmedia_rtcp_stat *stat)
{
    const pjmedia_rtcp_stream_stat *tx = &stat->tx;

    total->far_jitter = measure_mean(total->far_jitter, total->reports, measure_not_negative(tx->jitter.mean),
                                     tx->update_cnt);
    total->reports += tx->update_cnt;
    total->far_lost += tx->loss;
    total->sent += tx->pkt;
    if (stat->rtt.n)
        total->round_trip = measure_not_negative(stat->rtt.mean);
}

static void leg_add_stream(leg_quality *total, pjmedia_stream *stream)
{
    pjmedia_stream_info info;
    pjmedia_rtcp_stat stat;

    if (!stream || pjmedia_stream_get_stat(stream, &stat) != PJ_SUCCESS)
        return;
    measure_received(total, stream, &stat.rx);
    measure_reported(total, &stat);
    if (pjmedia_stream_get_info(stream, &info) == PJ_SUCCESS)
        pj_ansi_snprintf(total->codec, sizeof(total->codec), "%.*s/%u", (int)info.fmt.encoding_name.slen,
                         info.fmt.encoding_name.ptr, info.fmt.clock_rate);
}
