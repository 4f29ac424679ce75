/* What PJSUA knows of a leg, read straight from its tables, and the callbacks that are kept from Python.
 *
 * pjsua2 answers every callback of PJSUA by copying whole SIP messages and entering Python, wanted or
 * not. Here those that nobody listens to are taken out, and three are answered in C: a stream's birth and
 * end, a redirection, and a digit, which comes on a media thread (law 2).
 */

#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <pjsua-lib/pjsua.h>
#include <pjsua-lib/pjsua_internal.h>

typedef struct {
    int state;
    int code;
    int slot;
    int media;
    unsigned streams;
} leg_view;

typedef struct {
    char codec[40];
    unsigned received, sent, lost;
    unsigned late;
    unsigned jitter;
    unsigned buffered;
    unsigned round_trip;
    int encrypted;
    unsigned strangers;
    unsigned reports;
    unsigned far_lost;
    unsigned far_jitter;
} leg_quality;

/* A slot of PJSUA is used by one leg after another; the serial number tells them apart. */
typedef struct {
    unsigned serial;
    unsigned streams;
    leg_quality past;           /* of streams that have ended */
    unsigned digit_time;        /* RTP time at which the last press began */
    char digit;
    int tells_keys;             /* by telephone-event or INFO: tones in its sound are not taken for keys any more */
    char tone;                  /* the last key that was heard in its sound */
    pj_timestamp tone_time;
    char told;                  /* the last that came another way */
    pj_timestamp told_time;
    pj_sockaddr peer;           /* where its signalling comes from */
    int redirect_status;
    char redirect_target[256];
} leg_record;

static leg_record leg_records[PJSUA_MAX_CALLS];
static unsigned leg_last_serial;

static int leg_exists(int call)
{
    return call >= 0 && call < (int)pjsua_var.ua_cfg.max_calls && call < PJSUA_MAX_CALLS;
}

static unsigned leg_serial_of(int call)
{
    return leg_exists(call) ? leg_records[call].serial : 0;
}

/* In _presses.c. */
static void leg_on_digit(pjsua_call_id call, const pjsua_dtmf_event *event);
static void presses_open(int wake);
static void presses_begin(leg_record *record, unsigned serial);

/* In _measure.c. */
static void leg_add_stream(leg_quality *total, pjmedia_stream *stream);

/* In _strangers.c. */
static void strangers_introduce(int id);
static unsigned strangers_counted(const pjsua_call_media *media);

/* ---- callbacks ------------------------------------------------------------------------------- */

static void leg_on_stream_created(pjsua_call_id call, pjsua_on_stream_created_param *param)
{
    PJ_UNUSED_ARG(param);
    if (leg_exists(call)) {
        ++leg_records[call].streams;
        strangers_introduce(call);
    }
}

static int leg_is_encrypted(const pjsua_call_media *media)
{
    pjmedia_transport_info info;
    const pjmedia_srtp_info *srtp;

    pjmedia_transport_info_init(&info);
    if (!media->tp || pjmedia_transport_get_info(media->tp, &info) != PJ_SUCCESS)
        return 0;
    srtp = pjmedia_transport_info_get_spc_info(&info, PJMEDIA_TRANSPORT_TYPE_SRTP);
    return srtp && srtp->active;
}

static void leg_on_stream_destroyed(pjsua_call_id call, pjmedia_stream *stream, unsigned index)
{
    if (leg_exists(call)) {
        leg_add_stream(&leg_records[call].past, stream);
        if (index < pjsua_var.calls[call].med_cnt) {
            leg_records[call].past.encrypted |= leg_is_encrypted(&pjsua_var.calls[call].media[index]);
            leg_records[call].past.strangers = strangers_counted(&pjsua_var.calls[call].media[index]);
        }
    }
}

/* Dialling the new target is the switch's business: the leg ends, its status and target are kept. */
static pjsip_redirect_op leg_on_redirected(pjsua_call_id call, const pjsip_uri *target, const pjsip_event *event)
{
    leg_record *record;
    int length;

    if (!leg_exists(call))
        return PJSIP_REDIRECT_STOP;
    record = &leg_records[call];
    record->redirect_status = event && event->type == PJSIP_EVENT_TSX_STATE
                                  ? event->body.tsx_state.tsx->status_code : PJSIP_SC_MOVED_TEMPORARILY;
    length = target ? pjsip_uri_print(PJSIP_URI_IN_REQ_URI, target, record->redirect_target,
                                      sizeof(record->redirect_target) - 1) : 0;
    record->redirect_target[length > 0 ? length : 0] = '\0';
    return PJSIP_REDIRECT_STOP;
}

/* By which account the next call comes in. PJSUA would go by its To header, which anybody can write. */
static int leg_incoming_account = PJSUA_INVALID_ID;

static void legs_come_in_by(int account)
{
    leg_incoming_account = account;
}

/* The account that does over IPv6 what another does over IPv4; 0: there is none. */
static pjsua_acc_id leg_ipv6_account[PJSUA_MAX_ACC];

static void legs_pair(int account, int ipv6)
{
    if (account >= 0 && account < PJSUA_MAX_ACC)
        leg_ipv6_account[account] = ipv6;
}

/* Whether an offer wants sound over IPv6; without one, whether it came so. */
static int leg_wants_ipv6(const pjsip_rx_data *rdata)
{
    const pj_str_t ipv6 = {"c=IN IP6", 8};
    const pjsip_msg_body *body = rdata->msg_info.msg->body;
    pj_str_t text;

    if (!body || !body->len)
        return (rdata->tp_info.transport->key.type & PJSIP_TRANSPORT_IPV6) != 0;
    text = (pj_str_t){body->data, (pj_ssize_t)body->len};
    return pj_strstr(&text, &ipv6) != NULL;
}

static void leg_on_account_wanted(const pjsip_rx_data *rdata, pjsua_acc_id *account)
{
    *account = pjsua_acc_is_valid(leg_incoming_account) ? leg_incoming_account : pjsua_acc_get_default();
    if (leg_ipv6_account[*account] && leg_wants_ipv6(rdata))
        *account = leg_ipv6_account[*account];
    legs_find_port(*account);
}

/* ---- for Python ------------------------------------------------------------------------------ */

/* Call after libInit: four callbacks go on to pjsua2 and Python, the rest is answered here or not at all. */
static void legs_install(int wake)
{
    pjsua_callback *callbacks = &pjsua_var.ua_cfg.cb;
    pjsua_callback kept;

    pj_bzero(&kept, sizeof(kept));
    kept.on_incoming_call = callbacks->on_incoming_call;
    kept.on_call_state = callbacks->on_call_state;
    kept.on_call_media_state = callbacks->on_call_media_state;
    kept.on_reg_state2 = callbacks->on_reg_state2;
    kept.on_stream_created2 = &leg_on_stream_created;
    kept.on_stream_destroyed = &leg_on_stream_destroyed;
    kept.on_call_redirected = &leg_on_redirected;
    kept.on_dtmf_event = &leg_on_digit;
    kept.on_acc_find_for_incoming = &leg_on_account_wanted;
    *callbacks = kept;
    pj_bzero(leg_ipv6_account, sizeof(leg_ipv6_account));
    if (pjsua_var.mconf)
        pjmedia_conf_set_op_cb(pjsua_var.mconf, NULL);

    presses_open(wake);
}

/* A new leg has this slot from now on; returns its serial number, never 0. */
static unsigned legs_attach(int call)
{
    leg_record *record;

    if (!leg_exists(call))
        return 0;
    record = &leg_records[call];
    presses_begin(record, ++leg_last_serial ? leg_last_serial : ++leg_last_serial);
    return record->serial;
}

static pjsua_call_media *leg_audio(pjsua_call *call)
{
    int index = call->audio_idx;

    return index >= 0 && index < (int)call->med_cnt && call->media[index].type == PJMEDIA_TYPE_AUDIO
               ? &call->media[index] : NULL;
}

static void legs_look(int id, leg_view *view)
{
    pjsua_call *call;
    pjsua_call_media *audio;

    *view = (leg_view){PJSIP_INV_STATE_DISCONNECTED, 0, PJSUA_INVALID_ID, PJSUA_CALL_MEDIA_NONE, 0};
    if (!leg_exists(id))
        return;
    call = &pjsua_var.calls[id];
    view->streams = leg_records[id].streams;
    view->code = call->last_code;
    if (call->inv && !call->hanging_up) {
        view->state = call->inv->state;
        if (call->inv->state == PJSIP_INV_STATE_DISCONNECTED && call->inv->cause)
            view->code = call->inv->cause;
    }
    audio = leg_audio(call);
    if (audio && !call->hanging_up) {
        view->slot = audio->strm.a.conf_slot;
        view->media = audio->state;
    }
}

static void legs_measure(int id, leg_quality *quality)
{
    pjsua_call_media *audio;

    pj_bzero(quality, sizeof(*quality));
    if (!leg_exists(id))
        return;
    *quality = leg_records[id].past;
    audio = leg_audio(&pjsua_var.calls[id]);
    if (audio) {
        leg_add_stream(quality, audio->strm.a.stream);
        quality->encrypted |= leg_is_encrypted(audio);
        quality->strangers = PJ_MAX(quality->strangers, strangers_counted(audio));
    }
}

/* Whether anything at all has come back on an INVITE, 100 Trying too. */
static int legs_heard(int id)
{
    const pjsua_call *call;

    if (!leg_exists(id))
        return 1;
    call = &pjsua_var.calls[id];
    return !call->inv || !call->inv->invite_tsx || call->inv->invite_tsx->status_code >= 100;
}

/* The reason phrase of the response that ended the leg; returns its length. */
static int legs_reason(int id, char *text, size_t size)
{
    const pj_str_t *phrase;
    pjsua_call *call;

    if (!leg_exists(id))
        return 0;
    call = &pjsua_var.calls[id];
    phrase = call->inv && call->inv->cause_text.slen ? &call->inv->cause_text : &call->last_text;
    return (int)pj_ansi_strxcpy2(text, phrase, size);
}

/* PJSUA has been created and not destroyed. */
static int legs_library_runs(void)
{
    return pjsua_get_state() != PJSUA_STATE_NULL;
}

/* pj::Call's destructor lets go of its slot, and hangs up whoever has it by then: only call it while nobody
 * else does. */
static int legs_may_forget(int id, unsigned serial)
{
    const pjsua_call *call;

    if (!leg_exists(id))
        return 1;
    call = &pjsua_var.calls[id];
    return leg_records[id].serial == serial || (!call->inv && !call->async_call.dlg);
}

/* Points an account (-1: the default one) at a free pair of RTP ports, or returns 0 when there is none.
 *
 * PJSUA goes through the range round and round, tries a hundred pairs and gives up, which is not enough to
 * get past a few thousand callers on hold. All accounts share one range, and go on where the last one was.
 * Only the port for RTP is tried: the next one goes with it. */
static int legs_find_port(int id)
{
    static pjsua_acc *last;
    pjsua_acc *account = &pjsua_var.acc[pjsua_acc_is_valid(id) ? id : pjsua_acc_get_default()];
    const pjsua_transport_config *range = &account->cfg.rtp_cfg;
    unsigned tries = range->port_range / 2 + 1;
    unsigned port = (last ? last : account)->next_rtp_port;
    int family = account->cfg.ipv6_media_use == PJSUA_IPV6_DISABLED ? pj_AF_INET() : pj_AF_INET6();
    pj_sockaddr address;

    pj_sockaddr_init(family, &address, range->bound_addr.slen ? &range->bound_addr : NULL, 0);
    for (; tries > 0; --tries, port += 2) {
        pj_sock_t probe;
        pj_status_t status;

        if (port < range->port || port > range->port + range->port_range)
            port = range->port;
        if (pj_sock_socket(family, pj_SOCK_DGRAM() | pj_SOCK_CLOEXEC(), 0, &probe) != PJ_SUCCESS)
            return 0;
        pj_sockaddr_set_port(&address, (pj_uint16_t)port);
        status = pj_sock_bind(probe, &address, pj_sockaddr_get_len(&address));
        pj_sock_close(probe);
        if (status == PJ_SUCCESS) {
            account->next_rtp_port = (pj_uint16_t)port;
            last = account;
            return (int)port;
        }
    }
    return 0;
}

/* The routes of the call that is being dialled. */
static struct {
    pj_pool_t *pool;
    pjsip_route_hdr *hops[8];
    unsigned count;
} leg_route;

static void legs_route_over(void)
{
    while (leg_route.count > 0)
        pj_list_erase(leg_route.hops[--leg_route.count]);
    pj_pool_safe_release(&leg_route.pool);
}

/* What this account dials next goes by these routes (the value of a Route header, or "") until
 * legs_route_over(): PJSUA knows routes of accounts, not of calls, and copies them into the dialog. Returns 0, or
 * a PJSIP status for routes that do not parse. */
static int legs_route(int account, const char *routes)
{
    const pj_str_t name = {"Route", 5};
    pjsip_route_hdr *first, *each;
    char *text;

    if (!*routes)
        return PJ_SUCCESS;
    leg_route.pool = pjsua_pool_create("route", 1000, 1000);
    text = pj_pool_alloc(leg_route.pool, strlen(routes) + 1);
    strcpy(text, routes);
    first = pjsip_parse_hdr(leg_route.pool, &name, text, strlen(text), NULL);
    for (each = first; each && leg_route.count < PJ_ARRAY_SIZE(leg_route.hops);
         each = each->next == first ? NULL : each->next)
        leg_route.hops[leg_route.count++] = each;
    if (!first || each || !pjsua_acc_is_valid(account)) {
        leg_route.count = 0;
        pj_pool_safe_release(&leg_route.pool);
        return PJSIP_EINVALIDHDR;
    }
    for (unsigned i = leg_route.count; i-- > 0;)
        pj_list_push_front(&pjsua_var.acc[account].route_set, leg_route.hops[i]);
    return PJ_SUCCESS;
}

/* Slots of PJSUA that are taken, also by legs that wait for the answer to their BYE. */
static unsigned legs_in_use(void)
{
    return pjsua_call_get_count();
}
