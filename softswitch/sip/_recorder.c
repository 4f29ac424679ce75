/* Recording of two legs: a stereo file, each leg's sound on a side of its own; or of one, in mono.
 *
 * A port of the bridge for each side hears one leg. The bridge gives each port a frame in every tick, an empty one
 * while its leg sends nothing, with the tick's time: so both sides stay in step, and times stay true. What a
 * port gets goes into a ring in memory, where each side has one producer (a thread of the bridge) and one
 * consumer, the writer: one thread for all recordings, which alone touches files. No lock is shared with the
 * bridge. A disk that is full, or stands still, stops the writer and nobody else; what no longer fits into
 * the ring is counted, and becomes silence of the same length as soon as the disk is back.
 *
 * The file is a WAV of 16 bits whose header says "as long as it is" until its end; after a crash the header is
 * repaired from the file's length (softswitch/store/recordings.py). Nothing here enters Python (law 1).
 *
 * Here is what a recording is, and what the bridge's threads do to it; the writer is in _recorder_file.c, the
 * loop's thread in _recorder_open.c.
 */

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

enum {
    RECORDER_RING = 200,        /* ticks: 4 s */
    RECORDER_PERIOD_MS = 500,   /* between two rounds of the writer */
    RECORDER_CHUNK = 50,        /* ticks in one write() */
    RECORDER_TURN = 20,         /* chunks of one recording in a round, so that others get theirs */
    RECORDER_HEADER = 44,
    RECORDER_PATH = 1024,
    RECORDER_MOST_SAMPLES = 960,    /* of a tick: 48 kHz */
    RECORDER_LOUD = 130,        /* mean of a tick's samples, without signs: -48 dB, above a line's noise */
};

/* For the rest of a recording that is over, when it cannot be written. */
static int recorder_patience_ms = 60000;

static const pj_uint32_t RECORDER_UNKNOWN_LENGTH = 0xFFFFFFFF;

typedef struct recorder_port {
    pjmedia_port port;          /* first: PJMEDIA knows it by it */
    struct recording *recording;
    int side;                   /* 0 left, 1 right */
} recorder_port;

/* Ticks are counted from the recording's first one. */
typedef struct recording {
    recorder_port ports[2];
    int references;             /* Python, the two ports, the writer */
    int sides;                  /* 1: mono, 2: stereo */
    unsigned rate, samples;     /* per second; of one side in a tick */
    uint64_t most;              /* ticks that the file may have */
    int paused, closing;
    int gone;                   /* ports that the bridge has let go */
    uint64_t first;             /* the bridge's number of the first tick, plus 1; 0: there was none */
    uint64_t given[2], lost[2]; /* by each producer */
    uint64_t loud;              /* mono: the last tick that was no silence, plus 1; 0: there was none */
    uint64_t taken;             /* by the writer: ticks that may be overwritten */
    /* The writer's own. */
    struct recording *next;
    int file;
    uint64_t at;                /* bytes that are in the file, its header included */
    int64_t over;               /* when it ended, in ms; 0: it goes on */
    int failing;
    char path[RECORDER_PATH];
    uint64_t stamps[RECORDER_RING][2];  /* which tick a place holds, plus 1 */
    pj_int16_t pcm[];           /* [RECORDER_RING][sides][samples] */
} recording;

typedef struct {
    uint64_t ticks;
    uint64_t lost;
    uint64_t loud;
} recording_view;

typedef struct {
    unsigned alive;
    unsigned failing;
    int error;
    unsigned stalled;
    unsigned given_up;
} recorder_health;

static struct {
    pthread_t thread;
    int runs, stops;
    sem_t wake;
    pthread_mutex_t mutex;      /* for `arrived`: between the loop's thread and the writer */
    recording *arrived;
    unsigned alive, failing, given_up;
    int error;
    int64_t busy;               /* since when the writer waits for the disk, in ms; 0: it does not */
} recorder = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static int64_t recorder_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void recorder_release(recording *one)
{
    if (__atomic_sub_fetch(&one->references, 1, __ATOMIC_ACQ_REL) == 0) {
        free(one);
        __atomic_sub_fetch(&recorder.alive, 1, __ATOMIC_RELAXED);
    }
}

static pj_int16_t *recorder_place(recording *one, uint64_t tick, int side)
{
    return one->pcm + ((tick % RECORDER_RING) * (unsigned)one->sides + (unsigned)side) * one->samples;
}

static size_t recorder_block(const recording *one)
{
    return one->samples * (unsigned)one->sides * sizeof(pj_int16_t);
}

static int recorder_is_loud(const pj_int16_t *pcm, unsigned samples)
{
    unsigned sum = 0;

    for (unsigned i = 0; i < samples; ++i)
        sum += (unsigned)(pcm[i] < 0 ? -pcm[i] : pcm[i]);
    return sum >= samples * RECORDER_LOUD;
}

/* The number of a tick of the bridge in this recording; the first frame of either side is its first. */
static int64_t recorder_tick(recording *one, uint64_t now)
{
    uint64_t none = 0;

    if (__atomic_compare_exchange_n(&one->first, &none, now + 1, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return 0;
    return (int64_t)(now + 1 - none);
}

static pj_status_t recorder_put_frame(pjmedia_port *port, pjmedia_frame *frame)
{
    const recorder_port *ear = (recorder_port *)port;
    recording *one = ear->recording;
    int side = ear->side;
    int64_t tick = recorder_tick(one, frame->timestamp.u64 / one->samples);

    if (tick < 0 || __atomic_load_n(&one->closing, __ATOMIC_RELAXED))
        return PJ_SUCCESS;
    if ((uint64_t)tick >= one->most) {
        __atomic_add_fetch(&one->lost[side], 1, __ATOMIC_RELAXED);
        return PJ_SUCCESS;
    }
    if ((uint64_t)tick < __atomic_load_n(&one->taken, __ATOMIC_ACQUIRE) + RECORDER_RING) {
        size_t size = one->samples * sizeof(pj_int16_t);
        pj_int16_t *place = recorder_place(one, (uint64_t)tick, side);

        if (frame->type == PJMEDIA_FRAME_TYPE_AUDIO && frame->size >= size &&
            !__atomic_load_n(&one->paused, __ATOMIC_RELAXED))
            memcpy(place, frame->buf, size);
        else
            memset(place, 0, size);
        if (one->sides == 1 && recorder_is_loud(place, one->samples))
            __atomic_store_n(&one->loud, (uint64_t)tick + 1, __ATOMIC_RELAXED);
        one->stamps[tick % RECORDER_RING][side] = (uint64_t)tick + 1;
    } else {
        __atomic_add_fetch(&one->lost[side], 1, __ATOMIC_RELAXED);
    }
    __atomic_store_n(&one->given[side], (uint64_t)tick + 1, __ATOMIC_RELEASE);
    return PJ_SUCCESS;
}

static pj_status_t recorder_on_destroy(pjmedia_port *port)
{
    recording *one = ((recorder_port *)port)->recording;

    if (__atomic_add_fetch(&one->gone, 1, __ATOMIC_ACQ_REL) == one->sides)
        sem_post(&recorder.wake);
    recorder_release(one);
    return PJ_SUCCESS;
}
