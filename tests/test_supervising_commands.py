"""What `softswitch changes`, `supervisions` and `bulletins` take and show."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from softswitch.commands.supervising import bulletins, changes, of_agent, of_queue, supervisions
from softswitch.errors import ControlError


def shown(table: object) -> str:
    out = io.StringIO()
    Console(file=out, width=160).print(table)
    return re.sub(r"\s+", " ", out.getvalue())


def test_what_is_to_be_changed_is_read_as_the_api_has_it() -> None:
    told = ["strategy=hunt", "opened=no", "max_wait=300", "overflow=sales, billing", "full=queue sales"]
    assert of_queue([*told, "closed="]) == {
        "strategy": "hunt",
        "opened": False,
        "max_wait": 300.0,
        "overflow": ["sales", "billing"],
        "full": "queue sales",
        "closed": None,
    }
    assert of_queue(["overflow=nobody"]) == {"overflow": []}
    assert of_agent(["queues=sales", "skills=polish 2, cars 1"]) == {
        "queues": ["sales"],
        "skills": {"polish": 2, "cars": 1},
    }


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("strategy", "is none of strategy=..., opened=..."),
        ("name=x", "is none of"),
        ("opened=maybe", "yes or no"),
        ("max_wait=0", "from 1 to 86400"),
    ],
)
def test_a_mistake_is_answered_with_what_is_possible(wrong: str, why: str) -> None:
    with pytest.raises(ControlError, match=why):
        of_queue([wrong])


def test_a_skill_has_a_level() -> None:
    with pytest.raises(ControlError, match="as 'polish 2'"):
        of_agent(["skills=polish"])


def test_tables_and_what_stands_in_place_of_them() -> None:
    change = {"strategy": "hunt", "opened": False, "overflow": []}
    one = {"queue": "support", "version": 1, "change": change, "by": "user sam", "at": 1.0, "until": None}
    assert "queue support strategy hunt; opened no; overflow nobody user sam -" in shown(changes([one]))
    assert shown(changes([])).strip() == "every queue and agent is as configured"
    heard = {"supervision": "s1", "agent": None, "number": "100", "as": "listen", "state": "ringing"}
    row = shown(supervisions([heard | {"call": "c1", "of": "desk", "by": "user sam"}]))
    assert "s1 100 ringing c1 desk user sam" in row
    assert shown(supervisions([])).strip() == "nobody listens to a conversation"
    told = {"id": "b1", "at": 1.0, "by": "sam", "queues": [], "until": None, "read": ["ann"]}
    assert "sam all - ann [b]tea" in shown(bulletins([told | {"text": "[b]tea"}]))
