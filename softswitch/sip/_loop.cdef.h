void log_quiet(void);
int loop_descriptor(void);
long loop_next_timer(void);
int loop_add_host(const char *name, const char *address);
