unsigned refer_find_leg(const char *call_id, const char *our_tag, const char *their_tag);
int refer_notify(int call, const char *event, const char *state, const char *fragment);
int refer_identify(int call, const char *identity);
