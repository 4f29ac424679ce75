"""A customer database that shows agents who rings, before they answer: an example of softswitch's webhooks.

The switch posts its events to /calls, signed. What rings at an agent goes to that agent's browser by
server-sent events, with what customers.csv knows of the number. Nothing but Python's standard library is
needed.

    HOOK_SECRET=... python3 screen_pop.py --port 8090        http://127.0.0.1:8090/?agent=desk-201
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import hmac
import json
import os
import queue
import sys
import threading
import time
from collections import OrderedDict, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

HERE = Path(__file__).parent
OLDEST = 300.0
"""Seconds: a request that was signed before is a copy of somebody's."""
BEAT = 15.0
"""Seconds between two words to a browser to which there is nothing to say."""
LONGEST = 1 << 20
"""Bytes of a request."""
DIGITS = 9
"""The last so many digits of a number say whose it is, whether it came with a country's prefix or not."""


def is_genuine(secret: str, header: str, body: bytes, now: float) -> bool:
    """Whether the switch signed this body a moment ago: `t=SECONDS,v1=HMAC-SHA-256 of SECONDS.BODY`."""
    parts = dict(part.partition("=")[::2] for part in header.split(","))
    moment, digest = parts.get("t", ""), parts.get("v1", "")
    if not moment.isdigit() or abs(now - int(moment)) > OLDEST:
        return False
    wanted = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(wanted.encode(), digest.encode())


class Customers:
    """Who has which number."""

    def __init__(self, file: Path) -> None:
        with file.open(newline="", encoding="utf-8") as rows:
            self._by_number = {_tail(row["number"]): row for row in csv.DictReader(rows)}

    def find(self, number: str) -> dict[str, str] | None:
        """The customer's row."""
        return self._by_number.get(_tail(number))


def _tail(number: str) -> str:
    return "".join(filter(str.isdigit, number))[-DIGITS:]


@dataclass
class Call:
    """What is known of one call."""

    caller: dict[str, str] | None = None
    joined: float | None = None
    offers: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Phones that ring or rang, by offer: agent, queue, moment."""
    ended: set[str] = field(default_factory=set)
    """Offers that are over."""


class Desk:
    """What each agent sees. Events come in any order, and perhaps twice: `seq` tells, and an offer waits
    for what is to be shown with it.
    """

    def __init__(self, customers: Customers) -> None:
        self._customers = customers
        self._calls: defaultdict[str, Call] = defaultdict(Call)
        self._seen: OrderedDict[int, None] = OrderedDict()
        self._screens: defaultdict[str, set[queue.Queue[dict[str, Any]]]] = defaultdict(set)
        self._shown: dict[str, dict[str, Any]] = {}
        """What each agent's screen shows, for a page that is opened again."""
        self._lock = threading.Lock()

    def hear(self, event: dict[str, Any]) -> None:
        """One event of the switch."""
        with self._lock:
            if event["seq"] in self._seen or event["call"] is None:
                return
            self._seen[event["seq"]] = None
            if len(self._seen) > 10_000:
                self._seen.popitem(last=False)
            self._take(
                event["kind"], event["call"], event["data"], datetime.fromisoformat(event["time"]).timestamp()
            )

    def _take(self, kind: str, id: str, data: dict[str, Any], moment: float) -> None:
        call = self._calls[id]
        if kind == "CallArrived":
            call.caller = {"number": data.get("number", ""), "name": data.get("name", "")}
        elif kind == "CallerJoined":
            call.joined = moment
        elif kind == "OfferMade":
            call.offers[data["offer"]] = {
                "agent": data["agent"],
                "queue": data.get("queue"),
                "moment": moment,
            }
        elif kind == "OfferEnded":
            call.ended.add(data["offer"])
            if data["result"] != "answered":
                self._hide(data["agent"], id)
        elif kind == "Connected" and data.get("agent"):
            self._show(data["agent"], {"kind": "talks", "call": id})
        elif kind == "CallEnded":
            for offer in call.offers.values():
                self._hide(offer["agent"], id)
            del self._calls[id]
            return
        self._ring(id, call)

    def _ring(self, id: str, call: Call) -> None:
        """Show the offers of which all is known."""
        if call.caller is None:
            return
        for name, offer in call.offers.items():
            waits = offer["queue"] is not None and call.joined is None
            if offer.get("shown") or name in call.ended or waits:
                continue
            offer["shown"] = True
            waited = 0.0 if call.joined is None else max(0.0, offer["moment"] - call.joined)
            what = {
                "kind": "rings",
                "call": id,
                **call.caller,
                "queue": offer["queue"],
                "waited": round(waited, 1),
            }
            self._show(offer["agent"], {**what, "customer": self._customers.find(call.caller["number"])})

    def _show(self, agent: str, what: dict[str, Any]) -> None:
        before = self._shown.get(agent, {})
        same = before.get("call") == what["call"]
        self._shown[agent] = {**before, **what} if same else what
        self._tell(agent, self._shown[agent])

    def _hide(self, agent: str, call: str) -> None:
        if self._shown.get(agent, {}).get("call") == call:
            del self._shown[agent]
            self._tell(agent, {"kind": "over", "call": call})

    def _tell(self, agent: str, what: dict[str, Any]) -> None:
        for screen in self._screens[agent]:
            screen.put(what)

    def open(self, agent: str) -> queue.Queue[dict[str, Any]]:
        """A browser looks on."""
        screen: queue.Queue[dict[str, Any]] = queue.Queue()
        with self._lock:
            self._screens[agent].add(screen)
            if agent in self._shown:
                screen.put(self._shown[agent])
        return screen

    def close(self, agent: str, screen: queue.Queue[dict[str, Any]]) -> None:
        """It looks on no more."""
        with self._lock:
            self._screens[agent].discard(screen)


class Handler(BaseHTTPRequestHandler):
    """One connection: the switch's, or a browser's."""

    protocol_version = "HTTP/1.1"
    secret: str
    desk: Desk

    def do_POST(self) -> None:
        """An event of the switch. Whatever is not answered with 2xx comes again."""
        length = int(self.headers.get("Content-Length") or 0)
        if self.path != "/calls" or not 0 < length <= LONGEST:
            self._answer(404, "text/plain", b"events go to /calls\n")
            return
        body = self.rfile.read(length)
        if not is_genuine(self.secret, self.headers.get("Softswitch-Signature", ""), body, time.time()):
            self._answer(401, "text/plain", b"not signed with our secret, or minutes ago\n")
            return
        self.desk.hear(json.loads(body))
        self._answer(204)

    def do_GET(self) -> None:
        """The page, and what happens at one agent's desk."""
        url = urlsplit(self.path)
        if url.path == "/":
            self._answer(200, "text/html; charset=utf-8", (HERE / "page.html").read_bytes())
        elif url.path == "/events" and (agent := parse_qs(url.query).get("agent")):
            self._stream(agent[0])
        else:
            self._answer(404, "text/plain", b"there are / and /events?agent=NAME\n")

    def _stream(self, agent: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        screen = self.desk.open(agent)
        try:
            while True:
                try:
                    self.wfile.write(b"data: " + json.dumps(screen.get(timeout=BEAT)).encode() + b"\n\n")
                except queue.Empty:
                    self.wfile.write(b": nothing new\n\n")
        except OSError:  # the browser is gone
            self.close_connection = True
        finally:
            self.desk.close(agent, screen)

    def _answer(self, status: int, kind: str = "", body: bytes = b"") -> None:
        self.send_response(status)
        if kind:
            self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing of requests that went well."""
        if not str(args[1:2]).startswith("('2"):
            super().log_message(format, *args)


def main() -> int:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description="Shows agents who rings.")
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--customers", type=Path, default=HERE / "customers.csv")
    given = parser.parse_args()
    secret = os.environ.get("HOOK_SECRET")
    if not secret:
        sys.exit("HOOK_SECRET is not set; it is the `secret` of the webhook, as in switch.yaml")
    Handler.secret, Handler.desk = secret, Desk(Customers(given.customers))
    server = ThreadingHTTPServer(("127.0.0.1", given.port), Handler)
    server.daemon_threads = True
    print(f"http://127.0.0.1:{given.port}/?agent=desk-201", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
