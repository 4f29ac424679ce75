/* What PJSIP cannot read is dropped without a word, which is right for strangers. Somebody we know is told: a
 * phone or a carrier with a mistake in it is mended sooner, and stops repeating itself. The five headers that an
 * answer needs are read by hand, copied as they came, and sent to where the packet came from and nowhere else.
 */

#include <stddef.h>

typedef struct {
    const char *at, *end;
} unread_text;

/* An answer as it is written; what does not fit is not sent. */
typedef struct {
    char text[3072];
    size_t length;
    int whole;
} unread_reply;

enum { UNREAD_FROM, UNREAD_TO, UNREAD_CALL_ID, UNREAD_CSEQ, UNREAD_ONCE, UNREAD_VIA = UNREAD_ONCE, UNREAD_OTHER };

static const struct {
    const char *name;
    char compact;
} unread_names[] = {{"From", 'f'}, {"To", 't'}, {"Call-ID", 'i'}, {"CSeq", 0}, {"Via", 'v'}};

static void unread_put(unread_reply *reply, const char *text, size_t length)
{
    if (!reply->whole || length > sizeof(reply->text) - reply->length) {
        reply->whole = 0;
        return;
    }
    memcpy(reply->text + reply->length, text, length);
    reply->length += length;
}

static void unread_say(unread_reply *reply, const char *text)
{
    unread_put(reply, text, strlen(text));
}

/* A value as one line: its folds become spaces (RFC 3261 7.3.1). What has no place in a header spoils it. */
static void unread_copy(unread_reply *reply, unread_text value)
{
    for (; value.at < value.end; ++value.at) {
        unsigned char c = (unsigned char)*value.at;
        if (c == '\r' || c == '\n')
            c = ' ';
        if ((c < ' ' && c != '\t') || c == 127)
            reply->whole = 0;
        unread_put(reply, (const char *)&c, 1);
    }
}

static unread_text unread_trimmed(unread_text text)
{
    while (text.at < text.end && strchr(" \t\r\n", *text.at) && *text.at)
        ++text.at;
    while (text.end > text.at && strchr(" \t\r\n", text.end[-1]) && text.end[-1])
        --text.end;
    return text;
}

/* Takes a line off the front of `rest`, with the lines that continue it. */
static unread_text unread_line(unread_text *rest, int folds)
{
    unread_text line = {rest->at, rest->at};

    do {
        while (line.end < rest->end && *line.end != '\n')
            ++line.end;
        if (line.end < rest->end)
            ++line.end;
    } while (folds && line.end < rest->end && (*line.end == ' ' || *line.end == '\t'));
    rest->at = line.end;
    return line;
}

static unsigned unread_which(unread_text name)
{
    size_t length = (size_t)(name.end - name.at);
    unsigned i;

    for (i = 0; i < UNREAD_OTHER; ++i)
        if ((length == strlen(unread_names[i].name) && strncasecmp(name.at, unread_names[i].name, length) == 0) ||
            (length == 1 && unread_names[i].compact && pj_tolower(*name.at) == unread_names[i].compact))
            return i;
    return UNREAD_OTHER;
}

static int unread_starts(unread_text text, const char *word)
{
    size_t length = strlen(word);

    return (size_t)(text.end - text.at) >= length && strncasecmp(text.at, word, length) == 0;
}

/* What is wrong, as far as the first line tells; 0 when it is no request that may be answered. */
static int unread_status(unread_text line)
{
    unread_text uri, version;

    line = unread_trimmed(line);
    if (unread_starts(line, "SIP/") || unread_starts(line, "ACK ") || !memchr(line.at, ' ', line.end - line.at))
        return 0;
    version = line;
    while (version.at < version.end && memchr(version.at, ' ', version.end - version.at))
        version.at = (const char *)memchr(version.at, ' ', version.end - version.at) + 1;
    if (!unread_starts(version, "SIP/"))
        return 0;
    if (!unread_starts(version, "SIP/2.0"))
        return PJSIP_SC_VERSION_NOT_SUPPORTED;
    uri.at = (const char *)memchr(line.at, ' ', line.end - line.at);
    uri.end = version.at;
    uri = unread_trimmed(uri);
    if (uri.at < uri.end && pj_isalpha(*uri.at) && !unread_starts(uri, "sip:") && !unread_starts(uri, "sips:") &&
        memchr(uri.at, ':', uri.end - uri.at))
        return PJSIP_SC_UNSUPPORTED_URI_SCHEME;
    return PJSIP_SC_BAD_REQUEST;
}

static int unread_has_tag(unread_text to)
{
    for (; to.at < to.end; ++to.at)
        if (unread_starts(to, ";tag") || unread_starts(to, "; tag"))
            return 1;
    return 0;
}

/* Writes the answer; leaves it not whole when a header that it needs cannot be found, or is there twice. */
static void unread_write(unread_reply *reply, unread_text rest, int status)
{
    unread_text once[UNREAD_ONCE] = {{NULL, NULL}};
    char line[64];
    int vias = 0;
    unsigned i;

    pj_ansi_snprintf(line, sizeof(line), "SIP/2.0 %d %s\r\n", status, pjsip_get_status_text(status)->ptr);
    unread_say(reply, line);
    while (rest.at < rest.end) {
        unread_text header = unread_line(&rest, 1), name = header, value = header;
        const char *colon = memchr(header.at, ':', header.end - header.at);
        if (unread_trimmed(header).at == unread_trimmed(header).end)
            break;
        if (!colon)
            continue;
        name.end = colon;
        value.at = colon + 1;
        value = unread_trimmed(value);
        i = unread_which(unread_trimmed(name));
        if (i == UNREAD_VIA) {
            unread_say(reply, "Via: ");
            unread_copy(reply, value);
            unread_say(reply, "\r\n");
            ++vias;
        } else if (i < UNREAD_ONCE) {
            if (once[i].at || value.at == value.end)
                reply->whole = 0;
            once[i] = value;
        }
    }
    for (i = 0; i < UNREAD_ONCE; ++i) {
        if (!vias || !once[i].at)
            reply->whole = 0;
        if (!reply->whole)
            return;
        pj_ansi_snprintf(line, sizeof(line), "%s: ", unread_names[i].name);
        unread_say(reply, line);
        unread_copy(reply, once[i]);
        if (i == UNREAD_TO && !unread_has_tag(once[i]))
            unread_say(reply, ";tag=unread");
        unread_say(reply, "\r\n");
    }
    unread_say(reply, "Content-Length: 0\r\n\r\n");
}

/* Where a packet came from. PJSIP hands over the data alone; over UDP they lie within what it has received. */
static const pj_sockaddr *unread_source(const pjsip_tp_dropped_data *dropped)
{
    const pjsip_rx_data *rdata;

    if (pjsip_transport_get_flag_from_type(dropped->tp->key.type) & PJSIP_TRANSPORT_RELIABLE)
        return &dropped->tp->key.rem_addr;
    rdata = (const pjsip_rx_data *)(const void *)((const char *)dropped->data - offsetof(pjsip_rx_data, pkt_info.packet));
    /* Behind line ends at the packet's front it is another place, and does not know the transport. */
    return (uintptr_t)rdata % sizeof(void *) == 0 && rdata->tp_info.transport == dropped->tp
               ? &rdata->pkt_info.src_addr
               : NULL;
}

static int unread_answer(const pjsip_tp_dropped_data *dropped)
{
    unread_text rest = {dropped->data, (const char *)dropped->data + dropped->len};
    const pj_sockaddr *source = unread_source(dropped);
    unread_reply reply = {.whole = 1};
    pjsip_tpselector selector;
    int status;

    if (!source || !shield_knows(source) || !(status = unread_status(unread_line(&rest, 0))))
        return 0;
    unread_write(&reply, rest, status);
    if (!reply.whole)
        return 0;
    pj_bzero(&selector, sizeof(selector));
    selector.type = PJSIP_TPSELECTOR_TRANSPORT;
    selector.u.transport = dropped->tp;
    pjsip_tpmgr_send_raw(pjsip_endpt_get_tpmgr(pjsua_get_pjsip_endpt()), dropped->tp->key.type, &selector, NULL,
                         reply.text, reply.length, source, pj_sockaddr_get_len(source), NULL, NULL);
    return status;
}

/* ---- counting -------------------------------------------------------------------------------- */

static const struct {
    pj_status_t status;
    const char *reason;
} unread_drops[] = {
    {PJ_EIGNORED, "keep-alive"},
    {PJSIP_EINVALIDMSG, "syntax error"},
    {PJSIP_EMISSINGHDR, "a mandatory header is missing"},
    {PJSIP_EINVALIDHDR, "a mandatory header is bad"},
    {PJSIP_EINVALIDSTATUS, "a response with a bad status"},
    {PJSIP_ERXOVERFLOW, "too long"},
    {PJ_SUCCESS, "other"},
};

/* What PJSIP cannot read it throws away without an answer. Only the first line is kept, for the log. */
static void unread_on_dropped(pjsip_tp_dropped_data *data)
{
    unsigned i;
    size_t length = 0;
    int status;

    for (i = 0; unread_drops[i].status != PJ_SUCCESS && unread_drops[i].status != data->status; ++i)
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

/* The name of what gate.dropped counts; NULL behind the last one. */
static const char *unread_reason(unsigned index)
{
    return index < PJ_ARRAY_SIZE(unread_drops) ? unread_drops[index].reason : NULL;
}
