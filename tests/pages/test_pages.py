"""The pages beside the wallboard in Chromium, against a running switch with a past: one for all tests."""

from __future__ import annotations

import asyncio

import pytest
import pytest_asyncio
from playwright.async_api import expect

from softswitch.web.frame import LANGUAGES, PAGES
from tests.e2e.switch import until
from tests.pages import past
from tests.pages.browser import Complaints, open_browser
from tests.pages.past import MARKUP
from tests.pages.stage import MENUS, PASSWORD, open_stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

PHONE = {"width": 360, "height": 740}
SLOW = 60_000
"""Milliseconds for what processes beside the switch do, on a machine that has other work."""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def stage(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stage")
    await asyncio.to_thread(past.put, folder / "data")
    async with open_browser() as browser, open_stage(folder, browser, MENUS) as stage:
        yield stage


UNSAID = """() => [
  ...[...document.querySelectorAll("button, input, select, textarea, a, summary")].filter((one) =>
    one.offsetParent && !(one.ariaLabel || one.title || one.labels?.length || one.textContent.trim())),
  ...document.querySelectorAll(":not(ul, ol) > li, [role] > li, th:not([scope]), img:not([alt])"),
].map((one) => one.outerHTML)"""
"""What a screen reader could say nothing of, or not what it is."""


@pytest.mark.parametrize("language", ["pl", "he"])
async def test_every_page_speaks_other_languages_and_fits_a_phone(stage, language):
    context = await stage.context(viewport=PHONE, locale=language)
    for slow in ("**/api/v1/report?*", "**/api/v1/configuration/map"):
        await context.route(slow, lambda route: route.abort())
    for page in PAGES:
        tab = await context.new_page()
        complaints = Complaints(tab, stage.origin)
        await tab.goto(page.path)
        await expect(tab.locator("main h1, main h2").first).to_be_visible()
        seen = await tab.evaluate(
            """() => {
              const root = document.documentElement;
              return [root.lang, root.dir, root.scrollWidth <= innerWidth];
            }"""
        )
        assert seen == [language, LANGUAGES[language][1], True], page.path
        await expect(tab.locator(".top nav [aria-current]")).to_be_in_viewport()
        assert await tab.evaluate(UNSAID) == [], page.path
        assert complaints.heard == [], page.path
        await tab.close()


async def test_the_log_in_says_in_the_browsers_language_what_is_wrong(stage):
    context = await stage.browser.new_context(base_url=stage.origin, locale="pl")
    page = await context.new_page()
    await page.goto("/login")
    await expect(page.locator("[name=name]")).to_be_focused()
    await page.keyboard.type("ada")
    await page.keyboard.press("Tab")
    await page.keyboard.type("nothing of the kind")
    await page.keyboard.press("Enter")
    await expect(page.locator("#error")).to_have_text("Zła nazwa lub złe hasło.")
    await page.goto("/first#KEY:anna")
    await expect(page.locator("[name=name]")).to_have_value("anna")
    await expect(page.locator("#says")).to_contain_text("co najmniej dziesięciu znakach")
    await page.fill("[name=password]", PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.locator("#error")).to_contain_text("poproś o nowy")
    await context.close()


async def test_recordings_are_found_and_heard_one_at_a_time(stage):
    page, complaints = await stage.page("/recordings")
    rows = page.locator("tbody tr")
    await expect(rows).to_have_count(len(past.TALKS), timeout=SLOW)  # once the database has been loaded
    await expect(rows.first).to_contain_text("hidden number")  # the newest
    await expect(rows.last.locator("td").nth(4)).to_have_text("3:04")
    await rows.nth(0).locator("audio").evaluate("one => one.play()")
    await rows.nth(1).locator("audio").evaluate("one => one.play()")
    playing = "[...document.querySelectorAll('audio')].filter((one) => !one.paused).length"
    assert await page.evaluate(playing) == 1
    switch = stage.house.switch
    heard = await asyncio.to_thread(until, lambda: switch.events("RecordingHeard"), 10, switch.last_words)
    assert heard[0]["data"]["by"] == "user ada"

    await page.fill("[name=number]", "+48600100200")
    await page.keyboard.press("Enter")
    await expect(rows).to_have_count(1)
    await page.reload()
    await expect(rows).to_have_count(1)
    await expect(rows.locator("td").nth(3)).to_have_text("jan")
    await page.fill("[name=number]", "+4800000")
    await page.keyboard.press("Enter")
    await expect(page.locator(".empty")).to_have_text("There are none.")
    assert complaints.heard == []


async def test_a_name_that_an_attacker_left_with_a_message_is_text(stage):
    page, complaints = await stage.page("/voicemails", viewport=PHONE)
    row = page.locator("tbody tr", has=page.locator(".called", has_text=MARKUP))
    await expect(row).to_have_count(1, timeout=SLOW)
    await expect(page.locator("tbody .chip")).to_have_text(["new"] * len(past.LEFT))
    assert await page.evaluate("[window.hit, document.querySelectorAll('main img').length]") == [None, 0]
    assert await row.evaluate("one => getComputedStyle(one).display") == "grid"  # a card on a phone
    assert complaints.heard == []


async def test_a_report_is_shown_in_a_frame_that_runs_nothing(stage):
    page, complaints = await stage.page("/reports#by=queue", user="sam")
    await expect(page.locator("#page")).to_be_visible(timeout=SLOW)
    await expect(page.frame_locator("#page").locator("h1")).to_contain_text("All queues")
    await expect(page.frame_locator("#page").locator("h2").first).to_have_text("By queue")
    assert await page.locator("#page").get_attribute("sandbox") == "allow-same-origin"
    assert "by=queue" in await page.locator("#csv").get_attribute("href")
    assert complaints.heard == []


async def test_a_route_is_found_and_tried(stage):
    page, complaints = await stage.page("/api/v1/docs", user="ola")
    await expect(page.locator("details")).not_to_have_count(0)
    await page.fill("main input[type=search]", "get /api/v1/status")
    shown = page.locator("details:visible")
    await expect(shown).to_have_count(1)
    await shown.locator("summary").click()
    await shown.locator("form button").click()
    await expect(shown.locator("pre").last).to_contain_text('200\n{\n  "version"')
    assert complaints.heard == []


def box(page, id):
    return page.locator(f'.box[data-id="{id}"]')


async def test_the_configuration_is_a_picture_and_a_click_tells_more(stage):
    page, complaints = await stage.page("/configuration")
    await expect(page.locator(".standing")).to_have_text("switch.yaml is in force.", timeout=SLOW)
    await expect(page.locator(".box.menus")).to_have_count(len(MENUS["menus"]))
    await expect(page.locator("path.line")).not_to_have_count(0)
    await expect(page.locator(".told.warn li")).to_contain_text(["no number leads to menu 'last_summer'"])
    await expect(box(page, "menus/last_summer").locator(".chip")).to_have_count(2)
    await expect(box(page, "menus/welcome").locator("header .chip")).to_have_count(0)
    first, last = [await box(page, id).bounding_box() for id in ("numbers/610", "queues/support")]
    assert first["x"] < last["x"]

    await box(page, "queues/support").locator(".name").press("Enter")
    panel = page.locator(".details")
    await expect(panel.locator("h2")).to_have_text("Support")
    await expect(panel.locator("dl").first).to_contain_text("max_wait")
    await expect(panel.locator("header .place")).to_contain_text("switch.yaml:")
    on = page.locator("path.line.on")
    leading = sum("support" in str(one) for one in (MENUS["menus"], MENUS["numbers"]))
    assert await on.count() > leading
    await panel.get_by_role("button", name="all_busy").click()
    await expect(panel.locator("h2")).to_have_text("all_busy")
    await page.keyboard.press("Escape")
    await expect(panel).to_be_hidden()

    await box(page, "menus/welcome").locator(".fold").click()
    await expect(box(page, "menus/after_hours")).to_be_hidden()
    await expect(box(page, "menus/faults")).to_be_visible()  # a number leads there, too
    await page.fill("input[type=search]", "We are closed")
    await expect(box(page, "menus/after_hours")).to_be_in_viewport()
    await page.get_by_role("button", name="Fold all", exact=True).click()
    await expect(page.locator(".box.menus ul:visible")).to_have_count(1)  # that of one which leads nowhere
    assert complaints.heard == []


async def test_the_picture_is_found_in_zoomed_and_mirrored(stage):
    page, complaints = await stage.page("/configuration", viewport=PHONE)
    await expect(box(page, "menus/welcome")).to_be_visible(timeout=SLOW)
    await page.fill("input[type=search]", "holiday")  # in what is said
    await expect(page.locator(".box.found")).to_have_count(1)
    await expect(box(page, "menus/last_summer")).to_be_in_viewport()
    width = (await box(page, "menus/welcome").bounding_box())["width"]
    await page.locator(".stage").focus()
    await page.keyboard.press("+")
    wider = (await box(page, "menus/welcome").bounding_box())["width"]
    assert wider == pytest.approx(1.25 * width, rel=0.01)
    await page.keyboard.press("0")
    await expect(box(page, "queues/support")).to_be_in_viewport()
    await expect(box(page, "numbers/610")).to_be_in_viewport()
    await page.select_option("#language", "he")
    await expect(box(page, "numbers/610")).to_be_visible(timeout=SLOW)
    first, last = [await box(page, id).bounding_box() for id in ("numbers/610", "queues/support")]
    assert first["x"] > last["x"]
    assert complaints.heard == []


async def test_check_tells_mistakes_and_a_reload_what_it_has_changed(stage):
    page, complaints = await stage.page("/configuration")
    await expect(page.locator(".standing")).to_have_text("switch.yaml is in force.", timeout=SLOW)
    file = stage.house.switch.file
    sound = file.read_text()
    line = sound[: sound.index("queue: billing")].count("\n") + 1
    file.write_text(sound.replace("queue: billing", "queue: biling", 1))
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # as who comes back
    await expect(page.locator(".standing")).to_contain_text("was edited since this was drawn")
    check, reload = (page.get_by_role("button", name=name) for name in ("Check the file", "Reload"))
    await check.click()
    problem = page.locator(".told.alarm li")
    await expect(problem).to_contain_text(f"switch.yaml:{line}:", timeout=SLOW)
    await expect(problem).to_contain_text("did you mean 'billing'?")
    await expect(page.locator(".standing")).to_contain_text("has mistakes")
    await expect(page.locator(".box .bad").first).to_contain_text("there is none called biling")
    await reload.click()
    await expect(page.locator(".said .problem.line")).to_contain_text(
        "no queue is called 'biling'", timeout=SLOW
    )

    file.write_text(sound.replace("We are on holiday.", "We are back.") + "webhooks: {}\n")
    await check.click()
    await expect(page.locator(".standing")).to_contain_text("is not in force: reload it", timeout=SLOW)
    await reload.click()
    await expect(page.locator(".told.good dl")).to_have_text("changedmenus.last_summer", timeout=SLOW)
    await expect(page.locator(".standing")).to_have_text("switch.yaml is in force.")
    switch = stage.house.switch
    changed = await asyncio.to_thread(until, lambda: switch.events("Changed"), 5, switch.last_words)
    assert ("reload", "user ada") in {(one["data"]["what"], one["data"]["by"]) for one in changed}
    assert complaints.heard == []


async def test_a_page_that_is_open_draws_anew_what_others_have_put_in_force(stage):
    page, complaints = await stage.page("/configuration")
    await expect(page.locator(".standing")).to_contain_text("in force", timeout=SLOW)
    file = stage.house.switch.file
    file.write_text(file.read_text().replace("all_busy", "everybody_talks"))
    await stage.api("POST", "/reload")
    await expect(page.locator(".good-news")).to_contain_text("was put in force anew at", timeout=SLOW)
    await expect(page.locator(".standing")).to_have_text("switch.yaml is in force.")
    await expect(page.locator(".box", has_text="everybody_talks").first).to_be_visible()
    assert complaints.heard == []
