/* Addresses and sources, for whoever keeps something by where a packet came from (_shield.c, _buckets.c, _tcp.c).
 *
 * An address is 16 octets, IPv4 mapped into IPv6 (RFC 4291 2.5.5.2). A source is an IPv4 address or an IPv6
 * network of 64 bits: who has one address there has all of them.
 */

#include <stdlib.h>
#include <string.h>

#include <pjlib.h>

enum { ADDRESS_SIZE = 16 };

typedef struct {
    unsigned char address[ADDRESS_SIZE];
    double until;
} address_entry;

/* Sources in order, to be found by halving. */
typedef struct {
    unsigned count, room;
    address_entry *entries;
} address_table;

static int address_is_ipv4(const unsigned char *address)
{
    static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255};

    return memcmp(address, mapped, sizeof(mapped)) == 0;
}

static void address_read(const pj_sockaddr *from, unsigned char *address)
{
    if (from->addr.sa_family == pj_AF_INET6()) {
        memcpy(address, &from->ipv6.sin6_addr, ADDRESS_SIZE);
        return;
    }
    memset(address, 0, ADDRESS_SIZE);
    address[10] = address[11] = 255;
    memcpy(address + 12, &from->ipv4.sin_addr, 4);
}

static void address_source(const unsigned char *address, unsigned char *source)
{
    memcpy(source, address, ADDRESS_SIZE);
    if (!address_is_ipv4(address))
        memset(source + 8, 0, 8);
}

/* ---- sources in order ------------------------------------------------------------------------ */

static unsigned address_place(const address_table *sources, const unsigned char *source)
{
    unsigned low = 0, high = sources->count;

    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (memcmp(sources->entries[middle].address, source, ADDRESS_SIZE) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static address_entry *address_find(const address_table *sources, const unsigned char *source)
{
    unsigned place = address_place(sources, source);

    if (place < sources->count && memcmp(sources->entries[place].address, source, ADDRESS_SIZE) == 0)
        return &sources->entries[place];
    return NULL;
}

static void address_remove_at(address_table *sources, unsigned place)
{
    memmove(&sources->entries[place], &sources->entries[place + 1],
            (--sources->count - place) * sizeof(address_entry));
}

/* When there is no room, the one that would go first goes now. */
static int address_insert(address_table *sources, const unsigned char *source, double until)
{
    address_entry *entry = address_find(sources, source);
    unsigned place, i, first = 0;

    if (entry) {
        entry->until = until;
        return 0;
    }
    if (!sources->entries && !(sources->entries = calloc(sources->room, sizeof(address_entry))))
        return -1;
    if (sources->count == sources->room) {
        for (i = 1; i < sources->count; ++i)
            if (sources->entries[i].until < sources->entries[first].until)
                first = i;
        address_remove_at(sources, first);
    }
    place = address_place(sources, source);
    memmove(&sources->entries[place + 1], &sources->entries[place],
            (sources->count++ - place) * sizeof(address_entry));
    memcpy(sources->entries[place].address, source, ADDRESS_SIZE);
    sources->entries[place].until = until;
    return 0;
}

static void address_delete(address_table *sources, const unsigned char *source)
{
    const address_entry *entry = address_find(sources, source);

    if (entry)
        address_remove_at(sources, (unsigned)(entry - sources->entries));
}
