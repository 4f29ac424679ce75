/* Transfers: the dialog that a Replaces names, and the NOTIFY that tells a phone how its REFER goes on. */

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

/* Sends a NOTIFY in a leg's dialog (RFC 3515 2.4.4), in a transaction of its own: in one of the dialog's an answer
 * of 481, by a phone that wants to hear no more of its transfer, would end the call. Returns a status of PJSIP. */
static int refer_notify(int id, const char *event, const char *state, const char *fragment)
{
    const pj_str_t text = {"NOTIFY", 6};
    pjsip_method method;
    pjsip_tx_data *tdata;
    pjsip_dialog *dialog;
    pj_status_t status;

    if (!leg_exists(id) || !pjsua_var.calls[id].inv || pjsua_var.calls[id].inv->state != PJSIP_INV_STATE_CONFIRMED)
        return PJ_ENOTFOUND;
    dialog = pjsua_var.calls[id].inv->dlg;
    pjsip_method_init_np(&method, (pj_str_t *)&text);
    pjsip_dlg_inc_lock(dialog);
    status = pjsip_dlg_create_request(dialog, &method, (int)dialog->local.cseq++, &tdata);
    if (status == PJ_SUCCESS) {
        if (dialog->via_addr.host.slen > 0) {
            tdata->via_addr = dialog->via_addr;
            tdata->via_tp = dialog->via_tp;
        }
        if (!pjsip_msg_find_hdr(tdata->msg, PJSIP_H_CONTACT, NULL))
            pjsip_msg_add_hdr(tdata->msg, pjsip_hdr_clone(tdata->pool, dialog->local.contact));
        refer_add(tdata, "Event", event);
        refer_add(tdata, "Subscription-State", state);
        refer_describe(tdata, fragment);
        pjsip_tx_data_set_transport(tdata, &dialog->tp_sel);
        status = pjsip_endpt_send_request(pjsua_get_pjsip_endpt(), tdata, -1, NULL, NULL);
    }
    pjsip_dlg_dec_lock(dialog);
    return status;
}
