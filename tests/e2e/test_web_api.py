"""The REST API of a running switch."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from contextlib import asynccontextmanager
from datetime import date, timedelta

import httpx2

from softswitch.testing.phone import Phone
from tests.e2e.house import open_house
from tests.e2e.switch import until
from tests.e2e.test_web import free_port, softswitch, with_web


@asynccontextmanager
async def house_with_api(folder, agents=("desk",), more=None):
    """A house and its API, for an engineer's token; `more`: of the configuration."""
    port = free_port()
    async with open_house(folder, with_web(port) | (more or {}), agents) as house:
        made = await asyncio.to_thread(
            softswitch, house.switch.data, "tokens", "add", "crm", "--role", "engineer"
        )
        assert made.returncode == 0, made.stderr
        headers = {"Authorization": f"Bearer {made.stdout.strip()}"}
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}/api/v1", headers=headers) as api:
            yield house, api


async def get(api, path, **query):
    answer = await api.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def there(api, path, what, **query):
    """As soon as it is."""
    for _ in range(200):
        if found := (await get(api, path, **query))[what]:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(f"nothing at {path}")


async def post(api, path, body=None):
    answer = await api.post(path, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_call_is_seen_transferred_and_on_record(tmp_path):
    async with house_with_api(tmp_path) as (house, api), Phone("100") as phone:
        assert (await get(api, "/status"))["calls"] == 0
        answering = asyncio.create_task(house.picked_up("desk"))
        call = await house.dial(phone, "600")
        await answering
        (live,) = await get(api, "/calls/live")
        assert (live["phase"], live["agent"], live["queue"]) == ("talking", "desk", "support")
        (agent,) = (await get(api, "/agents"))["agents"]
        assert (agent["state"], agent["calls"]) == ("talking", [live["call"]])

        wrong = await api.post(f"/calls/{live['call']}/transfer", json={"number": "699"})
        assert (wrong.status_code, "nobody has that number" in wrong.text) == (409, True)
        await post(api, f"/calls/{live['call']}/transfer", {"number": "601"})

        (caller,) = await there(api, "/queues/empty/callers", "callers")
        assert caller["position"] == 1
        await post(api, f"/calls/{caller['call']}/hang-up")
        assert await call.until_ended() == "them"

        (record,) = await there(api, "/calls", "calls", queue="empty")
        assert (record["agent"], record["reason"]) == ("desk", "Hung up by token crm")
        assert (await get(api, f"/calls/{record['id']}"))["outcome"] == "answered"
        kinds = [event["kind"] for event in (await get(api, f"/calls/{record['id']}/events"))["events"]]
        assert (kinds[0], kinds[-1]) == ("CallArrived", "CallEnded")
        steps = (await get(api, f"/calls/{record['id']}/why"))["steps"]
        assert [step["kind"] for step in steps][:3] == ["CallerJoined", "OfferMade", "OfferEnded"]
        assert (await get(api, "/calls", agent="nobody"))["calls"] == []
        asked = {"from": str(date.today() - timedelta(days=1)), "by": "queue"}
        report = (await api.get("/report", params=asked, timeout=60.0)).json()
        assert {row["label"]: (row["offered"], row["answered"]) for row in report["rows"]} == {
            "support": (1, 1),
            "empty": (1, 0),
        }
        assert report["notes"][0].startswith("Service level: answered in time")
        changed = [(one["data"]["what"], one["data"]["by"]) for one in house.switch.events("Changed")]
        assert changed[1:] == [("transfer", "token crm"), ("hang-up", "token crm")]


async def test_pages_of_records_follow_each_other(tmp_path):
    async with house_with_api(tmp_path) as (house, api), Phone("100") as phone:
        for _ in range(3):
            call = await house.dial(phone, "601")
            call.bye()
            await call.until_ended()
        async with asyncio.timeout(10):
            while len((await get(api, "/calls"))["calls"]) < 3:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        first = await get(api, "/calls", limit=2)
        rest = await get(api, "/calls", limit=2, before=first["next"])
        numbers = [one["seq"] for one in first["calls"] + rest["calls"]]
        assert numbers == sorted(numbers, reverse=True)
        assert (len(numbers), rest["next"]) == (3, None)
        assert len((await get(api, "/calls", since="2020-01-01", number="100"))["calls"]) == 3
        assert (await get(api, "/calls", since="2100-01-01T00:00:00Z"))["calls"] == []


async def test_agents_and_the_switch_are_changed(tmp_path):
    async with house_with_api(tmp_path) as (house, api):

        async def state():
            (agent,) = (await get(api, "/agents"))["agents"]
            return agent["state"], agent["paused"]

        await post(api, "/agents/desk/pause", {"reason": "lunch"})
        assert await state() == ("paused", "lunch")
        await post(api, "/agents/desk/resume")
        await post(api, "/agents/desk/sign-out", {"queue": "support"})
        assert (await state())[0] == "signed-out"
        await post(api, "/agents/desk/sign-in", {})
        assert (await state())[0] == "free"
        unknown = await api.post("/agents/dek/pause", json={})
        assert (unknown.status_code, "did you mean 'desk'" in unknown.text) == (404, True)
        assert (await post(api, "/reload"))["after_restart"] == []
        assert (await get(api, "/bans")) == []
        assert (await post(api, "/unban", {"address": "192.0.2.1"}))["banned"] is False
        assert (await get(api, "/trunks")) == (await get(api, "/phones")) == []
        await asyncio.to_thread(until, lambda: house.switch.events("Changed"), 5, lambda: "no event")


async def lines_of(answer, count):
    """So many events of a stream."""
    found = []
    async for line in answer.aiter_lines():
        if line.startswith("data: "):
            found.append(json.loads(line.removeprefix("data: ")))
        if len(found) == count:
            break
    return found


async def test_events_are_streamed_as_they_come_and_again_from_any_number(tmp_path):
    async with house_with_api(tmp_path) as (_, api):
        query = {"after": 0, "kind": ["Changed", "AgentPaused"]}
        async with asyncio.timeout(20), api.stream("GET", "/events/stream", params=query) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            (token,) = await lines_of(answer, 1)
        assert token["data"]["what"] == "token-added"
        headers = {"Last-Event-ID": str(token["seq"])}
        async with asyncio.timeout(20), api.stream("GET", "/events/stream", headers=headers) as answer:
            await post(api, "/agents/desk/pause", {"reason": "lunch"})
            paused, changed = await lines_of(answer, 2)
        assert (paused["kind"], changed["kind"]) == ("AgentPaused", "Changed")
        assert [paused["seq"], changed["seq"]] == [token["seq"] + 1, token["seq"] + 2]
        page = await get(api, "/events", after=token["seq"])
        assert [one["seq"] for one in page["events"]] == [paused["seq"], changed["seq"]]
        assert (await api.get("/events/stream", headers={"Last-Event-ID": "x"})).status_code == 422
        beyond = changed["seq"] + 100_000
        for answer in (
            await api.get("/events/stream", headers={"Last-Event-ID": str(beyond)}),
            await api.get("/events/stream", params={"after": beyond}),
            await api.get("/events", params={"after": beyond}),
        ):
            assert answer.status_code == 410
            assert f"event {beyond} is none of this record" in answer.json()["detail"]


async def test_a_stream_ends_with_the_switch_and_does_not_hold_it_up(tmp_path):
    async with house_with_api(tmp_path) as (house, api), api.stream("GET", "/events/stream") as answer:
        reading = asyncio.create_task(lines_of(answer, 1000))
        await asyncio.sleep(0.5)
        begun = time.monotonic()
        house.switch.signal(signal.SIGTERM)
        kinds = [event["kind"] for event in await asyncio.wait_for(reading, 15)]
        await asyncio.to_thread(house.switch.wait)
        assert time.monotonic() - begun < 10
        assert set(kinds) <= {"Changed", "SwitchDraining"}
