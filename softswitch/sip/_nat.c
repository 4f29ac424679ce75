/* Phones behind NAT name an address in Contact that leads nowhere from here. What leads there is the way their
 * messages came, so the dialog gets that as its first hop, in the form of a Record-Route that is never printed:
 * PJSIP takes a dialog's route from this header (RFC 3261 12.1), and leaves out one whose URI says "hide". The
 * request URI stays what the phone called itself.
 *
 * Only a direct neighbour is helped: a proxy that wants to stay on the way says so by a Record-Route of its own.
 */

/* Whether an address is one that only its own network knows: RFC 1918, RFC 6598, RFC 4193, link-local, loopback. */
static int nat_is_private(const pj_str_t *host)
{
    pj_in_addr v4;
    pj_in6_addr v6;

    if (pj_inet_pton(pj_AF_INET(), host, &v4) == PJ_SUCCESS) {
        pj_uint32_t address = pj_ntohl(v4.s_addr);
        return address >> 24 == 10 || address >> 24 == 127 || address >> 20 == 0xAC1 || address >> 16 == 0xC0A8 ||
               address >> 22 == 0x191 || address >> 16 == 0xA9FE;
    }
    if (pj_inet_pton(pj_AF_INET6(), host, &v6) == PJ_SUCCESS) {
        const unsigned char *bytes = (const unsigned char *)&v6;
        return (bytes[0] & 0xFE) == 0xFC || (bytes[0] == 0xFE && (bytes[1] & 0xC0) == 0x80);
    }
    return 0;
}

/* Whether what Contact says does not lead back to where the message came from. */
static int nat_leads_astray(const pjsip_rx_data *rdata, const pjsip_sip_uri *contact)
{
    const pj_str_t source = {(char *)rdata->pkt_info.src_name, (pj_ssize_t)strlen(rdata->pkt_info.src_name)};
    int same_host = pj_stricmp(&contact->host, &source) == 0;
    int same_port = (contact->port ? contact->port : 5060) == rdata->pkt_info.src_port;

    if (same_host && same_port)
        return 0;
    /* Nobody can connect to a phone that only ever connects to us; its connection is there (RFC 5923). */
    if (PJSIP_TRANSPORT_IS_RELIABLE(rdata->tp_info.transport) &&
        rdata->tp_info.transport->dir == PJSIP_TP_DIR_INCOMING)
        return 1;
    return !same_host && nat_is_private(&contact->host);
}

/* For a message that makes a dialog, before PJSIP reads its headers. */
static void nat_reach_back(pjsip_rx_data *rdata)
{
    pjsip_msg *message = rdata->msg_info.msg;
    pj_pool_t *pool = rdata->tp_info.pool;
    pjsip_contact_hdr *contact = pjsip_msg_find_hdr(message, PJSIP_H_CONTACT, NULL);
    pjsip_param *hide;
    pjsip_rr_hdr *route;
    pjsip_sip_uri *uri;

    if (!contact || !contact->uri || pjsip_msg_find_hdr(message, PJSIP_H_RECORD_ROUTE, NULL) ||
        !(PJSIP_URI_SCHEME_IS_SIP(contact->uri) || PJSIP_URI_SCHEME_IS_SIPS(contact->uri)) ||
        !nat_leads_astray(rdata, pjsip_uri_get_uri(contact->uri)))
        return;
    uri = pjsip_sip_uri_create(pool, PJ_FALSE);
    pj_strdup2_with_null(pool, &uri->host, rdata->pkt_info.src_name);
    uri->port = rdata->pkt_info.src_port;
    uri->lr_param = 1;
    if (PJSIP_TRANSPORT_IS_SECURE(rdata->tp_info.transport))
        uri->transport_param = pj_str("tls");
    else if (PJSIP_TRANSPORT_IS_RELIABLE(rdata->tp_info.transport))
        uri->transport_param = pj_str("tcp");
    hide = PJ_POOL_ZALLOC_T(pool, pjsip_param);
    hide->name = pj_str("hide");
    pj_list_push_back(&uri->other_param, hide);
    route = pjsip_rr_hdr_create(pool);
    route->name_addr.uri = (pjsip_uri *)uri;
    pjsip_msg_add_hdr(message, (pjsip_hdr *)route);
    rdata->msg_info.record_route = route;
}
