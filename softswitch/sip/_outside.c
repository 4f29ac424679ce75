/* What peers outside are told in place of our own address: the public one, in Via, Contact and SDP of everything
 * that is sent to them. Everything inside the switch goes by its own address; peers in local networks are told it.
 * Over IPv6 there is no NAT, and nothing is changed.
 */

#include <pjsip_ua.h>

enum { OUTSIDE_NETWORKS = 64, OUTSIDE_HOST = 46 };

static struct {
    char own[OUTSIDE_HOST];         /* as transports and SDP have it */
    char shown[OUTSIDE_HOST];       /* empty: nothing is changed */
    unsigned networks;
    struct {
        pj_uint32_t address, mask;  /* in network order */
    } local[OUTSIDE_NETWORKS];
} outside;

static int outside_is_local(const pj_sockaddr *peer)
{
    if (peer->addr.sa_family != pj_AF_INET())
        return 1;
    for (unsigned i = 0; i < outside.networks; ++i)
        if ((peer->ipv4.sin_addr.s_addr & outside.local[i].mask) == outside.local[i].address)
            return 1;
    return 0;
}

static int outside_is_own(const pj_str_t *host, const pjsip_transport *transport)
{
    return pj_stricmp2(host, outside.own) == 0 || (transport && pj_stricmp(host, &transport->local_name.host) == 0);
}

static void outside_change(pj_pool_t *pool, pj_str_t *host)
{
    pj_strdup2(pool, host, outside.shown);
}

/* Headers of dialogs and accounts share their URIs with the message: it gets its own. Returns whether it did. */
static int outside_change_contact(pjsip_tx_data *tdata, pjsip_contact_hdr *contact)
{
    pjsip_contact_hdr *changed;
    pjsip_sip_uri *uri;

    if (contact->star || !contact->uri ||
        !(PJSIP_URI_SCHEME_IS_SIP(contact->uri) || PJSIP_URI_SCHEME_IS_SIPS(contact->uri)))
        return 0;
    uri = pjsip_uri_get_uri(contact->uri);
    if (!outside_is_own(&uri->host, tdata->tp_info.transport))
        return 0;
    changed = pjsip_hdr_clone(tdata->pool, contact);
    uri = pjsip_uri_get_uri(changed->uri);
    outside_change(tdata->pool, &uri->host);
    pj_list_insert_before(contact, changed);
    pj_list_erase(contact);
    return 1;
}

static void outside_change_connection(pj_pool_t *pool, pjmedia_sdp_conn *connection)
{
    if (connection && pj_stricmp2(&connection->addr, outside.own) == 0)
        outside_change(pool, &connection->addr);
}

/* a=rtcp names the address as well (RFC 3605): "4001 IN IP4 192.0.2.1". */
static void outside_change_attribute(pj_pool_t *pool, pjmedia_sdp_attr *attribute)
{
    char text[64];
    int port;

    if (pj_stricmp2(&attribute->name, "rtcp") != 0)
        return;
    pj_ansi_snprintf(text, sizeof(text), " IN IP4 %s", outside.own);
    if (attribute->value.slen < (pj_ssize_t)strlen(text) ||
        pj_memcmp(attribute->value.ptr + attribute->value.slen - strlen(text), text, strlen(text)) != 0)
        return;
    port = (int)pj_strtoul(&attribute->value);
    pj_ansi_snprintf(text, sizeof(text), "%d IN IP4 %s", port, outside.shown);
    pj_strdup2(pool, &attribute->value, text);
}

static int outside_change_sdp(pjsip_tx_data *tdata)
{
    pjsip_msg_body *body = tdata->msg->body;
    pjmedia_sdp_session *sdp;

    if (!body || pj_stricmp2(&body->content_type.subtype, "sdp") != 0 || body->print_body == &pjsip_print_text_body)
        return 0;
    body = pjsip_msg_body_clone(tdata->pool, body);
    sdp = body->data;
    if (pj_stricmp2(&sdp->origin.addr, outside.own) == 0)
        outside_change(tdata->pool, &sdp->origin.addr);
    outside_change_connection(tdata->pool, sdp->conn);
    for (unsigned i = 0; i < sdp->media_count; ++i) {
        outside_change_connection(tdata->pool, sdp->media[i]->conn);
        for (unsigned j = 0; j < sdp->media[i]->attr_count; ++j)
            outside_change_attribute(tdata->pool, sdp->media[i]->attr[j]);
    }
    tdata->msg->body = body;
    return 1;
}

static pj_status_t outside_on_tx(pjsip_tx_data *tdata)
{
    pjsip_via_hdr *via;
    pjsip_hdr *header, *next;
    int changed = 0;

    if (!outside.shown[0] || !tdata->tp_info.transport || outside_is_local(&tdata->tp_info.dst_addr))
        return PJ_SUCCESS;
    via = tdata->msg->type == PJSIP_REQUEST_MSG ? pjsip_msg_find_hdr(tdata->msg, PJSIP_H_VIA, NULL) : NULL;
    if (via && outside_is_own(&via->sent_by.host, tdata->tp_info.transport)) {
        outside_change(tdata->pool, &via->sent_by.host);
        changed = 1;
    }
    for (header = tdata->msg->hdr.next; header != &tdata->msg->hdr; header = next) {
        next = header->next;
        if (header->type == PJSIP_H_CONTACT)
            changed |= outside_change_contact(tdata, (pjsip_contact_hdr *)header);
    }
    changed |= outside_change_sdp(tdata);
    if (changed)
        pjsip_tx_data_invalidate_msg(tdata);
    return PJ_SUCCESS;
}

static pjsip_module outside_module = {
    .name = {"mod-outside", 11},
    .id = -1,
    .priority = PJSIP_MOD_PRIORITY_TSX_LAYER - 2,   /* the last one before the message is written */
    .on_tx_request = &outside_on_tx,
    .on_tx_response = &outside_on_tx,
};

/* ---- for Python ------------------------------------------------------------------------------ */

/* Begins, with nothing to change; returns a PJSIP status. `own` is the address that SDP has. */
static int outside_open(const char *own)
{
    pj_bzero(&outside, sizeof(outside));
    pj_ansi_strxcpy(outside.own, own, sizeof(outside.own));
    outside_module.id = -1;
    return pjsip_endpt_register_module(pjsua_get_pjsip_endpt(), &outside_module);
}

static void outside_close(void)
{
    if (pjsua_get_pjsip_endpt() && outside_module.id >= 0)
        pjsip_endpt_unregister_module(pjsua_get_pjsip_endpt(), &outside_module);
}

/* One more network whose peers are told our own address; -1: there is no room for it. Both in network order. */
static int outside_add_local(unsigned address, unsigned mask)
{
    if (outside.networks == OUTSIDE_NETWORKS)
        return -1;
    outside.local[outside.networks].address = address & mask;
    outside.local[outside.networks++].mask = mask;
    return 0;
}

/* What others are told from now on. */
static void outside_show(const char *address)
{
    pj_ansi_strxcpy(outside.shown, address, sizeof(outside.shown));
}
