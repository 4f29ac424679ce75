"""Bulletins in memory: what the database says of before may come after what happens."""

from __future__ import annotations

from softswitch.bulletins import Bulletin, Bulletins


def written(id: str, until: float | None = None) -> dict[str, object]:
    return {"bulletin": id, "text": f"text of {id}", "queues": [], "until": until, "by": "user sam"}


def ids(there: Bulletins, now: float) -> list[str]:
    return [one.id for one in there.in_force(now)]


def test_a_bulletin_is_written_read_and_over() -> None:
    there = Bulletins()
    assert there.hear("BulletinWritten", 10.0, written("a", 100.0))
    assert there.hear("BulletinWritten", 20.0, written("b"))
    assert not there.hear("CallArrived", 20.0, {})
    assert ids(there, 30.0) == ["b", "a"], "the newest first"
    there.hear("BulletinRead", 40.0, {"bulletin": "a", "agent": "ewa"})
    there.hear("BulletinRead", 41.0, {"bulletin": "a", "agent": "jan"})
    found = there.get("a", 50.0)
    assert found is not None
    assert found.read == ("ewa", "jan")
    assert there.get("a", 100.0) is None
    there.hear("BulletinWithdrawn", 60.0, {"bulletin": "b"})
    assert ids(there, 70.0) == ["a"]
    assert ids(there, 100.0) == []


def test_what_is_loaded_late_keeps_what_has_happened_since() -> None:
    there = Bulletins()
    there.hear("BulletinRead", 40.0, {"bulletin": "a", "agent": "jan"})
    there.hear("BulletinWithdrawn", 41.0, {"bulletin": "b"})
    there.load([Bulletin("a", 1.0, "x", "t", read=("ewa",)), Bulletin("b", 2.0, "x", "t")])
    assert [(one.id, one.read) for one in there.in_force(50.0)] == [("a", ("ewa", "jan"))]


def test_a_bulletin_is_for_the_teams_that_it_names() -> None:
    assert Bulletin("a", 1.0, "x", "t").is_for([])
    named = Bulletin("a", 1.0, "x", "t", ("support", "sales"))
    assert named.is_for(["sales"])
    assert not named.is_for(["billing"])
