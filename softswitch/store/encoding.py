"""An event as a line of text, and back; also off a row of the database.

{"seq":7,"at":1763765421.25,"time":"2025-11-21T22:50:21.250Z","kind":"MenuEntered","call":"c1",
 "data":{"menu":"welcome"},"version":1}
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import lru_cache
from math import modf
from typing import Any

from sqlalchemy import Row

from softswitch import jsontext
from softswitch.ports import Recorded

dumps = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=str).encode


def encode(event: Recorded) -> bytes:
    """An event as a line. What JSON cannot say is said as text, never refused."""
    try:
        data = jsontext.dumps(event.data)
    except (ValueError, TypeError, RecursionError):
        data = jsontext.dumps({"unprintable": repr(event.data)})
    return b'{"seq":%d,"at":%.6f,"time":"%b","kind":%b,"call":%b,"data":%b,"version":%d}\n' % (
        event.seq,
        event.at,
        utc(event.at).encode(),
        _word(event.kind),
        _word(event.call),
        data,
        event.version,
    )


@lru_cache(maxsize=8192)
def _word(word: str | None) -> bytes:
    """Kinds are few, and a call has many events."""
    return jsontext.dumps(word)


def decode(line: bytes) -> Recorded | None:
    """The event of a line, None when it is none (garbage that a dying disk or an editor left)."""
    try:
        read: dict[str, Any] = jsontext.loads(line)
        return Recorded(
            read["seq"], read["at"], read["kind"], read["call"], read["data"], read.get("version", 1)
        )
    except (ValueError, KeyError, TypeError):
        return None


def of_row(row: Row[Any]) -> Recorded:
    """The event of a row of the table `events`."""
    return Recorded(row.seq, row.at, row.kind, row.call, jsontext.loads(row.data), row.version)


def data_in(line: bytes) -> str:
    """The text behind `data` in a line that `encode` made."""
    return line[line.index(b'"data":') + 7 : line.rindex(b',"version":')].decode(errors="replace")


def utc(at: float) -> str:
    """ISO 8601 in UTC with milliseconds, the rest cut off; as exact as `datetime`."""
    fraction, whole = modf(at)
    second, micro = int(whole), round(fraction * 1_000_000)
    if micro >= 1_000_000:
        second, micro = second + 1, micro - 1_000_000
    elif micro < 0:
        second, micro = second - 1, micro + 1_000_000
    return f"{_up_to_the_second(second)}.{micro // 1000:03}Z"


@lru_cache(maxsize=8)
def _up_to_the_second(second: int) -> str:
    """Many events share one; writing it anew for each cost 3.5 % of a core at 150 calls a second."""
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
