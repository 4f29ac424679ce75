"""Every mistake in one run, each at its place, with what was expected and the nearest valid name."""

from __future__ import annotations

import pytest
import yaml

from softswitch.config.load import load
from softswitch.config.models.base import Owners, Section
from softswitch.config.phrases import EXAMPLES, models
from softswitch.errors import ConfigError
from tests.config.conftest import SOUND

TEN = """\
sip:
  listen: [§"udp:5060"]
  codecs: [pcma, §pcm]
media:
  languages: [en, pl]
hours:
  office:
    timezone: §Europe/Warszawa
    open: {mon-fri: §"8-18"}
numbers:
  "600": {menu: §welcom}
  "601": {queue: support, priority: §urgnet}
menus:
  welcome:
    say: {en: "Press 1.", pl: "Wybierz 1."}
    choices:
      1: {queue: §suport}
      §star: repet
queues:
  support:
    §stratgy: hunt
    priority: {urgent: 10}
    ring: §20
agents:
  desk-201: {dial: "sip:201@127.0.0.1", extension: 201}
  desk-202: {dial: "sip:202@127.0.0.1", extension: §201}
teams:
  support: {agents: [desk-201, §desk-220, desk-202]}
""".replace("§star: repet", "star: §repet")


def test_a_file_with_more_than_ten_mistakes_has_them_all_found_in_one_run(check_text):
    checked = check_text(TEN)
    assert checked.places == checked.marks
    assert len(checked.marks) == 12
    assert checked.messages == [
        'expected transport, address and port, as udp:0.0.0.0:5060 or tls:[2001:db8::5]:5061, got "udp:5060"',
        "expected pcma, pcmu, g722 or opus, got pcm; did you mean 'pcmu'?",
        'unknown time zone "Europe/Warszawa", did you mean "Europe/Warsaw"?;'
        " write it as Europe/Warsaw (IANA names)",
        'expected a span of hours, as 08:00-18:00 in 24-hour time, got "8-18"',
        "no menu is called 'welcom'; did you mean 'welcome'?",
        "no priority class of queue 'support' is called 'urgnet'; did you mean 'urgent'?",
        "no queue is called 'suport'; did you mean 'support'?",
        "expected a destination, as {queue: support} or {menu: welcome}, or repeat, back or hangup,"
        " got repet; did you mean 'repeat'?",
        "unknown key 'stratgy'; did you mean 'strategy'?",
        "20 of which unit? write 20s, 20m or 20ms",
        "extension 201 is that of agent 'desk-201' already",
        "no agent is called 'desk-220'; did you mean 'desk-202'?",
    ]


def test_loading_a_wrong_file_raises_all_of_its_problems(check_text):
    checked = check_text(TEN)
    with pytest.raises(ConfigError) as caught:
        load(checked.path, {})
    assert caught.value.problems == list(checked.report.problems)
    assert str(caught.value).startswith(f"{checked.path}:2:12: expected transport")


def test_loading_a_sound_file_gives_its_settings(check_text):
    checked = check_text(SOUND)
    assert load(checked.path, {}) == checked.settings


def test_a_wrong_part_does_not_hide_mistakes_beside_it(check_text):
    checked = check_text(
        SOUND
        + """\
menus:
  one: {say: Hello, wait: §soon, otherwise: {menu: §tow}, choices: {1: {queue: §nowhere}, 2: {menu: two}}}
  two: {say: Hello, attempts: §0}
callers:
  - {name: one, match: [§"1*2"], priority: vip}
  - {name: two, match: ["5*"], language: §xx}
  - {name: three, match: ["7*"], priority: §vpi}
"""
    )
    assert sorted(checked.places) == checked.marks


def test_what_follows_from_a_mistake_is_no_second_one(one_problem):
    team = SOUND.replace("[desk]", "§{desk: {}}").replace("agents: §", "§agents: ").replace("§§", "§")
    for text in (
        SOUND.replace('dial: "sip', 'dial: §"tel'),
        team,
        SOUND + "callers: [{name: a, match: [§5.5], priority: vip}]",
    ):
        assert one_problem(text)


def test_a_syntax_error_does_not_hide_the_mistakes_before_it_nor_invent_any(check_text):
    checked = check_text('sip: {max_calls: §many}\nnumbers: {"600": {menu: later}}\nmenus: {later: {say: §')
    assert [line for line, _ in checked.places] == [1, 3]


def test_two_files_wrong_at_the_same_time_are_both_reported(check_text):
    checked = check_text(
        SOUND + "include: more.yaml\nsip: {max_calls: none}", files={"more.yaml": "media: {x: 1}\nhours: ["}
    )
    assert len(checked.messages) == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "sip: {max_calls: 1,§000}",
            "unknown key '000'; within {} a comma ends a number: write 1,000 as 1000",
        ),
        ("§quees: {}", "unknown key 'quees'; did you mean 'queues'?"),
        (
            "§sip: []",
            "expected a mapping, with keys as listen, certificate, key, authorities; {} for none, got a list",
        ),
        ("sip: {max_calls: §yes}", "expected a whole number, got yes"),
        ("sip: {max_calls: §true}", "expected a whole number, got true"),
        ("sip: {max_calls: §0}", "expected at least 1, got 0"),
        ("sip: {max_calls: §9000}", "expected at most 8192, got 9000"),
        ("sip: {§codecs: []}", "expected at least one"),
        ("sip: {§codecs: [pcma, pcma]}", "'pcma' is listed twice"),
        ('sip: {listen: [§"udp:0.0.0.0:70000"]}', 'expected a port from 1 to 65535, got "udp:0.0.0.0:70000"'),
        ("sip: {rtp_ports: §500-400}", "expected a range of at least four ports within 1024-65535"),
        ("sip: {public_address: §300.1.1.1}", "this address is none, got 300.1.1.1"),
        ("sip: {realm: §true}", "expected a text; put it in quotes, got true"),
        ('sip: {realm: §""}', "expected a text; this one is empty"),
        ("sip: {drain: §1d}", "expected a duration, as 20s, 10m, 300ms or 1h, got 1d"),
        ("sip: {drain: §99999999h}", "expected a duration"),
        ("sip: {realm: §}", "expected a text"),
        ("media: {sample_rate: §44100}", "expected 8000 or 16000, got 44100"),
        ("media: {languages: [§de]}", "expected en, he or pl (others need `sentences`), got de"),
        ("§callers: {}", "expected a list, as [one, two]"),
        ("callers: [§{match: [5]}]", "the key 'name' is missing here"),
        (
            "callers: [§{name: a, match: [5]}]",
            "expected `priority`, `language`, `needs`, `preferred`, `lookup` or `reject`",
        ),
        ("callers: [{name: a, match: [5], reject: §200}]", "expected a SIP status from 400 to 699"),
        ("agents: {§desk: {}}", "expected `dial`, where the phone is, or `login`"),
        ("agents: {§desk: {login: 201}}", "needs a `password`, or `ha1`"),
        (
            "agents: {a: {login: 2, password: x}, b: {login: §2, password: y}}",
            "is that of agent 'a' already",
        ),
        ('agents: {desk: {dial: §"tel:+48"}}', "expected a SIP address"),
        ('agents: {desk: {dial: §"201"}}', 'or a whole number outside, as +48600300400, got "201"'),
        ('agents: {desk: {dial: §"sip:a@b:66000"}}', "expected a port from 1 to 65535"),
        ('agents: {desk: {dial: "sip:a@b", calls: §0}}', "from 1, or unlimited, got 0"),
        ('agents: {desk: {dial: "sip:a@b", extension: §2x}}', "expected the digits of an extension"),
        ('agents: {§"a b": {dial: "sip:a@b"}}', "expected a name"),
        ("queues: {q: {priority: {vip: §high}}}", "expected points, as 0, 50 or 100, got high"),
        ("queues: {q: {priority: {ageing: §30s}}}", "as `1 per 30s`"),
        ("queues: {q: {strategy: §longest}}", "unknown strategy; known are"),
        ("queues: {q: {announce: {every: §1s}}}", "expected 5s or more between announcements, got 1s"),
        ("queues: {q: {ring: §0s}}", "expected more than 0, got 0s"),
        (
            "queues: {q: {§full: {queue: q, menu: m}}}",
            "a call can go to one place only, here are menu and queue",
        ),
        (
            "queues: {q: {§full: {}}}",
            "expected one of menu, queue, callback, agent, dial, voicemail, say, play, reject",
        ),
        ("queues: {q: {full: §back}}", "or hangup, got back"),
        ("queues: {q: {§full: {menu: m, priority: vip}}}", "`priority` goes with `queue`"),
        ('numbers: {§"48*22": hangup}', "goes on after the *"),
        ("menus: {§m: {choices: {1: hangup}}}", "a menu needs a prompt"),
        ("menus: {§m: {say: a, play: b.wav}}", "`say` and `play` exclude each other"),
        ("menus: {§m: {say: a, open: office}}", "`open` needs `closed`"),
        ("menus: {§m: {say: a, closed: hangup}}", "`closed` needs `open`"),
        ("menus: {m: {say: {§de: a}}}", "expected en, he or pl (others need `sentences`), got de"),
        ("menus: {m: {§say: {}}}", "expected at least one"),
        ("menus: {m: {say: a, choices: {§stra: repeat}}}", "expected a key: 0-9, star or hash"),
        ("menus: {m: {say: a, wrong: §beep}}", "expected a mapping"),
        ("menus: {m: {say: a, ask: {§Customer-Number: {say: b}}}}", "expected a name of small letters"),
        ("menus: {m: {say: a, ask: {§number: {digits: 3}}}}", "expected either `say` or `play`"),
        ("music: {§nice: []}", "expected at least one"),
    ],
)
def test_a_mistake_says_what_was_expected(check_text, text, message):
    checked = check_text(text)
    assert checked.marks[0] in checked.places, checked.report.problems
    said = [
        problem.message
        for problem in checked.report.problems
        if (problem.line, problem.column) == checked.marks[0]
    ]
    assert message in said[0]


def test_a_section_with_all_lines_commented_out_is_one_that_is_left_out(check_text):
    assert not check_text(SOUND + "callers:\n# - {name: a}\nmenus:\n").messages


def test_a_problem_knows_how_wide_its_value_is(check_text):
    (problem,) = check_text(SOUND + "sip: {max_calls: plenty}").report.problems
    assert problem.width == len("plenty")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("last_agent: §true", "expected a mapping, as {within: 7 days}, got true"),
        ("no_answer: §3", "expected a mapping, as {pause_after: 3}, got 3"),
        ("priority: §vip", "expected a mapping, as {default: 0, vip: 100, ageing: 1 per 30s}, got vip"),
        ("§weight: 5", "unknown key 'weight'; it is a key of `priority`, as `priority: {weight: 5}`"),
        (
            "no_agents: {§queue: support, after: 3s}",
            "unknown key 'queue'; a destination stands beneath `joining`, for who comes then, or `waiting`,"
            " as `joining: {queue: ...}`",
        ),
    ],
)
def test_what_stands_in_place_of_a_mapping_is_taught_by_an_example(check_text, settings, message):
    found = check_text(SOUND.replace("{support: {}}", f"{{support: {{{settings}}}}}", 1))
    assert found.messages == [message]
    assert found.places == found.marks


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_example_is_right(check_text, name):
    model = next(each for each in models(Section) if each.__name__ == name)
    model.model_validate(yaml.safe_load(EXAMPLES[name]), context=Owners())


def test_limits_have_the_unit_of_what_was_written(check_text):
    text = SOUND + "callers: [{name: a, lookup: 'https://crm.example/{number}', timeout: §10m}]\n"
    assert check_text(text).messages == ["expected at most 10s, got 10m"]
    text = SOUND + "voicemail: {box: {min: §3m}}\n"
    assert check_text(text).messages == ["expected at most 1m, got 3m"]


@pytest.mark.parametrize(
    "text",
    [
        "mail: {server: m.example, from: a@b.example, username: x, password: 700.2003}",
        "webhooks: {crm: {url: 'https://crm.example', secret: 700.2003}}",
        "store: ftp://switch:700.2003@db.example/x",
    ],
)
def test_no_message_quotes_a_secret(check_text, text):
    checked = check_text(SOUND + text)
    assert checked.messages
    assert "700.2003" not in "".join(checked.messages)


def test_no_message_quotes_a_hash(check_text):
    text = SOUND.replace('dial: "sip:desk@127.0.0.1"', "login: '1', ha1: {md5: 0123hunter2, sha256: 7}")
    checked = check_text(text)
    assert any("hexadecimal" in one for one in checked.messages)
    assert not any("0123hunter2" in one for one in checked.messages)
