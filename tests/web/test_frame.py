"""The frame of the pages: languages, who may see what, and that nothing in them is executed or comes from
outside.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from softswitch.access import Principal, Role
from softswitch.web.frame import FILES, LANGUAGES, LOG_IN, PAGES, best_language, skeleton
from softswitch.web.sessions import COOKIE

PASSWORD = "correct horse battery"
SCRIPTS = sorted(FILES.rglob("*.js"))
PLURALS = {"en": {"one", "other"}, "pl": {"one", "few", "many", "other"}, "he": {"one", "two", "other"}}
"""The forms of CLDR that count whole things."""


def words(language):
    return json.loads((FILES / "words" / f"{language}.json").read_text())


def forms(word):
    return [word] if isinstance(word, str) else list(word.values())


@pytest.fixture
async def as_role(accounts):
    async def headers(role):
        _, text = await accounts.add_token(role, role)
        return {"Authorization": f"Bearer {text}"}

    return headers


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "en"])
def test_every_language_has_the_same_words_with_the_same_names_in_them(language):
    english, other = words("en"), words(language)
    assert list(english) == list(other)
    for key, word in english.items():
        assert isinstance(word, str) == isinstance(other[key], str), key
        names = set(re.findall(r"\{\w+\}", " ".join(forms(word))))
        assert {name for form in forms(other[key]) for name in re.findall(r"\{\w+\}", form)} == names, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_counted_has_the_forms_of_its_language(language):
    counted = [word for word in words(language).values() if not isinstance(word, str)]
    assert counted
    assert all(set(word) == PLURALS[language] for word in counted)


def test_every_word_of_a_module_is_there():
    english = words("en")
    rooms = "|".join({key.partition(".")[0] for key in english})
    asked = {key for file in SCRIPTS for key in re.findall(rf'\bt\("((?:{rooms})\.\w+)"', file.read_text())}
    assert len(asked) > 50
    assert asked <= english.keys()
    begun = {key for file in SCRIPTS for key in re.findall(r"\bt\(`(\w+\.\w*)\$", file.read_text())}
    assert {one for one in begun if not any(key.startswith(one) for key in english)} == set()


@pytest.mark.parametrize("page", [*PAGES, LOG_IN], ids=lambda page: page.name)
def test_a_page_has_its_words_and_its_module(page):
    assert f"page.{page.name}" in words("en")
    assert page in (PAGES[0], LOG_IN) or f"says.{page.name}" in words("en")
    assert (FILES / page.module / "page.js").exists()


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("pl-PL,pl;q=0.9,en;q=0.8", "pl"),
        ("fr, he;q=0.5, en;q=0.4", "he"),
        ("iw", "he"),
        ("en;q=0, pl;q=0.1", "pl"),
        ("pl;q=oops, he", "he"),
        ("de,fr", "en"),
        ("," * 500, "en"),
    ],
)
def test_the_language_is_the_one_of_ours_that_the_browser_likes_best(accepted, language):
    assert best_language(accepted) == language


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: str(file.relative_to(FILES)))
def test_no_module_makes_markup_of_text_or_executes_it(file):
    """Names and notes of callers are anybody's."""
    told = re.findall(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|\beval\b"
        r"|new Function|setHTML",
        re.sub(r"//.*", "", file.read_text()),
    )
    assert told == []


def test_nothing_of_the_pages_comes_from_outside_or_is_inline():
    for page in (one for one in FILES.rglob("*") if one.is_file()):
        text = page.read_text().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"""(src|href|url|from|import)\s*[=(]?\s*["']?(https?:)?//""", text), page
        if page.suffix == ".html":
            assert not re.search(r"<script>|<style|\son\w+=|\sstyle=", text), page


def test_what_a_page_says_of_who_sees_it_is_no_markup():
    who = Principal('user <img src=x onerror="alert(1)">', Role.AGENT, '"><script>')
    text = skeleton(PAGES[0], "en", who, PAGES, "c")
    assert "<img" not in text
    assert "<script>" not in text


async def test_menu_and_first_page_lead_to_what_the_role_may_see_and_no_further(client, as_role):
    for role in Role:
        headers = await as_role(role)
        menu = re.findall(r'<a href="([^"]+)" data-page', (await client.get("/", headers=headers)).text)
        may = {page.path: (await client.get(page.path, headers=headers)).status_code for page in PAGES}
        assert menu == [path for path, status in may.items() if status == 200], role
        assert set(may.values()) <= {200, 403}
    assert menu == [page.path for page in PAGES]


async def test_agents_see_the_pages_of_what_is_theirs_to_hear(client, accounts, listeners):
    for name, agent in (("anna", "desk"), ("olga", None)):
        await accounts.add_user(name, "agent", PASSWORD, agent)
    listeners.add("agent")
    seen = {}
    for name in ("anna", "olga"):
        await client.post("/api/v1/login", json={"name": name, "password": PASSWORD})
        seen[name] = (await client.get("/")).text
    assert ('href="/recordings"' in seen["anna"], 'href="/recordings"' in seen["olga"]) == (True, False)


async def test_the_page_shown_is_the_current_one(client, as_role):
    text = (await client.get("/wallboard", headers=await as_role("agent"))).text
    assert re.findall(r'href="([^"]+)" data-page="\w+" aria-current="page"', text) == ["/wallboard"]


@pytest.mark.parametrize("path", ["/login", "/first"])
async def test_the_log_in_has_no_menu_and_speaks_the_browsers_language(client, path):
    answer = await client.get(path, headers={"Accept-Language": "he"})
    assert (answer.status_code, 'dir="rtl"' in answer.text) == (200, True)
    assert "<nav" not in answer.text
    assert "data-user" not in answer.text
    assert 'id="logout"' not in answer.text


def test_a_page_in_hebrew_runs_from_right_to_left():
    text = skeleton(PAGES[0], "he", Principal("user a", Role.AGENT), kiosk=True)
    assert '<html lang="he" dir="rtl" class="kiosk"' in text


async def test_pages_want_a_log_in_and_come_back(client, as_role, accounts):
    answer = await client.get("/wallboard?queue=a%20b&kiosk")
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/login?then=/wallboard%3Fqueue%3Da%2520b%26kiosk",
    )
    headers = await as_role("agent")
    answer = await client.get("/wallboard", headers={**headers, "Accept-Language": "pl"})
    assert (answer.status_code, 'lang="pl"' in answer.text) == (200, True)
    assert answer.headers["cache-control"] == "no-store"
    assert "unsafe" not in answer.headers["content-security-policy"]
    cookies = {**headers, "Cookie": "language=he"}
    assert 'dir="rtl"' in (await client.get("/wallboard", headers=cookies)).text
    assert COOKIE not in answer.headers.get("set-cookie", "")


@pytest.mark.may_block  # threads that read files
async def test_files_are_served_to_everybody_and_asked_for_again_only_if_changed(client):
    for file in (one for one in FILES.rglob("*") if one.is_file()):
        answer = await client.get(f"/static/{file.relative_to(FILES)}")
        assert answer.status_code == 200, file
        assert answer.headers["cache-control"] == "no-cache"
    again = {"If-None-Match": answer.headers["etag"]}
    assert (await client.get(f"/static/{file.relative_to(FILES)}", headers=again)).status_code == 304
    for wrong in ("nothing.html", "nothing.js", "..%2fapi.py", "../api.py", "", "frame"):
        answer = await client.get(f"/static/{wrong}")
        assert answer.status_code == 404, wrong
    assert answer.json()["detail"].startswith("there is no")


def test_the_pages_are_part_of_the_package():
    text = Path("pyproject.toml").read_text()
    assert all(f'"**/*{file.suffix}"' in text for file in FILES.rglob("*") if file.is_file())
