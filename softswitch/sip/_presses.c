/* Keys that were pressed, on their way from media threads to the loop: by telephone-event (RFC 4733), by INFO, or as
 * tones (_tones.c). Nothing here enters Python (law 2).
 */

#include <pthread.h>
#include <sys/eventfd.h>

typedef struct {
    unsigned serial;
    char digit;
} leg_press;

enum {
    PRESSES = 8192,
    SAME_PRESS_MS = 300,        /* between the tone and the telephone-event of one press */
    SAME_INFO_MS = 1000,        /* between the tone and the INFO, which some send once the key is let go */
};

/* Presses on their way from the media threads to the loop. */
static struct {
    pthread_mutex_t lock;
    leg_press ring[PRESSES];
    unsigned first, count;
    int wake;                   /* an eventfd that the loop reads */
} leg_presses = {.lock = PTHREAD_MUTEX_INITIALIZER, .wake = -1};

/* Presses end up here from now on; `wake` is an eventfd that tells the loop. */
static void presses_open(int wake)
{
    pthread_mutex_lock(&leg_presses.lock);
    leg_presses.first = leg_presses.count = 0;
    leg_presses.wake = wake;
    pthread_mutex_unlock(&leg_presses.lock);
}

/* A new leg has the slot of another one: presses of that one are not its own. */
static void presses_begin(leg_record *record, unsigned serial)
{
    pthread_mutex_lock(&leg_presses.lock);
    pj_bzero(record, sizeof(*record));
    record->serial = serial;
    pthread_mutex_unlock(&leg_presses.lock);
}

/* For the loop; the lock is held. What does not fit is lost: so many keys wait only where the loop stands. */
static void leg_post_press(unsigned serial, char digit)
{
    if (leg_presses.count == PRESSES)
        return;
    leg_presses.ring[(leg_presses.first + leg_presses.count++) % PRESSES] = (leg_press){serial, digit};
    if (leg_presses.wake >= 0)
        eventfd_write(leg_presses.wake, 1);
}

/* Whether a key has just come another way: that one press is spent then. The lock is held. */
static int leg_is_echo(char *other, const pj_timestamp *since, char digit, unsigned within_ms)
{
    pj_timestamp now;

    pj_get_timestamp(&now);
    if (*other != digit || pj_elapsed_msec(since, &now) >= within_ms)
        return 0;
    *other = '\0';
    return 1;
}

/* RFC 4733 repeats an event every 20 ms; its RTP time stays that of its beginning, so a new time is a new
 * press, also where the first packet of it was lost. Called on a media thread: no Python here. */
static void leg_on_digit(pjsua_call_id call, const pjsua_dtmf_event *event)
{
    leg_record *record;
    char digit = (char)event->digit;

    if (!leg_exists(call))
        return;
    record = &leg_records[call];
    pthread_mutex_lock(&leg_presses.lock);
    if (record->digit != digit || record->digit_time != event->timestamp) {
        record->digit = digit;
        record->digit_time = event->timestamp;
        if (!leg_is_echo(&record->tone, &record->tone_time, digit, SAME_PRESS_MS)) {
            record->told = digit;
            pj_get_timestamp(&record->told_time);
            leg_post_press(record->serial, digit);
        }
    }
    record->tells_keys = 1;
    pthread_mutex_unlock(&leg_presses.lock);
}

/* A key was heard in a leg's sound, on a media thread. `always`: it counts though the leg tells keys as well. */
static void leg_on_tone(int call, unsigned serial, char digit, int always)
{
    leg_record *record = &leg_records[call];

    pthread_mutex_lock(&leg_presses.lock);
    if (record->serial == serial && (always || !record->tells_keys) &&
        !leg_is_echo(&record->told, &record->told_time, digit, SAME_PRESS_MS)) {
        record->tone = digit;
        pj_get_timestamp(&record->tone_time);
        leg_post_press(serial, digit);
    }
    pthread_mutex_unlock(&leg_presses.lock);
}

/* ---- for Python ------------------------------------------------------------------------------ */

/* A key came by INFO. Whether it is a press of its own: it may have been heard in the sound before. */
static int legs_told(int call, char digit)
{
    leg_record *record;
    int fresh;

    if (!leg_exists(call))
        return 0;
    record = &leg_records[call];
    pthread_mutex_lock(&leg_presses.lock);
    fresh = !leg_is_echo(&record->tone, &record->tone_time, digit, SAME_INFO_MS);
    if (fresh) {
        record->told = digit;
        pj_get_timestamp(&record->told_time);
    }
    record->tells_keys = 1;
    pthread_mutex_unlock(&leg_presses.lock);
    return fresh;
}

/* Takes the oldest press; 0: there is none. */
static int legs_press(leg_press *press)
{
    int some;

    pthread_mutex_lock(&leg_presses.lock);
    some = leg_presses.count > 0;
    if (some) {
        *press = leg_presses.ring[leg_presses.first];
        leg_presses.first = (leg_presses.first + 1) % PRESSES;
        --leg_presses.count;
    }
    pthread_mutex_unlock(&leg_presses.lock);
    return some;
}
