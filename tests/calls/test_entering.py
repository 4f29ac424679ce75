"""Callers who enter queues by rules, with what a look-up says, and leave them by keys."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest

from softswitch.acd.settings import AgentSettings
from softswitch.config.settings import SwitchSettings
from softswitch.dialplan.codes import Features
from softswitch.hours import Hours, Schedule
from softswitch.routing import CallerRule, Lookup, NumberRule
from softswitch.rules import Entrance, Known, Rule, Then, When
from softswitch.testing.fakes import answers, never_answers, rejects
from softswitch.types import (
    AgentName,
    Destination,
    Language,
    LegState,
    MenuName,
    Prompt,
    Reject,
    ToMenu,
    ToMessage,
    ToQueue,
)
from tests.calls.house import SUPPORT, House, house, queue, settings

pytestmark = pytest.mark.virtual_time

FIRST, SECOND = AgentName("desk-201"), AgentName("desk-202")
CRM = Lookup("https://crm.example/{number}", timeout=0.5)


def entering(
    *rules: Rule,
    keys: Mapping[str, Destination] | None = None,
    last_agent: float | None = None,
    caller: CallerRule | None = None,
    config: SwitchSettings | None = None,
) -> SwitchSettings:
    plain = config or settings()
    entrance = Entrance(rules, last_agent, keys or {})
    callers = (caller,) if caller else plain.routing.callers
    routing = replace(plain.routing, callers=callers)
    return replace(plain, entrances={SUPPORT: entrance}, routing=routing)


class Crm:
    """Knows everybody, after a while."""

    def __init__(self, known: Known, takes: float = 0.0) -> None:
        self.known, self.takes, self.asked = known, takes, []

    async def ask(self, rule: str, lookup: Lookup, number: str) -> Known:
        self.asked.append(number)
        try:
            async with asyncio.timeout(lookup.timeout):
                await asyncio.sleep(self.takes)
        except TimeoutError:
            return Known(problem="no answer")
        return self.known


def joined(it: House) -> Mapping[str, object]:
    return it.journal.find("CallerJoined")[-1].data


# Rules ------------------------------------------------------------------------------------------------


async def test_a_rule_says_as_what_a_caller_joins_and_the_record_says_why() -> None:
    rule = Rule("poles", When(number=("+48*",)), Then("vip", {"polish": 1}, SECOND))
    desks = {name: AgentSettings(name, skills={"polish": 2}) for name in (FIRST, SECOND)}
    plain = settings(agents=desks)
    async with house({"201": answers(), "202": answers(after=1.0)}, entering(rule, config=plain)) as it:
        caller = it.call()
        await asyncio.sleep(3)
        assert caller.hears() == {"202": 1.0}
        assert joined(it) == {
            **{"queue": SUPPORT, "priority": "vip", "within": 20.0, "needs": {"polish": 1}},
            **{"preferred": SECOND, "preferred_by": "rule"},
        }
        applied = it.journal.find("RuleApplied")[0].data
        assert (applied["rule"], applied["why"]) == ("poles", "number +48600100200 is +48*")
        assert applied["then"] == "priority vip, needs polish 1, prefers desk-202"
        caller.hang_up()


async def test_needs_of_a_destination_hold_for_that_call() -> None:
    plain = settings(agents={FIRST: AgentSettings(FIRST), SECOND: AgentSettings(SECOND, skills={"pl": 1})})
    routing = replace(plain.routing, numbers=(NumberRule("600", ToQueue(SUPPORT, None, {"pl": 1})),))
    async with house({"201": answers(), "202": answers()}, replace(plain, routing=routing)) as it:
        caller = it.call()
        await asyncio.sleep(3)
        assert caller.hears() == {"202": 1.0}
        caller.hang_up()


async def test_a_rule_refuses_out_of_hours_before_the_answer_and_tells_after_it() -> None:
    rule = Rule("shut", When(outside="office"), Then(to=Reject(480)))
    never = Schedule("office", "Europe/Warsaw", {})
    config = replace(entering(rule), hours=Hours({"office": never}))
    async with house({}, config) as it:
        refused, answered = it.call("600"), it.call("500")
        answered.after(3.0, answered.press, "1")
        await asyncio.sleep(10)
        assert refused.ended.result().status == 480
        assert answered.heard_labels()[-1].startswith("We are sorry")
        assert [note.data["why"] for note in it.journal.find("RuleApplied")] == ["office is closed"] * 2


async def test_a_rule_looks_at_what_was_pressed_in_menus() -> None:
    rule = Rule("pressed", When(pressed={MenuName("welcome"): ("1",)}), Then("urgent"))
    async with house({}, entering(rule)) as it:
        by_menu, direct = it.call("500"), it.call("600")
        by_menu.after(3.0, by_menu.press, "1")
        await asyncio.sleep(5)
        priorities = {note.call: note.data["priority"] for note in it.journal.find("CallerJoined")}
        assert sorted(map(str, priorities.values())) == ["default", "urgent"]
        by_menu.hang_up()
        direct.hang_up()


async def test_rules_that_send_a_call_to_and_fro_do_so_once() -> None:
    rule = Rule("menu", When(), Then(to=ToMenu(MenuName("welcome"))))
    async with house({}, entering(rule)) as it:
        caller = it.call("600")
        caller.after(3.0, caller.press, "1")
        await asyncio.sleep(5)
        assert len(it.journal.find("RuleApplied")) == 1
        assert len(it.journal.find("CallerJoined")) == 1
        caller.hang_up()


# Look-ups ---------------------------------------------------------------------------------------------


async def test_what_a_lookup_says_goes_before_the_class_and_shows_on_the_agents_phone() -> None:
    rule = CallerRule("all", ("*",), priority="urgent", preferred=FIRST, lookup=CRM)
    known = Known(True, "", "vip", Language("pl"), {}, SECOND, "Anna Nowak", "likes tea", {"plan": "gold"})
    async with house({"201": never_answers(), "202": answers(after=1.0)}, entering(caller=rule)) as it:
        it.switch.enquiry = Crm(known, takes=0.2)
        caller = it.call()
        await asyncio.sleep(3)
        assert caller.hears() == {"202": 1.0}
        assert (joined(it)["priority"], joined(it)["preferred_by"]) == ("vip", "lookup")
        assert it.endpoint.dialled[0].caller_shown.name == "Support: Anna Nowak"
        assert it.supervisor.describe()[0]["from"] == "Anna Nowak <+48600100200>"  # type: ignore[index,call-overload]
        said = it.journal.find("CallerLookedUp")[0].data
        assert (said["name"], said["data"], said["took"]) == ("Anna Nowak", {"plan": "gold"}, 0.2)
        assert it.journal.find("LanguageSet")[0].data["language"] == "pl"
        caller.hang_up()


async def test_a_call_waits_for_a_lookup_no_longer_than_its_time_and_less_by_what_a_menu_took() -> None:
    rule = CallerRule("all", ("*",), priority="urgent", lookup=CRM)
    async with house({}, entering(caller=rule)) as it:
        it.switch.enquiry = Crm(Known(True, priority="vip"), takes=99.0)
        direct, by_menu = it.call("600"), it.call("500")
        by_menu.after(0.4, by_menu.press, "1")
        await asyncio.sleep(3)
        at = [note.at for note in it.journal.find("CallerJoined")]
        assert at == [pytest.approx(0.5), pytest.approx(0.5)]
        assert joined(it)["priority"] == "urgent"
        direct.hang_up()
        by_menu.hang_up()


async def test_a_lookup_runs_beside_the_menu() -> None:
    rule = CallerRule("all", ("*",), lookup=Lookup("https://crm.example/{number}", timeout=5.0))
    async with house({}, entering(caller=rule)) as it:
        it.switch.enquiry = Crm(Known(True, priority="vip"), takes=2.0)
        caller = it.call("500")
        caller.after(2.5, caller.press, "1")
        await asyncio.sleep(4)
        assert [note.at for note in it.journal.find("CallerJoined")] == [pytest.approx(2.5)]
        assert joined(it)["priority"] == "vip"
        caller.hang_up()


async def test_a_caller_who_hangs_up_takes_the_lookup_along() -> None:
    rule = CallerRule("all", ("*",), lookup=Lookup("https://crm.example/{number}", timeout=10.0))
    async with house({}, entering(caller=rule)) as it:
        it.switch.enquiry = Crm(Known(), takes=9.0)
        caller = it.call()
        caller.after(1.0, caller.hang_up)
        await asyncio.sleep(2)
        assert it.supervisor.calls == []
        assert it.journal.kinds()[-1] == "CallEnded"
        assert not it.journal.find("CallerLookedUp")


async def test_what_this_switch_does_not_know_of_an_answer_is_said_and_left_out() -> None:
    rule = CallerRule("all", ("*",), priority="urgent", lookup=CRM)
    async with house({}, entering(caller=rule)) as it:
        it.switch.enquiry = Crm(Known(True, priority="gold", preferred=AgentName("nobody")))
        caller = it.call()
        await asyncio.sleep(1)
        assert joined(it)["priority"] == "urgent"
        problem = it.journal.find("CallerLookedUp")[0].data["problem"]
        assert problem == "no priority class 'gold' here; no agent 'nobody' here"
        caller.hang_up()


# The last agent ---------------------------------------------------------------------------------------


async def test_who_talked_to_a_caller_last_is_rung_first_for_so_many_days() -> None:
    async with house({"201": answers(), "202": answers()}, entering(last_agent=7 * 86400.0)) as it:
        last = it.switch.acquaintances
        last.talked("+48600100200", SECOND, it.switch.clock.now() - 6 * 86400)
        last.talked("+48600100201", SECOND, it.switch.clock.now() - 8 * 86400)
        known, forgotten = it.call(), it.call(number="+48600100201")
        await asyncio.sleep(3)
        assert known.hears() == {"202": 1.0}
        assert forgotten.hears() == {"201": 1.0}
        known.hang_up()
        forgotten.hang_up()


# Keys -------------------------------------------------------------------------------------------------

SORRY = ToMessage(Prompt({Language("en"): "As you like."}))


async def test_a_key_leaves_the_queue_and_a_wrong_one_does_nothing() -> None:
    async with house({"201": never_answers()}, entering(keys={"0": SORRY})) as it:
        caller = it.call()
        caller.after(2.0, caller.press, "5")
        caller.after(4.0, caller.press, "0")
        await asyncio.sleep(3)
        assert caller.hears() == {"classical": 1.0}
        await asyncio.sleep(5)
        assert caller.heard_labels() == ["classical", "As you like."]
        left = it.journal.find("CallerLeft")
        assert [note.data["reason"] for note in left] == ["exit-key"]
        assert it.endpoint.dialled[0].state is LegState.ENDED, "the agent's phone stops"
        assert [note.data["digits"] for note in it.journal.find("DigitsPressed")] == ["5", "0"]
        assert it.switch.dispatcher.engine.snapshot(99).queues[SUPPORT].counts.by_key == 1


async def test_keys_do_nothing_once_an_agent_has_answered_and_count_again_after_a_slip() -> None:
    async with house({"201": answers(after=2.0)}, entering(keys={"0": SORRY})) as it:
        caller = it.call()
        caller.after(3.0, caller.press, "0")
        await asyncio.sleep(5)
        assert caller.hears() == {"201": 1.0}
        caller.hang_up()


async def test_keys_pressed_before_the_queue_do_not_count_there() -> None:
    async with house({"201": rejects()}, entering(keys={"1": SORRY})) as it:
        caller = it.call("500")
        caller.after(2.5, caller.press, "111")
        await asyncio.sleep(5)
        assert not it.journal.find("CallerLeft")
        caller.hang_up()


# Wrap-up ----------------------------------------------------------------------------------------------


async def test_agents_end_and_extend_their_wrap_up_by_codes() -> None:
    config = replace(settings(queue(agents=(FIRST,), wrap_up=60.0)), features=Features(wrap_up_extend=100.0))
    async with house({"201": answers(talks=5.0)}, config) as it:
        it.call()
        await asyncio.sleep(8)
        more = it.call("*16", agent=FIRST)
        await asyncio.sleep(100)
        look = it.switch.dispatcher.engine.snapshot
        loop = asyncio.get_running_loop()
        assert look(loop.time()).agents[FIRST].state == "wrap-up"
        done = it.call("*15", agent=FIRST)
        await asyncio.sleep(4)
        nothing = it.call("*15", agent=FIRST)
        await asyncio.sleep(4)
        assert look(loop.time()).agents[FIRST].state == "free"
        heard = [leg.heard_labels()[-1] for leg in (more, done, nothing)]
        assert heard == ["You have more time.", "Your notes are done.", "You are not writing notes."]
        assert it.journal.find("WrapUpExtended")[0].data == {"agent": FIRST, "by": 100.0}
        assert len(it.journal.find("WrapUpEnded")) == 1
