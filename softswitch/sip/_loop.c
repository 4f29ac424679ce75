/* What the event loop needs of PJSIP: the descriptor that becomes readable, the next timer, known hosts. */

#include <pjlib-util.h>

/* 0 silences PJSIP: what fails while it starts is told by exceptions, and libCreate greets everybody. */
static void log_level(int level)
{
    pj_log_set_level(level);
}

/* The epoll descriptor beneath PJSIP's SIP sockets, or -1. */
static int loop_descriptor(void)
{
    pj_ioqueue_t *ioqueue = pjsip_endpt_get_ioqueue(pjsua_get_pjsip_endpt());
    pj_oshandle_t handle = ioqueue ? pj_ioqueue_get_os_handle(ioqueue) : NULL;

    return handle ? *(int *)handle : -1;
}

/* Milliseconds until PJSIP's earliest timer, 0 when it is due, -1 when there is none. */
static long loop_next_timer(void)
{
    pj_timer_heap_t *heap = pjsip_endpt_get_timer_heap(pjsua_get_pjsip_endpt());
    pj_time_val due, now;

    if (pj_timer_heap_count(heap) == 0 || pj_timer_heap_earliest_time(heap, &due) != PJ_SUCCESS)
        return -1;
    pj_gettickcount(&now);
    PJ_TIME_VAL_SUB(due, now);
    return due.sec < 0 ? 0 : PJ_TIME_VAL_MSEC(due);
}

static pj_status_t loop_add_record(pj_dns_resolver *resolver, pj_dns_parsed_rr *record)
{
    pj_dns_parsed_query query = {record->name, record->type, 1};
    pj_dns_parsed_packet packet;

    pj_bzero(&packet, sizeof(packet));
    packet.hdr.flags = PJ_DNS_SET_QR(1);
    packet.hdr.qdcount = packet.hdr.anscount = 1;
    packet.q = &query;
    packet.ans = record;
    record->dnsclass = 1;
    return pj_dns_resolver_add_entry(resolver, &packet, PJ_FALSE);
}

/* Teach PJSIP's resolver a name of /etc/hosts, which it does not read: the address, and that SIP is served
 * there on the default port (RFC 3263 asks for that first). Returns a PJSIP status. */
static int loop_add_host(const char *name, const char *address)
{
    static const char *const services[] = {"_sip._udp.%s", "_sip._tcp.%s"};
    pj_dns_resolver *resolver = pjsip_endpt_get_resolver(pjsua_get_pjsip_endpt());
    pj_dns_parsed_rr record;
    pj_str_t text = pj_str((char *)address);
    char service[PJ_MAX_HOSTNAME + 16];
    pj_status_t status;
    unsigned i;

    if (!resolver)
        return PJ_EINVALIDOP;
    pj_bzero(&record, sizeof(record));
    record.name = pj_str((char *)name);
    record.type = PJ_DNS_TYPE_A;
    status = pj_inet_pton(pj_AF_INET(), &text, &record.rdata.a.ip_addr);
    if (status == PJ_SUCCESS)
        status = loop_add_record(resolver, &record);
    for (i = 0; i < PJ_ARRAY_SIZE(services) && status == PJ_SUCCESS; ++i) {
        pj_ansi_snprintf(service, sizeof(service), services[i], name);
        pj_bzero(&record, sizeof(record));
        record.name = pj_str(service);
        record.type = PJ_DNS_TYPE_SRV;
        record.rdata.srv.port = 5060;
        record.rdata.srv.target = pj_str((char *)name);
        status = loop_add_record(resolver, &record);
    }
    return status;
}
