/* Compile-time limits and switches of pjproject for a call-centre switch.
 *
 * Upstream's defaults are those of a soft phone: 4 calls, 32 players, select() with 64 sockets.  Most
 * tables below are allocated whole at start, so a limit costs memory even when idle (150 MB with these);
 * the reason beside each line says what it buys.  native/build.py hashes this file into the wheel's
 * version: any change here is a new build.
 *
 * "Leg" is one SIP call as PJSUA counts it.  A caller talking to an agent is two legs.
 */

/* ---- Never stop the process ------------------------------------------------------------------ */

/* pj_assert() logs and goes on; PJ_ASSERT_RETURN() returns its error.  With 1 both abort(), and a
 * single odd packet would end every call in the house. */
#define PJ_DEBUG                            0

/* ---- Logging --------------------------------------------------------------------------------- */

/* 5 and 6 trace every packet and lock; compiled out they cost nothing, and 4 still shows SIP
 * messages when an engineer asks for them at run time. */
#define PJ_LOG_MAX_LEVEL                    4
/* A log line may hold one whole SIP message (PJSIP_MAX_PKT_LEN) and its heading; it lives on the stack. */
#define PJ_LOG_MAX_SIZE                     7000
/* Indenting needs thread-local reads and writes at every nested log call. */
#define PJ_LOG_ENABLE_INDENT                0

/* ---- Sockets and timers ---------------------------------------------------------------------- */

/* Listeners, phones and carriers at [2001:db8::1], beside IPv4. */
#define PJ_HAS_IPV6                         1
/* 8,192 legs with RTP and RTCP are 16,384 sockets in the media ioqueue, and a closed one keeps its key
 * for half a second; the SIP ioqueue has the same limit for TCP and TLS connections.  Both allocate all
 * keys at start, 670 bytes each. */
#define PJ_IOQUEUE_MAX_HANDLES              24000
/* Events taken by one epoll_wait: at 200,000 RTP packets/s the default of 16 doubles the system calls. */
#define PJ_IOQUEUE_MAX_EVENTS_IN_SINGLE_POLL 64
/* Without the file and line that scheduled every timer. */
#define PJ_TIMER_DEBUG                      0
/* Connections per TCP or TLS listener that the kernel may hold until accepted: the default of 5
 * refuses phones that reconnect together after a network break. */
#define PJSIP_TCP_TRANSPORT_BACKLOG         512
#define PJSIP_TLS_TRANSPORT_BACKLOG         512

/* ---- SIP ------------------------------------------------------------------------------------- */

/* An ended transaction is kept up to 32 s: 131,071 are some 1,000 queue-to-agent calls per second
 * (about four transactions each).  The hash table behind it is 8 bytes per entry. */
#define PJSIP_MAX_TSX_COUNT                 131071
/* Dialogs: 8,192 legs, forked answers and subscriptions.  Hash table only, 8 bytes each. */
#define PJSIP_MAX_DIALOG_COUNT              65535
/* Expired timers handled per poll: after a stall the default of 10 needs thousands of polls to catch up. */
#define PJSIP_MAX_TIMED_OUT_ENTRIES         100
/* Largest SIP message.  A carrier's INVITE with a signed Identity header passes 4,000 bytes.  Every sent
 * message takes a buffer of this length out of pools that grow by 4,000: 6,000 fits the block that 4,000
 * needs, 8,000 would take the next, for 32 s in each transaction. */
#define PJSIP_MAX_PKT_LEN                   6000
/* Bytes waiting in the one UDP socket while Python is busy: 8 MB are about 8,000 requests.  The
 * kernel caps it at net.core.rmem_max and wmem_max. */
#define PJSIP_UDP_SO_RCVBUF_SIZE            (8*1024*1024)
#define PJSIP_UDP_SO_SNDBUF_SIZE            (8*1024*1024)
/* An INVITE with a long SDP stays on the transport the peer was configured with. A silent change to
 * TCP is what the RFC asks, and what UDP-only phones and carriers cannot answer. */
#define PJSIP_DONT_SWITCH_TO_TCP            1
/* handle_events() runs inside the asyncio loop: never sleep there, whatever the poll returned. */
#define PJSIP_HANDLE_EVENTS_HAS_SLEEP_ON_ERR 0
/* TCP and TLS connections are found by hash; 31 rows for thousands of phones are long lists. */
#define PJSIP_TPMGR_HTABLE_SIZE             4095

/* ---- Media ----------------------------------------------------------------------------------- */

/* SIP switch without cameras. */
#define PJMEDIA_HAS_VIDEO                   0
/* No sound device: the bridge's clock is PJMEDIA's null device (see setNullDev). */
#define PJMEDIA_AUDIO_DEV_HAS_ALSA          0
#define PJMEDIA_AUDIO_DEV_HAS_PORTAUDIO     0
#define PJMEDIA_HAS_LEGACY_SOUND_API        0
/* Phones cancel their own echo. */
#define PJMEDIA_HAS_SPEEX_AEC               0
/* Speex's resampler from the system; libresample's source is not shipped by Debian. */
#define PJMEDIA_RESAMPLE_IMP                PJMEDIA_RESAMPLE_SPEEX
/* The bridge that can share one clock tick among worker threads (EpConfig.medConfig.confThreads). */
#define PJMEDIA_CONF_BACKEND                PJMEDIA_CONF_PARALLEL_BRIDGE_BACKEND
/* Automatic gain would pump the music while speech is mixed over it; levels are set by the switch. */
#define PJMEDIA_CONF_USE_AGC                0
/* m= lines kept per SDP.  Video phones and room systems offer up to seven (audio, two videos, content
 * control, camera control, text); PJSUA keeps two media records per line in every call slot, so 16
 * would cost twice the memory of 8. */
#define PJMEDIA_MAX_SDP_MEDIA               8
/* Read-ahead of file players and write-behind of recorders, in bytes: 2 s at 8 kHz instead of 0.25 s,
 * so the clock thread touches the disk eight times less often. */
#define PJMEDIA_FILE_PORT_BUFSIZE           32000
/* SRTP, keys in SDP (RFC 4568). */
#define PJMEDIA_HAS_SRTP                    1
/* Codecs: G.711, G.722 and Opus serve phones; GSM, Speex and L16 are only more lines in every offer. */
#define PJMEDIA_HAS_G711_CODEC              1
#define PJMEDIA_HAS_G722_CODEC              1
#define PJMEDIA_HAS_GSM_CODEC               0
#define PJMEDIA_HAS_SPEEX_CODEC             0
#define PJMEDIA_HAS_L16_CODEC               0
/* G.711 by table, 512 bytes of cache against a dozen instructions per sample. */
#define PJMEDIA_HAS_ALAW_ULAW_TABLE         1

/* ---- Tables of PJSUA ------------------------------------------------------------------------- */

/* Legs.  libInit() silently lowers what is asked to this limit, and allocates what is asked, 11 kB each. */
#define PJSUA_MAX_CALLS                     8192
/* Trunks, and local accounts by transport, SRTP policy and route set. */
#define PJSUA_MAX_ACC                       256
/* Each announcement in progress is a player: one for every leg at the worst. */
#define PJSUA_MAX_PLAYERS                   8192
/* Recorded calls at one time. */
#define PJSUA_MAX_RECORDERS                 1024
/* Legs, players, recorders, tone generators and native ports, with room to spare. */
#define PJSUA_MAX_CONF_PORTS                32768
/* Presence subscriptions are served by the switch itself. */
#define PJSUA_MAX_BUDDIES                   1

/* ---- Left at upstream's default, on purpose --------------------------------------------------- */

/* PJSIP_SAFE_MODULE 0: modules are registered on the one thread that runs SIP, so no lock guards them.
 * PJSIP_UNESCAPE_IN_PLACE 0: 1 would rewrite the packet that the gate and the log still look at.
 * PJ_TIMER_USE_COPY 1: a timer of a pool that is gone is found out instead of run.
 * PJ_IOQUEUE_HAS_SAFE_UNREG 1: media threads poll sockets that the loop thread closes.
 * PJ_POOL_DEBUG 0, PJ_SAFE_POOL 0, PJMEDIA_HAS_RTCP_XR 0: tracing and reports that cost on every call.
 */
