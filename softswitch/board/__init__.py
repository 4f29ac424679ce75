"""The board: what people see of the running switch, kept by one producer for all who look on.

A board is sections of entries, and an entry is plain JSON: `queues` by name, `callers` by call, `agents` by
name, `trends` by queue, `alerts` by what they are about, `calls` by id (for supervisors alone), `switch`.

    journal -> Producer -(at most four times a second)-> Board.look -> what changed -> viewers

- `entries.py` makes entries of the engine's snapshot; moments stay moments, so that an entry changes only
  when something happens, and whoever shows it counts from there.
- `history.py` remembers the counts of the last hours: figures of the last half hour, of today, and trends.
- `board.py` compares what is with what was sent, and numbers the changes.
- `alarms.py` looks every second whether a figure is alarming (`softswitch/alerts`), for the record and the
  board.
- `producer.py` looks when something has happened, at once after quiet, and tells its listeners.

All but the producer and the alarms is pure: time is an argument.
"""
