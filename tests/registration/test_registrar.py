"""The registrar after RFC 3261 section 10.3: all of a REGISTER or nothing of it."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from softswitch.registration.bindings import from_json, to_json
from softswitch.registration.events import Expired, Refreshed, Registered, Unregistered
from softswitch.registration.registrar import Limits, Registrar
from softswitch.registration.request import Malformed, Received, Registration, read

HOME = Received("192.0.2.20", 5060)
CONTACT = "<sip:201@192.0.2.20>"


def request(contact=CONTACT, cseq=1, *, agent="desk", call_id="c", received=HOME, expires=None, **more):
    headers = {"call-id": call_id, "cseq": f"{cseq} REGISTER", **more}
    if contact is not None:
        headers["contact"] = contact
    if expires is not None:
        headers["expires"] = str(expires)
    found = read(agent, headers, received)
    assert isinstance(found, Registration), found
    return found


@pytest.fixture
def registrar():
    return Registrar(Limits(default=600, minimum=60, maximum=3600, contacts=3))


def contacts(registrar, agent="desk"):
    return [binding.contact for binding in registrar.of(agent)]


def left(registrar, now=0.0):
    return [binding.until - now for binding in registrar.of("desk")]


def test_a_phone_registers_refreshes_and_leaves(registrar):
    first = registrar.register(request(), 0)
    (binding,) = first.bindings
    assert first.status == 200
    assert first.events == (Registered("desk", binding, first=True),)
    again = registrar.register(request(cseq=2), 100)
    assert again.events == (Refreshed("desk", again.bindings[0], binding),)
    assert not again.events[0].moved
    assert (again.bindings[0].until, again.bindings[0].since) == (700, 0)
    gone = registrar.register(request(cseq=3, expires=0), 200)
    assert (gone.status, gone.bindings) == (200, ())
    assert gone.events == (Unregistered("desk", again.bindings[0], last=True),)
    assert len(registrar) == 0
    assert registrar.next_deadline() is None


def test_several_phones_are_several_bindings_the_most_wanted_first(registrar):
    registrar.register(request("<sip:a@192.0.2.1>;q=0.2, <sip:b@192.0.2.2>"), 0)
    assert contacts(registrar) == ["sip:b@192.0.2.2", "sip:a@192.0.2.1"]
    outcome = registrar.register(request("<sip:b@192.0.2.2>;expires=0", 2), 1)
    assert [event.last for event in outcome.events] == [False]
    assert contacts(registrar) == ["sip:a@192.0.2.1"]


def test_only_the_first_phone_makes_an_agent_reachable(registrar):
    events = registrar.register(request("<sip:a@192.0.2.1>, <sip:b@192.0.2.2>"), 0).events
    assert [event.first for event in events] == [True, False]


def test_a_register_without_contact_asks(registrar):
    registrar.register(request(), 0)
    outcome = registrar.register(request(None, 1, call_id="other"), 10)
    assert (outcome.status, outcome.events) == (200, ())
    assert outcome.bindings[0].header(10) == f"{CONTACT};expires=590"


@pytest.mark.parametrize(
    ("contact", "header", "granted"),
    [
        (CONTACT, None, 600),
        (CONTACT, 120, 120),
        (f"{CONTACT};expires=90", 120, 90),
        (f"{CONTACT};expires=9999999999", None, 3600),
        (f"{CONTACT};expires=soon", None, 600),
        (f"{CONTACT};expires=-1", 120, 120),
        ("sip:201@192.0.2.20;expires=90", None, 90),
        ("<sip:201@192.0.2.20;expires=90>", None, 600),
    ],
)
def test_the_time_granted(registrar, contact, header, granted):
    assert registrar.register(request(contact, expires=header), 0).status == 200
    assert left(registrar) == [granted]


def test_too_brief_a_time_is_423_and_says_the_least(registrar):
    outcome = registrar.register(request("<sip:a@b>, <sip:c@d>;expires=59"), 0)
    assert (outcome.status, outcome.minimum) == (423, 60)
    assert len(registrar) == 0


def test_star_takes_all_away(registrar):
    registrar.register(request("<sip:a@192.0.2.1>, <sip:b@192.0.2.2>"), 0)
    outcome = registrar.register(request("*", 1, call_id="other", expires=0), 1)
    assert outcome.status == 200
    assert [event.last for event in outcome.events] == [False, True]


@pytest.mark.parametrize("expires", [None, 60])
def test_star_needs_expires_0(registrar, expires):
    registrar.register(request(), 0)
    assert registrar.register(request("*", 2, expires=expires), 1).status == 400
    assert contacts(registrar) == ["sip:201@192.0.2.20"]


def test_star_stands_alone():
    headers = {"call-id": "c", "cseq": "1 REGISTER", "contact": "*, <sip:a@b>", "expires": "0"}
    assert isinstance(read("desk", headers, HOME), Malformed)


def test_a_late_request_changes_nothing_not_even_its_other_contacts(registrar):
    registrar.register(request("<sip:a@192.0.2.1>", 5), 0)
    for late in (
        request("<sip:new@192.0.2.9>, <sip:a@192.0.2.1>", 4),
        request("<sip:new@192.0.2.9>, <sip:a@192.0.2.1>;expires=0", 4),
        request("*", 4, expires=0),
        request("<sip:a@192.0.2.1>", 5, received=Received("203.0.113.66", 5060)),
    ):
        outcome = registrar.register(late, 1)
        assert (outcome.status, outcome.events, outcome.bindings) == (500, (), ())
    assert contacts(registrar) == ["sip:a@192.0.2.1"]
    assert left(registrar) == [600]


def test_a_retransmission_gets_the_same_answer(registrar):
    registrar.register(request(), 0)
    assert registrar.register(request(), 0.5).status == 200
    assert len(registrar) == 1


def test_another_call_id_counts_anew(registrar):
    registrar.register(request(cseq=100), 0)
    assert registrar.register(request(cseq=1, call_id="after a reboot"), 1).status == 200


def test_too_many_contacts_are_403_and_a_refresh_of_them_is_not(registrar):
    three = ", ".join(f"<sip:{n}@192.0.2.1>" for n in range(3))
    registrar.register(request(three), 0)
    assert registrar.register(request("<sip:9@192.0.2.1>", 2), 1).status == 403
    registrar.limits = replace(registrar.limits, contacts=1)
    assert registrar.register(request(three, 3), 2).status == 200
    assert len(registrar) == 3


def test_the_same_contact_twice_in_one_request_is_one_binding(registrar):
    registrar.register(request(f"{CONTACT};expires=100, {CONTACT};expires=200"), 0)
    assert left(registrar) == [200]


def test_a_phone_that_moved_replaces_its_old_binding(registrar):
    old = ';+sip.instance="<urn:uuid:1>"'
    registrar.register(request(f"<sip:201@192.0.2.20>{old}", call_id="before"), 0)
    outcome = registrar.register(request(f"<sip:201@198.51.100.9>{old}", call_id="after"), 1)
    (event,) = outcome.events
    assert isinstance(event, Refreshed)
    assert event.moved
    assert contacts(registrar) == ["sip:201@198.51.100.9"]


def test_two_bindings_of_one_instance_become_one(registrar):
    registrar.register(request('<sip:a@h>, <sip:b@h>;+sip.instance="<1>"', call_id="x"), 0)
    registrar.register(request('<sip:a@h>;+sip.instance="<1>"', call_id="y"), 0)
    assert contacts(registrar) == ["sip:a@h"]


def test_what_ends_is_dropped_and_says_whose_last_it_was(registrar):
    registrar.register(request("<sip:a@h>;expires=100, <sip:b@h>;expires=200"), 0)
    registrar.register(request("<sip:c@h>;expires=150", agent="other"), 0)
    assert registrar.next_deadline() == 100
    assert registrar.expire(99.9) == ()
    assert [(event.agent, event.last) for event in registrar.expire(100)] == [("desk", False)]
    assert registrar.next_deadline() == 150
    assert [(event.agent, event.last) for event in registrar.expire(1000)] == [
        ("other", True),
        ("desk", True),
    ]
    assert registrar.next_deadline() is None


def test_a_binding_that_has_ended_is_no_binding_though_nobody_dropped_it_yet(registrar):
    registrar.register(request(expires=100), 0)
    outcome = registrar.register(request("<sip:new@h>", 2), 100)
    assert [type(event) for event in outcome.events] == [Registered, Expired]
    assert [binding.contact for binding in outcome.bindings] == ["sip:new@h"]


def test_a_shorter_time_brings_the_end_forward(registrar):
    registrar.register(request(expires=1000), 0)
    registrar.register(request(cseq=2, expires=60), 0)
    assert registrar.next_deadline() == 60


def test_refreshes_leave_nothing_behind(registrar):
    for cseq in range(1, 2000):
        registrar.register(request(cseq=cseq), cseq)
        registrar.expire(cseq)
    assert len(registrar._deadlines) < 20


def test_a_binding_can_be_taken_away(registrar):
    (binding,) = registrar.register(request(), 0).bindings
    assert [type(event) for event in registrar.remove(binding, 1)] == [Unregistered]
    assert registrar.remove(binding, 1) == ()


NAT = Received("203.0.113.7", 40001)


@pytest.mark.parametrize(
    ("contact", "received", "path", "target"),
    [
        ("sip:201@192.0.2.20:5070;ob", HOME, "", "sip:201@192.0.2.20:5070;ob"),
        ("sip:201@10.0.0.5;line=x", NAT, "", "sip:201@203.0.113.7:40001;line=x"),
        ("sip:201@phone.local", NAT, "", "sip:201@203.0.113.7:40001"),
        ("sip:201@10.0.0.5", NAT, "<sip:edge.example;lr>", "sip:201@10.0.0.5"),
        ("sip:201@10.0.0.5", replace(NAT, transport="tcp"), "", "sip:201@203.0.113.7:40001;transport=tcp"),
        ("sips:1@203.0.113.7", replace(NAT, transport="tls"), "", "sip:1@203.0.113.7:40001;transport=tls"),
        ("sip:201@10.0.0.5", Received("2001:db8::1", 5060), "", "sip:201@[2001:db8::1]:5060"),
    ],
)  # fmt: skip
def test_where_a_phone_is_reached(registrar, contact, received, path, target):
    (binding,) = registrar.register(request(f"<{contact}>", received=received, path=path), 0).bindings
    assert binding.target == target
    assert binding.path == ((path,) if path else ())


def test_the_path_is_kept_in_its_order(registrar):
    path = "<sip:one.example;lr>, <sip:two.example;lr>"
    (binding,) = registrar.register(request(path=path), 0).bindings
    assert binding.path == ("<sip:one.example;lr>", "<sip:two.example;lr>")


@pytest.mark.parametrize(
    "headers",
    [
        {"contact": "<tel:+48>"},
        {"contact": "<sip:a@b"},
        {"contact": "<sip:a@b>" * 5000},
        {"cseq": "x REGISTER"},
        {"cseq": "-1 REGISTER"},
        {"call-id": ""},
    ],
)
def test_what_cannot_be_read_is_malformed(headers):
    whole = {"call-id": "c", "cseq": "1 REGISTER", "contact": CONTACT} | headers
    assert isinstance(read("desk", whole, HOME), Malformed)


def test_bindings_survive_a_restart(registrar):
    contact = '<sip:201@10.0.0.5;x=1>;q=0.5;+sip.instance="<urn:uuid:\\"1>"'
    registrar.register(request(contact, path="<sip:p;lr>", **{"user-agent": "Desk 1"}), 1000)
    registrar.register(request("<sip:short@h>;expires=60", agent="other"), 1000)
    kept = json.loads(json.dumps([to_json(binding, 1010, 5e9) for binding in registrar]))
    again = Registrar()
    events = again.restore((from_json(plain, 70, 5e9 + 60) for plain in kept), 70)
    assert [(event.agent, event.first) for event in events] == [("desk", True)]
    (old,), (new,) = registrar.of("desk"), again.of("desk")
    assert replace(new, until=old.until, since=old.since, serial=old.serial) == old
    assert new.until - 70 == old.until - 1010 - 60
    assert again.next_deadline() == new.until
    assert isinstance(again.register(request(contact, 2, path="<sip:p;lr>"), 71).events[0], Refreshed)


@pytest.mark.parametrize(
    "change", [{"version": 2}, {"contact": "x"}, {"received": []}, {"cseq": None}, {"path": 5}]
)
def test_what_is_no_binding_is_a_value_error(registrar, change):
    (binding,) = registrar.register(request(), 0).bindings
    with pytest.raises(ValueError, match=r"binding|URI|unpack"):
        from_json(to_json(binding, 0, 0) | change, 0, 0)
    with pytest.raises(ValueError, match="binding"):
        from_json({"version": 1}, 0, 0)


class AnyOrder(RuleBasedStateMachine):
    """Whatever phones do: no refusal changes anything, and everything granted ends in time."""

    def __init__(self):
        super().__init__()
        self.now = 0.0
        self.registrar = Registrar(Limits(contacts=2))
        self.reachable = set()

    def follow(self, events):
        for event in events:
            if isinstance(event, Registered) and event.first:
                assert event.agent not in self.reachable
                self.reachable.add(event.agent)
            elif isinstance(event, Unregistered | Expired) and event.last:
                self.reachable.remove(event.agent)

    @rule(
        agent=some.sampled_from("ab"),
        listed=some.lists(
            some.tuples(
                some.sampled_from(["x@h", "y@h", "x@h;t=1", "x@h;t=2"]),
                some.sampled_from(["", ";expires=0", ";expires=30", ";expires=90", ";expires=5000"]),
                some.sampled_from(["", ';+sip.instance="1"', ';+sip.instance="2"']),
            ),
            max_size=3,
        ),
        star=some.booleans(),
        cseq=some.integers(1, 5),
        call_id=some.sampled_from("cd"),
        expires=some.sampled_from([None, 0, 60]),
    )
    def register(self, agent, listed, star, cseq, call_id, expires):
        contact = "*" if star else ", ".join(f"<sip:{uri}>{time}{instance}" for uri, time, instance in listed)
        before = list(self.registrar)
        asked = request(contact, cseq, agent=agent, call_id=call_id, expires=expires)
        outcome = self.registrar.register(asked, self.now)
        if outcome.status != 200:
            assert list(self.registrar) == before
            assert not outcome.events
        else:
            assert sorted(outcome.bindings, key=lambda one: one.serial) == sorted(
                self.registrar.of(agent), key=lambda one: one.serial
            )
        self.follow(outcome.events)

    @rule(seconds=some.sampled_from([1.0, 45.0, 700.0]))
    def wait(self, seconds):
        self.now += seconds
        self.follow(self.registrar.expire(self.now))

    @invariant()
    def books_agree(self):
        bindings = list(self.registrar)
        assert len(self.registrar) == len(bindings)
        assert {binding.agent for binding in bindings} == self.reachable
        assert self.registrar.next_deadline() == min((one.until for one in bindings), default=None)
        for agent in "ab":
            instances = [one.instance for one in self.registrar.of(agent) if one.instance]
            assert len(instances) == len(set(instances))
            assert len(self.registrar.of(agent)) <= 2


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def test_twenty_thousand_bindings_are_refreshed_quickly():
    registrar = Registrar()
    asked = [request(f"<sip:{n}@192.0.2.20>", agent=f"agent-{n}") for n in range(20_000)]
    for one in asked:
        registrar.register(one, 0)
    again = [replace(one, cseq=2) for one in asked]
    begun = time.process_time()
    for one in again:
        registrar.register(one, 100)
    each = (time.process_time() - begun) / len(again)
    assert each < 100e-6, f"{each * 1e6:.1f} µs for a refresh"
    assert len(registrar.expire(700)) == 20_000
