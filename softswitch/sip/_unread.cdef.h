const char *unread_reason(unsigned index);
