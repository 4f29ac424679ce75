typedef struct {
    double source_rate, source_burst, all_rate, all_burst;
    int late;                   /* written by Python: the loop is late, new calls are refused */
    unsigned retry_after;       /* seconds */
    unsigned long long counts[7];
    char last_source[64];
} shield_state;

extern shield_state shield;

enum { SHIELD_ALLOW, SHIELD_DENY, SHIELD_TRUST, SHIELD_PEER, ... };

int shield_open(unsigned long long secret);
void shield_close(void);
void shield_ban(const unsigned char *source, double until);
void shield_unban(const unsigned char *source);
void shield_know(const unsigned char *source);
void shield_unknow(const unsigned char *source);
void shield_clear(void);
int shield_add_listener(int transport, const unsigned char *address, int any, int port, int has_allowed);
int shield_add_network(int kind, int listener, const unsigned char *address, unsigned bits);
int shield_add_scanner(const char *name);
void shield_limit(double source_rate, double source_burst, double all_rate, double all_burst);
int shield_source_over(const unsigned char *source, double now);
const char *shield_reason(unsigned index);
