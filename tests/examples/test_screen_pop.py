"""The receiver of examples/screen-pop by itself: whom it believes, what it makes of events in any order."""

from __future__ import annotations

import importlib.util
import itertools
import queue
import sys
from pathlib import Path

import pytest

from softswitch.config.load import load
from softswitch.kinds import Kind
from softswitch.outbound.signing import signature

FOLDER = Path(__file__).parents[2] / "examples/screen-pop"


def loaded():
    spec = importlib.util.spec_from_file_location("screen_pop", FOLDER / "screen_pop.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look there
    spec.loader.exec_module(module)
    return module


screen_pop = loaded()

EVENTS = [
    ("CallArrived", {"number": "0048500100107", "name": "Somebody"}, "10:00:00.000Z"),
    ("CallerJoined", {"queue": "support", "priority": "default"}, "10:00:01.000Z"),
    ("OfferMade", {"offer": "o1", "agent": "desk-201", "queue": "support"}, "10:00:13.500Z"),
]


def told(desk, events, first=1):
    for seq, (kind, data, at) in events:
        desk.hear({"seq": first + seq, "kind": kind, "call": "c1", "data": data, "time": f"2026-03-01T{at}"})


@pytest.fixture
def desk():
    return screen_pop.Desk(screen_pop.Customers(FOLDER / "customers.csv"))


def shown(screen):
    found = []
    while True:
        try:
            found.append(screen.get_nowait())
        except queue.Empty:
            return found


@pytest.mark.parametrize("order", [*itertools.permutations(enumerate(EVENTS))])
def test_who_rings_is_shown_once_whatever_the_order(desk, order):
    screen = desk.open("desk-201")
    told(desk, order)
    told(desk, order)
    (pop,) = shown(screen)
    assert (pop["kind"], pop["queue"], pop["waited"]) == ("rings", "support", 12.5)
    assert pop["customer"]["name"] == "Example Customer"


def test_it_talks_and_is_over_and_a_page_that_is_opened_again_knows(desk):
    told(desk, enumerate(EVENTS))
    assert shown(desk.open("desk-201"))[0]["kind"] == "rings"
    more = [("OfferEnded", {"offer": "o1", "agent": "desk-201", "result": "answered"}, "10:00:15Z")]
    more += [("Connected", {"agent": "desk-201"}, "10:00:15Z"), ("CallEnded", {}, "10:01:00Z")]
    screen = desk.open("desk-201")
    told(desk, enumerate(more), 10)
    assert [pop["kind"] for pop in shown(screen)] == ["rings", "talks", "over"]
    assert shown(desk.open("desk-201")) == []


def test_an_offer_that_is_over_already_is_not_shown(desk):
    screen = desk.open("desk-201")
    told(
        desk, [(9, ("OfferEnded", {"offer": "o1", "agent": "desk-201", "result": "no-answer"}, "10:00:20Z"))]
    )
    told(desk, enumerate(EVENTS))
    assert shown(screen) == []


def test_a_signature_is_the_switchs_over_this_body_and_fresh():
    header = signature("secret", 1000, b"{}")
    assert screen_pop.is_genuine("secret", header, b"{}", 1100.0)
    for secret, said, body, now in (
        ("other", header, b"{}", 1100.0),
        ("secret", header, b"{} ", 1100.0),
        ("secret", header, b"{}", 1301.0),
        ("secret", "", b"{}", 1100.0),
        ("secret", "t=1000,v1=é", b"{}", 1100.0),
    ):
        assert not screen_pop.is_genuine(secret, said, body, now)


def test_the_configuration_is_one_and_its_events_are_known(monkeypatch):
    monkeypatch.setenv("HOOK_SECRET", "secret")
    (hook,) = load(FOLDER / "switch.yaml").webhooks
    assert hook.events <= {kind.value for kind in Kind}
    readme = (FOLDER / "README.md").read_text()
    assert (
        "\n".join("    " + line for line in (FOLDER / "switch.yaml").read_text().splitlines()[-5:]) in readme
    )
