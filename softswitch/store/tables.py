"""What the database holds: the events, which are the record, and what is read off them and can be rebuilt.

| table | a row is | written |
|---|---|---|
| `events` | one event, as it was noted | once, never changed |
| `calls` | one call that has ended, folded from its events | when it ends; by `softswitch rebuild` |
| `visits` | one stay in a queue that has ended | when it ends; by `softswitch rebuild` |
| `talks` | one conversation of an agent that has ended | when it ends; by `softswitch rebuild` |
| `stints` | one time that an agent was there, or paused | when it begins and ends; by `softswitch rebuild` |
| `recordings` | one file of a recording | when it begins, changes and goes; by `softswitch rebuild` |
| `callbacks` | one callback that somebody wanted | whenever it changes; by `softswitch rebuild` |
| `voicemails` | one message that was left | when it is left, heard and deleted; by `softswitch rebuild` |
| `call_notes` | what one agent wrote on one call | whenever it is written; by `softswitch rebuild` |
| `offers` | one ringing of one agent | when it ends; by `softswitch rebuild` |
| `bulletins` | one bulletin | when it is written and withdrawn; by `softswitch rebuild` |
| `bulletin_reads` | one agent who has read one bulletin | when that is confirmed; by `softswitch rebuild` |
| `deliveries` | one event that a receiver has not taken | when it fails, until it is taken |
| `mails` | one mail to one address | when it is posted, tried, taken or given up |
| `notes` | where the loading stands | with every batch, in its transaction |
| `users`, `tokens`, `invitations` | who may use the interfaces | when somebody changes it |
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, Index, Integer, MetaData, Table, Text

metadata = MetaData()

events = Table(
    "events",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Double, nullable=False),  # seconds since the epoch, UTC
    Column("kind", Text, nullable=False),
    Column("call", Text),
    Column("data", Text, nullable=False),  # JSON
    Column("version", Integer, nullable=False),
    Index("events_of_call", "call"),
)

calls = Table(
    "calls",
    metadata,
    Column("id", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),  # of the event that ended it
    Column("start", Double, nullable=False),
    Column("end", Double, nullable=False),
    Column("number", Text, nullable=False),  # the caller's
    Column("dialled", Text, nullable=False),
    Column("queue", Text, nullable=False),  # the last one; empty: none
    Column("agent", Text, nullable=False),  # who talked last; empty: nobody
    Column("outcome", Text, nullable=False),
    Column("wait", Double, nullable=False),
    Column("talk", Double),  # not known where a crash cut it
    Column("record", Text, nullable=False),  # all of it, as JSON
    Column("outside", Text, nullable=False, server_default=""),  # the number that was called; empty: none
    Index("calls_by_start", "start"),
    Index("calls_by_seq", "seq"),
    Index("calls_by_number", "number"),
    Index("calls_by_outside", "outside"),
)

visits = Table(
    "visits",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),  # of the event that began it
    Column("call", Text, nullable=False),
    Column("queue", Text, nullable=False),
    Column("priority", Text, nullable=False),
    Column("joined", Double, nullable=False),
    Column("within", Double),  # threshold of the service level in force then
    Column("waited", Double, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("talk", Double),  # not known where a crash cut it
    Column("held", Double, nullable=False),
    Column("wrap_up", Double, nullable=False),
    Column("position", Integer),
    Column("estimate", Double),
    Column("told_after", Double),
    Index("visits_of_queue", "queue", "joined"),
)

talks = Table(
    "talks",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),  # of the event that began it
    Column("call", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("queue", Text, nullable=False),  # empty: not from a queue
    Column("start", Double, nullable=False),
    Column("talk", Double),
    Column("held", Double, nullable=False),
    Column("wrap_up", Double, nullable=False),
    # All that reports sum up: they read the index alone.
    Index("talks_of_agent", "agent", "start", "queue", "talk", "held", "wrap_up"),
)

stints = Table(
    "stints",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),  # of the event that began it
    Column("agent", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("start", Double, nullable=False),
    Column("end", Double),  # it goes on
    Index("stints_by_end", "end"),
)

recordings = Table(
    "recordings",
    metadata,
    Column("file", Text, primary_key=True),  # within the folder of recordings
    Column("seq", BigInteger, nullable=False),  # of the event that began it
    Column("call", Text, nullable=False),
    Column("queue", Text, nullable=False),  # empty: by none
    Column("number", Text, nullable=False),  # the caller's
    Column("agent", Text, nullable=False),  # all who talk in it, with blanks between
    Column("own", Text, nullable=False),  # those of them who talk in all of it
    Column("start", Double, nullable=False),
    Column("seconds", Double),  # it goes on, or a crash cut it
    Column("bytes", BigInteger),
    Column("deleted", Double),  # when; NULL: it is there
    Index("recordings_by_seq", "seq"),
    Index("recordings_of_call", "call"),
)

callbacks = Table(
    "callbacks",
    metadata,
    Column("id", Text, primary_key=True),  # the call in which it was wanted
    Column("seq", BigInteger, nullable=False),  # of the event that began it
    Column("queue", Text, nullable=False),
    Column("number", Text, nullable=False),  # whom to call; empty once it is over
    Column("name", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("priority", Text, nullable=False),
    Column("needs", Text, nullable=False),  # skills, as JSON
    Column("preferred", Text, nullable=False),  # an agent; empty: none
    Column("standing", Double, nullable=False),  # since when the place counts
    Column("wanted", Double, nullable=False),  # seconds since the epoch
    Column("attempts", Integer, nullable=False),  # in vain
    Column("again", Double),  # when the next one may be
    Column("result", Text, nullable=False),  # empty: it is open
    Column("ended", Double),
    Column("waited", Double),  # until they talked, or nobody tried any more
    Column("agent", Text, nullable=False),  # who talked to the customer
    Column("calls", Text, nullable=False),  # of the attempts, as JSON
    Index("callbacks_by_wanted", "wanted"),
    Index("callbacks_by_result", "result"),
)

voicemails = Table(
    "voicemails",
    metadata,
    Column("file", Text, primary_key=True),  # within the folder of messages
    Column("seq", BigInteger, nullable=False),  # of the event by which it was left
    Column("mailbox", Text, nullable=False),
    Column("call", Text, nullable=False),
    Column("began", Double, nullable=False),
    Column("number", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("queue", Text, nullable=False),  # empty: in none
    Column("seconds", Double, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("heard", Double),  # by somebody whose mailbox it is; NULL: it is new
    Column("deleted", Double),  # when; NULL: it is there
    Index("voicemails_by_seq", "seq"),
    Index("voicemails_of_mailbox", "mailbox"),
    Index("voicemails_of_queue", "queue", "began"),
    Index("voicemails_of_call", "call"),
)

call_notes = Table(
    "call_notes",
    metadata,
    Column("call", Text, primary_key=True),
    Column("agent", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),  # of the last event
    Column("at", Double, nullable=False),
    Column("queue", Text, nullable=False),  # empty: none
    Column("by", Text, nullable=False),
    Column("notes", Text, nullable=False),
    Column("disposition", Text, nullable=False),
    Index("call_notes_of_agent", "agent", "at"),
)

offers = Table(
    "offers",
    metadata,
    # Of the event that ended it; where a crash did, of the one that began it.
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("call", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("queue", Text, nullable=False),  # empty: dialled directly
    Column("at", Double, nullable=False),  # when it began
    Column("result", Text, nullable=False),  # `answered`, an OfferFailure, a CancelReason, `lost`
    Index("offers_of_agent", "agent", "at", "queue", "result"),  # all that reports ask for
)

bulletins = Table(
    "bulletins",
    metadata,
    Column("id", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),  # of the event that began it
    Column("at", Double, nullable=False),
    Column("by", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("queues", Text, nullable=False),  # JSON; [] is all
    Column("until", Double),  # NULL: until it is withdrawn
    Column("withdrawn", Double),  # when
)

bulletin_reads = Table(
    "bulletin_reads",
    metadata,
    Column("bulletin", Text, primary_key=True),
    Column("agent", Text, primary_key=True),
    Column("at", Double, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("receiver", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),  # the event
    Column("attempts", Integer, nullable=False),
    Column("again", Double),  # when it is tried again, seconds since the epoch; null: never
    Column("why", Text, nullable=False),
)

mails = Table(
    "mails",
    metadata,
    Column("id", Text, primary_key=True),  # of what it is about, and to whom
    Column("made", Double, nullable=False),  # seconds since the epoch, as those below
    Column("to", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),  # JSON; empty once it was taken
    Column("attempts", Integer, nullable=False),
    Column("again", Double),  # when it is tried next; NULL: never
    Column("why", Text, nullable=False),
    Column("sent", Double),  # when it was taken; NULL: not yet
    Index("mails_by_again", "again"),
)

notes = Table(
    "notes",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("name", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("agent", Text),  # of the configuration; NULL: none
    Column("password", Text, nullable=False),  # argon2id
    Column("since", Double, nullable=False),  # sessions that began before are over
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("label", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("hash", Text, nullable=False),  # SHA-256 of the token, in hex
    Column("created", Double, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("revoked", Double),  # when; NULL: it is good
    Index("tokens_by_hash", "hash", unique=True),
)

invitations = Table(
    "invitations",
    metadata,
    Column("hash", Text, primary_key=True),  # SHA-256 of the key in the link, in hex
    Column("role", Text, nullable=False),
    Column("expires", Double, nullable=False),
)
