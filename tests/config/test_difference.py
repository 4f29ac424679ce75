"""What a reload changes, by names, and never by values."""

from __future__ import annotations

from pathlib import Path

import pytest

from softswitch.config.difference import Difference, difference
from softswitch.config.load import load

BEFORE = """\
numbers: {"100": {menu: welcome}, "101": {queue: sales}}
menus: {welcome: {say: Hello., choices: {1: {queue: sales}}}}
queues: {sales: {}}
agents: {ann: {login: "201", password: secret-of-ann, extension: "201"}}
teams: {sales: {agents: [ann]}}
"""


@pytest.fixture
def between(tmp_path: Path):
    def changes(*changed: tuple[str, str]) -> Difference:
        after = BEFORE
        for old, new in changed:
            assert old in after
            after = after.replace(old, new)
        for name, text in (("before", BEFORE), ("after", after)):
            (tmp_path / f"{name}.yaml").write_text(text)
        return difference(load(tmp_path / "before.yaml"), load(tmp_path / "after.yaml"))

    return changes


def test_the_same_text_is_no_difference(between) -> None:
    assert between() == Difference()
    assert between(("menus:", "# a remark\nmenus:")) == Difference()


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("Hello.", "Good day.", "menus.welcome"),
        ('"101": {queue: sales}', '"101": {menu: welcome}', "numbers.101"),
        ("{sales: {}}", "{sales: {ring: 30s}}", "queues.sales"),
        ("{sales: {}}", "{sales: {whisper: true}}", "queues.sales"),
        ("{sales: {}}", "{sales: {label: Shop}}", "queues.sales"),
        ("{sales: {}}", "{sales: {record: always}}", "queues.sales"),
        ("{agents: [ann]}", "{agents: [{ann: {tier: 2}}]}", "queues.sales"),
        ("secret-of-ann", "another-secret", "agents.ann"),
        ("numbers:", "sip: {max_calls: 7}\nnumbers:", "sip"),
        ("numbers:", "alerts: {after: 5s}\nnumbers:", "alerts"),
        ("numbers:", "pauses: {1: {reason: tea, limit: 5m}}\nnumbers:", "pauses"),
    ],
)
def test_a_change_is_told_by_its_name(between, old: str, new: str, changed: str) -> None:
    told = between((old, new))
    assert changed in told.changed
    assert (told.added, told.removed) == ((), ())
    assert "secret" not in repr(told)


def test_what_is_new_and_what_is_no_more(between) -> None:
    told = between(
        ("sales: {}", "shop: {}"), ("queue: sales", "queue: shop"), ("{sales: {agents", "{shop: {agents")
    )
    assert (told.added, told.removed) == (("queues.shop",), ("queues.sales",))
    assert set(told.changed) == {"numbers.101", "menus.welcome"}


def test_the_order_of_numbers_is_a_change_for_the_first_match_wins(between) -> None:
    told = between(
        ('"100": {menu: welcome}, "101": {queue: sales}', '"101": {queue: sales}, "100": {menu: welcome}')
    )
    assert told.changed == ("order of numbers",)
