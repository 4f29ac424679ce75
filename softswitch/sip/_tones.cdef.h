typedef struct tones_port tones_port;

int tones_are_needed(int call, int always);
tones_port *tones_create(int call, unsigned serial, int always, unsigned rate, int *slot);
void tones_destroy(tones_port *tones, int slot);
size_t tones_in(const char *pcm, size_t bytes, unsigned rate, char *keys, size_t size);
