/* Keys that come as tones in the sound (ITU-T Q.23), of phones which have no other way: a port of the bridge that
 * listens to one leg. Each clock rate is cut into blocks of 12.75 ms, in which the eight frequencies are measured
 * by Goertzel's algorithm. A key is two blocks in a row (ITU-T Q.24: 40 ms are always enough, 20 ms never) that
 *
 * - hold little else than one tone of each group, and no second harmonic of the high one, as voices do (that of
 *   the low one may lie too near to the high one);
 * - keep the twist: the high tone up to 8 dB below the low one, or up to 4 dB above it, with some room for noise;
 * - are as loud as each other, and whose phases say that the frequencies are right within 2.2 %.
 *
 * The same key again needs a pause before it that is longer than a lost packet. All of it runs on the bridge's
 * threads and never enters Python (law 1).
 */

#include <math.h>

enum {
    TONES_BLOCK_RATE = 4000,    /* of a block, 51 samples at this rate: 102 at 8 kHz, 204 at 16 kHz */
    TONES_BLOCK = 51,
    TONES_BLOCK_MOST = 204,
    TONES_PARTS = 6,            /* of a block, 2.1 ms each: within them the beat of two tones evens out */
    TONES_PAUSE = 13,           /* quiet parts between two presses of one key: 28 ms, more than a lost packet */
    TONES_MISSES = 6,           /* blocks without the key do as well, whatever they hold */
};

static const float tones_frequencies[8] = {697, 770, 852, 941, 1209, 1336, 1477, 1633};
static const char tones_keys[4][4] = {{'1', '2', '3', 'A'}, {'4', '5', '6', 'B'}, {'7', '8', '9', 'C'},
                                      {'*', '0', '#', 'D'}};

/* Ratios of power. */
static const float TONES_FAINTEST = 1.6e-5f;    /* to a sine of full scale: -48 dB */
static const float TONES_TWIST = 10.0f;         /* 10 dB: low over high */
static const float TONES_REVERSE_TWIST = 3.2f;  /* 5 dB */
static const float TONES_NEIGHBOURS = 5.0f;     /* 7 dB over every other tone of the group */
static const float TONES_PURE = 0.72f;          /* the two tones' part in everything that is heard */
static const float TONES_HARMONIC = 0.1f;       /* of the second harmonic to its tone */
static const float TONES_STEADY = 2.5f;         /* 4 dB between two blocks */
static const float TONES_QUIET = 0.2f;          /* of a part of a block to the mean of all */
static const float TONES_OFF = 0.022f;          /* of a frequency */

/* What one block holds; key 0: none. */
typedef struct {
    char key;
    int row, column;
    float power[2];
    float phase[2];
    float level;
} tones_block;

typedef struct tones_port {
    pjmedia_port port;          /* first: PJMEDIA knows it by it */
    int call;
    unsigned serial;
    int always;                 /* keys count whatever else the leg tells */
    unsigned rate, size;        /* samples per second, per block */
    float coefficient[8], cosine[8], sine[8];
    float samples[TONES_BLOCK_MOST];
    unsigned filled;
    tones_block before;
    char pressed;               /* the key that is down, or was a moment ago */
    float level;                /* the mean energy of its parts */
    unsigned quiet;             /* parts since the last that was as loud */
    unsigned misses;            /* blocks since it was heard */
    void (*found)(struct tones_port *, char key);
} tones_port;

static float tones_power_at(const tones_port *tones, float frequency)
{
    float twice = 2 * cosf(2 * (float)M_PI * frequency / tones->rate), one = 0, two = 0;

    for (unsigned i = 0; i < tones->size; ++i) {
        float zero = tones->samples[i] + twice * one - two;

        two = one;
        one = zero;
    }
    return one * one + two * two - twice * one * two;
}

/* Power and phase at the eight frequencies. A tone's power is (amplitude * size / 2) squared. */
static void tones_measure(const tones_port *tones, float *power, float *phase)
{
    float one[8] = {0}, two[8] = {0};

    for (unsigned i = 0; i < tones->size; ++i)
        for (int k = 0; k < 8; ++k) {
            float zero = tones->samples[i] + tones->coefficient[k] * one[k] - two[k];

            two[k] = one[k];
            one[k] = zero;
        }
    for (int k = 0; k < 8; ++k) {
        float real = one[k] - two[k] * tones->cosine[k], imaginary = two[k] * tones->sine[k];

        power[k] = real * real + imaginary * imaginary;
        phase[k] = power[k] > 0 ? atan2f(imaginary, real) : 0;
    }
}

/* The loudest of a group of four, -1 unless it stands out. */
static int tones_strongest(const float *power)
{
    int best = 0;

    for (int k = 1; k < 4; ++k)
        if (power[k] > power[best])
            best = k;
    for (int k = 0; k < 4; ++k)
        if (k != best && power[k] * TONES_NEIGHBOURS > power[best])
            return -1;
    return best;
}

/* The energy of a whole block. The pressed key is let go when it has been quiet for long enough. */
static float tones_weigh(tones_port *tones, float *first, float *last)
{
    unsigned size = tones->size / TONES_PARTS;
    float total = 0;

    for (unsigned part = 0; part < TONES_PARTS; ++part) {
        float energy = 0;

        for (unsigned i = part * size; i < (part + 1) * size; ++i)
            energy += tones->samples[i] * tones->samples[i];
        tones->quiet = energy < TONES_QUIET * tones->level ? tones->quiet + 1 : 0;
        if (tones->quiet >= TONES_PAUSE)
            tones->pressed = '\0';
        total += energy;
        if (part == 0)
            *first = energy;
        *last = energy;
    }
    return total;
}

/* What the samples of a whole block hold. */
static tones_block tones_judge(tones_port *tones)
{
    tones_block block = {0};
    float power[8], phase[8], first, last, energy = tones_weigh(tones, &first, &last), low, high;

    if (energy < TONES_FAINTEST * tones->size / 2 || first * TONES_PARTS < TONES_QUIET * energy ||
        last * TONES_PARTS < TONES_QUIET * energy)
        return block;
    tones_measure(tones, power, phase);
    block.row = tones_strongest(power);
    block.column = tones_strongest(power + 4);
    if (block.row < 0 || block.column < 0)
        return block;
    low = power[block.row];
    high = power[4 + block.column];
    if (low > high * TONES_TWIST || high > low * TONES_REVERSE_TWIST ||
        low + high < TONES_PURE * energy * tones->size / 2 ||
        tones_power_at(tones, 2 * tones_frequencies[4 + block.column]) > TONES_HARMONIC * high)
        return block;
    block.power[0] = low;
    block.power[1] = high;
    block.phase[0] = phase[block.row];
    block.phase[1] = phase[4 + block.column];
    block.level = energy / TONES_PARTS;
    block.key = tones_keys[block.row][block.column];
    return block;
}

/* Whether one tone goes on from a block to the next: as loud, and with the phase that its frequency leads to. */
static int tones_goes_on(const tones_port *tones, const tones_block *block, int group, int which)
{
    float frequency = tones_frequencies[which], turn = 2 * (float)M_PI * tones->size / tones->rate;
    float off = block->phase[group] - tones->before.phase[group] - frequency * turn;
    float louder = block->power[group] / tones->before.power[group];

    return louder < TONES_STEADY && louder * TONES_STEADY > 1 &&
           fabsf(remainderf(off, 2 * (float)M_PI)) < TONES_OFF * frequency * turn;
}

static void tones_take(tones_port *tones, const tones_block *block)
{
    if (block->key && block->key == tones->pressed) {
        tones->misses = 0;
    } else if (block->key && block->key == tones->before.key && tones_goes_on(tones, block, 0, block->row) &&
               tones_goes_on(tones, block, 1, 4 + block->column)) {
        tones->pressed = block->key;
        tones->level = block->level;
        tones->misses = 0;
        tones->found(tones, block->key);
    } else if (tones->pressed && ++tones->misses >= TONES_MISSES) {
        tones->pressed = '\0';
    }
    tones->before = *block;
}

/* Any number of samples; NULL: so many of silence. */
static void tones_hear(tones_port *tones, const pj_int16_t *pcm, unsigned count)
{
    for (unsigned i = 0; i < count; ++i) {
        tones->samples[tones->filled++] = pcm ? pcm[i] / 32768.0f : 0;
        if (tones->filled == tones->size) {
            tones_block block = tones_judge(tones);

            tones_take(tones, &block);
            tones->filled = 0;
        }
    }
}

static void tones_prepare(tones_port *tones, unsigned rate)
{
    tones->rate = rate;
    tones->size = TONES_BLOCK * rate / TONES_BLOCK_RATE;
    for (int k = 0; k < 8; ++k) {
        float angle = 2 * (float)M_PI * tones_frequencies[k] / rate;

        tones->cosine[k] = cosf(angle);
        tones->sine[k] = sinf(angle);
        tones->coefficient[k] = 2 * tones->cosine[k];
    }
}

/* ---- in the bridge --------------------------------------------------------------------------- */

static pj_status_t tones_put_frame(pjmedia_port *port, pjmedia_frame *frame)
{
    tones_port *tones = (tones_port *)port;
    int sounds = frame->type == PJMEDIA_FRAME_TYPE_AUDIO;

    tones_hear(tones, sounds ? frame->buf : NULL,
               sounds ? (unsigned)(frame->size / sizeof(pj_int16_t)) : tones->rate * TICK_MS / 1000);
    return PJ_SUCCESS;
}

static pj_status_t tones_on_destroy(pjmedia_port *port)
{
    free(port);
    __atomic_sub_fetch(&media_alive, 1, __ATOMIC_RELAXED);
    return PJ_SUCCESS;
}

static void tones_press(tones_port *tones, char key)
{
    leg_on_tone(tones->call, tones->serial, key, tones->always);
}

/* Whether this leg's phone has no other way to tell its keys: it named no telephone-event (RFC 4733), and has sent
 * no key by INFO. `always`: whether it has any sound, as carriers name telephone-event and pass the tones on. */
static int tones_are_needed(int call, int always)
{
    const pjsua_call_media *audio;
    pjmedia_stream_info info;

    if (!leg_exists(call) || (leg_records[call].tells_keys && !always))
        return 0;
    audio = leg_audio(&pjsua_var.calls[call]);
    return audio && audio->strm.a.stream && pjmedia_stream_get_info(audio->strm.a.stream, &info) == PJ_SUCCESS &&
           (always || info.tx_event_pt <= 0);
}

/* A port that listens for the keys of a leg; its place in the bridge is put into `slot`. NULL: no memory or no
 * slot is left. */
static tones_port *tones_create(int call, unsigned serial, int always, unsigned rate, int *slot)
{
    const pj_str_t name = {"tones", 5};
    tones_port *tones = calloc(1, sizeof(*tones));
    unsigned place = 0;

    if (!tones)
        return NULL;
    if (TONES_BLOCK * rate / TONES_BLOCK_RATE > TONES_BLOCK_MOST ||
        pjmedia_port_info_init(&tones->port.info, &name, PJMEDIA_SIG_PORT_MEM_CAPTURE, rate, 1, 16,
                               rate * TICK_MS / 1000) != PJ_SUCCESS) {
        free(tones);
        return NULL;
    }
    tones_prepare(tones, rate);
    tones->call = call;
    tones->serial = serial;
    tones->always = always;
    tones->found = &tones_press;
    tones->port.put_frame = &tones_put_frame;
    tones->port.on_destroy = &tones_on_destroy;
    __atomic_add_fetch(&media_alive, 1, __ATOMIC_RELAXED);
    if (pjmedia_port_init_grp_lock(&tones->port, pjsua_var.pool, NULL) != PJ_SUCCESS) {
        tones_on_destroy(&tones->port);
        return NULL;
    }
    if (pjmedia_conf_add_port(pjsua_var.mconf, pjsua_var.pool, &tones->port, NULL, &place) != PJ_SUCCESS) {
        pjmedia_port_destroy(&tones->port);
        return NULL;
    }
    *slot = (int)place;
    return tones;
}

/* The bridge holds a reference of its own until it has removed the port. */
static void tones_destroy(tones_port *tones, int slot)
{
    if (pjsua_var.mconf)
        pjmedia_conf_remove_port(pjsua_var.mconf, (unsigned)slot);
    pjmedia_port_destroy(&tones->port);
}

/* ---- without a bridge ------------------------------------------------------------------------ */

static struct {
    char *keys;
    size_t size, count;
} tones_tried;

static void tones_note(tones_port *tones, char key)
{
    PJ_UNUSED_ARG(tones);
    if (tones_tried.count + 1 < tones_tried.size)
        tones_tried.keys[tones_tried.count++] = key;
}

/* Puts the keys that would be heard in some sound into `keys`, in ticks of 20 ms as the bridge brings them;
 * returns how many there are. */
static size_t tones_in(const char *pcm, size_t bytes, unsigned rate, char *keys, size_t size)
{
    unsigned tick = rate * TICK_MS / 1000;
    size_t samples = bytes / sizeof(pj_int16_t);
    tones_port tones = {.found = &tones_note};

    tones_tried.keys = keys;
    tones_tried.size = size;
    tones_tried.count = 0;
    tones_prepare(&tones, rate);
    for (size_t at = 0; at < samples; at += tick)
        tones_hear(&tones, (const pj_int16_t *)pcm + at, (unsigned)(samples - at < tick ? samples - at : tick));
    keys[tones_tried.count] = '\0';
    return tones_tried.count;
}
