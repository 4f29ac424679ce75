/* Token buckets: how much a source may send, for more sources than anybody could count. Those that are remembered
 * are in sets of a few, and a new one takes the place of the one in its set that was unused for longest.
 */

#include <math.h>

enum {
    BUCKET_WAYS = 8,
    BUCKET_SETS = 4096,         /* a power of two; with the ways, sources that are remembered */
};

typedef struct {
    unsigned char address[ADDRESS_SIZE];
    double at;
    double tokens;
    unsigned refused;
} token_bucket;

static token_bucket bucket_sets[BUCKET_SETS][BUCKET_WAYS];
static pj_uint64_t bucket_secret;

static int bucket_take(token_bucket *bucket, double rate, double burst, double now)
{
    if (now > bucket->at)
        bucket->tokens = fmin(burst, bucket->tokens + (now - bucket->at) * rate);
    bucket->at = now;
    if (bucket->tokens < 1)
        return 0;
    bucket->tokens -= 1;
    return 1;
}

/* Nobody outside can tell which sources share a set: the multiplier is secret. */
static unsigned bucket_set_of(const unsigned char *source)
{
    pj_uint64_t high, low;

    memcpy(&high, source, 8);
    memcpy(&low, source + 8, 8);
    high = (high ^ bucket_secret) * 0x9E3779B97F4A7C15ULL;
    low = (low ^ (high >> 29) ^ high) * (bucket_secret | 1);
    low = (low ^ (low >> 32)) * 0xD6E8FEB86659FD93ULL;
    return (unsigned)(low >> 40) & (BUCKET_SETS - 1);
}

/* The bucket of a source; one that is new takes the place of the one unused for longest. */
static token_bucket *bucket_of(const unsigned char *source, double burst, double now)
{
    token_bucket *set = bucket_sets[bucket_set_of(source)], *oldest = set;
    unsigned i;

    for (i = 0; i < BUCKET_WAYS; ++i) {
        if (set[i].at > 0 && memcmp(set[i].address, source, ADDRESS_SIZE) == 0)
            return &set[i];
        if (set[i].at < oldest->at)
            oldest = &set[i];
    }
    memcpy(oldest->address, source, ADDRESS_SIZE);
    oldest->at = now;
    oldest->tokens = burst;
    oldest->refused = 0;
    return oldest;
}
