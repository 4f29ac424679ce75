"""A call is walked without SIP: every step is told, and told so that a person can read it."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from softswitch.acd.settings import AnnounceSettings, EngineSettings, NoAgents, QueueSettings
from softswitch.commands.walked import render
from softswitch.config.settings import AgentPhone, MediaSettings, Message, SwitchSettings, Trunk, TrunkServer
from softswitch.config.sip_settings import SipSettings
from softswitch.dialplan.codes import Features
from softswitch.dialplan.plan import DialPlan, OutboundRule
from softswitch.hours import Hours, Schedule
from softswitch.ivr.settings import Ask, Back, Choice, Menu, MenuTree, Repeat, ToEntered
from softswitch.routing import CallerRule, NumberRule, Routing
from softswitch.rules import Entrance
from softswitch.types import (
    AgentName,
    HangUp,
    Language,
    MenuName,
    Prompt,
    QueueName,
    ToAgent,
    ToMenu,
    ToMessage,
    ToNumber,
    ToQueue,
    TrunkName,
    Way,
)
from softswitch.walk import Circumstances, Kind, Step, parse_keys, walk

EN, PL = Language("en"), Language("pl")
NOON = datetime(2026, 3, 3, 11, 0, tzinfo=UTC)
SUNDAY = datetime(2026, 3, 8, 11, 0, tzinfo=UTC)


def say(en: str, pl: str) -> Prompt:
    return Prompt({EN: en, PL: pl})


def queue(name: str, priority: str | None = None) -> ToQueue:
    return ToQueue(QueueName(name), priority)


WELCOME = Menu(
    MenuName("welcome"),
    say("Welcome.", "Dzień dobry."),
    {
        "1": Choice(queue("sales")),
        "2": Choice(ToMenu(MenuName("support"))),
        "3": Choice(ToMenu(MenuName("desk"))),
        "9": Choice(ToMenu(MenuName("welcome")), PL),
        "*": Choice(Repeat()),
    },
    otherwise=queue("sales"),
    open="office",
    closed=Choice(ToMenu(MenuName("night"))),
)
SUPPORT = Menu(
    MenuName("support"),
    say("Invoices, 1. A fault, 2.", "Faktury, 1. Awaria, 2."),
    {"1": Choice(queue("support")), "2": Choice(queue("support", "urgent")), "*": Choice(Back())},
    asks=(Ask("customer_number", say("Your number?", "Numer?"), 6, optional=True),),
)
DESK = Menu(
    MenuName("desk"), Prompt(), {}, asks=(Ask("extension", say("Extension?", "Numer?"), 3, then=ToEntered()),)
)
NIGHT = Menu(MenuName("night"), Prompt(play=Path("night.wav")), {})

SETTINGS = SwitchSettings(
    path=Path("acme.yaml"),
    sip=SipSettings(),
    media=MediaSettings(languages=(EN, PL)),
    routing=Routing(
        numbers=(
            NumberRule("600", ToMenu(WELCOME.name)),
            NumberRule("601", queue("support")),
            NumberRule("602", ToMessage(say("We moved.", "Przenieśliśmy się."))),
            NumberRule("2xx", ToAgent(None)),
        ),
        callers=(
            CallerRule("partners", ("+48600*",), priority="vip", language=PL),
            CallerRule("nuisance", ("+48900*",), reject=603),
        ),
    ),
    menus=MenuTree({m.name: m for m in (WELCOME, SUPPORT, DESK, NIGHT)}, {"201": "desk-201"}),
    hours=Hours(
        {
            "office": Schedule(
                "office",
                "Europe/Warsaw",
                {day: ((time(8), time(18)),) for day in range(5)},
                "PL",
                frozenset({date(2026, 3, 4)}),
            )
        }
    ),
    engine=EngineSettings(
        {
            QueueName("sales"): QueueSettings(QueueName("sales"), (AgentName("desk-201"),), "ring-all"),
            QueueName("support"): QueueSettings(QueueName("support")),
        }
    ),
    phones={
        AgentName("desk-201"): AgentPhone(AgentName("desk-201"), "Billing desk", Way("sip:201@192.0.2.20"))
    },
    queue_labels={},
    data=Path("var"),
)


def take(dialled: str, keys: str = "", caller: str = "", at: datetime = NOON) -> list[Step]:
    return walk(SETTINGS, dialled, parse_keys(keys), caller, at)


def texts(steps: list[Step], kind: Kind) -> list[str]:
    return [step.text for step in steps if step.kind is kind]


def end(steps: list[Step]) -> Step:
    return next(step for step in steps if step.kind is Kind.END)


class TestArriving:
    def test_the_line_that_matched_is_named(self):
        assert take("600", "1")[0] == Step(Kind.NUMBER, "600", '→ menu welcome, by the line "600"')

    def test_a_number_without_a_line_is_refused(self):
        steps = take("700")
        assert steps[0].note == "no line of `numbers` matches"
        assert end(steps).text == "reject 404"

    def test_a_callers_class_is_told_and_its_language_spoken(self):
        steps = take("600", "1", caller="+48600100200")
        assert Step(Kind.CALLER, "+48600100200", "partners, priority vip, language pl") in steps
        assert texts(steps, Kind.SAYS) == ['"Dzień dobry."']

    def test_a_caller_in_no_class_is_told_so(self):
        assert Step(Kind.CALLER, "+4911", "in no caller class") in take("600", caller="+4911")

    def test_a_rejected_caller_gets_no_further(self):
        steps = take("600", "1", caller="+48900123")
        assert end(steps).text == "reject 603"
        assert texts(steps, Kind.MENU) == []


class TestHours:
    def test_open_hours_are_told_with_the_next_change_in_their_own_zone(self):
        step = next(step for step in take("600", "1") if step.kind is Kind.HOURS)
        assert step.text == "office: open until Tue 2026-03-03 18:00"
        assert step.note == "at 2026-03-03 12:00 CET"

    def test_a_closed_menu_tells_where_it_leads(self):
        steps = take("600", at=SUNDAY)
        assert texts(steps, Kind.HOURS) == ["office: closed until Mon 2026-03-09 08:00"]
        assert Step(Kind.MENU, "welcome", "closed → menu night") in steps
        assert texts(steps, Kind.SAYS) == ["file night.wav"]
        assert end(steps).text == "hang up"

    def test_a_day_off_is_named(self):
        steps = take("600", at=datetime(2026, 3, 4, 11, 0, tzinfo=UTC))
        assert texts(steps, Kind.HOURS) == ["office: holiday (day off) until Thu 2026-03-05 08:00"]

    def test_a_time_without_a_zone_is_on_the_schedules_own_clock(self):
        assert texts(take("600", "1", at=datetime(2026, 3, 3, 17, 59)), Kind.MENU) == ["welcome"]
        assert texts(take("600", "1", at=datetime(2026, 3, 3, 18, 0)), Kind.MENU) == ["welcome", "night"]


class TestMenus:
    def test_each_menu_is_heard_and_each_key_says_what_it_does(self):
        steps = take("600", "2,123456,2")
        assert [(step.kind, step.text) for step in steps[2:]] == [
            (Kind.MENU, "welcome"),
            (Kind.SAYS, '"Welcome."'),
            (Kind.KEY, "2"),
            (Kind.MENU, "support"),
            (Kind.SAYS, '"Your number?"'),
            (Kind.NUMBER_ENTERED, "123456"),
            (Kind.SAYS, '"Invoices, 1. A fault, 2."'),
            (Kind.KEY, "2"),
            (Kind.END, "queue support"),
        ]
        assert Step(Kind.KEY, "2", "→ menu support") in steps

    def test_several_keys_at_once_are_pressed_quickly(self):
        steps = take("600", "2#1")
        assert texts(steps, Kind.SAYS) == ['"Welcome."', '"Your number?"', '"Invoices, 1. A fault, 2."']
        assert end(steps).text == "queue support"

    def test_prompts_that_quick_keys_cut_are_told_apart(self):
        assert [step.note for step in take("600", "2#1") if step.kind is Kind.SAYS] == [
            "en",
            "en cut",
            "en cut",
        ]
        assert [step.note for step in take("600", "2,#,1") if step.kind is Kind.SAYS] == ["en", "en", "en"]

    def test_a_comma_ends_an_entry(self):
        assert [step.text for step in take("600", "2,12,#") if step.kind is Kind.MISTAKE] == [
            "12: incomplete number"
        ]

    def test_a_minus_is_silence(self):
        steps = take("600", "-,1")
        assert Step(Kind.SILENCE, "no key is pressed", "attempt 1 of 3") in steps
        assert end(steps).text == "queue sales"

    def test_when_the_keys_run_out_the_caller_is_silent_to_the_end(self):
        steps = take("600")
        assert len(texts(steps, Kind.SILENCE)) == 3
        assert Step(Kind.OTHERWISE, "→ queue sales") in steps
        assert end(steps).text == "queue sales"

    def test_keys_left_over_are_told(self):
        steps = take("600", "1,2,3")
        assert steps[-1] == Step(Kind.UNUSED, "2,3", "these keys do nothing where the call is then")

    def test_keys_of_a_queue_lead_on_while_waiting(self):
        keys = {QueueName("sales"): Entrance(keys={"0": ToMenu(MenuName("welcome")), "5": HangUp()})}
        steps = walk(replace(SETTINGS, entrances=keys), "600", parse_keys("1,7,-,0,1,5,9"), "", NOON)
        assert texts(steps, Kind.END) == ["queue sales", "queue sales", "hang up"]
        assert [step for step in steps if step.note.startswith("→") and step.note.endswith("waiting")] == [
            Step(Kind.KEY, "0", "→ menu welcome, while waiting"),
            Step(Kind.KEY, "5", "→ hang up, while waiting"),
        ]
        assert texts(steps, Kind.MENU) == ["welcome", "welcome"]
        assert texts(steps, Kind.UNUSED) == ["7", "9"]

    def test_a_wrong_key_is_answered(self):
        steps = take("600", "7")
        assert Step(Kind.MISTAKE, "7: wrong key", "attempt 1 of 3") in steps

    def test_a_language_is_told_and_spoken(self):
        steps = take("600", "9,7,1")
        assert Step(Kind.LANGUAGE, "pl", "rules all speech from here on") in steps
        assert texts(steps, Kind.SAYS)[1:] == [
            '"Dzień dobry."',
            '"Przepraszamy, nie ma takiego wyboru."',
            '"Dzień dobry."',
        ]

    def test_an_entered_extension_rings_its_agent(self):
        assert end(take("600", "3,201")) == Step(
            Kind.END, "agent desk-201", "Billing desk, sip:201@192.0.2.20"
        )

    def test_a_needed_number_that_is_left_out_is_a_mistake_and_not_silence(self):
        assert "nothing: incomplete number" in texts(take("600", "3,#,201"), Kind.MISTAKE)


class TestEnds:
    def test_a_queue_is_told_with_priority_strategy_and_team(self):
        assert end(take("600", "1", caller="+48600100200")).note == (
            "priority vip (100), ring-all over desk-201"
        )
        assert end(take("601")).note == "priority default (0), longest-idle over nobody"

    def test_a_choices_priority_overrules_the_callers(self):
        assert "urgent (50)" in end(take("600", "2,#,2", caller="+48600100200")).note

    def test_a_dialled_extension_rings_its_agent_or_is_refused(self):
        assert end(take("201")).text == "agent desk-201"
        assert end(take("202")) == Step(Kind.END, "reject 404", "no agent has the extension 202")

    def test_a_message_is_spoken_before_the_end(self):
        assert [step.text for step in take("602")[1:]] == ['"We moved."', "hang up"]


class TestAgents:
    """What is dialled from an agent's phone."""

    PLAN = DialPlan(rules=(OutboundRule("outside", ("+*",), (TrunkName("one"), TrunkName("two"))),))

    def take(self, dialled: str, plan: DialPlan = PLAN) -> list[Step]:
        return walk(replace(SETTINGS, dialplan=plan), dialled, [], "", NOON, AgentName("desk-201"))

    def test_a_number_outside_goes_by_the_outbound_rules(self):
        steps = self.take("600300400")
        assert steps[0].note == "+48600300400 (national) goes by 'outside'"
        assert steps[1] == Step(Kind.END, "call +48600300400", "by one, then two")

    def test_an_expensive_one_is_refused_with_advice(self):
        steps = self.take("0044207123456")
        assert "international" in steps[0].note
        assert "may_dial" in steps[1].text
        assert end(steps).text == "reject 403"

    def test_the_switchs_own_numbers_and_extensions_go_before(self):
        assert self.take("601")[0].note.endswith('by the line "601"')
        assert end(self.take("201")).text == "agent desk-201"
        assert end(self.take("600300400", DialPlan())).text == "reject 404"

    @pytest.mark.parametrize(
        ("dialled", "notes"),
        [
            ("*11", ["the code to sign in", "hang up"]),
            ("*97", ["the code to hear messages", "own messages"]),
            ("*131", ["the code to pause: lunch", "hang up"]),
            ("*139", ["the code to pause", "no reason is 9", "hang up"]),
            ("*8", ["the code to pick up: whoever rings longest", "the call that rings there"]),
            ("*8201", ["the code to pick up: desk-201", "the call that rings there"]),
            ("*8999", ["the code to pick up", "no extension is 999", "reject 404"]),
        ],
    )
    def test_codes_are_told(self, dialled: str, notes: list[str]):
        settings = replace(SETTINGS, features=Features(reasons={"1": "lunch"}))
        first, *more = walk(settings, dialled, [], "", NOON, AgentName("desk-201"))
        assert [first.note, *(step.text for step in more)] == notes

    def test_numbers_are_found_in_a_carriers_form_too(self):
        trunks = {TrunkName("one"): Trunk(TrunkName("one"), (TrunkServer("one.example"),))}
        own = Routing((NumberRule("+48221234567", queue("support")),), SETTINGS.routing.callers)
        settings = replace(SETTINGS, trunks=trunks, routing=own)
        steps = walk(settings, "48221234567", [], "600100200", NOON)
        assert end(steps).text == "queue support"
        assert Step(Kind.CALLER, "600100200", "partners, priority vip, language pl") in steps

    def test_nobody_else_gets_there(self):
        settings = replace(SETTINGS, dialplan=self.PLAN)
        assert end(walk(settings, "600300400", [], "+48600100200", NOON)).text == "reject 404"

    def test_a_number_that_the_configuration_names_is_called(self):
        to = ToNumber("+48600300400", (TrunkName("one"),))
        settings = replace(SETTINGS, routing=Routing((NumberRule("700", to),), ()))
        steps = walk(settings, "700", [], "", NOON)
        assert steps[0].note == '→ call +48600300400, by the line "700"'
        assert end(steps) == Step(Kind.END, "call +48600300400", "by one")


class TestKeys:
    def test_keys_are_read_from_the_command_line(self):
        assert parse_keys("2, 123456# ,-,*") == ["2", "123456#", "-", "*"]
        assert parse_keys("") == []

    def test_star_and_hash_may_be_written_as_words(self):
        assert parse_keys("2,hash,star") == ["2", "#", "*"]

    @pytest.mark.parametrize("text", ["2,,1", "x", "2-1", "2;1"])
    def test_what_is_no_key_teaches_how_to_write_keys(self, text):
        with pytest.raises(ValueError, match="comma between"):
            parse_keys(text)


def shown(steps: list[Step]) -> str:
    console = Console(file=io.StringIO(), width=100)
    console.print(render(steps))
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_the_tree_shows_menus_as_branches():
    assert [line.rstrip() for line in shown(take("600", "2,#,1")).splitlines()] == [
        'number    600  → menu welcome, by the line "600"',
        "├── hours     office: open until Tue 2026-03-03 18:00  at 2026-03-03 12:00 CET",
        "├── menu      welcome",
        '│   ├── says      "Welcome."  en',
        "│   └── key       2  → menu support",
        "├── menu      support",
        '│   ├── says      "Your number?"  en',
        "│   ├── entered   nothing  customer_number is optional",
        '│   ├── says      "Invoices, 1. A fault, 2."  en',
        "│   └── key       1  → queue support",
        "└── end       queue support  priority default (0), longest-idle over nobody",
    ]


def test_text_that_looks_like_markup_is_shown_as_it_is():
    assert "[bold]" in shown([Step(Kind.NUMBER, "[bold]600[/bold]")])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.just("-"), st.text("0123456789*#", min_size=1, max_size=7)), max_size=8))
def test_whatever_keys_are_pressed_the_walk_ends(keys):
    steps = walk(SETTINGS, "600", keys, "", NOON)
    assert end(steps)
    assert shown(steps)


def test_what_is_heard_in_the_queue_is_shown_by_an_example_in_the_caller_s_language():
    told = AnnounceSettings(position=True, callers=True, wait=True, first=5.0, every=45.0, max_error=0.4)
    queues = {QueueName("support"): QueueSettings(QueueName("support"), announce=told)}
    heard = replace(
        SETTINGS,
        engine=replace(SETTINGS.engine, queues={**SETTINGS.engine.queues, **queues}),
        messages={"support": (Message(say("Our app.", "Aplikacja."), 60.0, 90.0),)},
        whispers={"support": None},
    )
    steps = walk(heard, "600", parse_keys("9,2,#,1"), "", NOON)
    assert [(step.text, step.note) for step in steps if step.kind is Kind.HEARD] == [
        (
            '"Przed Państwem w kolejce są dwie osoby. W kolejce czekają trzy osoby.'
            ' Szacowany czas oczekiwania to około dziesięciu minut."',
            "pl, as to the third in line, after 5s, then every 45s",
        ),
        ("the wait", "is left out until five have waited, and while estimates are off by over 40%"),
        ('"Aplikacja."', "message, after 1m, then every 90s"),
        ('"support, waiting nine minutes."', "to the agent, before the two are connected"),
    ]


def test_every_walk_has_one_end():
    for keys in ("", "1,1", "2,-,-,-"):
        assert len(texts(take("600", keys), Kind.END)) == 1


class TestQueues:
    """Where queues send callers on."""

    @staticmethod
    def take(circumstances: Circumstances, at: datetime = NOON, **sections: QueueSettings) -> list[Step]:
        engine = EngineSettings({QueueName(name): one for name, one in sections.items()})
        routing = Routing((NumberRule("700", queue("a")),), ())
        hours = {QueueName("a"): "office"}
        config = replace(SETTINGS, engine=engine, routing=routing, queue_hours=hours)
        return walk(config, "700", [], "", at, circumstances=circumstances)

    @staticmethod
    def queue(name: str, **changes: object) -> QueueSettings:
        return QueueSettings(QueueName(name), (AgentName("desk-201"),), **changes)  # type: ignore[arg-type]

    def test_a_closed_one_leads_on(self):
        a, b = self.queue("a", closed=queue("b")), self.queue("b")
        steps = self.take(Circumstances(), SUNDAY, a=a, b=b)
        assert texts(steps, Kind.HOURS) == ["office: closed until Mon 2026-03-09 08:00"]
        assert Step(Kind.SENT_ON, "queue a is closed", "→ queue b") in steps
        assert end(steps).text == "queue b"
        assert end(self.take(Circumstances(), a=a, b=b)).text == "queue a"

    def test_one_without_agents_leads_on_when_asked_for(self):
        a, b = self.queue("a", no_agents=NoAgents(joining=queue("b"))), self.queue("b")
        assert end(self.take(Circumstances(), a=a, b=b)).text == "queue a"
        steps = self.take(Circumstances(nobody=True), a=a, b=b)
        assert Step(Kind.SENT_ON, "queue a has nobody there", "→ queue b") in steps

    def test_who_waits_for_nobody_is_sent_on_by_what_comes_first(self):
        a = self.queue(
            "a",
            no_agents=NoAgents(waiting=queue("b"), grace=30.0),
            max_wait=60.0,
            timeout=ToMessage(say("Sorry.", "Żałujemy.")),
        )
        steps = self.take(Circumstances(nobody=True), a=a, b=self.queue("b"))
        assert texts(steps, Kind.END) == ["queue a", "queue b"]
        assert Step(Kind.SENT_ON, "queue a has nobody there for 30s", "→ queue b") in steps

    def test_a_full_one_leads_on_when_asked_for(self):
        a = self.queue("a", max_callers=2, full=queue("b"))
        assert texts(self.take(Circumstances(full=True), a=a, b=self.queue("b")), Kind.END) == ["queue b"]

    def test_a_circle_ends_and_is_told(self):
        a = self.queue("a", no_agents=NoAgents(joining=queue("b")))
        b = self.queue("b", no_agents=NoAgents(joining=queue("a")))
        steps = self.take(Circumstances(nobody=True), a=a, b=b)
        assert end(steps) == Step(Kind.END, "unavailable", "goes round: queue b → queue a → queue b")
