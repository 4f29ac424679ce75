"""The table of subscriptions; time is an argument."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.registration.request import Received
from softswitch.types import AgentName
from softswitch.watching.request import Subscribe
from softswitch.watching.subscriptions import GONE, Limits, Subscriptions
from softswitch.watching.watched import Lamp, Watched

ANN, BOB = AgentName("ann"), AgentName("bob")
LAMP = Watched(Lamp.CALLS, BOB)


class Phone:
    """One phone that subscribes at a table."""

    def __init__(self, table=None, **limits):
        tags = itertools.count(1)
        self.table = table or Subscriptions(lambda: f"tag{next(tags)}", Limits(**limits))

    def asks(self, call="c1", cseq=1, expires=300.0, our_tag="", **more):
        return Subscribe(
            call, cseq, "<sip:202@x>;tag=t", "t", "<sip:201@x>", our_tag, "dialog", "dialog",
            "sip:202@10.0.0.7", Received("192.0.2.7", 5060), expires=expires, **more,
        )  # fmt: skip

    def subscribe(self, call="c1", cseq=1, now=0.0, agent=ANN, **more):
        asked = self.asks(call, cseq, **more)
        return self.table.subscribe(asked, agent, LAMP, "sip:201@x", "sip:192.0.2.1:5060", now)

    def refresh(self, made, cseq, now=0.0, **more):
        asked = self.asks(made.asked.call_id, cseq, our_tag=made.our_tag, **more)
        found = self.table.find(asked)
        return None if found is None else self.table.refresh(found, asked, now)

    def told(self, now=0.0, status=200):
        """Take all NOTIFYs, each answered at once."""
        states = []
        while (notice := self.table.take(now)) is not None:
            states.append(notice.state)
            self.table.over(notice, status)
        return states


def test_a_subscription_is_told_at_once_and_then_of_changes():
    phone = Phone()
    outcome = phone.subscribe()
    assert (outcome.status, outcome.granted) == (200, 300)
    assert phone.told(1.0) == ["active;expires=299"]
    assert phone.told() == []
    phone.table.changed(LAMP)
    phone.table.changed(LAMP)
    phone.table.changed(Watched(Lamp.PAUSE, BOB))
    assert phone.told(10.0) == ["active;expires=290"]


def test_one_notify_is_on_its_way_and_the_next_tells_the_newest():
    phone = Phone()
    phone.subscribe()
    first = phone.table.take(0.0)
    assert (first.subscription.cseq, first.subscription.version) == (1, 0)
    for _ in range(5):
        phone.table.changed(LAMP)
    assert phone.table.take(0.0) is None
    phone.table.over(first, 200)
    second = phone.table.take(0.0)
    assert (second.subscription.cseq, second.subscription.version) == (2, 1)
    phone.table.over(second, 200)
    assert not phone.table.is_due


@pytest.mark.parametrize("status", sorted(GONE))
def test_a_phone_that_knows_nothing_of_it_or_is_silent_ends_it(status):
    phone = Phone()
    made = phone.subscribe().subscription
    phone.told(status=status)
    assert len(phone.table) == 0
    assert phone.refresh(made, 2) is None, "and a refresh gets 481"


@pytest.mark.parametrize("status", [202, 500, 503, 401])
def test_any_other_answer_leaves_it(status):
    phone = Phone()
    phone.subscribe()
    phone.told(status=status)
    assert len(phone.table) == 1


def test_times_are_granted_within_limits():
    phone = Phone(shortest=60.0, longest=600.0)
    assert phone.subscribe("a", expires=None).granted == 600
    assert phone.subscribe("b", expires=9e9).granted == 600
    brief = phone.subscribe("c", expires=59.0)
    assert (brief.status, brief.granted, brief.subscription) == (423, 60, None)
    made = phone.subscribe("d").subscription
    assert phone.refresh(made, 2, expires=1.0).status == 423
    assert made.until == 300


def test_it_ends_when_it_is_not_refreshed():
    phone = Phone()
    made = phone.subscribe(expires=100.0).subscription
    phone.told()
    assert phone.table.next_deadline() == 100
    assert phone.refresh(made, 2, now=90.0, expires=200.0).status == 200
    phone.told()
    phone.table.expire(100.0)
    assert phone.table.next_deadline() == 290
    assert phone.told() == []
    phone.table.expire(290.0)
    assert phone.refresh(made, 3, now=290.0) is None
    assert phone.told(290.0) == ["terminated;reason=timeout"]
    assert (len(phone.table), phone.table.next_deadline()) == (0, None)


def test_a_shorter_time_holds_too():
    phone = Phone()
    made = phone.subscribe(expires=500.0).subscription
    phone.refresh(made, 2, now=10.0, expires=60.0)
    assert phone.table.next_deadline() == 70


def test_expires_0_ends_it_and_at_once_is_a_question():
    phone = Phone()
    made = phone.subscribe().subscription
    phone.told()
    assert phone.refresh(made, 2, expires=0.0).granted == 0
    assert phone.told() == ["terminated;reason=timeout"]
    assert phone.subscribe("b", expires=0.0).status == 200
    assert phone.told() == ["terminated;reason=timeout"]
    assert (len(phone.table), phone.table.next_deadline()) == (0, None)


def test_the_end_waits_for_the_notify_on_its_way():
    phone = Phone()
    made = phone.subscribe().subscription
    notice = phone.table.take(0.0)
    phone.table.end(made, "noresource")
    assert phone.table.take(0.0) is None
    phone.table.over(notice, 200)
    assert phone.told() == ["terminated;reason=noresource"]
    assert len(phone.table) == 0


def test_a_request_that_comes_again_changes_nothing():
    phone = Phone()
    made = phone.subscribe(cseq=5).subscription
    phone.told()
    again = phone.subscribe(cseq=5, now=100.0)
    assert (again.status, again.subscription, again.granted) == (200, made, 200)
    assert phone.refresh(made, 5, now=100.0).granted == 200
    assert phone.told() == []
    assert phone.refresh(made, 4).status == 500
    assert phone.subscribe(cseq=4).status == 500
    assert len(phone.table) == 1


def test_a_phone_that_has_forgotten_begins_anew_in_the_same_call():
    phone = Phone()
    made = phone.subscribe(cseq=1).subscription
    second = phone.subscribe(cseq=2).subscription
    assert second is not made
    assert second.our_tag != made.our_tag
    assert len(phone.table) == 1
    assert len(phone.told()) == 1


def test_a_refresh_moves_the_target_and_never_the_route():
    phone = Phone()
    made = phone.subscribe(record_route=("sip:192.0.2.1;lr",)).subscription
    moved = replace(phone.asks(cseq=2, our_tag=made.our_tag), contact="sip:202@10.0.0.8", record_route=())
    phone.table.refresh(made, moved, 0.0)
    assert (made.asked.contact, made.asked.record_route) == ("sip:202@10.0.0.8", ("sip:192.0.2.1;lr",))
    silent = replace(phone.asks(cseq=3, our_tag=made.our_tag), contact="")
    phone.table.refresh(made, silent, 0.0)
    assert made.asked.contact == "sip:202@10.0.0.8"


def test_an_agent_has_so_many_and_all_have_so_many():
    phone = Phone(per_agent=2, total=3)
    statuses = [phone.subscribe(call).status for call in "abc"]
    assert statuses == [200, 200, 403]
    assert phone.subscribe("d", agent=BOB).status == 200
    assert phone.subscribe("e", agent=BOB).status == 503
    phone.told(status=481)
    assert phone.subscribe("c").status == 200


def test_another_event_is_another_subscription():
    phone = Phone()
    made = phone.subscribe().subscription
    asked = replace(phone.asks(cseq=2, our_tag=made.our_tag), event="dialog;id=2")
    assert phone.table.find(asked) is None


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["subscribe", "refresh", "end", "change", "take", "over", "expire"]),
        st.integers(0, 9),
    )
)


@given(STEPS)
def test_whatever_happens_nothing_is_left_over(steps):
    phone, made, on_their_way, now = Phone(per_agent=5), [], [], 0.0
    for number, (step, choice) in enumerate(steps, start=2):
        now += choice * 20
        chosen = made[choice % len(made)] if made else None
        if step == "subscribe":
            outcome = phone.subscribe(f"call{choice}", number, now=now, expires=choice * 30.0)
            made += [outcome.subscription] if outcome.subscription else []
        elif step == "refresh" and chosen:
            phone.refresh(chosen, number, now=now, expires=choice * 30.0)
        elif step == "change":
            phone.table.changed(LAMP)
        elif step == "expire":
            phone.table.expire(now)
        elif step == "take" and (notice := phone.table.take(now)):
            assert not any(one.subscription is notice.subscription for one in on_their_way), "one at a time"
            on_their_way.append(notice)
        elif step == "over" and on_their_way:
            gone = on_their_way.pop(choice % len(on_their_way))
            phone.table.over(gone, (200, 481, 500, 0)[choice % 4])
            on_their_way = [one for one in on_their_way if one.subscription is not gone.subscription]
        assert len(phone.table) <= 5
    for notice in on_their_way:
        phone.table.over(notice, 200)
    phone.table.expire(now + 1000)
    phone.told(now + 1000)
    assert (len(phone.table), phone.table.is_due, phone.table.next_deadline()) == (0, False, None)
    assert not phone.table._by_dialog
    assert not phone.table._by_origin
    assert not phone.table._watchers
    assert not phone.table._per_agent
    assert not phone.table._held_back
