"""Where calls go, as a picture: what leads where, what is marked, which column a box is in; no secrets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from softswitch.config.chart import chart
from softswitch.config.check import inspected
from softswitch.plain import plain

HOUSE = """\
media: {languages: [en, pl]}
hours:
  office: {timezone: Europe/Warsaw, open: {mon-fri: "08:00-18:00"}, holidays: PL}
numbers:
  "100": {menu: welcome}
  "2xx": {agent: dialled}
  "101": {dial: "+48600100200", via: carrier}
  "*": {reject: 404}
menus:
  welcome:
    open: office
    closed: {say: {en: "We are closed.", pl: "Nieczynne."}}
    say: {en: "Press 1.", pl: "Naciśnij 1."}
    choices:
      1: {queue: support, priority: vip}
      2: {menu: more, language: pl}
      3: {callback: support}
      9: {language: pl}
      star: repeat
    otherwise: {agent: boss}
  more: {say: {en: "More.", pl: "Więcej."}, choices: {1: {voicemail: box}, star: back}}
  after: {say: {en: "Busy.", pl: "Zajęte."}, choices: {0: hangup}, otherwise: {queue: support}}
  forgotten: {say: {en: "Nobody hears this.", pl: "Nic."}, choices: {1: hangup}}
queues:
  support: {label: Support desk, hours: office, max_callers: 5, max_wait: 5m, timeout: {menu: after}}
  empty: {}
teams: {support: {agents: [boss]}, empty: {agents: []}}
agents:
  boss: {name: The boss, login: "201", password: "${SECRET_OF_BOSS}", extension: "201", voicemail: box}
voicemail: {box: {max: 2m}, lonely: {}}
trunks: {carrier: {server: sip.carrier.example, username: acme, password: hunter2hunter2}}
outbound: [{name: everywhere, match: ["*"], via: carrier}]
rules: [{name: nuisance, when: {number: "+48900*"}, then: {reject: 603}}]
"""
SECRETS = {"SECRET_OF_BOSS": "correct horse"}


class Drawn:
    """The boxes of a text, by id."""

    def __init__(self, path: Path, text: str) -> None:
        path.write_text(text)
        scene, _ = inspected(path, SECRETS)
        self.problems = [problem.message for problem in scene.problems]
        self.boxes = {box.id: box for box in chart(scene).boxes}
        self.text = json.dumps(plain(chart(scene)), ensure_ascii=False)

    def ways(self, id: str) -> dict[str, tuple[str | None, str, str]]:
        return {way.key: (way.to, way.end, way.text) for way in self.boxes[id].ways}

    def facts(self, id: str) -> dict[str, tuple[str, str | None]]:
        return {fact.key: (fact.text, fact.place) for fact in self.boxes[id].facts}


@pytest.fixture
def house(tmp_path: Path) -> Drawn:
    drawn = Drawn(tmp_path / "switch.yaml", HOUSE)
    assert drawn.problems == []
    return drawn


def test_every_way_of_a_menu_leads_to_a_box_or_says_how_it_ends(house: Drawn) -> None:
    assert house.ways("menus/welcome") == {
        "1": ("queues/support", "", "vip"),
        "2": ("menus/more", "", "pl"),
        "3": ("queues/support", "", ""),
        "9": (None, "again", "pl"),
        "star": (None, "repeat", ""),
        "otherwise": ("agents/boss", "", ""),
        "closed": (None, "message", "We are closed."),
    }
    assert [way.key for way in house.boxes["menus/welcome"].ways if way.callback] == ["3"]
    assert house.ways("menus/more") == {
        "1": ("voicemail/box", "", ""),
        "star": (None, "back", ""),
        "otherwise": (None, "hangup", ""),
    }


def test_numbers_lead_somewhere_or_say_how_they_end(house: Drawn) -> None:
    assert [house.ways(f"numbers/{number}")[""] for number in ("100", "2xx", "101", "*")] == [
        ("menus/welcome", "", ""),
        (None, "extension", "dialled"),
        ("dial/+48600100200", "", ""),
        (None, "reject", "404"),
    ]
    assert house.facts("dial/+48600100200")["via"][0] == "carrier"


def test_what_a_queue_does_without_being_told_is_a_way_too(house: Drawn) -> None:
    assert house.ways("queues/support") == {
        "full": (None, "busy", ""),
        "timeout": ("menus/after", "", ""),
        "closed": (None, "refused", ""),
    }
    assert house.ways("queues/empty") == {}


def test_rules_for_all_queues_are_a_box_if_they_send_somebody_elsewhere(house: Drawn) -> None:
    assert house.ways("rules") == {"nuisance": (None, "reject", "603")}


def test_what_nobody_comes_to_and_what_leads_to_nobody_is_marked(house: Drawn) -> None:
    assert {id: box.marks for id, box in house.boxes.items() if box.marks} == {
        "menus/forgotten": ("unreached", "nobody"),
        "queues/empty": ("unreached", "nobody"),
        "voicemail/lonely": ("unreached",),
    }


def test_a_box_has_its_place_and_its_settings_theirs_and_the_others_are_defaults(house: Drawn) -> None:
    box, facts = house.boxes["queues/support"], house.facts("queues/support")
    line = HOUSE[: HOUSE.index("  support: {label")].count("\n") + 1
    assert (box.label, box.place.rpartition("/")[2]) == ("Support desk", f"switch.yaml:{line}")
    assert facts["max_wait"] == ("5m", box.place)
    assert facts["ring"] == ("20s", None)
    assert facts["hours.office"][0] == "Mon-Fri 08:00-18:00 (Europe/Warsaw), not holidays PL"
    assert facts["team"][0] == "[boss]"
    assert "timeout" not in facts
    assert house.facts("menus/welcome")["say"][0] == '{en: "Press 1.", pl: "Naciśnij 1."}'


def test_no_secret_is_in_it(house: Drawn) -> None:
    assert house.facts("agents/boss")["login"][0] == '"201"'
    for secret in ("correct horse", "SECRET_OF_BOSS", "hunter2", "password", "ha1"):
        assert secret not in house.text


def test_calls_go_from_column_to_column(house: Drawn) -> None:
    columns: dict[int, set[str]] = {}
    for id, box in house.boxes.items():
        columns.setdefault(box.column, set()).add(id)
    assert columns == {
        0: {"numbers/100", "numbers/2xx", "numbers/101", "numbers/*", "rules"},
        1: {"menus/welcome", "menus/forgotten"},
        2: {"menus/more"},
        3: {"queues/support", "queues/empty"},
        4: {"menus/after"},
        5: {"agents/boss", "voicemail/box", "voicemail/lonely", "dial/+48600100200"},
    }
    assert [id for id in house.boxes if id.startswith("numbers")] == [
        "numbers/100", "numbers/2xx", "numbers/101", "numbers/*",
    ]  # fmt: skip


def test_a_broken_file_is_drawn_as_far_as_it_is_sound(tmp_path: Path) -> None:
    text = HOUSE.replace("3: {callback: support}", "3: {queue: suport}").replace(
        "max_wait: 5m", "max_wait: soon"
    )
    drawn = Drawn(tmp_path / "switch.yaml", text.replace("voicemail: {box: {max: 2m}", "voicemail: {box: 7"))
    assert len(drawn.problems) > 1
    assert drawn.ways("menus/welcome")["3"] == (None, "missing", "suport")
    assert drawn.ways("menus/more")["1"] == (None, "broken", "box")
    assert drawn.ways("menus/welcome")["1"] == ("queues/support", "", "vip")


@pytest.mark.parametrize(
    "text", ["", "menus: 7", "numbers: {", "numbers: {'1': {menu: a}}\nmenus: {a: {}}", "\0"]
)
def test_whatever_a_file_says_there_is_a_picture(tmp_path: Path, text: str) -> None:
    assert len(Drawn(tmp_path / "switch.yaml", text).boxes) <= 1


def test_a_box_stands_about_as_high_as_what_leads_to_it(tmp_path: Path) -> None:
    names = [f"m{place:02}" for place in range(60)]
    numbers = "".join(f'  "{place}": {{menu: {name}}}\n' for place, name in enumerate(reversed(names), 100))
    menus = "".join(f"  {name}: {{say: Hello., choices: {{1: {{queue: q{name}}}}}}}\n" for name in names)
    queues = "".join(f"  q{name}: {{}}\n" for name in names)
    teams = "".join(f"  q{name}: {{agents: []}}\n" for name in names)
    text = f"numbers:\n{numbers}menus:\n{menus}queues:\n{queues}teams:\n{teams}"
    drawn = Drawn(tmp_path / "switch.yaml", text)
    assert [id for id in drawn.boxes if id.startswith("menus")] == [
        f"menus/{name}" for name in reversed(names)
    ]
    assert [id for id in drawn.boxes if id.startswith("queues")] == [
        f"queues/q{name}" for name in reversed(names)
    ]
