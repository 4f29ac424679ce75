/* Transfers: the dialog that a Replaces names, the NOTIFY that tells a phone how its REFER goes on, and the UPDATE
 * that tells one with whom it talks now. */

#include <string.h>

#include <pjsua-lib/pjsua.h>
#include <pjsua-lib/pjsua_internal.h>

/* In _legs.c: the serial number of the leg that has this slot of PJSUA, or 0. */
static unsigned leg_serial_of(int call);

/* The serial number of the leg whose dialog this is (RFC 3261 12), or 0. */
static unsigned refer_find_leg(const char *call_id, const char *our_tag, const char *their_tag)
{
    pj_str_t id = pj_str((char *)call_id), ours = pj_str((char *)our_tag), theirs = pj_str((char *)their_tag);
    pjsip_dialog *dialog = pjsip_ua_find_dialog(&id, &ours, &theirs, PJ_FALSE);
    const pjsua_call *call = dialog ? dialog->mod_data[pjsua_var.mod.id] : NULL;

    return call ? leg_serial_of((int)call->index) : 0;
}

static void refer_add(pjsip_tx_data *tdata, const char *name, const char *value)
{
    pj_str_t names = pj_str((char *)name), values;

    pj_strdup2_with_null(tdata->pool, &values, value);
    pjsip_msg_add_hdr(tdata->msg, (pjsip_hdr *)pjsip_generic_string_hdr_create(tdata->pool, &names, &values));
}

static void refer_describe(pjsip_tx_data *tdata, const char *fragment)
{
    pj_str_t type = {"message", 7}, subtype = {"sipfrag", 7}, text;
    pjsip_param *version = PJ_POOL_ZALLOC_T(tdata->pool, pjsip_param);

    pj_strdup2_with_null(tdata->pool, &text, fragment);
    tdata->msg->body = pjsip_msg_body_create(tdata->pool, &type, &subtype, &text);
    version->name = (pj_str_t){"version", 7};
    version->value = (pj_str_t){"2.0", 3};
    pj_list_push_back(&tdata->msg->body->content_type.param, version);
}

/* A request within a leg's dialog, which is locked then; NULL: the leg is not answered, or gone. */
static pjsip_tx_data *refer_begin(int id, const char *name, pjsip_dialog **dialog)
{
    pj_str_t text = pj_str((char *)name);
    pjsip_method method;
    pjsip_tx_data *tdata;

    if (!leg_exists(id) || !pjsua_var.calls[id].inv || pjsua_var.calls[id].inv->state != PJSIP_INV_STATE_CONFIRMED)
        return NULL;
    *dialog = pjsua_var.calls[id].inv->dlg;
    pjsip_method_init_np(&method, &text);
    pjsip_dlg_inc_lock(*dialog);
    if (pjsip_dlg_create_request(*dialog, &method, (int)(*dialog)->local.cseq++, &tdata) != PJ_SUCCESS) {
        pjsip_dlg_dec_lock(*dialog);
        return NULL;
    }
    if ((*dialog)->via_addr.host.slen > 0) {
        tdata->via_addr = (*dialog)->via_addr;
        tdata->via_tp = (*dialog)->via_tp;
    }
    if (!pjsip_msg_find_hdr(tdata->msg, PJSIP_H_CONTACT, NULL))
        pjsip_msg_add_hdr(tdata->msg, pjsip_hdr_clone(tdata->pool, (*dialog)->local.contact));
    return tdata;
}

/* Sends it in a transaction of its own, and unlocks the dialog: in one of the dialog's an answer of 481 or none
 * would end the call. Returns a status of PJSIP. */
static int refer_send(pjsip_tx_data *tdata, pjsip_dialog *dialog)
{
    pj_status_t status;

    pjsip_tx_data_set_transport(tdata, &dialog->tp_sel);
    status = pjsip_endpt_send_request(pjsua_get_pjsip_endpt(), tdata, -1, NULL, NULL);
    pjsip_dlg_dec_lock(dialog);
    return status;
}

/* Sends a NOTIFY in a leg's dialog (RFC 3515 2.4.4): a phone that wants to hear no more of its transfer may answer
 * 481. Returns a status of PJSIP. */
static int refer_notify(int id, const char *event, const char *state, const char *fragment)
{
    pjsip_dialog *dialog;
    pjsip_tx_data *tdata = refer_begin(id, "NOTIFY", &dialog);

    if (!tdata)
        return PJ_ENOTFOUND;
    refer_add(tdata, "Event", event);
    refer_add(tdata, "Subscription-State", state);
    refer_describe(tdata, fragment);
    return refer_send(tdata, dialog);
}

/* Sends an UPDATE without a session in a leg's dialog (RFC 3311), which says who its other side is from now on, if
 * the phone takes such. It refreshes the session (RFC 4028), so it repeats on what terms. Returns a status of PJSIP. */
static int refer_identify(int id, const char *identity)
{
    const pj_str_t update = {"UPDATE", 6};
    pjsip_dialog *dialog;
    pjsip_tx_data *tdata;
    const pjsip_hdr *supported;

    if (!leg_exists(id) || !pjsua_var.calls[id].inv ||
        pjsip_dlg_remote_has_cap(pjsua_var.calls[id].inv->dlg, PJSIP_H_ALLOW, NULL, &update) !=
            PJSIP_DIALOG_CAP_SUPPORTED)
        return PJ_ENOTSUP;
    if (!(tdata = refer_begin(id, "UPDATE", &dialog)))
        return PJ_ENOTFOUND;
    if ((supported = pjsip_endpt_get_capability(pjsua_get_pjsip_endpt(), PJSIP_H_SUPPORTED, NULL)) != NULL)
        pjsip_msg_add_hdr(tdata->msg, pjsip_hdr_clone(tdata->pool, supported));
    pjsip_timer_update_req(pjsua_var.calls[id].inv, tdata);
    refer_add(tdata, "P-Asserted-Identity", identity);
    return refer_send(tdata, dialog);
}
