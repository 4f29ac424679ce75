"""The frame of the pages: what every one of them has around it, made here; the rest is made in the browser.

A page is a line of `PAGES` and a folder of `pages/`: `page.js`, a module that fills `<main>`, and perhaps
`page.css`. It gets from the frame, in `pages/frame/`:

| module | what it gives |
|---|---|
| `words.js` | the language: `t(key, values)`, numbers, shares, durations, times of day |
| `dom.js` | elements of text, never of markup; lists that keep their elements |
| `live.js` | the board as it changes; the banner of a lost connection |
| `clocks.js` | what counts on by itself: waits, states |
| `api.js` | changes, with the session's token; problems as sentences |
| `frame.js` | who is logged in; theme and language; the menu |

Everything comes from this server, and nothing inline is executed (`limits.HEADERS`). Words are in
`pages/words/`, a file for each language with the same keys.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from softswitch import __version__
from softswitch.access import Principal, Role
from softswitch.web.guard import Guard
from softswitch.web.problems import Refused
from softswitch.web.sessions import COOKIE, Sessions
from softswitch.web.showing import to_log_in

FILES = Path(__file__).with_name("pages")
"""What every browser may load: nothing in it is secret."""

LANGUAGES: Mapping[str, tuple[str, str]] = {
    "en": ("English", "ltr"),
    "pl": ("Polski", "ltr"),
    "he": ("עברית", "rtl"),
}
"""What each calls itself, and its direction. The first is for who speaks none of them."""

LANGUAGE = "language"
"""The cookie in which a browser keeps the one that was chosen."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page in the frame."""

    path: str
    name: str
    """Its folder in `pages/`; its title is the word `page.NAME`."""
    role: Role
    """Who may see it."""


PAGES = (
    Page("/", "home", Role.AGENT),
    Page("/wallboard", "wallboard", Role.AGENT),
    Page("/desk", "desk", Role.SUPERVISOR),
)

LINKS = (
    *PAGES,
    Page("/reports", "reports", Role.SUPERVISOR),
    Page("/recordings", "recordings", Role.SUPERVISOR),
    Page("/voicemails", "voicemails", Role.SUPERVISOR),
    Page("/api/v1/docs", "docs", Role.SUPERVISOR),
)
"""The menu."""


class Static(StaticFiles):
    """Files that a browser keeps, but asks for whether they have changed."""

    def file_response(self, *args: object, **more: object) -> Response:
        """One of them, or that it has not changed."""
        answer = super().file_response(*args, **more)  # type: ignore[arg-type]
        answer.headers["Cache-Control"] = "no-cache"
        return answer

    async def get_response(self, path: str, scope: Scope) -> Response:
        """See StaticFiles. Raises Refused, with a sentence. Pages have routes of their own."""
        try:
            if path.endswith(".html"):
                raise HTTPException(404)
            return await super().get_response(path, scope)
        except HTTPException as error:
            raise Refused(error.status_code, f"there is no {path}") from None


def page_routes(guard: Guard, sessions: Sessions, *, metrics: bool) -> APIRouter:
    """A route for each of `PAGES`; `metrics`: whether they are served."""
    router = APIRouter(include_in_schema=False)
    for page in PAGES:
        router.add_api_route(page.path, _route(page, guard, sessions, metrics=metrics), methods=["GET"])
    return router


def _route(
    page: Page, guard: Guard, sessions: Sessions, *, metrics: bool
) -> Callable[[Request], Awaitable[Response]]:
    async def route(request: Request) -> Response:
        try:
            who = await guard.who(request)
        except Refused as refused:
            if refused.status_code != 401:
                raise
            return to_log_in(request)
        if not who.role.allows(page.role):
            raise Refused(403, f"this page needs the role {page.role}; {who.name} has {who.role}")
        cookie = request.cookies.get(COOKIE)
        csrf = sessions.csrf(cookie) if cookie and "authorization" not in request.headers else ""
        kiosk = "kiosk" in request.query_params
        text = skeleton(page, language_of(request), who, csrf, kiosk=kiosk, metrics=metrics)
        return HTMLResponse(text, headers={"Cache-Control": "no-store", "Vary": "Accept-Language, Cookie"})

    return route


def language_of(request: Request) -> str:
    """The one that was chosen, or else the one of ours that the browser likes best."""
    chosen = request.cookies.get(LANGUAGE, "")
    return chosen if chosen in LANGUAGES else best_language(request.headers.get("accept-language", ""))


def best_language(accepted: str) -> str:
    """Of an Accept-Language header (RFC 9110 section 12.5.4)."""
    wishes: list[tuple[float, int, str]] = []
    for place, part in enumerate(accepted.split(",")[:20]):
        tag, _, weight = part.strip().partition(";")
        language = {"iw": "he"}.get(tag[:2].lower(), tag[:2].lower())
        try:
            liked = float(weight.strip().removeprefix("q=")) if weight else 1.0
        except ValueError:
            liked = 0.0
        if language in LANGUAGES and liked > 0:
            wishes.append((-liked, place, language))
    return min(wishes)[2] if wishes else next(iter(LANGUAGES))


@cache
def words(language: str) -> Mapping[str, str]:
    """The words of one language that are texts alone; others have forms for numbers."""
    found = json.loads((FILES / "words" / f"{language}.json").read_text())
    return {key: word for key, word in found.items() if isinstance(word, str)}


def skeleton(
    page: Page, language: str, who: Principal, csrf: str, *, kiosk: bool, metrics: bool = False
) -> str:
    """The page before its modules fill it."""
    say = words(language)
    known = {
        "lang": language, "dir": LANGUAGES[language][1], "class": "kiosk" if kiosk else "",
        "data-version": __version__, "data-user": who.name.partition(" ")[2], "data-role": who.role,
        "data-agent": who.agent or "", "data-csrf": csrf,
        "data-metrics": "yes" if metrics else "",
    }  # fmt: skip
    title = escape(say[f"page.{page.name}"])
    style = f"{page.name}/page.css"
    own = f'<link rel="stylesheet" href="/static/{style}">\n' if (FILES / style).exists() else ""
    return (
        f"<!doctype html>\n<html {_attributes(known)}>\n<head>\n"
        '<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title} · softswitch</title>\n"
        '<link rel="icon" href="/static/frame/icon.svg" type="image/svg+xml">\n'
        f'<link rel="stylesheet" href="/static/frame/style.css">\n{own}'
        '<script src="/static/frame/theme.js"></script>\n'
        f'<script type="module" src="/static/{page.name}/page.js"></script>\n</head>\n<body>\n'
        f'<a class="skip" href="#main">{escape(say["frame.skip"])}</a>\n{_top(page, say, who, language)}'
        '<div id="banner" role="alert" hidden></div>\n'
        f'<main id="main" tabindex="-1"><noscript>{escape(say["frame.noscript"])}</noscript></main>\n'
        '<div id="notices" role="status" aria-live="polite"></div>\n</body>\n</html>\n'
    )


def _top(page: Page, say: Mapping[str, str], who: Principal, language: str) -> str:
    menu, tongue, colours = (escape(say[f"frame.{name}"]) for name in ("menu", "language", "theme"))
    links = "".join(_link(link, page, say) for link in LINKS if who.role.allows(link.role))
    choices = "".join(
        f'<option value="{code}" lang="{code}"{" selected" if code == language else ""}>{name}</option>'
        for code, (name, _) in LANGUAGES.items()
    )
    return (
        '<header class="top">\n<a class="brand" href="/">softswitch</a>\n'
        f'<nav aria-label="{menu}">{links}</nav>\n<div class="tools">\n'
        f'<select id="language" aria-label="{tongue}">{choices}</select>\n'
        f'<button id="theme" type="button" class="quiet" aria-label="{colours}"></button>\n'
        f'<bdi class="who">{escape(who.name.partition(" ")[2])}</bdi>\n'
        f'<button id="logout" type="button" class="quiet">{escape(say["frame.logout"])}</button>\n'
        "</div>\n</header>\n"
    )


def _link(link: Page, page: Page, say: Mapping[str, str]) -> str:
    current = ' aria-current="page"' if link.path == page.path else ""
    return f'<a href="{link.path}"{current}>{escape(say[f"page.{link.name}"])}</a>'


def _attributes(known: Mapping[str, str]) -> str:
    return " ".join(f'{name}="{escape(value)}"' for name, value in known.items() if value)
