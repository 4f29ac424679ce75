/* The shield: what hostile networks send is thrown away here, before it costs a transaction or a word of Python.
 *
 * A module before the transactions looks at requests that belong to no call and no transaction, in this order:
 * banned sources, the listener's networks, scanners, too many from one source, too many in all, a loop that is
 * late. Python fills the tables and reads the counters. Responses, and requests that belong to what is there,
 * always pass.
 */

#include <time.h>

enum {
    SHIELD_LISTENERS = 32,
    SHIELD_NETWORKS = 2048,
    SHIELD_SCANNERS = 64,
    SHIELD_ANSWERED = 3,        /* of a source that sends too much, so many are told; the rest is silence */
};

typedef struct {
    unsigned char address[ADDRESS_SIZE];
    unsigned bits;
    int kind;
    int listener;
} shield_network;

typedef struct {
    unsigned char address[ADDRESS_SIZE];
    int any;
    int transport;
    int port;
    int has_allowed;
} shield_listener;

typedef struct {
    double source_rate, source_burst, all_rate, all_burst;
    int late;
    unsigned retry_after;
    unsigned long long counts[7];
    char last_source[64];
} shield_state;

enum {
    SHIELD_BANNED, SHIELD_DENIED, SHIELD_SCANNER, SHIELD_SOURCE, SHIELD_ALL, SHIELD_LATE,
    SHIELD_CONNECTIONS,         /* counted in _tcp.c */
};

static const char *const shield_reasons[] = {
    "banned", "denied", "scanner", "source over its rate", "all over the rate", "loop late",
    "too many connections",
};

/* What a network is for. */
enum { SHIELD_ALLOW, SHIELD_DENY, SHIELD_TRUST, SHIELD_PEER };

static shield_state shield;
static address_table shield_bans = {0, 4096, NULL}, shield_known = {0, 32768, NULL};
static shield_network shield_networks[SHIELD_NETWORKS];
static unsigned shield_network_count;
static shield_listener shield_listeners[SHIELD_LISTENERS];
static unsigned shield_listener_count;
static char shield_scanners[SHIELD_SCANNERS][64];
static unsigned shield_scanner_count;
static token_bucket shield_all;

/* Monotonic, in seconds; Python's time.monotonic() reads the same clock. */
static double shield_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- networks -------------------------------------------------------------------------------- */

static int shield_within(const unsigned char *address, const shield_network *network)
{
    unsigned whole = network->bits / 8, rest = network->bits % 8;

    if (address_is_ipv4(address) != (network->bits >= 96 && address_is_ipv4(network->address)))
        return 0;  /* ::/0 is all of IPv6, and not IPv4 */
    return memcmp(address, network->address, whole) == 0 &&
           (!rest || ((address[whole] ^ network->address[whole]) >> (8 - rest)) == 0);
}

static int shield_is_in(const unsigned char *address, int kind, int listener)
{
    unsigned i;

    for (i = 0; i < shield_network_count; ++i)
        if (shield_networks[i].kind == kind && shield_networks[i].listener == listener &&
            shield_within(address, &shield_networks[i]))
            return 1;
    return 0;
}

/* Never banned, and without limits. */
static int shield_is_trusted(const unsigned char *address)
{
    return shield_is_in(address, SHIELD_TRUST, -1) || shield_is_in(address, SHIELD_PEER, -1);
}

/* ---- limits ---------------------------------------------------------------------------------- */

/* One more new request of a source: 0, or 503 for those that are told, or -1 for silence. */
static int shield_source_over(const unsigned char *source, double now)
{
    token_bucket *bucket;

    if (shield.source_rate <= 0)
        return 0;
    bucket = bucket_of(source, shield.source_burst, now);
    if (!bucket_take(bucket, shield.source_rate, shield.source_burst, now))
        return bucket->refused++ < SHIELD_ANSWERED ? PJSIP_SC_SERVICE_UNAVAILABLE : -1;
    if (bucket->tokens >= shield.source_burst / 2)
        bucket->refused = 0;
    return 0;
}

/* ---- judging a request ----------------------------------------------------------------------- */

/* Whether there is a dialog or a transaction for it: then it is nothing new, and everybody waits for it. */
static int shield_belongs(pjsip_rx_data *rdata)
{
    const pjsip_method *method = &rdata->msg_info.cseq->method;
    pj_str_t key;

    if (rdata->msg_info.to->tag.slen &&
        pjsip_ua_find_dialog(&rdata->msg_info.cid->id, &rdata->msg_info.to->tag, &rdata->msg_info.from->tag, PJ_FALSE))
        return 1;
    if (method->id == PJSIP_CANCEL_METHOD || method->id == PJSIP_ACK_METHOD)
        method = pjsip_get_invite_method();
    return pjsip_tsx_create_key(rdata->tp_info.pool, &key, PJSIP_ROLE_UAS, method, rdata) == PJ_SUCCESS &&
           pjsip_tsx_layer_find_tsx(&key, PJ_FALSE) != NULL;
}

static int shield_is_denied(const pjsip_transport *transport, const unsigned char *address)
{
    unsigned char local[ADDRESS_SIZE];
    int kind = transport->key.type & ~PJSIP_TRANSPORT_IPV6, port = pj_sockaddr_get_port(&transport->local_addr);
    unsigned i;

    address_read(&transport->local_addr, local);
    for (i = 0; i < shield_listener_count; ++i) {
        const shield_listener *listener = &shield_listeners[i];
        if (listener->transport != kind || listener->port != port ||
            (listener->any ? address_is_ipv4(listener->address) != address_is_ipv4(local)
                           : memcmp(listener->address, local, ADDRESS_SIZE) != 0))
            continue;
        return shield_is_in(address, SHIELD_DENY, (int)i) ||
               (listener->has_allowed && !shield_is_in(address, SHIELD_ALLOW, (int)i));
    }
    return 0;
}

/* The scanners' names are in lower case already. */
static int shield_contains(const pj_str_t *text, const char *part)
{
    size_t length = strlen(part), at, i;

    for (at = 0; at + length <= (size_t)text->slen; ++at) {
        for (i = 0; i < length && pj_tolower((unsigned char)text->ptr[at + i]) == part[i]; ++i)
            ;
        if (i == length)
            return 1;
    }
    return 0;
}

static int shield_is_scanner(const pjsip_rx_data *rdata)
{
    static const pj_str_t name = {"User-Agent", 10};
    const pjsip_generic_string_hdr *agent = pjsip_msg_find_hdr_by_name(rdata->msg_info.msg, &name, NULL);
    unsigned i;

    for (i = 0; agent && i < shield_scanner_count; ++i)
        if (shield_contains(&agent->hvalue, shield_scanners[i]))
            return 1;
    return 0;
}

/* What asks for nothing new. Whoever makes up a To tag has not come in by it. */
static int shield_is_of_a_call(pjsip_rx_data *rdata)
{
    int method = rdata->msg_info.msg->line.req.method.id;

    return method == PJSIP_ACK_METHOD ||
           ((method == PJSIP_BYE_METHOD || method == PJSIP_CANCEL_METHOD || rdata->msg_info.to->tag.slen) &&
            shield_belongs(rdata));
}

/* Why a new request is not wanted, -1 when it is; `status`: what to answer, 0 for nothing. */
static int shield_judge(pjsip_rx_data *rdata, const unsigned char *address, int *status)
{
    int trusted = shield_is_trusted(address);
    int method = rdata->msg_info.msg->line.req.method.id, over;
    unsigned char source[ADDRESS_SIZE];
    double now = shield_now();
    const address_entry *ban;

    address_source(address, source);
    ban = trusted ? NULL : address_find(&shield_bans, source);
    *status = 0;
    if (ban && ban->until > now)
        return SHIELD_BANNED;
    if (shield_is_denied(rdata->tp_info.transport, address))
        return SHIELD_DENIED;
    if (!trusted && shield_is_scanner(rdata))
        return SHIELD_SCANNER;
    if (shield_is_of_a_call(rdata))
        return -1;
    if (!trusted && (over = shield_source_over(source, now))) {
        *status = over > 0 ? over : 0;
        return SHIELD_SOURCE;
    }
    *status = PJSIP_SC_SERVICE_UNAVAILABLE;
    if (!trusted && shield.all_rate > 0 && !address_find(&shield_known, source) &&
        !bucket_take(&shield_all, shield.all_rate, shield.all_burst, now))
        return SHIELD_ALL;  /* a flood of made-up sources; our phones, which have limits of their own, are not in it */
    return method == PJSIP_INVITE_METHOD && shield.late && !room_is_emergency(rdata) ? SHIELD_LATE : -1;
}

static void shield_answer(pjsip_rx_data *rdata, int status)
{
    pjsip_retry_after_hdr *later = pjsip_retry_after_hdr_create(rdata->tp_info.pool, (int)shield.retry_after);
    pjsip_hdr headers;

    pj_list_init(&headers);
    pj_list_push_back(&headers, later);
    pjsip_endpt_respond_stateless(pjsua_get_pjsip_endpt(), rdata, status, NULL, &headers, NULL);
}

static pj_bool_t shield_on_rx_request(pjsip_rx_data *rdata)
{
    unsigned char address[ADDRESS_SIZE];
    int status, reason;

    address_read(&rdata->pkt_info.src_addr, address);
    reason = shield_judge(rdata, address, &status);
    if (reason < 0 || shield_belongs(rdata))
        return PJ_FALSE;
    ++shield.counts[reason];
    pj_ansi_snprintf(shield.last_source, sizeof(shield.last_source), "%s", rdata->pkt_info.src_name);
    if (status)
        shield_answer(rdata, status);
    return PJ_TRUE;
}

static pjsip_module shield_module = {
    .name = {"mod-softswitch-shield", 21},
    .id = -1,
    /* Before the transactions, and before whatever else stands there. */
    .priority = PJSIP_MOD_PRIORITY_TSX_LAYER - 2,
    .on_rx_request = &shield_on_rx_request,
};

/* Whether somebody is one of ours: a registered phone, or within the networks of a trunk. */
static int shield_knows(const pj_sockaddr *from)
{
    unsigned char address[ADDRESS_SIZE], source[ADDRESS_SIZE];

    address_read(from, address);
    address_source(address, source);
    return address_find(&shield_known, source) || shield_is_in(address, SHIELD_PEER, -1);
}

/* ---- for Python ------------------------------------------------------------------------------ */

static void shield_ban(const unsigned char *source, double until)
{
    address_insert(&shield_bans, source, until);
}

static void shield_unban(const unsigned char *source)
{
    address_delete(&shield_bans, source);
}

static void shield_know(const unsigned char *source)
{
    address_insert(&shield_known, source, INFINITY);
}

static void shield_unknow(const unsigned char *source)
{
    address_delete(&shield_known, source);
}

/* All networks, listeners and scanners go, and come again: a reload happens between two packets. */
static void shield_clear(void)
{
    shield_network_count = shield_listener_count = shield_scanner_count = 0;
}

/* Returns its number, -1 when there is no room, as the next two. */
static int shield_add_listener(int transport, const unsigned char *address, int any, int port, int has_allowed)
{
    shield_listener *listener = &shield_listeners[shield_listener_count];

    if (shield_listener_count == SHIELD_LISTENERS)
        return -1;
    memcpy(listener->address, address, ADDRESS_SIZE);
    listener->any = any;
    listener->transport = transport;
    listener->port = port;
    listener->has_allowed = has_allowed;
    return (int)shield_listener_count++;
}

static int shield_add_network(int kind, int listener, const unsigned char *address, unsigned bits)
{
    shield_network *network = &shield_networks[shield_network_count];

    if (shield_network_count == SHIELD_NETWORKS || bits > 8 * ADDRESS_SIZE)
        return -1;
    memcpy(network->address, address, ADDRESS_SIZE);
    network->bits = bits;
    network->kind = kind;
    network->listener = listener;
    return (int)shield_network_count++;
}

static int shield_add_scanner(const char *name)
{
    if (shield_scanner_count == SHIELD_SCANNERS || strlen(name) >= sizeof(shield_scanners[0]))
        return -1;
    strcpy(shield_scanners[shield_scanner_count], name);
    return (int)shield_scanner_count++;
}

/* A limit of 0 is none. Buckets begin full. */
static void shield_limit(double source_rate, double source_burst, double all_rate, double all_burst)
{
    shield.source_rate = source_rate;
    shield.source_burst = source_burst;
    shield.all_rate = all_rate;
    shield.all_burst = all_burst;
    memset(bucket_sets, 0, sizeof(bucket_sets));
    shield_all.at = shield_now();
    shield_all.tokens = all_burst;
}

/* Takes its place; counters start at nought. Returns a PJSIP status. */
static int shield_open(unsigned long long secret)
{
    pj_bzero(&shield, sizeof(shield));
    shield.retry_after = 10;
    bucket_secret = secret;
    shield_bans.count = shield_known.count = 0;
    shield_clear();
    shield_module.id = -1;
    return pjsip_endpt_register_module(pjsua_get_pjsip_endpt(), &shield_module);
}

static void shield_close(void)
{
    pjsip_endpoint *endpoint = pjsua_get_pjsip_endpt();

    if (endpoint && shield_module.id >= 0)
        pjsip_endpt_unregister_module(endpoint, &shield_module);
}

/* The name of what shield.counts counts; NULL behind the last one. */
static const char *shield_reason(unsigned index)
{
    return index < PJ_ARRAY_SIZE(shield_reasons) ? shield_reasons[index] : NULL;
}
