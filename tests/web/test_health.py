"""Whether the switch lives, and whether it takes calls."""

from __future__ import annotations

from softswitch import __version__


async def test_health_says_that_the_loop_answers(client):
    answer = await client.get("/health")
    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "alive", "version": __version__, "degraded": []},
    )


async def test_ready_is_503_with_the_reasons_while_calls_should_go_elsewhere(client, operations):
    assert (await client.get("/ready")).status_code == 200
    operations.reasons = ["the switch is stopping"]
    answer = await client.get("/ready")
    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "reasons": ["the switch is stopping"], "degraded": []}


async def test_what_lacks_while_calls_work_is_named_and_turns_no_calls_away(client, operations):
    operations.lacks = ["the database takes no events: 3 wait in files until it works again"]
    ready, health = await client.get("/ready"), await client.get("/health")
    assert (ready.status_code, health.status_code) == (200, 200)
    assert (ready.json()["status"], health.json()["status"]) == ("ready", "alive")
    assert ready.json()["degraded"] == health.json()["degraded"] == operations.lacks


async def test_errors_are_problems_that_teach(client):
    answer = await client.get("/helth")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "/helth" in answer.json()["detail"]
    assert (await client.post("/health")).json()["title"] == "Method Not Allowed"


async def test_a_body_that_is_too_long_is_not_read(client):
    answer = await client.post("/health", content=b"x" * 70_000)
    assert answer.status_code in (405, 413)


async def test_nothing_may_come_from_outside(client):
    headers = (await client.get("/health")).headers
    assert headers["content-security-policy"].startswith("default-src 'self'")
    assert headers["x-content-type-options"] == "nosniff"
