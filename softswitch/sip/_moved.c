/* Where a 3xx has sent a leg, read when the leg has ended. */

/* The first tel URI that a 3xx named: PJSIP, which cannot call one, passes it over. */
static const pjsip_uri *leg_moved_to_number(const pjsip_inv_session *inv)
{
    static const pj_str_t scheme = { "tel", 3 };
    const pjsip_target_set *set = &inv->dlg->target_set;
    const pjsip_target *target;

    for (target = set->head.next; target != (const pjsip_target *)&set->head; target = target->next) {
        if (pj_stricmp(pjsip_uri_get_scheme(target->uri), &scheme) == 0)
            return (const pjsip_uri *)pjsip_uri_get_uri(target->uri);
    }
    return NULL;
}

/* The 3xx status that ended the leg and where it pointed to, or 0. */
static int legs_redirected(int id, char *target, size_t size)
{
    const pjsip_inv_session *inv;
    const pjsip_uri *number;
    int length;

    if (!leg_exists(id))
        return 0;
    inv = pjsua_var.calls[id].inv;
    if (leg_records[id].redirect_status || !inv || !inv->dlg || inv->cause / 100 != 3) {
        pj_ansi_strxcpy(target, leg_records[id].redirect_target, size);
        return leg_records[id].redirect_status;
    }
    number = leg_moved_to_number(inv);
    length = number ? pjsip_uri_print(PJSIP_URI_IN_CONTACT_HDR, number, target, size - 1) : 0;
    target[length > 0 ? length : 0] = '\0';
    return length > 0 ? inv->cause : 0;
}
