"""The wallboard in Chromium, against a running switch with calls in it: one of each for all tests."""

from __future__ import annotations

import asyncio
import signal
from urllib.parse import quote

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.e2e.switch import until
from tests.pages.browser import open_browser
from tests.pages.stage import PASSWORD, open_stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

MARKUP = "<img src=x onerror=window.hit=1>"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser():
    async with open_browser() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def stage(browser, tmp_path_factory):
    async with open_stage(tmp_path_factory.mktemp("stage"), browser) as stage:
        yield stage


def card(page, label):
    return page.locator(".queue", has=page.locator("h2", has_text=label))


async def test_a_caller_who_joins_is_seen_within_half_a_second(stage):
    page, complaints = await stage.page("/wallboard")
    await expect(page.locator(".queue")).to_have_count(3)
    await page.evaluate(
        """() => new MutationObserver(() => {
          if (document.querySelector(".queue .line li")) window.seen ??= Date.now();
        }).observe(document.body, { childList: true, subtree: true })"""
    )
    call = await stage.calls("602", "48600123456", name=MARKUP)
    billing = card(page, "Billing")
    await expect(billing.locator(".line li")).to_have_count(1)
    switch = stage.house.switch
    (joined,) = await asyncio.to_thread(until, lambda: switch.events("CallerJoined"), 5, switch.last_words)
    assert await page.evaluate("window.seen") / 1000 - joined["at"] < 0.5

    await expect(billing.locator(".line .number")).to_have_text("48600123456")
    await expect(billing.locator(".line .chip")).to_have_text("vip")
    await expect(billing.locator(".line .what")).to_contain_text("rings at Ola Wójcik")
    await expect(page.locator(".state[data-state=ringing] .name")).to_have_text("Ola Wójcik")
    await stage.answers("ola")
    await expect(page.locator(".state[data-state=talking] li")).to_contain_text("Ola Wójcik")
    await expect(billing.locator("[data-part=answered]")).to_have_text("1")
    await expect(billing.locator("[data-part=service_level]")).to_have_text("100%")
    await expect(billing.locator("[data-part=waiting]")).to_have_text("0")
    clock = page.locator(".state[data-state=talking] .clock")
    await expect(clock).to_have_text("0:02", timeout=4000)

    call.bye()
    await expect(page.locator(".state[data-state=free] .name")).to_have_count(8)
    assert complaints.heard == []


async def test_names_and_reasons_of_an_attacker_are_text(stage):
    page, complaints = await stage.page("/wallboard")
    long = MARKUP + "x" * 90
    await stage.api("POST", "/agents/jan/pause", {"reason": long})
    await expect(page.locator(".state[data-state=paused] .what")).to_have_text(long)
    await page.set_viewport_size({"width": 360, "height": 740})
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await page.evaluate("[window.hit, document.querySelectorAll('main img').length]") == [None, 0]
    missing, _ = await stage.page(f"/wallboard?queue={MARKUP}")
    await expect(missing.locator(".empty")).to_contain_text(MARKUP)
    assert await missing.evaluate("[window.hit, document.querySelectorAll('main img').length]") == [None, 0]
    assert complaints.heard == []


async def test_hebrew_runs_from_right_to_left_and_a_phone_needs_no_sideways_scrolling(stage):
    page, complaints = await stage.page("/wallboard?queue=sales", viewport={"width": 360, "height": 740})
    await expect(page.locator(".queue h2")).to_have_text("Sales")
    await page.select_option("#language", "he")
    await expect(page.locator("html[dir=rtl]")).to_have_count(1)
    await expect(page.locator(".agents h2")).to_have_text("נציגים")
    first, last = [await page.locator(f".tiles .tile:nth-child({place})").bounding_box() for place in (1, 2)]
    assert first["x"] > last["x"]
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.select_option("#language", "pl")
    await expect(page.locator(".agents h2")).to_have_text("Konsultanci")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert complaints.heard == []


async def test_keyboard_and_theme(stage):
    page, _ = await stage.page("/wallboard", color_scheme="dark")
    dark = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    await expect(page.locator(".queue")).to_have_count(3)  # all modules have run
    await page.keyboard.press("Tab")
    skip = page.locator(".skip")
    await expect(skip).to_be_focused()
    await expect(skip).to_be_in_viewport()
    await page.keyboard.press("Enter")
    await expect(page.locator("#main")).to_be_focused()
    await page.locator("#theme").focus()
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.documentElement.dataset.theme") == "light"
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") != dark
    await page.reload()
    assert await page.evaluate("document.documentElement.dataset.theme") == "light"


@pytest.mark.at_length  # seven pages
async def test_pages_of_one_browser_share_a_connection_and_are_told_why_one_is_refused(stage):
    """A browser keeps six to one server, and would load no seventh page."""
    page, _ = await stage.page("/wallboard?queue=sales")
    others = [await page.context.new_page() for _ in range(6)]
    for other in others:
        await other.goto("/wallboard?queue=sales")
        await expect(card(other, "Sales")).to_have_count(1)
    await stage.api("POST", "/agents/ida/pause", {"reason": "lunch"})
    for other in (page, *others):
        await expect(other.locator(".state[data-state=paused] .what")).to_have_text("lunch")
    await stage.api("POST", "/agents/ida/resume")
    for other in others:
        await other.close()
    refused = {"status": 429, "json": {"title": "Too Many", "status": 429, "detail": "ada looks on 50 times"}}
    for asked in ("**/board/stream", "**/board/room"):
        await page.context.route(asked, lambda route: route.fulfill(**refused))
    await page.add_init_script("delete window.SharedWorker")  # by which nothing can come in between
    await page.reload()
    await expect(page.locator("#banner")).to_contain_text("as many pages of the switch open as one user may")
    await page.context.unroute_all()
    await expect(page.locator("#banner")).to_be_hidden()


async def test_a_reload_that_renames_a_queue_leaves_nothing_of_the_old_one(stage):
    page, _ = await stage.page("/wallboard")
    subset, _ = await stage.page("/wallboard?queue=sales")
    await expect(card(subset, "Sales")).to_have_count(1)
    await expect(subset.locator(".state .name")).to_have_count(3)
    file = stage.house.switch.file
    file.write_text(file.read_text().replace("sales:", "shop:").replace("queue: sales", "queue: shop"))
    stage.house.switch.signal(signal.SIGHUP)
    await expect(subset.locator(".empty")).to_contain_text("sales")
    await expect(page.locator(".chooser a[href*='queue=shop']")).to_have_count(1)
    await expect(page.locator(".chooser a[href*='queue=sales']")).to_have_count(0)
    await expect(page.locator(".queue h2")).to_have_text(["Support", "Sales", "Billing"])


async def test_a_lost_connection_is_said_at_once_and_nothing_stale_is_left_after_it(stage):
    switch = stage.house.switch
    page, complaints = await stage.page("/wallboard")
    for number in range(2):
        await stage.calls("602", f"4822000000{number}")
    await expect(card(page, "Billing").locator("[data-part=waiting]")).to_have_text("2")
    alert = page.locator(".alerts li[data-level=warn]")
    await expect(alert).to_contain_text("Billing: 2 waiting")
    await expect(card(page, "Billing")).to_have_attribute("data-level", "warn")
    (raised,) = await asyncio.to_thread(until, lambda: switch.events("AlertRaised"), 5, switch.last_words)
    assert (raised["data"]["queue"], raised["data"]["value"]) == ("billing", 2)
    restarting = asyncio.create_task(asyncio.to_thread(switch.restart_after_a_crash))
    await expect(page.locator("#banner")).to_contain_text("No connection to the switch since", timeout=1500)
    await expect(page.locator("html.lost")).to_have_count(1)
    await restarting
    await expect(page.locator("#banner")).to_be_hidden(timeout=15000)
    await expect(page.locator("html.lost")).to_have_count(0)
    await expect(card(page, "Billing").locator("[data-part=waiting]")).to_have_text("0")
    await expect(page.locator(".line li")).to_have_count(0)
    await expect(page.locator(".alerts li")).to_have_count(0)
    await expect(card(page, "Billing").locator("[data-part=answered]")).to_have_text("1")
    assert [one for one in complaints.heard if "ERR_" not in one] == []


async def test_the_log_in_leads_to_no_other_server_whoever_made_the_link(stage):
    for then in ("//evil.example/x", "/.//evil.example/x", "/\\evil.example/x", "https://evil.example/x"):
        page = await (await stage.context()).new_page()
        await page.goto("/login?then=" + quote(then))
        await page.fill("[name=name]", "ada")
        await page.fill("[name=password]", PASSWORD)
        async with page.expect_navigation():
            await page.click("main button")
        assert page.url.startswith(stage.origin + "/"), then


async def test_who_may_look_on_no_more_is_sent_to_the_log_in(stage):
    page, _ = await stage.page("/wallboard", user="sam")
    await expect(page.locator(".queue")).to_have_count(3)
    await stage.api("DELETE", "/users/sam")
    await page.wait_for_url("**/login?then=%2Fwallboard", timeout=10000)
