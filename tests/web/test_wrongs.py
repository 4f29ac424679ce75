"""What careless clients send, and what they are told: a status, and a sentence that says what to do."""

from __future__ import annotations

import json
from typing import get_args

import pytest

from softswitch.store.call_record import LOST, CallRecord
from softswitch.types import CallId
from softswitch.web.api import Outcome
from softswitch.web.patterns import WORDS

DIAL = "/api/v1/agents/desk/dial"
JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def who(accounts):
    _, text = await accounts.add_token("crm", "engineer")
    return {"Authorization": f"Bearer {text}"}


@pytest.mark.parametrize(
    ("kind", "body", "status", "says"),
    [
        ("application/json", b"{number: 600}", 400, "no JSON: Expecting property name"),
        ("application/json", b'{"number": "\xff"}', 400, "JSON in UTF-8"),
        ("application/json", b"", 422, "the body is missing; send it as JSON"),
        ("application/json", b"[]", 422, "the body: expected an object"),
        ("application/json", b"{}", 422, "number (body): is missing"),
        ("application/json", b'{"num": "600"}', 422, "num (body): there is no such key"),
        ("text/plain", b'{"number": "600"}', 415, "come as text/plain; send it as JSON, with the header"),
        ("application/x-www-form-urlencoded", b"number=600", 415, "come as application/x-www-form"),
        ("", b'{"number": "600"}', 415, "`Content-Type: application/json`"),
        ("application/json; charset=utf-8", b'{"number": "600"}', 202, ""),
        ("application/merge-patch+json", b'{"number": "600"}', 202, ""),
    ],
)
async def test_bodies(client, who, kind, body, status, says):
    answer = await client.post(DIAL, content=body, headers=who | ({"Content-Type": kind} if kind else {}))
    assert answer.status_code == status, answer.text
    assert says in answer.json().get("detail", "")


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("calls?nmber=600", "nmber (query): there is no such parameter; did you mean 'number'?"),
        ("status?verbose=1", "verbose (query): there is no such parameter; it has none"),
        ("calls?since=yesterday", "since (query): expected a moment: seconds since the epoch, or ISO 8601"),
        ("report?from=bogus", "from (query): expected a day, as 2026-11-25"),
        ("report?to=2026-02-30", "to (query): expected a day, as 2026-11-25"),
        ("calls?outcome=lots", "outcome (query): Input should be 'answered'"),
        ("calls/x-y", "call (path): expected the id of a call"),
        ("events/stream?kind=CallEndd", "did you mean 'CallEnded'?"),
        ("recordings/2026/1/30/a.wav", "month (path): expected two digits"),
    ],
)
async def test_queries_and_paths(client, who, path, says):
    answer = await client.get(f"/api/v1/{path}", headers=who)
    assert answer.status_code == 422
    assert answer.json()["detail"].count(says) == 1
    assert "string should match" not in answer.text.lower()


async def test_probes_of_the_switch_may_add_to_the_address_what_they_like(client):
    for path in ("/health", "/ready", "/metrics"):
        assert (await client.get(f"{path}?at=17")).status_code == 200


async def test_what_needs_no_body_works_without_one(client, who, operations):
    assert (await client.post("/api/v1/agents/desk/pause", headers=who)).status_code == 200
    assert operations.done == [("pause", "desk", "", "token crm")]


async def test_a_method_that_a_path_does_not_take_names_those_that_it_does(client, who):
    await client.get("/api/v1/openapi.json", headers=who)
    answer = await client.get(DIAL, headers=who)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert answer.json()["detail"] == f"{DIAL} does not take GET; it takes POST"


async def test_a_socket_without_asking_for_one_is_told_where_else_events_are(client, who):
    answer = await client.get("/api/v1/events/ws", headers=who)
    assert (answer.status_code, answer.headers["upgrade"]) == (426, "websocket")
    assert "/api/v1/events/stream" in answer.json()["detail"]
    assert (await client.get("/api/v1/events/ws")).status_code == 401


async def test_every_shape_that_the_api_asks_for_has_words(client, who):
    described = (await client.get("/api/v1/openapi.json", headers=who)).text
    found = set(_patterns(json.loads(described)))
    assert found
    assert found <= WORDS.keys()


def _patterns(thing):
    if isinstance(thing, dict):
        if isinstance(thing.get("pattern"), str):
            yield thing["pattern"]
        for each in thing.values():
            yield from _patterns(each)
    elif isinstance(thing, list):
        for each in thing:
            yield from _patterns(each)


def test_the_outcomes_that_can_be_asked_for_are_those_that_calls_have():
    records = [
        CallRecord(CallId("a"), reason=reason, agent=agent, ended_by=by, left=left, status=status)
        for reason in ("", LOST)
        for agent in ("", "ann")
        for by in ("caller", "transfer", "switch")
        for left in ("", "hung-up", "full")
        for status in (200, 404, 487)
    ]
    records += [CallRecord(CallId("a"), wants_callback=True), CallRecord(CallId("a"), callback="b")]
    assert {record.outcome for record in records} == set(get_args(Outcome))
