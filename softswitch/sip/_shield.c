/* The shield: what hostile networks send is thrown away here, before it costs a transaction or a word of Python.
 *
 * A module before the transactions looks at requests that belong to no call and no transaction, in this order:
 * banned sources, the listener's networks, scanners, too many from one source, too many in all, a loop that is
 * late. Python fills the tables and reads the counters. Responses, and requests that belong to what is there,
 * always pass.
 *
 * An address is 16 octets, IPv4 mapped into IPv6 (RFC 4291 2.5.5.2). A source is an IPv4 address or an IPv6
 * network of 64 bits: who has one address there has all of them.
 */

#include <math.h>
#include <time.h>

enum {
    SHIELD_ADDRESS = 16,
    SHIELD_LISTENERS = 32,
    SHIELD_NETWORKS = 2048,
    SHIELD_SCANNERS = 64,
    SHIELD_WAYS = 8,
    SHIELD_SETS = 4096,         /* a power of two; with the ways, sources that are remembered */
    SHIELD_ANSWERED = 3,        /* of a source that sends too much, so many are told; the rest is silence */
};

typedef struct {
    unsigned char address[SHIELD_ADDRESS];
    double until;
} shield_entry;

/* Sources in order, to be found by halving. */
typedef struct {
    unsigned count, room;
    shield_entry *entries;
} shield_sources;

typedef struct {
    unsigned char address[SHIELD_ADDRESS];
    unsigned bits;
    int kind;
    int listener;
} shield_network;

typedef struct {
    unsigned char address[SHIELD_ADDRESS];
    int any;
    int transport;
    int port;
    int has_allowed;
} shield_listener;

typedef struct {
    unsigned char address[SHIELD_ADDRESS];
    double at;
    double tokens;
    unsigned refused;
} shield_bucket;

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
static shield_sources shield_bans = {0, 4096, NULL}, shield_known = {0, 32768, NULL};
static shield_network shield_networks[SHIELD_NETWORKS];
static unsigned shield_network_count;
static shield_listener shield_listeners[SHIELD_LISTENERS];
static unsigned shield_listener_count;
static char shield_scanners[SHIELD_SCANNERS][64];
static unsigned shield_scanner_count;
static shield_bucket shield_buckets[SHIELD_SETS][SHIELD_WAYS], shield_all;
static pj_uint64_t shield_secret;

/* ---- addresses ------------------------------------------------------------------------------- */

/* Monotonic, in seconds; Python's time.monotonic() reads the same clock. */
static double shield_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int shield_is_ipv4(const unsigned char *address)
{
    static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255};

    return memcmp(address, mapped, sizeof(mapped)) == 0;
}

static void shield_read_address(const pj_sockaddr *from, unsigned char *address)
{
    if (from->addr.sa_family == pj_AF_INET6()) {
        memcpy(address, &from->ipv6.sin6_addr, SHIELD_ADDRESS);
        return;
    }
    memset(address, 0, SHIELD_ADDRESS);
    address[10] = address[11] = 255;
    memcpy(address + 12, &from->ipv4.sin_addr, 4);
}

static void shield_source_of(const unsigned char *address, unsigned char *source)
{
    memcpy(source, address, SHIELD_ADDRESS);
    if (!shield_is_ipv4(address))
        memset(source + 8, 0, 8);
}

static int shield_within(const unsigned char *address, const shield_network *network)
{
    unsigned whole = network->bits / 8, rest = network->bits % 8;

    if (shield_is_ipv4(address) != (network->bits >= 96 && shield_is_ipv4(network->address)))
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

/* ---- sources in order ------------------------------------------------------------------------ */

static unsigned shield_place(const shield_sources *sources, const unsigned char *source)
{
    unsigned low = 0, high = sources->count;

    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (memcmp(sources->entries[middle].address, source, SHIELD_ADDRESS) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static shield_entry *shield_find(const shield_sources *sources, const unsigned char *source)
{
    unsigned place = shield_place(sources, source);

    if (place < sources->count && memcmp(sources->entries[place].address, source, SHIELD_ADDRESS) == 0)
        return &sources->entries[place];
    return NULL;
}

static void shield_remove_at(shield_sources *sources, unsigned place)
{
    memmove(&sources->entries[place], &sources->entries[place + 1],
            (--sources->count - place) * sizeof(shield_entry));
}

/* When there is no room, the one that would go first goes now. */
static int shield_insert(shield_sources *sources, const unsigned char *source, double until)
{
    shield_entry *entry = shield_find(sources, source);
    unsigned place, i, first = 0;

    if (entry) {
        entry->until = until;
        return 0;
    }
    if (!sources->entries && !(sources->entries = calloc(sources->room, sizeof(shield_entry))))
        return -1;
    if (sources->count == sources->room) {
        for (i = 1; i < sources->count; ++i)
            if (sources->entries[i].until < sources->entries[first].until)
                first = i;
        shield_remove_at(sources, first);
    }
    place = shield_place(sources, source);
    memmove(&sources->entries[place + 1], &sources->entries[place],
            (sources->count++ - place) * sizeof(shield_entry));
    memcpy(sources->entries[place].address, source, SHIELD_ADDRESS);
    sources->entries[place].until = until;
    return 0;
}

static void shield_delete(shield_sources *sources, const unsigned char *source)
{
    const shield_entry *entry = shield_find(sources, source);

    if (entry)
        shield_remove_at(sources, (unsigned)(entry - sources->entries));
}

/* ---- token buckets --------------------------------------------------------------------------- */

static int shield_take(shield_bucket *bucket, double rate, double burst, double now)
{
    if (now > bucket->at)
        bucket->tokens = fmin(burst, bucket->tokens + (now - bucket->at) * rate);
    bucket->at = now;
    if (bucket->tokens < 1)
        return 0;
    bucket->tokens -= 1;
    return 1;
}

/* Nobody outside can tell which sources share a set: the multiplier is secret. */
static unsigned shield_set_of(const unsigned char *source)
{
    pj_uint64_t high, low;

    memcpy(&high, source, 8);
    memcpy(&low, source + 8, 8);
    high = (high ^ shield_secret) * 0x9E3779B97F4A7C15ULL;
    low = (low ^ (high >> 29) ^ high) * (shield_secret | 1);
    low = (low ^ (low >> 32)) * 0xD6E8FEB86659FD93ULL;
    return (unsigned)(low >> 40) & (SHIELD_SETS - 1);
}

/* The bucket of a source; one that is new takes the place of the one unused for longest. */
static shield_bucket *shield_bucket_of(const unsigned char *source, double now)
{
    shield_bucket *set = shield_buckets[shield_set_of(source)], *oldest = set;
    unsigned i;

    for (i = 0; i < SHIELD_WAYS; ++i) {
        if (set[i].at > 0 && memcmp(set[i].address, source, SHIELD_ADDRESS) == 0)
            return &set[i];
        if (set[i].at < oldest->at)
            oldest = &set[i];
    }
    memcpy(oldest->address, source, SHIELD_ADDRESS);
    oldest->at = now;
    oldest->tokens = shield.source_burst;
    oldest->refused = 0;
    return oldest;
}

/* One more new request of a source: 0, or 503 for those that are told, or -1 for silence. */
static int shield_source_over(const unsigned char *source, double now)
{
    shield_bucket *bucket;

    if (shield.source_rate <= 0)
        return 0;
    bucket = shield_bucket_of(source, now);
    if (!shield_take(bucket, shield.source_rate, shield.source_burst, now))
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
    unsigned char local[SHIELD_ADDRESS];
    int kind = transport->key.type & ~PJSIP_TRANSPORT_IPV6, port = pj_sockaddr_get_port(&transport->local_addr);
    unsigned i;

    shield_read_address(&transport->local_addr, local);
    for (i = 0; i < shield_listener_count; ++i) {
        const shield_listener *listener = &shield_listeners[i];
        if (listener->transport != kind || listener->port != port ||
            (listener->any ? shield_is_ipv4(listener->address) != shield_is_ipv4(local)
                           : memcmp(listener->address, local, SHIELD_ADDRESS) != 0))
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
    unsigned char source[SHIELD_ADDRESS];
    double now = shield_now();
    const shield_entry *ban;

    shield_source_of(address, source);
    ban = trusted ? NULL : shield_find(&shield_bans, source);
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
    if (!trusted && shield.all_rate > 0 && !shield_find(&shield_known, source) &&
        !shield_take(&shield_all, shield.all_rate, shield.all_burst, now))
        return SHIELD_ALL;  /* a flood of made-up sources; our phones, which have limits of their own, are not in it */
    return method == PJSIP_INVITE_METHOD && shield.late ? SHIELD_LATE : -1;
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
    unsigned char address[SHIELD_ADDRESS];
    int status, reason;

    shield_read_address(&rdata->pkt_info.src_addr, address);
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
    unsigned char address[SHIELD_ADDRESS], source[SHIELD_ADDRESS];

    shield_read_address(from, address);
    shield_source_of(address, source);
    return shield_find(&shield_known, source) || shield_is_in(address, SHIELD_PEER, -1);
}

/* ---- for Python ------------------------------------------------------------------------------ */

static void shield_ban(const unsigned char *source, double until)
{
    shield_insert(&shield_bans, source, until);
}

static void shield_unban(const unsigned char *source)
{
    shield_delete(&shield_bans, source);
}

static void shield_know(const unsigned char *source)
{
    shield_insert(&shield_known, source, INFINITY);
}

static void shield_unknow(const unsigned char *source)
{
    shield_delete(&shield_known, source);
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
    memcpy(listener->address, address, SHIELD_ADDRESS);
    listener->any = any;
    listener->transport = transport;
    listener->port = port;
    listener->has_allowed = has_allowed;
    return (int)shield_listener_count++;
}

static int shield_add_network(int kind, int listener, const unsigned char *address, unsigned bits)
{
    shield_network *network = &shield_networks[shield_network_count];

    if (shield_network_count == SHIELD_NETWORKS || bits > 8 * SHIELD_ADDRESS)
        return -1;
    memcpy(network->address, address, SHIELD_ADDRESS);
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
    memset(shield_buckets, 0, sizeof(shield_buckets));
    shield_all.at = shield_now();
    shield_all.tokens = all_burst;
}

/* Takes its place; counters start at nought. Returns a PJSIP status. */
static int shield_open(unsigned long long secret)
{
    pj_bzero(&shield, sizeof(shield));
    shield.retry_after = 10;
    shield_secret = secret;
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
