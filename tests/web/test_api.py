"""The REST API: who may, what it answers, and its own description."""

from __future__ import annotations

import asyncio
import re
import threading
from dataclasses import fields
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.routing import Mount

from softswitch.parcels import Lot, Parcel, Undelivered
from softswitch.store.call_record import CallRecord
from softswitch.store.outbox import Outbox
from softswitch.web import docs, record_models
from softswitch.web.wrongs import no_strangers

OPEN = {"/health", "/ready", "/metrics", "/api/v1/login", "/api/v1/first"}


@pytest.fixture
async def as_role(accounts):
    async def headers(role):
        _, text = await accounts.add_token(role, role)
        return {"Authorization": f"Bearer {text}"}

    return headers


async def described(client, as_role):
    return (await client.get("/api/v1/openapi.json", headers=await as_role("agent"))).json()


async def test_every_path_but_those_of_health_and_log_in_needs_a_log_in(client, as_role):
    paths = (await described(client, as_role))["paths"]
    assert len(paths) > 20
    for path, operations in paths.items():
        for method, operation in operations.items():
            if path in OPEN:
                continue
            url = re.sub(r"\{\w+\}", "a1", path)
            answer = await client.request(method, url, json={})
            assert answer.status_code == 401, (method, path)
            assert answer.headers["content-type"] == "application/problem+json"
            assert operation["security"], path
    assert (await client.get("/api/v1/openapi.json")).status_code == 401
    assert (await client.get("/api/v1/docs")).headers["location"] == "/login?then=/api/v1/docs"


@pytest.mark.parametrize("own_app", [True])
def test_a_start_neither_describes_the_routes_nor_analyses_them_twice(app):
    assert app.openapi_schema is None
    assert {type(route) for route in app.routes} <= {APIRoute, APIWebSocketRoute, Mount}


def test_no_route_takes_a_parameter_that_it_does_not_know(app):
    made = [route for route in app.routes if isinstance(route, APIRoute | APIWebSocketRoute)]
    assert len(made) > 100
    assert [route.path for route in made if route.dependant.dependencies[0].call is not no_strangers] == []


@pytest.mark.parametrize(
    ("method", "path", "body", "least"),
    [
        ("get", "/api/v1/queues", None, "agent"),
        ("get", "/api/v1/agents", None, "agent"),
        ("get", "/api/v1/phones", None, "supervisor"),
        ("get", "/api/v1/calls", None, "supervisor"),
        ("get", "/api/v1/calls/live", None, "supervisor"),
        ("get", "/api/v1/calls/live/a1/why", None, "supervisor"),
        ("post", "/api/v1/agents/desk/pause", {}, "supervisor"),
        ("post", "/api/v1/calls/a1/hang-up", None, "supervisor"),
        ("post", "/api/v1/agents/desk/dial", {"number": "600"}, "supervisor"),
        ("post", "/api/v1/calls", {"to": "desk", "then": {"queue": "support"}}, "supervisor"),
        ("get", "/api/v1/callbacks", None, "supervisor"),
        ("post", "/api/v1/callbacks/c1/cancel", None, "supervisor"),
        ("get", "/api/v1/agents/desk/panel", None, "supervisor"),
        ("get", "/api/v1/agents/desk/day", None, "supervisor"),
        ("get", "/api/v1/agents/desk/callbacks", None, "supervisor"),
        ("get", "/api/v1/agents/desk/calls/c1/contacts", None, "supervisor"),
        ("put", "/api/v1/agents/desk/calls/c1/notes", {"notes": "x"}, "supervisor"),
        ("post", "/api/v1/agents/desk/calls/c1/hang-up", None, "supervisor"),
        ("post", "/api/v1/agents/desk/callbacks/c1/take", None, "supervisor"),
        ("get", "/api/v1/bulletins", None, "agent"),
        ("post", "/api/v1/bulletins", {"text": "x"}, "supervisor"),
        ("delete", "/api/v1/bulletins/b1", None, "supervisor"),
        ("post", "/api/v1/calls/a1/supervise", {"as": "listen", "agent": "desk"}, "supervisor"),
        ("get", "/api/v1/supervisions", None, "supervisor"),
        ("get", "/api/v1/changes/choices", None, "supervisor"),
        ("post", "/api/v1/calls/a1/move", {"from": "support", "first": True}, "supervisor"),
        ("post", "/api/v1/calls/a1/pull", {"from": "support", "agent": "desk"}, "supervisor"),
        ("get", "/api/v1/users", None, "engineer"),
        ("get", "/api/v1/tokens", None, "engineer"),
        ("post", "/api/v1/tokens", {"label": "x", "role": "agent"}, "engineer"),
        ("post", "/api/v1/unban", {"address": "x"}, "engineer"),
        ("post", "/api/v1/reload", None, "engineer"),
        ("post", "/api/v1/erase", {"number": "600100200"}, "engineer"),
        ("get", "/api/v1/export?format=csv&from=2026-01-02&to=2026-01-01", None, "supervisor"),
        ("post", "/api/v1/rebuild", None, "engineer"),
        ("get", "/api/v1/rebuild", None, "engineer"),
        ("get", "/api/v1/mails", None, "engineer"),
        ("post", "/api/v1/mails/all/retry", None, "engineer"),
        ("post", "/api/v1/mail-test", {"to": "anna@office.example"}, "engineer"),
        ("post", "/api/v1/mails/a1/retry", None, "engineer"),
        ("delete", "/api/v1/mails/a1", None, "engineer"),
    ],
)
async def test_roles_decide(client, as_role, method, path, body, least):
    roles = ("agent", "supervisor", "engineer")
    for role in roles:
        answer = await client.request(method, path, json=body, headers=await as_role(role))
        allowed = roles.index(role) >= roles.index(least)
        assert (answer.status_code != 403) is allowed, role


async def test_callbacks_are_listed_and_cancelled_unless_they_talk(client, as_role, operations):
    who = await as_role("supervisor")
    [one] = (await client.get("/api/v1/callbacks", headers=who)).json()
    assert (one["number"], one["state"], one["again"]) == ("+48600100200", "resting", 240.0)
    done = await client.post("/api/v1/callbacks/c1/cancel", headers=who)
    assert done.json() == {"done": "+48600100200 is called back no more"}
    assert operations.done[-1][:2] == ("cancel-callback", "c1")
    assert (await client.post("/api/v1/callbacks/talking/cancel", headers=who)).status_code == 409


async def test_supervisors_who_are_agents_need_not_say_whose_phone(client, accounts, operations):
    await accounts.add_user("sam", "supervisor", "correct horse battery", "desk")
    given = {"name": "sam", "password": "correct horse battery"}
    csrf = {"X-CSRF-Token": (await client.post("/api/v1/login", json=given)).json()["csrf"]}
    begun = await client.post("/api/v1/calls/a1/supervise", json={"as": "barge"}, headers=csrf)
    assert (begun.status_code, begun.json()) == (202, {"call": "c3"})
    assert (await client.post("/api/v1/calls/a1/pull", json={"from": "q"}, headers=csrf)).status_code == 200
    assert operations.done == [
        ("supervise", "a1", "barge", "desk", "user sam"),
        ("pull", "a1", "q", "desk", "user sam"),
    ]
    both = {"as": "listen", "agent": "desk", "number": "100"}
    assert (await client.post("/api/v1/calls/a1/supervise", json=both, headers=csrf)).status_code == 422


async def test_what_a_change_of_a_queue_may_name(client, as_role):
    answer = await client.get("/api/v1/changes/choices", headers=await as_role("supervisor"))
    assert answer.json()["menus"] == ["welcome"]
    assert answer.json()["numbers"] == [{"number": "650", "to": "dial +48221234567"}]
    assert {"hunt", "ring-all"} <= set(answer.json()["strategies"])


async def test_a_program_says_whose_phone(client, as_role):
    who = await as_role("supervisor")
    for path, body in (("supervise", {"as": "listen"}), ("pull", {"from": "support"})):
        answer = await client.post(f"/api/v1/calls/a1/{path}", json=body, headers=who)
        assert (answer.status_code, "is no agent" in answer.json()["detail"]) == (422, True)


async def test_agents_change_their_own_state_alone(client, accounts, operations):
    await accounts.add_user("anna", "agent", "correct horse battery", "desk")
    given = {"name": "anna", "password": "correct horse battery"}
    csrf = {"X-CSRF-Token": (await client.post("/api/v1/login", json=given)).json()["csrf"]}
    paused = await client.post("/api/v1/agents/desk/pause", json={"reason": "lunch"}, headers=csrf)
    assert paused.json() == {"done": "desk is paused"}
    dialled = await client.post("/api/v1/agents/desk/dial", json={"number": "600"}, headers=csrf)
    assert (dialled.status_code, dialled.json()) == (202, {"call": "c1"})
    assert operations.done == [("pause", "desk", "lunch", "user anna"), ("dial", "desk", "600", "user anna")]
    theirs = await client.post("/api/v1/agents/other/dial", json={"number": "600"}, headers=csrf)
    assert theirs.status_code == 403
    other = await client.post("/api/v1/agents/other/pause", json={}, headers=csrf)
    assert (other.status_code, "supervisor" in other.json()["detail"]) == (403, True)


async def test_who_is_to_be_erased_may_be_counted_first(client, as_role, operations):
    headers = await as_role("engineer")

    async def erase(**whom):
        return await client.post("/api/v1/erase", json=whom, headers=headers)

    counts = {"calls": 2, "events": 9, "recordings": 1, "voicemails": 0, "deliveries": 0, "going_on": 0}
    assert (await erase(number="600100200", only_count=True)).json() == counts
    assert operations.done == []
    assert (await erase(number="600100200")).json() == counts
    assert operations.done == [("erase", "600100200", "token engineer")]
    assert (await erase(number="6")).status_code == 422


async def test_what_cannot_be_done_is_a_problem_with_a_sentence(client, as_role):
    headers = await as_role("engineer")

    async def post(path, body=None):
        answer = await client.post(f"/api/v1/{path}", json=body, headers=headers)
        return answer.status_code, answer.json()["detail"]

    assert await post("agents/dek/pause", {}) == (404, "there is no agent 'dek'")
    assert await post("calls/a1/transfer", {"number": "600"}) == (409, "call a1 is not with an agent")
    assert await post("agents/desk/dial", {"number": "+48701"}) == (403, "'premium' refuses it")
    full = await client.post("/api/v1/agents/desk/dial", json={"number": "911"}, headers=headers)
    assert (full.status_code, full.headers["retry-after"]) == (503, "10")
    status, detail = await post("calls", {"to": "desk", "then": {"queue": "a", "menu": "b"}})
    assert (status, "one of number, queue, menu and agent" in detail) == (422, True)
    status, detail = await post("reload")
    assert (status, "switch.yaml:3:1: unknown key" in detail) == (409, True)
    status, detail = await post("calls/a1/transfer", {})
    assert (status, "number" in detail) == (422, True)
    unknown = ("queues/suport/callers", "calls/a1", "calls/a1/events", "calls/a1/why", "calls/live/a2/why")
    for path in unknown:
        assert (await client.get(f"/api/v1/{path}", headers=headers)).status_code == 404
    now = await client.get("/api/v1/calls/live/a1/why", headers=headers)
    assert now.json()["why"] == {"position": 1, "skipped": []}
    for query in ("since=0001-01-01", "limit=0", "before=0", "number=%00", "since=yesterday"):
        answer = await client.get(f"/api/v1/calls?{query}", headers=headers)
        assert answer.status_code == 422, query


def test_a_call_record_of_the_api_has_all_that_the_record_has():
    ours = {field.name for field in fields(CallRecord)} | {"outcome", "notes"}
    assert record_models.CallRecord.model_fields.keys() == ours


async def test_the_docs_are_a_page_for_who_is_logged_in(client, as_role):
    answer = await client.get("/api/v1/docs", headers=await as_role("agent"))
    assert (answer.status_code, "/static/docs/page.js" in answer.text) == (200, True)


async def test_webhooks_and_what_they_never_took(client, as_role, operations, receivers):
    outbox = Outbox(receivers._engine)
    await asyncio.to_thread(outbox.begin, "crm")
    dead = Undelivered(Parcel(7, "CallEnded", b"{}", 9), None, "500 Oops")
    await asyncio.to_thread(outbox.settle, "crm", Lot((dead.parcel,), 0, 0), [dead])
    headers = await as_role("engineer")
    seen = (await client.get("/api/v1/webhooks", headers=headers)).json()
    assert seen["webhooks"] == [{"webhook": "crm", "behind": 0, "waiting": 0, "dead": 1}]
    assert seen["dead"] == [{"webhook": "crm", "seq": 7, "attempts": 10, "why": "500 Oops"}]
    again = await client.post("/api/v1/webhooks/crm/retry", headers=headers)
    assert again.json() == {"again": 1}
    assert operations.done == [("webhook-retry", "crm", "1", "token engineer")]
    assert (await client.get("/api/v1/webhooks", headers=headers)).json()["dead"] == []
    unknown = await client.post("/api/v1/webhooks/crn/retry", headers=headers)
    assert (unknown.status_code, "did you mean 'crm'" in unknown.text) == (404, True)


async def test_a_method_that_a_path_does_not_know_is_told_all_that_it_does(client):
    answer = await client.request("PUT", "/api/v1/calls")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
    page = await client.request("DELETE", "/wallboard")
    assert (page.status_code, page.headers["allow"]) == (405, "GET")


async def test_the_switch_is_stopped_by_engineers(client, as_role, operations):
    denied = await client.post("/api/v1/stop", headers=await as_role("supervisor"))
    assert denied.status_code == 403
    assert (await client.post("/api/v1/stop", headers=await as_role("engineer"))).json()["draining"] == 2
    assert operations.done == [("stop", "token engineer")]


async def test_who_hangs_up_while_the_description_is_made_does_not_have_it_made_twice(monkeypatch):
    begun, go_on, times = threading.Event(), threading.Event(), []

    def slowly(app):
        times.append(app)
        begun.set()
        go_on.wait(5.0)
        return {"openapi": "3.1.0"}

    monkeypatch.setattr(docs, "described", slowly)
    guard = SimpleNamespace(needs=lambda _: lambda: None)
    (route,) = docs.docs_routes(FastAPI(), guard).routes
    first = asyncio.create_task(route.endpoint())
    await asyncio.to_thread(begun.wait, 5.0)
    first.cancel()
    second = asyncio.create_task(route.endpoint())
    await asyncio.sleep(0)
    go_on.set()
    assert b"3.1.0" in (await second).body
    assert len(times) == 1
