int outside_open(const char *own);
void outside_close(void);
int outside_add_local(unsigned address, unsigned mask);
void outside_show(const char *address);
