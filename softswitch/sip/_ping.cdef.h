/* status: what the other side answered; 0: nothing. */
extern "Python" static void ping_over(unsigned serial, int status);

int ping_send(unsigned serial, const char *uri, const char *from, const char *route);
