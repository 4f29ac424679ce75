/* Whether there is room for one more call, and who was turned away. Emergency numbers are let on to Python however
 * full it is: there an agent's call goes through, and anybody else's is turned away after all (gate.py). */

#define ROOM_EMERGENCIES 16

enum { ROOM_DRAINING, ROOM_CALLS, ROOM_LEGS, ROOM_PORTS, ROOM_REASONS };

static const char *const room_reasons[ROOM_REASONS] = {"draining", "max_calls", "legs", "rtp_ports"};

typedef struct {
    unsigned count;
    char numbers[ROOM_EMERGENCIES][32];
} room_state;

static room_state room;

/* In PJSUA's words: what there is no more of, or -1. */
static int room_lacks(void)
{
    if (gate.draining)
        return ROOM_DRAINING;
    if (gate.callers >= gate.max_callers)
        return ROOM_CALLS;
    if (pjsua_var.call_cnt + gate.reserve >= pjsua_var.ua_cfg.max_calls)
        return ROOM_LEGS;
    return legs_find_port(-1) ? -1 : ROOM_PORTS;
}

/* Whether the request URI, a sip: or a tel: one, dials one of the emergency numbers. */
static int room_is_emergency(const pjsip_rx_data *rdata)
{
    const pjsip_uri *uri = pjsip_uri_get_uri(rdata->msg_info.msg->line.req.uri);
    const pj_str_t *dialled = NULL;
    unsigned i;

    if (PJSIP_URI_SCHEME_IS_SIP(uri) || PJSIP_URI_SCHEME_IS_SIPS(uri))
        dialled = &((const pjsip_sip_uri *)uri)->user;
    else if (PJSIP_URI_SCHEME_IS_TEL(uri))
        dialled = &((const pjsip_tel_uri *)uri)->number;
    for (i = 0; dialled && i < room.count; ++i)
        if (pj_strcmp2(dialled, room.numbers[i]) == 0)
            return 1;
    return 0;
}

/* ---- for Python ------------------------------------------------------------------------------ */

static const char *room_reason(int reason)
{
    return reason >= 0 && reason < ROOM_REASONS ? room_reasons[reason] : NULL;
}

static void room_forget_emergencies(void)
{
    room.count = 0;
}

/* As it is dialled; returns 0 where there is no place for one more. */
static int room_add_emergency(const char *number)
{
    if (room.count == ROOM_EMERGENCIES || strlen(number) >= sizeof(room.numbers[0]))
        return 0;
    strcpy(room.numbers[room.count++], number);
    return 1;
}
