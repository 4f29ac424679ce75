/* Recording of two legs: a stereo file, each leg's sound on a side of its own.
 *
 * Two ports of the bridge hear one leg each. The bridge gives each port a frame in every tick, an empty one
 * while its leg sends nothing, with the tick's time: so both sides stay in step, and times stay true. What a
 * port gets goes into a ring in memory, where each side has one producer (a thread of the bridge) and one
 * consumer, the writer: one thread for all recordings, which alone touches files. No lock is shared with the
 * bridge. A disk that is full, or stands still, stops the writer and nobody else; what no longer fits into
 * the ring is counted, and becomes silence of the same length as soon as the disk is back.
 *
 * The file is a WAV of 16 bits whose header says "as long as it is" until its end; after a crash the header is
 * repaired from the file's length (softswitch/store/recordings.py). Nothing here enters Python (law 1).
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
    unsigned rate, samples;     /* per second; of one side in a tick */
    uint64_t most;              /* ticks that the file may have */
    int paused, closing;
    int gone;                   /* ports that the bridge has let go */
    uint64_t first;             /* the bridge's number of the first tick, plus 1; 0: there was none */
    uint64_t given[2], lost[2]; /* by each producer */
    uint64_t taken;             /* by the writer: ticks that may be overwritten */
    /* The writer's own. */
    struct recording *next;
    int file;
    uint64_t at;                /* bytes that are in the file, its header included */
    int64_t over;               /* when it ended, in ms; 0: it goes on */
    int failing;
    char path[RECORDER_PATH];
    uint64_t stamps[RECORDER_RING][2];  /* which tick a place holds, plus 1 */
    pj_int16_t pcm[];           /* [RECORDER_RING][2][samples] */
} recording;

typedef struct {
    uint64_t ticks;
    uint64_t lost;
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
    return one->pcm + ((tick % RECORDER_RING) * 2 + (unsigned)side) * one->samples;
}

/* ---- on the bridge's threads ------------------------------------------------------------------ */

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

    if (__atomic_add_fetch(&one->gone, 1, __ATOMIC_ACQ_REL) == 2)
        sem_post(&recorder.wake);
    recorder_release(one);
    return PJ_SUCCESS;
}

/* ---- on the writer's thread ------------------------------------------------------------------- */

static void recorder_header(const recording *one, pj_uint32_t length, unsigned char *header)
{
    const pj_uint32_t riff = length == RECORDER_UNKNOWN_LENGTH ? length : length + RECORDER_HEADER - 8;
    const pj_uint32_t words[3] = {16, one->rate, one->rate * 4};
    const pj_uint16_t pcm = 1, channels = 2, block = 4, bits = 16;

    memcpy(header, "RIFF", 4);
    memcpy(header + 4, &riff, 4);
    memcpy(header + 8, "WAVEfmt ", 8);
    memcpy(header + 16, &words[0], 4);
    memcpy(header + 20, &pcm, 2);
    memcpy(header + 22, &channels, 2);
    memcpy(header + 24, &words[1], 8);
    memcpy(header + 32, &block, 2);
    memcpy(header + 34, &bits, 2);
    memcpy(header + 36, "data", 4);
    memcpy(header + 40, &length, 4);
}

/* The folders that lead to a file. */
static void recorder_make_folders(const char *path)
{
    char folder[RECORDER_PATH];

    for (size_t i = 1; path[i]; ++i)
        if (path[i] == '/') {
            memcpy(folder, path, i);
            folder[i] = '\0';
            mkdir(folder, 0750);
        }
}

static int recorder_open_file(recording *one)
{
    const int how = O_WRONLY | O_CREAT | O_CLOEXEC;

    if (one->file < 0)
        one->file = open(one->path, how, 0640);
    if (one->file < 0 && errno == ENOENT) {
        recorder_make_folders(one->path);
        one->file = open(one->path, how, 0640);
    }
    return one->file >= 0;
}

/* Puts what follows the first `one->at` bytes of the file into `out`; returns how many bytes there are. */
static size_t recorder_fill(recording *one, uint64_t end, unsigned char *out)
{
    size_t block = one->samples * 4, count = 0;
    uint64_t tick = one->at < RECORDER_HEADER ? 0 : (one->at - RECORDER_HEADER) / block;
    size_t begun = one->at < RECORDER_HEADER ? 0 : (size_t)((one->at - RECORDER_HEADER) % block);

    if (one->at < RECORDER_HEADER) {
        unsigned char header[RECORDER_HEADER];

        recorder_header(one, RECORDER_UNKNOWN_LENGTH, header);
        count = RECORDER_HEADER - (size_t)one->at;
        memcpy(out, header + one->at, count);
    }
    for (unsigned n = 0; n < RECORDER_CHUNK && tick < end; ++n, ++tick) {
        pj_int16_t *both = (pj_int16_t *)(out + count);

        memset(both, 0, block);
        for (int side = 0; side < 2; ++side) {
            const pj_int16_t *pcm = recorder_place(one, tick, side);

            if (one->stamps[tick % RECORDER_RING][side] == tick + 1)
                for (unsigned i = 0; i < one->samples; ++i)
                    both[2 * i + (unsigned)side] = pcm[i];
        }
        count += block;
    }
    if (begun) {
        memmove(out, out + begun, count - begun);
        count -= begun;
    }
    return count;
}

/* What both sides have given; in the end, what either has. */
static uint64_t recorder_end(recording *one)
{
    int gone = __atomic_load_n(&one->gone, __ATOMIC_ACQUIRE) == 2;
    uint64_t left = __atomic_load_n(&one->given[0], __ATOMIC_ACQUIRE);
    uint64_t right = __atomic_load_n(&one->given[1], __ATOMIC_ACQUIRE);

    return (left < right) == gone ? right : left;
}

/* Writes for one round. Returns 1: all that there is, 0: there is more, -1: it cannot be written now. */
static int recorder_write(recording *one)
{
    static unsigned char out[RECORDER_HEADER + RECORDER_CHUNK * RECORDER_MOST_SAMPLES * 4]
        __attribute__((aligned(16)));
    size_t block = one->samples * 4;

    if (!recorder_open_file(one))
        return -1;
    for (int chunk = 0; chunk < RECORDER_TURN; ++chunk) {
        uint64_t end = recorder_end(one);
        size_t count = recorder_fill(one, end, out);
        ssize_t written = count ? write(one->file, out, count) : 0;

        if (written < 0)
            return -1;
        one->at += (uint64_t)written;
        if (one->at > RECORDER_HEADER)
            __atomic_store_n(&one->taken, (one->at - RECORDER_HEADER) / block, __ATOMIC_RELEASE);
        if (one->at >= RECORDER_HEADER + end * block)
            return 1;
    }
    return 0;
}

/* The true length. A file that cannot be sought in, a pipe, has none. */
static void recorder_finish(recording *one)
{
    unsigned char header[RECORDER_HEADER];

    if (one->file >= 0) {
        if (one->at >= RECORDER_HEADER) {
            recorder_header(one, (pj_uint32_t)(one->at - RECORDER_HEADER), header);
            if (pwrite(one->file, header, sizeof(header), 0) < 0)
                errno = 0;
        }
        close(one->file);
    }
    recorder_release(one);
}

/* One recording's turn; returns whether it is done with. `*more`: it wants another one at once. */
static int recorder_turn(recording *one, int *more)
{
    int over = __atomic_load_n(&one->gone, __ATOMIC_ACQUIRE) == 2, result;
    int64_t now = recorder_now();

    __atomic_store_n(&recorder.busy, now, __ATOMIC_RELAXED);
    result = recorder_write(one);
    if (result < 0)
        __atomic_store_n(&recorder.error, errno, __ATOMIC_RELAXED);
    __atomic_store_n(&recorder.busy, 0, __ATOMIC_RELAXED);
    one->failing = result < 0;
    *more |= result == 0;
    if (!over)
        return 0;
    if (!one->over)
        one->over = now;
    if (result < 0 && now - one->over > recorder_patience_ms) {
        __atomic_add_fetch(&recorder.given_up, 1, __ATOMIC_RELAXED);
        result = 1;
    }
    return result == 1;
}

static recording *recorder_take_arrived(void)
{
    recording *arrived;

    pthread_mutex_lock(&recorder.mutex);
    arrived = recorder.arrived;
    recorder.arrived = NULL;
    pthread_mutex_unlock(&recorder.mutex);
    return arrived;
}

static void recorder_sleep(void)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += RECORDER_PERIOD_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    if (sem_timedwait(&recorder.wake, &until) == 0)
        while (sem_trywait(&recorder.wake) == 0)
            ;
}

static void *recorder_run(void *unused)
{
    recording *all = NULL;
    int more = 0;

    PJ_UNUSED_ARG(unused);
    for (;;) {
        int stops = __atomic_load_n(&recorder.stops, __ATOMIC_ACQUIRE);
        unsigned failing = 0;

        for (recording *one = recorder_take_arrived(), *next; one; one = next) {
            next = one->next;
            one->next = all;
            all = one;
        }
        more = 0;
        for (recording **link = &all; *link;) {
            recording *one = *link;

            if (recorder_turn(one, &more)) {
                *link = one->next;
                recorder_finish(one);
            } else {
                failing += (unsigned)one->failing;
                link = &one->next;
            }
        }
        __atomic_store_n(&recorder.failing, failing, __ATOMIC_RELAXED);
        if (stops && !all)
            return NULL;
        if (!more)
            recorder_sleep();
    }
}

/* ---- on the loop's thread --------------------------------------------------------------------- */

static int recorder_start(void)
{
    sigset_t all, before;

    if (recorder.runs && recorder.stops)         /* it was left waiting for a disk */
        recorder.runs = pthread_tryjoin_np(recorder.thread, NULL) != 0;
    __atomic_store_n(&recorder.stops, 0, __ATOMIC_RELEASE);
    if (recorder.runs)
        return 1;
    sem_init(&recorder.wake, 0, 0);
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);   /* they are the loop's */
    recorder.runs = pthread_create(&recorder.thread, NULL, &recorder_run, NULL) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return recorder.runs;
}

/* End the writer, which first writes what there is. 0: it did not within this time, and goes on. */
static int recorder_stop(unsigned milliseconds)
{
    struct timespec until;

    if (!recorder.runs)
        return 1;
    __atomic_store_n(&recorder.stops, 1, __ATOMIC_RELEASE);
    sem_post(&recorder.wake);
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += (long)(milliseconds % 1000) * 1000000L;
    until.tv_sec += milliseconds / 1000 + until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    recorder.runs = pthread_timedjoin_np(recorder.thread, NULL, &until) != 0;
    return !recorder.runs;
}

/* The bridge holds a reference of its own until it has removed the port. */
static void recorder_remove(recorder_port *ear, int slot)
{
    if (pjsua_var.mconf)
        pjmedia_conf_remove_port(pjsua_var.mconf, (unsigned)slot);
    pjmedia_port_destroy(&ear->port);
}

static int recorder_add(recording *one, int side, int *slot)
{
    const pj_str_t name = {"recorder", 8};
    recorder_port *ear = &one->ports[side];
    unsigned place = 0;

    ear->recording = one;
    ear->side = side;
    if (pjmedia_port_info_init(&ear->port.info, &name, PJMEDIA_SIG_PORT_MEM_CAPTURE, one->rate, 1, 16,
                               one->samples) != PJ_SUCCESS)
        return 0;
    ear->port.put_frame = &recorder_put_frame;
    ear->port.on_destroy = &recorder_on_destroy;
    __atomic_add_fetch(&one->references, 1, __ATOMIC_RELAXED);
    if (pjmedia_port_init_grp_lock(&ear->port, pjsua_var.pool, NULL) != PJ_SUCCESS) {
        recorder_on_destroy(&ear->port);
        return 0;
    }
    if (pjmedia_conf_add_port(pjsua_var.mconf, pjsua_var.pool, &ear->port, NULL, &place) != PJ_SUCCESS) {
        pjmedia_port_destroy(&ear->port);
        return 0;
    }
    *slot = (int)place;
    return 1;
}

/* A recording that begins with the next tick, of at most `most` ticks; the places of its sides in the bridge
 * are put into `slots`. NULL: there is no memory, no thread or no place, or the path is too long. */
static recording *recorder_open(const char *path, unsigned rate, uint64_t most, int *slots)
{
    unsigned samples = rate * TICK_MS / 1000;
    recording *one;

    if (strlen(path) >= RECORDER_PATH || samples > RECORDER_MOST_SAMPLES || !recorder_start())
        return NULL;
    one = calloc(1, sizeof(*one) + (size_t)RECORDER_RING * 2 * samples * sizeof(pj_int16_t));
    if (!one)
        return NULL;
    __atomic_add_fetch(&recorder.alive, 1, __ATOMIC_RELAXED);
    one->references = 1;
    one->rate = rate;
    one->samples = samples;
    one->most = most;
    one->file = -1;
    strcpy(one->path, path);
    if (!recorder_add(one, 0, &slots[0]) || !recorder_add(one, 1, &slots[1])) {
        if (one->references > 1)
            recorder_remove(&one->ports[0], slots[0]);
        recorder_release(one);
        return NULL;
    }
    __atomic_add_fetch(&one->references, 1, __ATOMIC_RELAXED);
    pthread_mutex_lock(&recorder.mutex);
    one->next = recorder.arrived;
    recorder.arrived = one;
    pthread_mutex_unlock(&recorder.mutex);
    return one;
}

/* From the next tick on both sides are silent in the file, or no more. */
static void recorder_pause(recording *one, int paused)
{
    __atomic_store_n(&one->paused, paused, __ATOMIC_RELAXED);
}

static void recorder_look(recording *one, recording_view *view)
{
    uint64_t left = __atomic_load_n(&one->given[0], __ATOMIC_RELAXED);
    uint64_t right = __atomic_load_n(&one->given[1], __ATOMIC_RELAXED);

    view->ticks = left > right ? left : right;
    left = __atomic_load_n(&one->lost[0], __ATOMIC_RELAXED);
    right = __atomic_load_n(&one->lost[1], __ATOMIC_RELAXED);
    view->lost = left > right ? left : right;
}

/* The end; the writer finishes the file when the bridge has let go of both ports. */
static void recorder_close(recording *one, const int *slots)
{
    __atomic_store_n(&one->closing, 1, __ATOMIC_RELAXED);
    for (int side = 0; side < 2; ++side)
        recorder_remove(&one->ports[side], slots[side]);
}

static void recorder_look_at_all(recorder_health *health)
{
    int64_t busy = __atomic_load_n(&recorder.busy, __ATOMIC_RELAXED);

    health->alive = __atomic_load_n(&recorder.alive, __ATOMIC_RELAXED);
    health->failing = __atomic_load_n(&recorder.failing, __ATOMIC_RELAXED);
    health->error = __atomic_load_n(&recorder.error, __ATOMIC_RELAXED);
    health->stalled = busy ? (unsigned)(recorder_now() - busy) : 0;
    health->given_up = __atomic_load_n(&recorder.given_up, __ATOMIC_RELAXED);
}
