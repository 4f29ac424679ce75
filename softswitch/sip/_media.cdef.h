typedef struct media_sound media_sound;
typedef struct media_player media_player;

media_sound *media_sound_create(const char *pcm, size_t size);
void media_sound_release(media_sound *sound);
media_player *media_player_create(media_sound *sound, unsigned rate, int loop, int *slot);
void media_player_destroy(media_player *player, int slot);
int media_connect(int source, int sink, int level);
int media_disconnect(int source, int sink);
int media_adjust(int source, int sink, int level);
unsigned media_ports(void);
unsigned media_connections(void);
unsigned media_players_alive(void);
