typedef struct recording recording;
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

extern int recorder_patience_ms;

recording *recorder_open(const char *path, int sides, unsigned rate, uint64_t most, int *slots);
void recorder_pause(recording *one, int paused);
void recorder_look(recording *one, recording_view *view);
void recorder_close(recording *one, const int *slots);
void recorder_release(recording *one);
int recorder_stop(unsigned milliseconds);
void recorder_look_at_all(recorder_health *health);
