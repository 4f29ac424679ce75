"""The supervisor's desk in Chromium, against a running switch with calls in it: one of each for all tests."""

from __future__ import annotations

import asyncio
import signal
import time

import pytest
import pytest_asyncio
from playwright.async_api import expect

from softswitch.testing.voice import tone
from tests.e2e.house import AGENT_TONE, CALLER_TONE, last_second, picked_up, voice
from tests.e2e.switch import until
from tests.e2e.test_supervision import CHIEF_TONE
from tests.pages.browser import open_browser
from tests.pages.stage import OFFICE, open_stage

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser():
    async with open_browser() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def stage(browser, tmp_path_factory):
    sales = {**OFFICE["queues"]["sales"], "priority": {"default": 0, "vip": 60, "gold": 80}}
    more = {
        "queues": {**OFFICE["queues"], "sales": sales},
        "numbers": {**OFFICE["numbers"], "650": {"voicemail": "night"}},
        "voicemail": {"night": {}},
    }
    async with open_stage(tmp_path_factory.mktemp("desk"), browser, more) as stage:
        yield stage


def row(page, part, text):
    return page.locator(f".part.{part} .rows > li", has_text=text)


def hears(call, frequency):
    return voice(last_second(call.ear.sound()), frequency) > 0.2


async def heard(call, frequency):
    """Wait until a call hears it."""
    async with asyncio.timeout(10):
        while not hears(call, frequency):  # noqa: ASYNC110 - sound comes packet by packet
            await asyncio.sleep(0.2)


async def test_a_supervisor_listens_whispers_and_takes_over_which_is_heard(stage):
    page, complaints = await stage.page("/desk", "sam")
    caller = await stage.calls("602", "48225550110")
    caller.say(tone(CALLER_TONE))
    agent = await stage.house.picked_up("ola", after=0.05)
    call = row(page, "calls", "48225550110")
    await expect(call.locator(".name")).to_have_text("Ola Wójcik")
    await page.fill("#phone", "max")
    await call.get_by_role("button", name="Listen").click()
    chief = await picked_up(stage.house.agents["max"], CHIEF_TONE)
    await expect(call.locator(".who")).to_have_text("Max Weber: listens")
    await asyncio.sleep(1.6)
    await heard(chief, CALLER_TONE)
    await heard(chief, AGENT_TONE)
    assert not hears(agent, CHIEF_TONE)
    await call.get_by_role("button", name="Whisper").click()
    await expect(call.locator("[data-mode=whisper]")).to_have_attribute("aria-pressed", "true")
    await asyncio.sleep(1.6)
    await heard(agent, CHIEF_TONE)
    assert not hears(caller, CHIEF_TONE)
    await call.get_by_role("button", name="Take over").click()
    dialog = page.locator("dialog")
    await expect(dialog).to_contain_text("in place of the agent")
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await call.get_by_role("button", name="Take over").click()
    await dialog.get_by_role("button", name="Take over").click()
    assert await agent.until_ended() == "them"
    await expect(row(page, "calls", "48225550110").locator(".name")).to_have_text("Max Weber")
    caller.bye()
    assert await chief.until_ended() == "them"
    assert complaints.heard == []


async def test_a_caller_is_moved_by_pointer_and_by_keyboard(stage):
    page, complaints = await stage.page("/desk", "sam")
    await stage.api("POST", "/agents/ola/pause", {"reason": "lunch"})
    for name in ("ida", "max", "eli"):
        await stage.api("POST", f"/agents/{name}/pause", {"reason": "lunch"})
    caller = await stage.calls("602", "48225550111")
    waits = row(page, "waiting", "48225550111")
    await expect(waits).to_contain_text("Billing")
    await waits.get_by_role("button", name="Why?").click()
    dialog = page.get_by_role("dialog", name="Why no phone rings for 48225550111 now")
    await expect(dialog).to_contain_text("Place 1 of 1.")
    await expect(dialog.locator("li", has_text="Ola Wójcik")).to_contain_text("paused")
    await dialog.get_by_role("button", name="Close").click()
    await waits.get_by_label("Move to …").select_option("sales")
    await expect(waits).to_contain_text("Sales")
    classes = waits.get_by_label("Class …")
    await expect(classes.locator("option")).to_have_text(["Class …", "gold", "vip"])
    await classes.select_option("gold")
    await expect(waits.locator(".chip")).to_have_text("gold")
    await classes.focus()  # an arrow on the way to a class gives none, Enter does
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Tab")
    await classes.focus()
    await page.keyboard.press("v")
    await page.keyboard.press("Enter")
    await expect(waits.locator(".chip")).to_have_text("vip")
    switch = stage.house.switch
    given = lambda: [one["data"].get("priority") for one in switch.events("CallerMoved")]  # noqa: E731
    await asyncio.to_thread(until, lambda: given() == [None, "gold", "vip"], 10, lambda: str(given()))
    assert complaints.heard == []
    caller.bye()


async def test_a_queue_is_changed_over_a_crash_and_the_later_of_two_supervisors_is_told(stage):
    page, complaints = await stage.page("/desk", "sam")
    queue = row(page, "queues", "Billing")
    await queue.get_by_role("button", name="Change …").click()
    await page.locator("dialog [name=strategy]").select_option("hunt")
    await page.locator("dialog [name=closed]").select_option(label="Ida Berg")
    await page.locator("dialog [name=helpers]").select_option("these")
    await page.locator("dialog").get_by_label("Support", exact=True).check()
    await page.locator("dialog").get_by_role("button", name="Save").click()
    says = "strategy hunt · when closed to Ida Berg · helped by Support — sam, until"
    await expect(queue.locator(".who")).to_contain_text(says)
    await queue.get_by_role("button", name="Change …").click()
    await expect(page.locator("dialog [name=closed]")).to_have_value("agent ida")
    await page.locator("dialog [name=full]").select_option(label="650: voicemail night")
    await page.locator("dialog").get_by_role("button", name="Save").click()
    await expect(queue.locator(".who")).to_contain_text("voicemail night · when closed to Ida Berg")
    await queue.get_by_role("button", name="As configured").click()
    await expect(queue.locator(".who")).to_have_text("")

    await queue.get_by_role("button", name="Change …").click()
    await page.locator("dialog [name=strategy]").select_option("hunt")
    await stage.api("PATCH", "/queues/billing/changes", {"version": 3, "strategy": "random"})
    await page.locator("dialog").get_by_role("button", name="Save").click()
    await expect(page.locator(".notice.warn")).to_contain_text("user ada has changed it: strategy random")
    await expect(queue.locator(".who")).to_contain_text("strategy random — ada, until 00:00")
    await queue.get_by_role("button", name="As configured").click()
    await expect(queue.locator(".who")).to_have_text("")

    await queue.get_by_role("button", name="Close").click()
    await page.locator("dialog").get_by_role("button", name="Close").click()
    await expect(queue.locator(".chip")).to_have_text("closed")
    switch = stage.house.switch
    closed = lambda: switch.events("QueueAmended")[-1]["data"]["change"]["opened"] is False  # noqa: E731
    await asyncio.to_thread(until, closed, 15, switch.last_words)  # on record: what is not yet is lost
    await asyncio.to_thread(switch.restart_after_a_crash)
    await expect(queue.locator(".who")).to_contain_text("— sam, until")
    await expect(queue.locator(".chip")).to_have_text("closed")
    (again,) = [one for one in switch.events("QueueAmended") if one["data"].get("restored")]
    assert (again["data"]["queue"], again["data"]["by"]) == ("billing", "user sam")
    await queue.get_by_role("button", name="Open", exact=True).click()
    await expect(queue.locator(".chip")).to_have_text("open")
    ends = lambda: switch.events("QueueAmended")  # noqa: E731
    await asyncio.to_thread(until, lambda: ends()[-1]["data"]["change"]["opened"], 15, switch.last_words)
    assert [one for one in complaints.heard if "ERR_" not in one and "409" not in one] == []


async def test_an_agent_gets_another_team_by_keyboard_and_on_a_phone_nothing_scrolls_sideways(stage):
    page, complaints = await stage.page("/desk", "sam", viewport={"width": 360, "height": 740})
    agent = row(page, "agents", "Eli Cohen")
    await expect(agent).to_contain_text("Sales")
    await page.get_by_role("group", name="Eli Cohen").get_by_role("button", name="Teams …").focus()
    await page.keyboard.press("Enter")
    await page.locator("dialog [value=support]").check()
    await page.locator("dialog [name=skills]").fill("polish 2")
    await page.keyboard.press("Enter")
    await expect(agent).to_contain_text("Support, Sales")
    await expect(agent.locator(".who")).to_contain_text("skills polish 2 · teams Support, Sales")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for language, title in (("he", "מי ממתין"), ("pl", "Kto czeka")):
        await page.select_option("#language", language)
        await expect(page.locator("#waiting-title")).to_have_text(title)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.select_option("#language", "en")
    assert complaints.heard == []


async def test_agents_have_no_desk(stage):
    page, _ = await stage.page("/wallboard", "ola")
    await expect(page.locator("a[href='/desk']")).to_have_count(0)
    answer = await page.request.get("/desk")
    assert answer.status == 403


async def test_a_switch_that_hangs_is_noticed_soon_and_does_later_nothing_that_was_given_up(stage):
    """Nothing ends its connections: neither the stream's nor that of a button."""
    switch = stage.house.switch
    page, complaints = await stage.page("/desk", "sam")
    tom = row(page, "agents", "Tom Baker")
    pause = tom.get_by_role("button", name="Pause")
    await expect(pause).to_be_visible()
    switch.signal(signal.SIGSTOP)
    try:
        hangs = time.monotonic()
        for _ in range(2):
            await pause.click()
        await expect(page.locator("#banner")).to_contain_text("No connection to the switch since")
        assert time.monotonic() - hangs < 3.5
        notice = page.locator(".notice")
        await expect(notice.first).to_contain_text("not answered for 8 s. What you wanted may have been")
        assert await page.locator(".notice.good").count() == 0
        await asyncio.sleep(0.5)  # the browser's network process closes what the page has given up
    finally:
        switch.signal(signal.SIGCONT)
    await expect(page.locator("#banner")).to_be_hidden()
    await asyncio.sleep(1)
    assert not [one for one in switch.events("AgentPaused") if one["data"]["agent"] == "tom"]
    await pause.click()
    await expect(tom.get_by_role("button", name="Resume")).to_be_visible()
    await stage.api("POST", "/agents/tom/resume")
    assert [one for one in complaints.heard if "ERR_" not in one] == []
