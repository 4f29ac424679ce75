"""The agents' panel in Chromium, against a running switch with calls in it: one of each for all tests."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from playwright.async_api import expect

from softswitch.testing.voice import tone
from tests.e2e.switch import until
from tests.pages.browser import Complaints, open_browser
from tests.pages.stage import OFFICE, open_stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

MARKUP = "<img src=x onerror=window.hit=1>"
CALLER = "48600123456"
ZONE, OFFSET = "Europe/Warsaw", "+01:00"
SAVED = re.compile(r"^saved \d+:\d+$")
MORE = {
    "queues": {
        **OFFICE["queues"],
        "billing": {
            "label": "Billing",
            "wrap_up": "40s",
            "retry": "1s",
            "dispositions": ["sold", "call again"],
        },
    },
    "numbers": {**OFFICE["numbers"], "603": {"voicemail": "office"}},
    "voicemail": {"office": {"agents": ["ola"], "min": "1s", "greeting": {"say": {"en": "Hello."}}}},
    "hours": {"office": {"timezone": ZONE, "open": {"mon-sun": "00:00-24:00"}}},
    "panel": {"link": "https://crm.example/?number={number}"},
}
WATCH = """() => new MutationObserver(() => {
  if (document.querySelector(".call[data-phase=ringing] .number")?.textContent) window.seen ??= Date.now();
}).observe(document.body, { childList: true, subtree: true, attributes: true })"""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser():
    async with open_browser() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def stage(browser, tmp_path_factory):
    async with open_stage(tmp_path_factory.mktemp("stage"), browser, MORE) as stage:
        yield stage


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def at_rest(stage):
    """Whatever became of a test, the agent is free before the next one."""
    yield
    desk = await stage.api("GET", "/agents/ola/panel")
    for call in desk["calls"]:
        if call["phase"] == "writing":
            await stage.api("POST", "/agents/ola/wrap-up", {"what": "end"})
        else:
            await stage.api("POST", f"/calls/{call['call']}/hang-up")
    await stage.api("POST", "/agents/ola/resume")
    await stage.api("POST", "/agents/ola/sign-in", {})


def call_card(page, phase):
    return page.locator(f".call[data-phase={phase}]")


def state(page):
    return page.locator(".state-bar .what")


async def on_record(stage, kind, count=1):
    def found():
        events = stage.house.switch.events(kind)
        return events if len(events) >= count else []

    return await asyncio.to_thread(until, found, 15, stage.house.switch.last_words)


async def last_note(stage, text):
    """The event with these notes: how many were saved on the way depends on how fast one writes."""

    def found():
        return [one for one in stage.house.switch.events("NotesWritten") if one["data"]["notes"] == text]

    return (await asyncio.to_thread(until, found, 10, stage.house.switch.last_words))[-1]


async def kept_notes(stage, call):
    record = await stage.api("GET", f"/calls/{call}")
    return [(one["agent"], one["notes"]) for one in record["notes"]]


async def ended(page, call):
    """The caller hangs up, and the notes are done."""
    call.bye()
    await expect(call_card(page, "writing")).to_have_count(1)
    await page.locator("[data-do=end]").click()
    await expect(page.locator(".call")).to_have_count(0)


async def test_an_agent_who_pauses_in_the_panel_is_not_rung(stage):
    page, complaints = await stage.page("/panel", user="ola")
    other, _ = await stage.page("/panel", user="ola")
    await expect(state(page)).to_have_text("free")
    await page.select_option(".pausing select", label="lunch")
    await page.click("[data-do=pause]")
    for tab in (page, other):
        await expect(state(tab)).to_have_text("paused")
        await expect(tab.locator(".state-bar .more")).to_have_text("lunch")
        await expect(tab.locator("[data-do=pause]")).to_be_hidden()
    call = await stage.calls("602", CALLER)
    await expect(page.locator(".queues [role=switch]")).to_contain_text("1 waits")
    await asyncio.sleep(0.5)
    assert stage.house.switch.events("OfferMade") == []
    await expect(page.locator(".call")).to_have_count(0)
    await other.click("[data-do=resume]")
    await stage.answers("ola")
    for tab in (page, other):
        await expect(call_card(tab, "talking").locator(".number")).to_have_text(CALLER)
        await expect(state(tab)).to_have_text("talking")
    await ended(page, call)
    for tab in (page, other):
        await expect(state(tab)).to_have_text("free")
    (paused,) = await on_record(stage, "AgentPaused")
    assert (paused["data"]["agent"], paused["data"]["reason"]) == ("ola", "lunch")
    assert complaints.heard == []


async def test_who_rings_is_there_within_half_a_second_with_earlier_contacts(stage):
    page, complaints = await stage.page("/panel", user="ola")
    await expect(page.locator(".own li")).to_have_count(1)
    await page.evaluate(WATCH)
    call = await stage.calls("602", CALLER, name="Anna Żak")
    card = call_card(page, "ringing")
    await expect(card.locator("h2 bdi").first).to_have_text("Anna Żak")
    await expect(card.locator(".contacts li")).to_have_count(1)
    offers = await on_record(stage, "OfferMade", 2)
    assert await page.evaluate("window.seen") / 1000 - offers[-1]["at"] < 0.5
    await expect(card.locator(".number").first).to_have_text(CALLER)
    await expect(card.locator("[data-part=priority]")).to_have_text("vip")
    await expect(card.locator(".facts")).to_contain_text("Billing")
    link = card.locator("h2 a")
    assert await link.get_attribute("href") == f"https://crm.example/?number={CALLER}"
    assert "noopener" in await link.get_attribute("rel")
    assert (await page.title()).startswith("☎ Anna")
    aloud = page.locator(".first > section > [role=status]")
    await expect(aloud).to_have_text("rings: Anna Żak")
    assert await page.locator("[aria-live]:has(.clock)").count() == 0  # no clock is read aloud each second
    await stage.answers("ola")
    await ended(page, call)
    assert complaints.heard == []


async def test_notes_and_how_it_came_out_survive_a_reload_and_are_on_record(stage):
    page, complaints = await stage.page("/panel", user="ola")
    other, _ = await stage.page("/panel", user="ola")
    call = await stage.calls("602", CALLER)
    await stage.answers("ola")
    talk = call_card(page, "talking")
    await talk.locator("textarea").fill("wants an invoice")
    await talk.locator(".notes select").select_option("sold")
    await expect(talk.locator(".notes [role=status]")).to_have_text(SAVED)
    await expect(call_card(other, "talking").locator("textarea")).to_have_value("wants an invoice")
    await page.reload()
    await expect(talk.locator("textarea")).to_have_value("wants an invoice")
    await expect(talk.locator(".notes select")).to_have_value("sold")
    call.bye()
    written = call_card(page, "writing")
    await expect(written.locator("textarea")).to_have_value("wants an invoice")
    await written.locator("textarea").fill("wants two invoices")
    await page.locator("[data-do=end]").click()  # what is not saved yet is, when the call leaves the desk
    await expect(page.locator(".call")).to_have_count(0)
    first = page.locator(".own li").first
    await expect(first.locator(".excerpt")).to_have_text("wants two invoices")
    await expect(first.locator("[data-part=disposition]")).to_have_text("sold")

    await first.locator("summary").click()
    await first.locator("textarea").fill("later: three")
    await first.locator("[data-do=save]").click()
    await expect(first.locator(".notes [role=status]")).to_have_text(SAVED)
    event = await last_note(stage, "later: three")
    assert event["data"]["disposition"] == "sold"
    assert (event["data"]["by"], event["data"]["agent"]) == ("user ola", "ola")
    async with asyncio.timeout(10):
        while await kept_notes(stage, event["call"]) != [("ola", "later: three")]:  # noqa: ASYNC110 - the database follows
            await asyncio.sleep(0.1)
    assert complaints.heard == []


async def test_a_click_that_fits_no_more_is_answered_by_words(stage):
    page, _ = await stage.page("/panel", user="ola")
    await expect(state(page)).to_have_text("free")
    await page.evaluate("document.querySelector('[data-do=end]').hidden = false")
    await page.evaluate("document.querySelector('[data-do=end]').click()")
    await expect(page.locator(".notice.alarm")).to_contain_text("not writing notes")
    await expect(state(page)).to_have_text("free")


async def test_queues_and_wrap_up_follow_the_switch(stage):
    page, complaints = await stage.page("/panel", user="ola")
    queue = page.locator(".queues [role=switch]")
    await expect(queue).to_have_attribute("aria-checked", "true")
    await queue.click()
    await expect(queue).to_have_attribute("aria-checked", "false")
    await expect(state(page)).to_have_text("signed out")
    await stage.api("POST", "/agents/ola/sign-in", {})
    await expect(queue).to_have_attribute("aria-checked", "true")
    call = await stage.calls("602", "48221110000")
    await stage.answers("ola")
    await expect(call_card(page, "talking")).to_have_count(1)
    await page.locator("[data-do=hang-up]").click()
    await call.until_ended()
    await expect(state(page)).to_have_text("notes")
    left = page.locator(".state-bar .now .clock").last
    await expect(left).to_have_text("0:38", timeout=4000)
    await page.locator("[data-do=extend]").click()
    await expect(left).to_have_text("1:36", timeout=4000)
    await page.locator("[data-do=end]").click()
    await expect(state(page)).to_have_text("free")
    assert complaints.heard == []


async def test_what_an_attacker_writes_is_text(stage):
    page, complaints = await stage.page("/panel", user="ola")
    call = await stage.calls("602", "48229998877", name=MARKUP)
    await stage.answers("ola")
    talk = call_card(page, "talking")
    await expect(talk.locator("h2 bdi").first).to_have_text(MARKUP)
    long = MARKUP + " x" * 100
    await talk.locator("textarea").fill(long)
    await talk.locator("[data-do=save]").click()
    await expect(talk.locator(".notes [role=status]")).to_have_text(SAVED)
    await stage.api("POST", "/bulletins", {"text": MARKUP})
    await expect(page.locator(".fresh .text")).to_have_text(MARKUP)
    await page.locator("[data-do=read]").click()
    await expect(page.locator(".fresh li")).to_have_count(0)
    await ended(page, call)
    await asyncio.sleep(0.5)
    again = await stage.calls("602", "48229998877", name=MARKUP)
    await expect(call_card(page, "ringing").locator("blockquote .text")).to_have_text(long)
    await stage.answers("ola")
    await ended(page, again)
    assert await page.evaluate("[window.hit, document.querySelectorAll('main img').length]") == [None, 0]
    await expect(page.locator(".own .excerpt").first).to_have_text(long)
    await page.set_viewport_size({"width": 360, "height": 740})  # a day with notes fits a phone
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert complaints.heard == []


async def test_supervisors_write_bulletins_and_see_who_has_read_them(stage):
    agent, _ = await stage.page("/panel", user="ola")
    page, complaints = await stage.page("/panel", user="sam", timezone_id="America/New_York")
    office = await page.evaluate("document.documentElement.dataset.zone")
    assert office == ZONE
    await expect(page.locator(".write")).to_contain_text(f"({ZONE})")  # another clock than this browser's
    await page.fill("#bulletin-until", "2035-01-31T14:30")
    await page.fill(".write textarea", "The new tariff holds from today.")
    await page.check(".choices input[value=billing]")
    await page.click("[data-do=tell]")
    fresh = agent.locator(".fresh li", has_text="The new tariff")
    await expect(fresh).to_be_visible()
    shown = page.locator(".board li", has_text="The new tariff")
    await expect(shown).to_contain_text("read by 0")
    await expect(shown).to_contain_text("until Jan 31, 14:30")
    every = (await stage.api("GET", "/bulletins"))["bulletins"]
    (told,) = [one for one in every if one["text"].startswith("The new tariff")]
    assert datetime.fromtimestamp(told["until"], ZoneInfo(ZONE)).isoformat() == f"2035-01-31T14:30:00{OFFSET}"
    await fresh.locator("[data-do=read]").click()
    await expect(shown).to_contain_text("read by 1")
    await shown.locator("[data-do=withdraw]").click()
    await expect(shown).to_have_count(0)
    await expect(agent.locator(".board li", has_text="The new tariff")).to_have_count(0)
    await page.click(".choose a[href*='agent=ola']")
    await expect(page.locator(".state-bar .name")).to_have_text("Ola Wójcik")
    assert complaints.heard == []


async def test_messages_are_heard_and_callbacks_taken_in_the_panel(stage):
    promised = {
        "callback": "c0ffee", "queue": "billing", "number": "+48600555014", "name": "Jan", "state": "waiting",
        "priority": "default", "language": "en", "problem": None, "wanted": 1_700_000_000, "waits": 60.0,
        "attempts": 0, "again": None, "call": None,
    }  # fmt: skip
    context = await stage.context("ola")
    await context.route("**/agents/ola/callbacks", lambda route: route.fulfill(json=[promised]))
    page = await context.new_page()
    complaints = Complaints(page, stage.origin)
    caller = await stage.calls("603", CALLER, name="Anna Żak")
    await on_record(stage, "VoicemailStarted")
    caller.say(tone(800))
    await asyncio.sleep(2)
    caller.bye()
    (left,) = await on_record(stage, "VoicemailLeft")
    await page.goto("/panel")
    message = page.locator(".message")
    await expect(message).to_contain_text("Anna Żak")
    await expect(message.locator(".chip")).to_have_text("new")
    await message.locator("audio").evaluate("(one) => { one.muted = true; return one.play(); }")
    (heard,) = await on_record(stage, "VoicemailHeard")
    assert (heard["data"]["file"], heard["data"]["by"]) == (left["data"]["file"], "user ola")
    await message.get_by_text("Delete").click()
    await message.get_by_text("Really?").click()
    await expect(message).to_have_count(0)

    case = page.locator(".case")
    await expect(case).to_contain_text("Jan +48600555014")
    await expect(case).to_contain_text("Billing")
    await case.locator("[data-do=take]").click()
    await expect(page.locator(".notice.alarm")).to_contain_text("no callback 'c0ffee' is open")
    assert complaints.heard == []


async def test_an_agent_calls_somebody_and_hangs_up(stage):
    page, complaints = await stage.page("/panel", user="ola")
    await page.fill("#dial-number", "601")
    await page.keyboard.press("Enter")
    await expect(page.locator(".notice.good")).to_contain_text("Your phone rings now")
    await stage.house.agents["ola"].rung()
    await expect(call_card(page, "dialling").locator(".number")).to_have_text("601")
    await page.locator("[data-do=hang-up]").click()
    await expect(page.locator(".call")).to_have_count(0)
    await page.fill("#dial-number", "99999")
    await page.keyboard.press("Enter")
    await expect(page.locator(".notice.alarm")).to_contain_text("nobody has the number '99999'")
    assert complaints.heard == []


async def test_hebrew_runs_from_right_to_left_and_a_phone_needs_no_sideways_scrolling(stage):
    page, complaints = await stage.page("/panel", user="ola", viewport={"width": 360, "height": 740})
    await page.select_option("#language", "he")
    await expect(page.locator("html[dir=rtl]")).to_have_count(1)
    await expect(state(page)).to_have_text("פנוי")
    dot, button = [await page.locator(one).bounding_box() for one in (".state-bar .dot", "[data-do=pause]")]
    assert dot["x"] > button["x"]
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.select_option("#language", "pl")
    await expect(page.locator(".day h2")).to_have_text("Mój dzień")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert complaints.heard == []


async def test_all_of_it_is_done_by_keyboard(stage):
    page, _ = await stage.page("/panel", user="ola")
    await expect(state(page)).to_have_text("free")
    await page.locator(".pausing select").focus()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(state(page)).to_have_text("paused")
    await page.locator("[data-do=resume]").focus()
    await page.keyboard.press("Space")
    await expect(state(page)).to_have_text("free")


async def test_a_restart_behind_the_open_page_leaves_nothing_stale(stage):
    switch = stage.house.switch
    page, complaints = await stage.page("/panel", user="ola")
    await stage.calls("602", CALLER)
    await stage.answers("ola")
    talk = call_card(page, "talking")
    await talk.locator("textarea").fill("before the crash")
    await talk.locator("[data-do=save]").click()
    await expect(talk.locator(".notes [role=status]")).to_have_text(SAVED)
    restarting = asyncio.create_task(asyncio.to_thread(switch.restart_after_a_crash))
    await expect(page.locator("#banner")).to_contain_text("No connection to the switch since", timeout=1500)
    await page.evaluate("document.querySelector('[data-do=pause]').click()")
    await expect(page.locator(".notice.alarm")).to_contain_text("may have been done or not")
    await restarting
    await expect(page.locator("#banner")).to_be_hidden(timeout=15000)
    await expect(page.locator(".call")).to_have_count(0)
    await expect(page.locator(".own .excerpt").first).to_have_text("before the crash", timeout=10000)
    await expect(page.locator(".board li", has_text=MARKUP)).to_have_count(1)  # bulletins go on
    await expect(state(page)).not_to_have_text("talking")
    assert [one for one in complaints.heard if "ERR_" not in one] == []
