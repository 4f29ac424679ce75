/* The writer of recordings: one thread, which alone waits for the disk. */

static void recorder_header(const recording *one, pj_uint32_t length, unsigned char *header)
{
    const pj_uint32_t riff = length == RECORDER_UNKNOWN_LENGTH ? length : length + RECORDER_HEADER - 8;
    const pj_uint16_t pcm = 1, channels = (pj_uint16_t)one->sides, block = (pj_uint16_t)(channels * 2), bits = 16;
    const pj_uint32_t words[3] = {16, one->rate, one->rate * block};

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
    size_t block = recorder_block(one), count = 0;
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
        for (int side = 0; side < one->sides; ++side) {
            const pj_int16_t *pcm = recorder_place(one, tick, side);

            if (one->stamps[tick % RECORDER_RING][side] == tick + 1)
                for (unsigned i = 0; i < one->samples; ++i)
                    both[i * (unsigned)one->sides + (unsigned)side] = pcm[i];
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
    int gone = __atomic_load_n(&one->gone, __ATOMIC_ACQUIRE) == one->sides;
    uint64_t left = __atomic_load_n(&one->given[0], __ATOMIC_ACQUIRE);
    uint64_t right = __atomic_load_n(&one->given[1], __ATOMIC_ACQUIRE);

    if (one->sides == 1)
        return left;
    return (left < right) == gone ? right : left;
}

/* Writes for one round. Returns 1: all that there is, 0: there is more, -1: it cannot be written now. */
static int recorder_write(recording *one)
{
    static unsigned char out[RECORDER_HEADER + RECORDER_CHUNK * RECORDER_MOST_SAMPLES * 4]
        __attribute__((aligned(16)));
    size_t block = recorder_block(one);

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
    int over = __atomic_load_n(&one->gone, __ATOMIC_ACQUIRE) == one->sides, result;
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
