/* status: what the other side answered; 0: nothing. */
extern "Python" static void request_over(unsigned serial, int status);

int request_send(unsigned serial, const char *method, const char *uri, const char *head, const char *type,
                 const char *subtype, const char *body, size_t size);
