/* PJSUA has refused a call that the gate had let through. */
extern "Python" static void refusals_over(int status);

int refusals_srtp(int account);
