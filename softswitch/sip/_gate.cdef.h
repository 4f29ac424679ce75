typedef struct {
    const char *method;         /* not terminated, as the next two */
    size_t method_length;
    const char *message;        /* the whole request, as it came */
    size_t message_length;
    const char *source;         /* where it came from: address, port, transport (UDP, TCP) */
    const char *transport;
    int source_port;
    int in_dialog;
    unsigned serial;            /* of the leg it belongs to, or 0 */
    char here[96];              /* of a SUBSCRIBE or REFER: the URI by which its sender reaches us; else empty */
    int account;                /* written by Python: PJSUA's account by which a call comes in; -1: the default */
    int crowded;                /* there is no room: only an agent's call to an emergency number goes on */
    char tag[40];               /* written by Python: the To tag of the answer; empty: whatever PJSIP makes up */
    ...;
} gate_request;

typedef struct {
    int draining;
    unsigned callers;           /* now; kept by Python */
    unsigned max_callers;
    unsigned reserve;           /* slots of PJSUA that callers leave to the legs of agents */
    unsigned retry_after;       /* seconds */
    int awaited;                /* a new call has been shown to PJSUA, and nothing is known of it yet */
    unsigned long long requests[16];
    unsigned long long answers[700];
    unsigned long long turned_away[4];  /* new calls, by room_reason() */
    unsigned long long dropped[7];
    char last_dropped[96];
} gate_state;

extern gate_state gate;

extern "Python" static int gate_decide(gate_request *request);

int gate_open(void);
void gate_close(void);
int gate_header(gate_request *request, const char *name, const char *value);
int gate_body(gate_request *request, const char *type, const char *subtype, const char *data, size_t size);
