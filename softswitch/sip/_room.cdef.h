const char *room_reason(int reason);
void room_forget_emergencies(void);
int room_add_emergency(const char *number);
