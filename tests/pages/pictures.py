"""The pictures of the pages in docs/images: `.venv/bin/python -m tests.pages.pictures [FOLDER]`.

A switch whose record has a morning in it, with calls going on, and a browser that looks at it.
"""

from __future__ import annotations

import asyncio
import math
import random
import sys
import tempfile
import time
from pathlib import Path

from softswitch.hours import midnight
from softswitch.types import CallId
from tests.pages import past
from tests.pages.browser import open_browser
from tests.pages.stage import MENUS, Stage, open_stage

ROOT = Path(__file__).parents[2]
WIDE, TALL, PHONE = (1440, 900), (1440, 1000), (390, 844)
HOURS = 5
THERE = (
    ".trend svg, .health:not(:empty), path.line, iframe:not([hidden]), tbody audio, details, "
    "html:not([data-user]) form"
)
"""Whatever shows that a page has what it shows."""
MORE = {
    **MENUS,
    "alerts": {
        "all": {"waiting": {"warn": 3, "alarm": 5}, "longest_wait": {"warn": "20s", "alarm": "5m"}},
        "after": "2s",
    },
}


def main() -> None:
    """Make all of them."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(_make(folder))


async def _make(folder: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="softswitch-pictures-") as name:
        past.put(Path(name) / "data", _events(), "")
        async with open_browser() as browser, open_stage(Path(name), browser, MORE) as stage:
            await _play(stage)
            await _look(stage, folder)


async def _play(stage: Stage) -> None:
    """Some talk, some wait, one is on a break."""
    await stage.api("POST", "/agents/tom/pause", {"reason": "lunch"})
    await stage.api("POST", "/agents/eli/sign-out", {})
    talks = [("600", "+48225550110", "ewa"), ("600", "+48600100200", "jan"), ("601", "+97235550133", "ida")]
    for number, caller, agent in talks:
        await stage.calls(number, caller)
        await stage.answers(agent)
    await _supervise(stage)
    for number, caller in [
        ("602", "+48125550170"), ("602", "+48600555014"), ("602", "+48225550199"), ("602", "+97235550128"),
        ("600", "+48585550142"), ("601", "+48715550163"),
    ]:  # fmt: skip
        await stage.calls(number, caller)
        await asyncio.sleep(4.3)
    await stage.answers("noa")
    await asyncio.sleep(4)


async def _supervise(stage: Stage) -> None:
    """Somebody whispers to an agent, and queues are changed for the day."""
    call = next(one for one in await stage.api("GET", "/calls/live") if one["agent"] == "ewa")
    await stage.api("POST", f"/calls/{call['call']}/supervise", {"as": "whisper", "agent": "max"})
    await stage.answers("max")
    wanted = {"version": 0, "strategy": "ring-all", "timeout": {"queue": "support"}, "max_wait": 300}
    await stage.api("PATCH", "/queues/sales/changes", wanted)
    await stage.api("PATCH", "/agents/eli/changes", {"version": 0, "queues": ["sales", "billing"]})


async def _look(stage: Stage, folder: Path) -> None:
    for name, path, size, options in (
        ("wallboard-light", "/wallboard", TALL, {"color_scheme": "light"}),
        ("wallboard-dark", "/wallboard?kiosk", TALL, {"color_scheme": "dark"}),
        ("wallboard-hebrew", "/wallboard", TALL, {"color_scheme": "light", "locale": "he-IL"}),
        ("desk", "/desk", (1440, 1250), {"color_scheme": "light"}),
        ("desk-phone", "/desk", PHONE, {"color_scheme": "dark", "locale": "he-IL"}),
        ("home", "/", (1200, 760), {"color_scheme": "light"}),
        ("configuration", "/configuration", WIDE, {"color_scheme": "light"}),
        ("reports", "/reports#by=queue", TALL, {"color_scheme": "light"}),
        ("recordings", "/recordings", (1200, 560), {"color_scheme": "light"}),
        ("voicemails", "/voicemails", PHONE, {"color_scheme": "dark", "locale": "he-IL"}),
        ("api", "/api/v1/docs", (1200, 760), {"color_scheme": "light"}),
        ("login", "/login", PHONE, {"color_scheme": "light", "locale": "pl-PL"}),
        ("wallboard-phone", "/wallboard?queue=billing", PHONE, {"color_scheme": "dark", "locale": "pl-PL"}),
    ):
        viewport = {"width": size[0], "height": size[1]}
        page, complaints = await stage.page(path, viewport=viewport, **options)
        await page.wait_for_selector(".rows .name" if path == "/desk" else THERE, timeout=60_000)
        if path == "/desk":
            await page.fill("#phone", "max")
        if path == "/configuration":
            await page.locator('.box[data-id="queues/support"] .name').click()
        if path.startswith("/reports"):
            await page.wait_for_timeout(1000)  # until the frame has its height
        await page.screenshot(path=folder / f"{name}.png")
        assert complaints.heard == [], complaints.heard
        await page.close()


def _events() -> list[past.Event]:
    """A morning on record: calls come and go, more of them towards now."""
    chance, now = random.Random(7), time.time() - 60
    begun = max(midnight(now, None), now - HOURS * 3600)
    found: list[past.Event] = []
    for place, queue in enumerate(("support", "sales", "billing")):
        at = begun + 60
        while at < now - 200:
            wave = 1.2 + math.sin(at / (1500 + 400 * place)) + place / 4
            at += chance.expovariate(wave / 90)
            found += _call(f"past{place}{len(found)}", queue, at, chance, wave)
    return found


def _call(name: str, queue: str, at: float, chance: random.Random, wave: float) -> list[past.Event]:
    call, waited = CallId(name), chance.expovariate(1 / (9 * wave))
    found: list[past.Event] = [
        (at, "CallArrived", call, {"number": "100"}),
        (at, "CallerJoined", call, {"queue": queue, "within": 20.0, "priority": "default"}),
    ]
    if waited > 45 and chance.random() < 0.6:
        found.append((at + 45, "CallerLeft", call, {"reason": "hung-up", "waited": 45.0}))
        waited = 45.0
    else:
        told = {"agent": "ewa", "queue": queue, "waited": round(waited, 2)}
        found += [
            (at + waited, "Connected", call, told),
            (at + waited + 100, "ConversationEnded", call, {"talked": 100.0}),
        ]
    return [*found, (at + waited + 100, "CallEnded", call, {"ended_by": "caller", "status": 200})]


if __name__ == "__main__":
    main()
