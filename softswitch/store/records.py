"""The vocabulary of the record: every kind of event, what it says, and the names of its fields.

An event is past tense and true for ever. Times in fields are durations in seconds; the moment is the
event's own `at`. A field that a kind lists may be missing where nothing is known; a kind that this table
does not list is kept and shown like any other (plug-ins and later versions bring their own).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from softswitch.kinds import Kind
from softswitch.store.words import ALERTS, CALLBACKS, MAILS, VOICEMAILS, Word
from softswitch.store.words_agents import AGENTS
from softswitch.store.words_entering import ENTERING
from softswitch.store.words_panel import PANEL
from softswitch.store.words_recordings import RECORDINGS
from softswitch.store.words_supervision import AMENDMENTS, SUPERVISION
from softswitch.store.words_transfers import TRANSFERS

QUALITY = (
    "codec (`PCMU/8000`), received, sent, lost, late (RTP packets), jitter, buffered, round_trip (s), mos, "
    "far_lost, far_jitter, far_mos (as the other side reports), encrypted, strangers: types.Quality"
)

SERVICE = "how the service level is counted: acd/service.py"

VOCABULARY: Mapping[str, Word] = MappingProxyType(
    {
        Kind.CALL_ARRIVED: Word(
            "An INVITE came in.",
            {
                "number": "the caller's number",
                "name": "the caller's display name",
                "dialled": "what was dialled",
                "sip_call_id": "the Call-ID header",
                "leg": "the caller's leg",
                "transport": "udp, tcp, tls",
                "agent": "the agent who calls, where the caller has proved to be one",
                "trunk": "of a call from a carrier: which",
                "number_as": "the caller's number as the carrier wrote it, where that is another form",
                "dialled_as": "what was dialled as the carrier wrote it, where that is another form",
                "diverted": "who passed the call on, the latest first: `number` and `reason` (RFC 5806)",
                "transferred_by": "of a call that did not come in: the agent who handed this leg on",
                "transferred_from": "the call in which the leg was before",
                "callback": "of a call that calls somebody back: the one in which that was wanted",
                "originated_by": "of a call that an interface asked for: who; the caller is rung first then",
            },
        ),
        Kind.CALL_ROUTED: Word(
            "A line of `numbers` (and perhaps of `callers`) decided where the call goes first.",
            {
                "rule": "the pattern in `numbers`",
                "caller_rule": "the name in `callers`",
                "caller_why": "what matched besides the caller's number",
                "outbound": "the name in `outbound`, of a number outside that an agent dialled",
                "why": "what the dial plan says of it",
                "destination": "as the configuration writes it: `{menu: welcome}`",
            },
        ),
        Kind.CALL_ANSWERED: Word(
            "The caller's leg was answered (200 OK).",
            {
                "leg": "of a call that an interface asked for: the leg of who answered",
                "sip_call_id": "the Call-ID of that leg",
            },
        ),
        Kind.CALL_REFUSED: Word(
            "The switch refused the call before answering it; CallEnded follows.",
            {"status": "SIP status", "reason": "why"},
        ),
        Kind.CALL_WENT_ROUND: Word(
            "The configuration sent the caller round and round, without waiting or hearing anything: the call"
            " was ended. `softswitch check` finds most such circles.",
            {"way": "the places of the last round", "steps": "to how many places in a row"},
        ),
        Kind.CALLS_TURNED_AWAY: Word(
            "New calls got 503 for lack of room, within the last second; nothing else is known of them.",
            {
                "why": "max_calls, channels (of a trunk), rtp_ports, legs; draining or starting: the switch",
                "count": "how many",
                "limit": "how many calls there may be",
                "trunk": "of channels: whose",
            },
            alarming=True,
        ),
        Kind.ORIGINATE_FAILED: Word(
            "A call that an interface asked for came to nothing; without a call: it could not even begin.",
            {
                "by": "who asked for it",
                "agent": "the agent who was to make it, if one was",
                "number": "where it was to go",
                "status": "what that means as a SIP status: 486 busy, 480 no answer, 403 not allowed",
                "why": "in a sentence",
            },
        ),
        Kind.CALL_ENDED: Word(
            "The caller's leg is gone; the last event of a call.",
            {
                "ended_by": "caller, agent, called or switch; transfer: before an answer, by an agent's own",
                "status": "final SIP status of the caller's leg, 200 for a normal end",
                "reason": "reason phrase, or the switch's own word",
                "caller": QUALITY,
                "agent": QUALITY + ", of the last agent's leg",
                "last_seen": "of a call that a crash cut: the last event before it, seconds since the epoch",
            },
        ),
        Kind.MENU_ENTERED: Word("The caller came to a menu.", {"menu": "its name"}),
        Kind.MENU_MISTAKE: Word(
            "The caller pressed a wrong key or none.",
            {"menu": "where", "mistake": "which", "attempt": "how many so far, from 1"},
        ),
        Kind.PROMPT_FAILED: Word(
            "A prompt could not be had; the caller heard nothing.", {"error": "why"}, True
        ),
        Kind.DIGITS_PRESSED: Word(
            "The caller pressed keys that a menu or a queue took.",
            {"digits": "the keys", "menu": "where", "queue": "where, of a caller who waits"},
        ),
        Kind.LANGUAGE_SET: Word("A language rules the call's speech from now on.", {"language": "ISO 639-1"}),
        Kind.NUMBER_ENTERED: Word(
            "The caller keyed in a number that a menu asked for.",
            {"name": "the ask's name", "digits": "what was entered"},
        ),
        Kind.CALLER_JOINED: Word(
            "The caller began to wait in a queue.",
            {
                "queue": "its name",
                "priority": "the caller's class",
                "number": "the caller's number",
                "transferred_by": "the agent who transferred the caller here",
                "from_queue": "the queue by which those two had come together",
                "within": "an answer within so many seconds counts as in time for the service level",
                "short": "hanging up before so many seconds does not count as abandoned",
                "ago": "seconds since the wait began that counts, of one whom a supervisor moved",
                "needs": "levels by skill that the caller needs beside what the queue does",
                "preferred": "the agent who is rung first",
                "preferred_by": "who says so: rule, lookup, caller class, last agent",
            },
        ),
        Kind.ANNOUNCED: Word(
            "The caller was told about the wait.",
            {
                "position": "1 is next; null: not told",
                "callers": "how many waited; null: not told",
                "wait": "estimated seconds; null: not told",
            },
        ),
        Kind.MESSAGE_HEARD: Word(
            "A message of the queue was played to a waiting caller.",
            {"queue": "which queue", "message": "the place of it in `messages`, from 1"},
        ),
        Kind.CALLER_LEFT: Word(
            "The caller left a queue without an agent.",
            {
                "queue": "its name",
                "reason": "a LeaveReason",
                "waited": "seconds since joining",
                "why": "the reasoning at that moment, as of OfferMade, if no phone rang",
            },
        ),
        Kind.CALLER_HOPELESS: Word(
            "Somebody waits whom no agent of the team can ever take: nobody has the skills.",
            {"queue": "where", "needs": "the least level of each skill"},
            alarming=True,
        ),
        Kind.OFFER_MADE: Word(
            "An agent's phone is being rung for the caller.",
            {
                "offer": "its id",
                "agent": "whom",
                "queue": "from which queue; null: dialled directly",
                "why": "the reasoning, see acd/explain.py, without what goes without saying; `left`: for"
                " how many seconds a reason holds",
                "sip_call_id": "the Call-ID of the agent's leg",
                "reserved": "true: no phone rings yet, the customer is called first",
            },
        ),
        Kind.OFFER_ENDED: Word(
            "The ringing of one agent is over.",
            {
                "offer": "its id",
                "agent": "whom",
                "result": "`answered`, an OfferFailure or a CancelReason",
                "status": "the phone's final SIP status, 0 without one",
                "reason": "reason phrase",
            },
        ),
        Kind.INTRODUCED: Word(
            "The agent who answered has heard who comes, and is connected now.",
            {"offer": "by which offer", "agent": "who", "took": "seconds"},
        ),
        Kind.DIALLED_OUT: Word(
            "A number outside is being called through a carrier.",
            {
                "number": "E.164, or a short number",
                "trunk": "by which trunk",
                "server": "the place of its server, from 0",
                "address": "of that server: transport, host and port",
                "agent": "whose number that is, of an agent outside",
                "leg": "the leg to the carrier",
                "sip_call_id": "the Call-ID of that leg",
            },
        ),
        Kind.DIAL_ENDED: Word(
            "An attempt to call a number outside ended, or could not begin; another one may follow.",
            {
                "number": "E.164, or a short number",
                "trunk": "by which trunk",
                "server": "the place of its server, from 0; None: no channel of the trunk was free",
                "address": "of that server",
                "agent": "whose number that is, of an agent outside",
                "status": "the final SIP status; 200: answered, 0: it was not let finish",
                "reason": "reason phrase, or the switch's own word",
            },
        ),
        Kind.CONFIRMED: Word(
            "An agent at a number outside has pressed the key that takes the call.",
            {"agent": "who"},
        ),
        Kind.NOT_CONFIRMED: Word(
            "A number outside of an agent answered, and nobody pressed the key there: a mailbox, perhaps.",
            {
                "agent": "whose",
                "reason": "`hung-up`, or `no-key` until the ringing was over",
                "waited": "seconds since the answer",
            },
        ),
        Kind.FORWARDED: Word(
            "An agent's phone has sent the call on (302).",
            {
                "agent": "whose phone",
                "number": "where to, as the phone says",
                "destination": "what the number means",
                "followed": "whether that is tried; if not, the phone has refused",
            },
        ),
        Kind.PICKED_UP: Word(
            "An agent took the call that rang at a colleague.",
            {"offer": "which ringing", "agent": "at whom it rang", "by": "who took it"},
        ),
        Kind.PLACE_REGAINED: Word(
            "A caller who was cut off has called again, and has the old place.",
            {"queue": "where", "ago": "seconds since the place was taken"},
        ),
        Kind.CONNECTED: Word(
            "Caller and agent can talk.",
            {
                "agent": "who",
                "number": "in place of an agent: the number outside",
                "offer": "by which offer",
                "queue": "from which",
                "waited": "seconds since joining",
                "foreseen": "the wait that was estimated on joining, told or not; left out: none was",
                "raw": "what was left of it before it was corrected by how earlier estimates turned out",
                "held": "how long after joining it was estimated; left out: at once",
                "wrap_up": "seconds for notes that follow the conversation",
            },
        ),
        Kind.CONNECT_FAILED: Word(
            "The agent's leg ended in the moment of its answer; the caller waits on at the old place."
        ),
        Kind.HELD: Word("One side put the other on hold.", {"by": "caller or agent"}),
        Kind.RESUMED: Word("The side that held took the call back.", {"by": "caller or agent"}),
        **RECORDINGS,
        Kind.SOUND_PLAYED: Word(
            "Somebody plays a sound into the call through an interface.",
            {
                "sound": "its name in `sounds`, or what is said",
                "to": "caller, agent or both",
                "by": "who wanted it",
                "seconds": "how long it is",
            },
        ),
        Kind.SOUND_STOPPED: Word(
            "A sound that was played into the call is heard no more.",
            {"sound": "which", "why": "ended, stopped, replaced, over (the call)", "by": "who stopped it"},
        ),
        Kind.CONVERSATION_ENDED: Word(
            "Caller and agent are done.",
            {
                "agent": "who",
                "ended_by": "caller, agent, called, switch or transfer",
                "reason": "the switch's own word for why it ended the agent's leg, as `No RTP for 60s`",
                "talked": "seconds since Connected, without those in which one was handed on",
                "wrap_up": "seconds for notes that begin now; a reload may have changed them since Connected",
            },
        ),
        **TRANSFERS,
        **SUPERVISION,
        **AMENDMENTS,
        **AGENTS,
        Kind.PHONE_REGISTERED: Word(
            "A phone of an agent registered an address.",
            {
                "agent": "whose",
                "contact": "the address",
                "source": "where it came from",
            },
        ),
        Kind.PHONE_UNREGISTERED: Word(
            "An address of an agent's phone is gone.",
            {"agent": "whose", "contact": "the address", "why": "unregistered, expired"},
        ),
        Kind.TRUNK_UP: Word(
            "A carrier's server answers, and has taken our registration where we register.",
            {"trunk": "its name", "server": "transport, host and port"},
        ),
        Kind.TRUNK_DOWN: Word(
            "A carrier's server answers no questions, or refuses our registration; it is tried last.",
            {"trunk": "its name", "server": "transport, host and port", "why": "what was the last straw"},
            alarming=True,
        ),
        Kind.SWITCH_STARTING: Word("The switch's process has begun; nothing from before goes on."),
        Kind.SWITCH_STARTED: Word(
            "The switch takes calls.",
            {
                "version": "of softswitch",
                "file": "configuration",
                "pid": "process id",
                "agents": "those who are there without a registration",
                "service": SERVICE,
            },
        ),
        Kind.SWITCH_DRAINING: Word(
            "No new calls are taken; those in progress may end.", {"calls": "how many"}
        ),
        Kind.SWITCH_STOPPED: Word("The switch ended in order."),
        Kind.SETTINGS_LOADED: Word(
            "A changed configuration is in force.",
            {
                "file": "its path",
                "after_restart": "changed settings that wait for the next start",
                "service": SERVICE,
            },
        ),
        Kind.SETTINGS_REFUSED: Word(
            "A changed configuration has mistakes; the old one stays in force.",
            {"file": "its path", "problems": "each with file:line:column"},
            alarming=True,
        ),
        Kind.CHANGED: Word(
            "Somebody changed something through an interface.",
            {
                "by": "who: `user anna`, `token crm`, `command line`",
                "what": "in a word, as `pause`, `hang-up`, `user-added`",
                "of": "whom or what: an agent, a call, a user, an address",
                "how": "more of it, where there is more to say",
            },
        ),
        Kind.RECORD_EXPORTED: Word(
            "Somebody took the calls of some days, or their queue_log.",
            {
                "by": "who, as for `Changed`",
                "format": "of `softswitch export`",
                "first": "the first day",
                "last": "the last",
            },
        ),
        Kind.CALLER_ERASED: Word(
            "All that the record knew of one caller was erased; of whom is not on record.",
            {
                "by": "who wanted it",
                "calls": "how many calls are without a caller now",
                "events": "how many events",
                "recordings": "how many files are gone",
                "voicemails": "how many messages are gone",
                "deliveries": "how many events receivers will not get any more",
            },
        ),
        Kind.CALLERS_FORGOTTEN: Word(
            "It is not known any more who called: that was longer ago than `privacy.retention`.",
            {"calls": "in how many calls", "events": "of how many events", "days": "the retention"},
        ),
        **MAILS,
        **ALERTS,
        **ENTERING,
        **CALLBACKS,
        **VOICEMAILS,
        **PANEL,
        Kind.EVENTS_LOST: Word(
            "The record could not be written for so long that memory was full: these numbers are missing.",
            {"count": "how many events", "last": "the last missing number; the first is this event's own"},
            alarming=True,
        ),
    }
)


def misfits(kind: str, data: Mapping[str, object]) -> list[str]:
    """What is wrong with an event of the switch's own, measured by the vocabulary: for tests and reviews."""
    word = VOCABULARY.get(kind)
    if word is None:
        return [f"{kind}: no such kind in store/records.py"]
    return [f"{kind}.{name}: no such field in store/records.py" for name in data if name not in word.fields]
