void log_level(int level);
int loop_descriptor(void);
long loop_next_timer(void);
int loop_add_host(const char *name, const char *address);
