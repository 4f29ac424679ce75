typedef struct {
    int state;          /* pjsip_inv_state: 3 early, 5 confirmed, 6 disconnected */
    int code;           /* the last SIP status of the INVITE, the final one once disconnected */
    int slot;           /* in the bridge; -1: no sound flows */
    int media;          /* pjsua_call_media_status: 0 none, 1 active, 3 the other side holds */
    unsigned streams;   /* how many streams the leg has had: one more means that connections are gone */
} leg_view;

typedef struct {
    char codec[40];     /* encoding name and clock rate, as PCMU/8000 */
    unsigned received, sent, lost;
    unsigned late;      /* packets that the jitter buffer had no use for any more */
    unsigned jitter;    /* mean, in microseconds */
    unsigned buffered;  /* how long the jitter buffer kept sound, mean, in milliseconds */
    unsigned round_trip; /* mean, in microseconds, of the last stream that knew; 0: none did */
    int encrypted;      /* by SRTP */
    unsigned strangers; /* packets of others than the other side, dropped */
    unsigned reports;   /* how often the other side has told by RTCP what it gets of us */
    unsigned far_lost;  /* packets, by those reports */
    unsigned far_jitter; /* mean, in microseconds, by those reports */
} leg_quality;

void legs_install(int wake);
unsigned legs_attach(int call);
void legs_look(int call, leg_view *view);
void legs_measure(int call, leg_quality *quality);
int legs_heard(int call);
int legs_redirected(int call, char *target, size_t size);
int legs_reason(int call, char *text, size_t size);
unsigned legs_in_use(void);
int legs_library_runs(void);
int legs_may_forget(int call, unsigned serial);
int legs_find_port(int account);
void legs_pair(int account, int ipv6);
int legs_route(int account, const char *routes);
void legs_route_over(void);
