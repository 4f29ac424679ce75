"""What lights the lamps, from the events of the record."""

from __future__ import annotations

import pytest

from softswitch.types import AgentName, CallId, Party
from softswitch.watching.lamps import Dialog, DialogState, Lamps

ANN, BOB = AgentName("ann"), AgentName("bob")
CALL = CallId("c1")
ADA = Party("600100200", "Ada")


class Record:
    """Events, as the switch notes them."""

    def __init__(self, agent=None):
        self.lamps = Lamps()
        data = {"number": "600100200", "name": "Ada", "dialled": "202"}
        self.note("CallArrived", **data, **({"agent": agent} if agent else {}))

    def note(self, kind, call=CALL, **data):
        return self.lamps.hear(kind, call, data)

    def seen(self, agent=BOB):
        return [(each.state.value, each.holds) for each in self.lamps.dialogs(agent)]


def test_an_agent_is_rung_talks_and_is_done():
    record = Record()
    assert record.note("OfferMade", agent=BOB, offer="o1", queue="support") == {BOB}
    assert record.lamps.dialogs(BOB) == (Dialog("c1-o1", DialogState.EARLY, ADA),)
    assert record.note("OfferEnded", agent=BOB, offer="o1", result="answered") == {BOB}
    assert record.note("Connected", agent=BOB, offer="o1") == frozenset()
    assert record.seen() == [("confirmed", False)]
    assert record.note("ConversationEnded", agent=BOB) == {BOB}
    assert record.seen() == []
    assert record.note("CallEnded") == frozenset()


@pytest.mark.parametrize("result", ["rejected", "no-answer", "caller-left", "answered-elsewhere"])
def test_ringing_that_ends_otherwise_puts_the_lamp_out(result):
    record = Record()
    record.note("OfferMade", agent=BOB, offer="o1")
    record.note("OfferMade", agent=ANN, offer="o2")
    assert record.note("OfferEnded", agent=BOB, offer="o1", result=result) == {BOB}
    assert (record.seen(BOB), record.seen(ANN)) == ([], [("early", False)])


def test_an_agent_who_hands_the_caller_on_is_done_and_the_next_one_is_not():
    record = Record()
    record.note("OfferMade", agent=BOB, offer="o1")
    record.note("OfferEnded", agent=BOB, offer="o1", result="answered")
    record.note("OfferMade", agent=ANN, offer="o2")
    assert record.note("ConversationEnded", agent=BOB) == {BOB}
    assert (record.seen(BOB), record.seen(ANN)) == ([], [("early", False)])
    assert record.note("OfferEnded", agent=ANN, offer="o2", result="passed-on") == {ANN}
    assert record.note("Connected", agent=ANN) == {ANN}, "by whatever way"
    assert record.note("Connected", agent=ANN) == frozenset()
    assert record.seen(ANN) == [("confirmed", False)]
    assert record.note("ConversationEnded", agent=ANN) == {ANN}
    assert record.seen(ANN) == []


def test_a_leg_that_was_handed_on_talks_in_its_new_call():
    record = Record()
    record.note("CallArrived", CallId("c2"), agent=ANN, dialled="600", transferred_from="c1")
    assert record.lamps.dialogs(ANN) == (Dialog("c2", DialogState.CONFIRMED, Party("600")),)
    assert record.note("CallEnded", CallId("c2")) == {ANN}


def test_an_answer_without_a_conversation_puts_it_out():
    record = Record()
    record.note("OfferMade", agent=BOB, offer="o1")
    record.note("OfferEnded", agent=BOB, offer="o1", result="answered")
    assert record.note("ConnectFailed") == {BOB}
    assert record.seen() == []


def test_the_end_of_a_call_puts_out_what_was_left():
    record = Record(agent=ANN)
    record.note("OfferMade", agent=BOB, offer="o1")
    assert record.note("CallEnded") == {ANN, BOB}
    assert record.seen(ANN) == record.seen(BOB) == []
    assert record.lamps._calls == record.lamps._dialogs == {}


def test_an_agent_who_calls_is_the_initiator():
    record = Record(agent=ANN)
    assert record.lamps.dialogs(ANN) == (Dialog("c1", DialogState.TRYING, Party("202"), is_initiator=True),)
    assert record.note("OfferMade", agent=BOB, offer="o1") == {ANN, BOB}
    assert record.seen(ANN) == [("early", False)]
    assert record.note("CallAnswered") == {ANN}
    assert record.note("OfferMade", agent=BOB, offer="o2") == {BOB}, "there is no way back from an answer"
    assert record.seen(ANN) == [("confirmed", False)]


def test_an_agent_who_calls_outside():
    record = Record(agent=ANN)
    assert record.note("DialledOut", number="+48600100200") == {ANN}
    assert record.seen(ANN) == [("early", False)]
    record.note("CallAnswered")
    record.note("Connected", number="+48600100200")
    assert record.note("ConversationEnded") == frozenset(), "the own leg is there until the call ends"
    assert record.note("CallEnded") == {ANN}


def test_who_holds_is_shown_as_holding():
    record = Record(agent=ANN)
    record.note("CallAnswered")
    record.note("OfferMade", agent=BOB, offer="o1")
    record.note("OfferEnded", agent=BOB, offer="o1", result="answered")
    assert record.note("Held", by="agent") == {BOB}
    assert (record.seen(ANN), record.seen(BOB)) == ([("confirmed", False)], [("confirmed", True)])
    record.note("Resumed", by="agent")
    assert record.note("Held", by="caller") == {ANN}
    assert (record.seen(ANN), record.seen(BOB)) == ([("confirmed", True)], [("confirmed", False)])


def test_a_pause():
    record = Record()
    assert record.note("AgentPaused", None, agent=BOB, reason="") == {BOB}
    assert record.note("AgentPaused", None, agent=BOB, reason="lunch") == frozenset()
    assert record.lamps.is_paused(BOB)
    assert record.note("AgentResumed", None, agent=BOB) == {BOB}
    assert not record.lamps.is_paused(BOB)


def test_what_it_does_not_know_is_nothing():
    record = Record()
    for kind in ("OfferEnded", "Held", "CallAnswered", "SomethingNew"):
        assert record.note(kind, offer="o9", agent=BOB, result="answered", by="agent") == frozenset()
        assert record.note(kind, CallId("another"), agent=BOB) == frozenset()
    assert record.note("AgentOnline", None, agent=BOB) == frozenset()


def test_a_transfer_lights_the_next_agent_and_puts_out_the_one_before():
    record = Record()
    record.note("OfferMade", agent=ANN, offer="o1", queue="support")
    record.note("OfferEnded", agent=ANN, offer="o1", result="answered")
    record.note("Connected", agent=ANN, offer="o1")
    record.note("TransferAsked", by=ANN, number="202", attended=False, destination="agent bob")
    assert record.note("OfferMade", agent=BOB, offer="leg-3", queue=None) == {BOB}
    assert record.seen() == [("early", False)]
    record.note("OfferEnded", agent=BOB, offer="leg-3", result="answered")
    record.note("Transferred", by=ANN, number="202", attended=False, into=None)
    assert record.note("ConversationEnded", agent=ANN, ended_by="transfer") == {ANN}
    record.note("Connected", agent=BOB)
    assert (record.seen(ANN), record.seen()) == ([], [("confirmed", False)])
    record.note("ConversationEnded", agent=BOB)
    record.note("CallEnded")
    assert record.seen() == []


def test_whoever_was_rung_in_another_call_or_took_this_one_is_lit_by_being_connected():
    record = Record(agent=ANN)
    assert record.note("Connected", agent=BOB) == {ANN, BOB}
    assert (record.seen(ANN), record.seen()) == ([("confirmed", False)], [("confirmed", False)])
    assert record.note("ConversationEnded", agent=BOB, ended_by="transfer") == {BOB}
    assert record.note("Connected", agent="", number="+48600300400") == frozenset()
    assert record.note("CallEnded") == {ANN}
