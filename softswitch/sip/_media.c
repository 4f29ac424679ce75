/* Sound in memory, and the bridge.
 *
 * A player reads from memory that it shares with every other player of the same sound, so no file is
 * opened, read or waited for on the clock thread. PJMEDIA carries out what is asked of the bridge between
 * two ticks, some time later: a player's memory is freed by the last reference to its port, wherever that
 * is dropped. Nothing here enters Python (law 1).
 */

#include <stdlib.h>

#include <pjmedia.h>

enum { TICK_MS = 20 };

/* Samples that players share: 16 bits, one channel. */
typedef struct media_sound {
    int references;
    size_t samples;
    pj_int16_t pcm[];
} media_sound;

typedef struct media_player {
    pjmedia_port port;          /* first: PJMEDIA knows the player by it */
    media_sound *sound;
    size_t position;
    int loop;
} media_player;

static unsigned media_alive;

static media_sound *media_sound_create(const char *pcm, size_t size)
{
    size_t samples = size / sizeof(pj_int16_t);
    media_sound *sound = malloc(sizeof(*sound) + samples * sizeof(pj_int16_t));

    if (!sound)
        return NULL;
    sound->references = 1;
    sound->samples = samples;
    memcpy(sound->pcm, pcm, samples * sizeof(pj_int16_t));
    return sound;
}

static void media_sound_release(media_sound *sound)
{
    if (__atomic_sub_fetch(&sound->references, 1, __ATOMIC_ACQ_REL) == 0)
        free(sound);
}

/* One tick of sound. At the end of a sound that does not loop there is none: the bridge then sends
 * silence to whoever hears nothing else. */
static pj_status_t media_get_frame(pjmedia_port *port, pjmedia_frame *frame)
{
    media_player *player = (media_player *)port;
    const media_sound *sound = player->sound;
    pj_int16_t *out = frame->buf;
    size_t wanted = frame->size / sizeof(pj_int16_t);

    frame->type = PJMEDIA_FRAME_TYPE_NONE;
    if (player->position >= sound->samples) {
        frame->size = 0;
        return PJ_SUCCESS;
    }
    frame->type = PJMEDIA_FRAME_TYPE_AUDIO;
    while (wanted > 0) {
        size_t left = sound->samples - player->position;
        size_t some = left < wanted ? left : wanted;

        memcpy(out, sound->pcm + player->position, some * sizeof(*out));
        out += some;
        wanted -= some;
        player->position += some;
        if (player->position < sound->samples)
            continue;
        if (!player->loop)
            break;
        player->position = 0;
    }
    memset(out, 0, wanted * sizeof(*out));
    return PJ_SUCCESS;
}

/* The last reference is gone; as a rule this is the clock thread, after it has removed the port. */
static pj_status_t media_on_destroy(pjmedia_port *port)
{
    media_player *player = (media_player *)port;

    media_sound_release(player->sound);
    free(player);
    __atomic_sub_fetch(&media_alive, 1, __ATOMIC_RELAXED);
    return PJ_SUCCESS;
}

/* A player in the bridge; its place there is put into `slot`. NULL: no memory or no slot is left. */
static media_player *media_player_create(media_sound *sound, unsigned rate, int loop, int *slot)
{
    const pj_str_t name = {"player", 6};
    media_player *player = calloc(1, sizeof(*player));
    unsigned place = 0;

    if (!player)
        return NULL;
    if (pjmedia_port_info_init(&player->port.info, &name, PJMEDIA_SIG_PORT_MEM_PLAYER, rate, 1, 16,
                               rate * TICK_MS / 1000) != PJ_SUCCESS) {
        free(player);
        return NULL;
    }
    __atomic_add_fetch(&sound->references, 1, __ATOMIC_RELAXED);
    __atomic_add_fetch(&media_alive, 1, __ATOMIC_RELAXED);
    player->sound = sound;
    player->loop = loop && sound->samples > 0;
    player->port.get_frame = &media_get_frame;
    player->port.on_destroy = &media_on_destroy;
    if (pjmedia_port_init_grp_lock(&player->port, pjsua_var.pool, NULL) != PJ_SUCCESS) {
        media_on_destroy(&player->port);
        return NULL;
    }
    if (pjmedia_conf_add_port(pjsua_var.mconf, pjsua_var.pool, &player->port, NULL, &place) != PJ_SUCCESS) {
        pjmedia_port_destroy(&player->port);
        return NULL;
    }
    *slot = (int)place;
    return player;
}

/* The bridge holds a reference of its own until it has removed the port. */
static void media_player_destroy(media_player *player, int slot)
{
    if (pjsua_var.mconf)
        pjmedia_conf_remove_port(pjsua_var.mconf, (unsigned)slot);
    pjmedia_port_destroy(&player->port);
}

/* The verbs of the bridge return 0, or a status that says no more than that one side has just left.
 * Levels are PJMEDIA's: 0 as it is, -128 silent. */
static int media_connect(int source, int sink, int level)
{
    return pjmedia_conf_connect_port(pjsua_var.mconf, (unsigned)source, (unsigned)sink, level);
}

static int media_disconnect(int source, int sink)
{
    return pjmedia_conf_disconnect_port(pjsua_var.mconf, (unsigned)source, (unsigned)sink);
}

static int media_adjust(int source, int sink, int level)
{
    return pjmedia_conf_adjust_conn_level(pjsua_var.mconf, (unsigned)source, (unsigned)sink, level);
}

static unsigned media_ports(void)
{
    return pjmedia_conf_get_port_count(pjsua_var.mconf);
}

static unsigned media_connections(void)
{
    return pjmedia_conf_get_connect_count(pjsua_var.mconf);
}

static unsigned media_players_alive(void)
{
    return __atomic_load_n(&media_alive, __ATOMIC_RELAXED);
}
