"""Skills, tiers, overflow, hours and escapes: what is read, and what is said of mistakes."""

from __future__ import annotations

import pytest

from softswitch.acd.settings import Member, NoAgents, Overflow, QueueSettings, Relaxation
from softswitch.types import AgentName, HangUp, MenuName, QueueName, ToMenu
from tests.config.conftest import SOUND

SUPPORT = QueueName("support")


def queue_of(check_text, settings: str, more: str = "") -> QueueSettings:
    checked = check_text(SOUND.replace("{support: {}}", f"{{support: {{{settings}}}}}", 1) + more)
    return checked.settings.engine.queues[SUPPORT]


def test_without_settings_nothing_special_holds(check_text):
    found = queue_of(check_text, "")
    assert (found.needs, found.relax, found.members, found.overflow) == ({}, (), {}, None)
    assert found.no_agents == NoAgents(grace=30.0)
    assert (found.overdue, found.weight, found.preferred_for) == (900.0, 0.0, 20.0)


def test_skills_are_needed_relaxed_and_had(check_text):
    text = "needs: {billing: 3}, relax: [{after: 60s, needs: {billing: 1}}, {after: 2m, needs: {}}]"
    found = queue_of(check_text, text)
    assert found.needs == {"billing": 3}
    assert found.relax == (Relaxation(60.0, {"billing": 1}), Relaxation(120.0, {}))
    text = SOUND.replace('"sip:desk@127.0.0.1"', '"sip:desk@127.0.0.1", skills: {billing: 5, polish: 1}')
    assert check_text(text).settings.engine.agents[AgentName("desk")].skills == {"billing": 5, "polish": 1}


def test_a_member_of_a_team_has_a_tier_a_weight_and_a_time_of_its_own(check_text):
    text = SOUND.replace("[desk]", "[{desk: {tier: 2, after: 30s, weight: 0.5, ring: 12s}}]")
    found = check_text(text).settings.engine.queues[SUPPORT]
    assert found.agents == ("desk",)
    assert found.members == {"desk": Member(tier=2, after=30.0, weight=0.5, ring=12.0)}


@pytest.mark.parametrize(
    ("team", "message"),
    [
        ("[{desk: {tier: §0}}]", "expected at least 1, got 0"),
        ("[{desk: {§tear: 2}}]", "did you mean 'tier'?"),
        ("[§{desk: {tier: 1}, other: {tier: 2}}]", "one agent"),
        ("§[desk, {desk: {tier: 2}}]", "agent 'desk' is in this team twice"),
        ("[§{dusk: {tier: 2}}]", "did you mean 'desk'?"),
    ],
)
def test_a_mistake_in_a_team_is_shown_where_it_stands(check_text, team, message):
    checked = check_text(SOUND.replace("[desk]", team))
    assert message in checked.messages[0]
    assert checked.places[0][0] == checked.marks[0][0]


def test_nobody_there_is_one_destination_or_two(check_text):
    assert queue_of(check_text, "no_agents: hangup").no_agents == NoAgents(HangUp(), HangUp(), 30.0)
    menu = 'menus: {sorry: {say: "Sorry."}}\n'
    text = "no_agents: {waiting: {menu: sorry}, after: 10s, paused: there}"
    found = queue_of(check_text, text, menu)
    assert found.no_agents == NoAgents(None, ToMenu(MenuName("sorry")), 10.0, count_paused=True)


def test_hours_lead_those_who_come_and_those_who_wait_elsewhere(check_text):
    more = 'hours: {office: {timezone: Europe/Warsaw, open: {mon-fri: "08:00-16:00"}}}\n'
    text = SOUND.replace(
        "{support: {}}", "{support: {hours: office, closed: {reject: 480}, closes: hangup}}", 1
    )
    checked = check_text(text + more)
    assert checked.settings.queue_hours == {"support": "office"}
    assert checked.settings.engine.queues[SUPPORT].closes == HangUp()


def test_overflow_names_other_queues(check_text):
    text = SOUND.replace(
        "{support: {}}", "{support: {overflow: {to: [spare], callers: 5, until: 2}}, spare: {}}", 1
    )
    text = text.replace("[desk]}", "[desk]}, spare: {agents: [desk]}")
    found = check_text(text).settings.engine.queues[SUPPORT]
    assert found.overflow == Overflow((QueueName("spare"),), callers=5, until=2)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("overflow: {to: [§support]}", "cannot help itself"),
        ("overflow: {to: [§sport]}", "did you mean 'support'?"),
        ("hours: §office", "no set of hours is called 'office'"),
        ("no_agents: {menu: §nowhere}", "no menu is called 'nowhere'"),
        ("no_agents: {waiting: {menu: §nowhere}}", "no menu is called 'nowhere'"),
        ("closes: {menu: §nowhere}", "no menu is called 'nowhere'"),
        ("needs: {billing: §much}", "expected a whole number, got much"),
        ("priority: {overdue: §soon}", "soon"),
        ("no_answer: {pause_after: §0}", "expected at least 1"),
        ("relax: [{after: §0, needs: {}}]", "expected more than 0"),
    ],
)
def test_a_mistake_is_shown_where_it_stands(one_problem, settings, message):
    assert message in one_problem(SOUND.replace("{support: {}}", f"{{support: {{{settings}}}}}", 1))


def test_nobody_need_be_overdue(check_text):
    assert queue_of(check_text, "priority: {overdue: never, weight: 20}").overdue is None
