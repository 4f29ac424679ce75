"""What the language says is what the switch is set to."""

from __future__ import annotations

import copy
from datetime import date, time

import pytest

from softswitch.acd.settings import AgentSettings, AnnounceSettings
from softswitch.config.settings import AgentPhone, SwitchSettings
from softswitch.config.sip_settings import Listen, SipSettings
from softswitch.hours import Schedule
from softswitch.ivr.settings import Ask, Back, Choice, Repeat, ToEntered
from softswitch.routing import CallerRule, NumberRule
from softswitch.types import HangUp, Prompt, Reject, ToAgent, ToMenu, ToMessage, ToQueue, Way
from tests.config.conftest import SOUND, CheckText

WHOLE = """\
sip:
  listen: ["udp:0.0.0.0:5060", "tcp:192.0.2.1:5070"]
  public_address: 198.51.100.7
  realm: acme.example
  codecs: [opus, pcma]
  rtp_ports: 20000-29999
  max_calls: 100
  drain: 2m
media: {sample_rate: 16000, languages: [pl, en]}
data: record
hours:
  office:
    timezone: Europe/Warsaw
    open: {mon-fri: "08:00-18:00", sat: ["09:00-12:00", "13:00-24:00"], sun: "22:00-06:00"}
    holidays: DE-BY
    closed: ["2026-12-24"]
numbers:
  "+48221234567": {menu: welcome}
  600: {queue: support, priority: urgent}
  2xx: {agent: dialled}
  7: {agent: desk-201}
  8: {say: {pl: Dziękujemy., en: Thank you.}}
  9: hangup
  "*": {reject: 404}
callers:
  - {name: partners, match: ["+48600100200", "+4822555*"], priority: vip}
  - {name: nuisance, match: ["+48900*"], reject: 603, language: en}
menus:
  welcome:
    open: office
    closed: {menu: after_hours}
    say: {pl: Dzień dobry., en: Welcome.}
    wrong: {say: {pl: Nie ma., en: No such key.}}
    choices:
      1: {queue: support}
      2: {queue: support, priority: urgent}
      3: {language: en}
      4: {language: en, menu: after_hours}
      5: back
      6: {agent: desk-201}
      7: {agent: entered}
      0: hangup
      star: repeat
      "#": {reject: 486}
      2xx: {agent: entered}
    ask:
      customer_number: {digits: 6, say: {pl: Numer?, en: Number?}, optional: true}
      extension: {say: {pl: Wewnętrzny?, en: Extension?}, then: {agent: entered}}
    wait: 300ms
    attempts: 1
    otherwise: back
  after_hours: {say: {pl: Nieczynne., en: Closed.}}
queues:
  support:
    label: Pomoc
    strategy: hunt
    ring: 15s
    retry: 7s
    wrap_up: 20s
    priority: {urgent: 50, vip: 100.5, ageing: 1 per 30s}
    music: silence
    announce: {position: true, wait: true, first: 5s, every: 45s}
    service_level: {within: 10s}
    max_callers: 50
    full: {queue: second}
    max_wait: 10m
    timeout: {menu: after_hours}
  second: {}
agents:
  desk-201: {name: Billing desk, dial: "sip:201@192.0.2.20", extension: 201, level: 4, ring: 10s}
  desk-202: {dial: "sip:202@192.0.2.21:5070;transport=tcp", extension: "202", calls: unlimited}
  desk-300: {dial: "sip:300@desk.example", extension: 0300, calls: 3}
teams:
  support: {agents: [desk-202, desk-201]}
  second: {agents: [desk-300]}
"""


@pytest.fixture
def whole(check_text: CheckText) -> SwitchSettings:
    return check_text(WHOLE).settings


def test_sip_and_media(whole, tmp_path):
    assert whole.sip == SipSettings(
        listen=(Listen("udp", "0.0.0.0", 5060), Listen("tcp", "192.0.2.1", 5070)),
        public_address="198.51.100.7",
        realm="acme.example",
        codecs=("opus", "pcma"),
        rtp_ports=(20000, 29999),
        max_calls=100,
        drain=120.0,
    )
    assert whole.media.sample_rate == 16000
    assert whole.media.languages == ("pl", "en")
    assert whole.media.queue_music == {"support": "silence", "second": "classical"}
    assert whole.data == tmp_path / "record"


def test_hours(whole):
    workday = ((time(8), time(18)),)
    assert whole.hours.schedules["office"] == Schedule(
        name="office",
        timezone="Europe/Warsaw",
        open=dict.fromkeys(range(5), workday)
        | {5: ((time(9), time(12)), (time(13), time(0))), 6: ((time(22), time(6)),)},
        holidays="DE-BY",
        closed=frozenset([date(2026, 12, 24)]),
    )


def test_numbers_and_callers_in_the_order_of_the_file(whole):
    assert whole.routing.numbers == (
        NumberRule("+48221234567", ToMenu("welcome")),
        NumberRule("600", ToQueue("support", "urgent")),
        NumberRule("2xx", ToAgent(None)),
        NumberRule("7", ToAgent("desk-201")),
        NumberRule("8", ToMessage(Prompt({"pl": "Dziękujemy.", "en": "Thank you."}))),
        NumberRule("9", HangUp()),
        NumberRule("*", Reject(404)),
    )
    assert whole.routing.callers == (
        CallerRule("partners", ("+48600100200", "+4822555*"), priority="vip"),
        CallerRule("nuisance", ("+48900*",), language="en", reject=603),
    )


def test_the_keys_of_a_menu(whole):
    assert whole.menus.menus["welcome"].choices == {
        "1": Choice(ToQueue("support")),
        "2": Choice(ToQueue("support", "urgent")),
        "3": Choice(None, "en"),
        "4": Choice(ToMenu("after_hours"), "en"),
        "5": Choice(Back()),
        "6": Choice(ToAgent("desk-201")),
        "7": Choice(ToEntered("extension")),
        "0": Choice(HangUp()),
        "*": Choice(Repeat()),
        "#": Choice(Reject(486)),
        "201": Choice(ToAgent("desk-201")),
        "202": Choice(ToAgent("desk-202")),
    }


def test_the_rest_of_a_menu(whole):
    menu = whole.menus.menus["welcome"]
    assert menu.prompt == Prompt({"pl": "Dzień dobry.", "en": "Welcome."})
    assert menu.wrong == Prompt({"pl": "Nie ma.", "en": "No such key."})
    assert (menu.wait, menu.attempts, menu.otherwise) == (0.3, 1, Back())
    assert (menu.open, menu.closed) == ("office", Choice(ToMenu("after_hours")))
    assert menu.asks == (
        Ask("customer_number", Prompt({"pl": "Numer?", "en": "Number?"}), digits=6, optional=True),
        Ask("extension", Prompt({"pl": "Wewnętrzny?", "en": "Extension?"}), then=ToEntered("extension")),
    )


def test_a_queue(whole):
    queue = whole.engine.queues["support"]
    assert queue.agents == ("desk-202", "desk-201")
    assert (queue.strategy, queue.ring, queue.retry, queue.wrap_up) == ("hunt", 15.0, 7.0, 20.0)
    assert queue.priority == {"default": 0.0, "urgent": 50.0, "vip": 100.5}
    assert queue.ageing == pytest.approx(1 / 30)
    assert queue.announce == AnnounceSettings(position=True, wait=True, first=5.0, every=45.0)
    assert (queue.max_callers, queue.full) == (50, ToQueue("second"))
    assert (queue.max_wait, queue.timeout) == (600.0, ToMenu("after_hours"))
    assert queue.service_within == 10.0
    assert whole.queue_labels == {"support": "Pomoc", "second": "second"}


def test_agents_and_their_phones(whole):
    assert whole.engine.agents == {
        "desk-201": AgentSettings("desk-201", calls=1, level=4),
        "desk-202": AgentSettings("desk-202", calls=None),
        "desk-300": AgentSettings("desk-300", calls=3),
    }
    assert whole.phones["desk-201"] == AgentPhone(
        "desk-201", "Billing desk", Way("sip:201@192.0.2.20"), extension="201", ring=10.0
    )
    assert whole.phones["desk-202"].name == "desk-202"
    assert whole.phones["desk-300"].extension == "0300"
    assert whole.menus.extensions == {"201": "desk-201", "202": "desk-202", "0300": "desk-300"}


def test_what_is_left_out_has_its_default(check_text, tmp_path):
    settings = check_text(SOUND).settings
    assert settings.sip == SipSettings()
    assert settings.media.languages == ("en",)
    assert settings.data == tmp_path / "softswitch-data"
    queue = settings.engine.queues["support"]
    assert queue.priority == {"default": 0.0, "urgent": 50.0, "vip": 100.0}
    assert (queue.strategy, queue.max_callers, queue.max_wait, queue.full) == (
        "longest-idle",
        None,
        None,
        None,
    )


def test_ageing_alone_keeps_the_usual_classes(check_text):
    text = SOUND.replace("support: {}", "support: {priority: {ageing: 2 per 1m}}", 1)
    queue = check_text(text).settings.engine.queues["support"]
    assert queue.priority == {"default": 0.0, "urgent": 50.0, "vip": 100.0}
    assert queue.ageing == pytest.approx(2 / 60)


def test_a_key_of_its_own_goes_before_the_pattern_of_extensions(check_text):
    choices = (
        check_text(WHOLE.replace("1: {queue: support}", "201: {queue: second}"))
        .settings.menus.menus["welcome"]
        .choices
    )
    assert choices["201"] == Choice(ToQueue("second"))


def test_the_same_file_gives_the_same_settings(check_text):
    assert check_text(WHOLE).settings == check_text(WHOLE).settings


def test_settings_hold_plain_texts_that_can_be_copied(whole):
    assert copy.deepcopy(whole.phones) == whole.phones
    names = [*whole.phones, *whole.engine.queues, *whole.menus.menus, *whole.routing.callers[0].patterns]
    assert {type(name) for name in names} == {str}
