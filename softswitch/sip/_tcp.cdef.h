typedef struct {
    unsigned per_source;        /* connections of one source at once */
    unsigned silent;            /* seconds until the first message must have come */
} tcp_state;

extern tcp_state tcp_limits;

void tcp_open(unsigned per_source, unsigned silent);
void tcp_close(void);
