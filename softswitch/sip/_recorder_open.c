/* Recordings as the loop's thread sees them: they begin, are paused, and end. */

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

/* A recording of one side or two that begins with the next tick, of at most `most` ticks; the places of its
 * sides in the bridge are put into `slots`. NULL: there is no memory, no thread or no place, or the path is too long. */
static recording *recorder_open(const char *path, int sides, unsigned rate, uint64_t most, int *slots)
{
    unsigned samples = rate * TICK_MS / 1000;
    recording *one;

    if (strlen(path) >= RECORDER_PATH || samples > RECORDER_MOST_SAMPLES || !recorder_start())
        return NULL;
    one = calloc(1, sizeof(*one) + (size_t)RECORDER_RING * (unsigned)sides * samples * sizeof(pj_int16_t));
    if (!one)
        return NULL;
    __atomic_add_fetch(&recorder.alive, 1, __ATOMIC_RELAXED);
    one->references = 1;
    one->sides = sides;
    one->rate = rate;
    one->samples = samples;
    one->most = most;
    one->file = -1;
    strcpy(one->path, path);
    if (!recorder_add(one, 0, &slots[0]) || (sides == 2 && !recorder_add(one, 1, &slots[1]))) {
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
    view->loud = __atomic_load_n(&one->loud, __ATOMIC_RELAXED);
}

/* The end; the writer finishes the file when the bridge has let go of its ports. */
static void recorder_close(recording *one, const int *slots)
{
    __atomic_store_n(&one->closing, 1, __ATOMIC_RELAXED);
    for (int side = 0; side < one->sides; ++side)
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
