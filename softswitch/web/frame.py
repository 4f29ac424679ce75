"""The frame of the pages: what every one of them has around it, made here; the rest is made in the browser.

A page is a line of `PAGES`, two words, and a folder of `pages/`: `page.js`, a module that fills `<main>`, and
perhaps `page.css`. The menu, its routes and the first page are made of that line. It gets from the frame, in
`pages/frame/`:

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
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from softswitch import __version__
from softswitch.access import Principal, Role
from softswitch.web.guard import Guard
from softswitch.web.problems import Refused
from softswitch.web.routes import Routes
from softswitch.web.sessions import COOKIE, Sessions

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
    """Its folder in `pages/`. Its title is the word `page.NAME`; the first page says `says.NAME` of it."""
    role: Role
    """Who may see it, beside those whom `Also` names."""
    folder: str = ""
    """Where its module is, if it shares one with another page."""
    policy: str = ""
    """Its Content-Security-Policy, if that of all others is too strict for it."""

    @property
    def module(self) -> str:
        """The folder of its `page.js` and `page.css`."""
        return self.folder or self.name


OF_A_SHOWN_REPORT = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; "
    "base-uri 'none'"
)
"""Reports have their styles and pictures in themselves; the frame that shows one is bound by this."""

PAGES = (
    Page("/", "home", Role.AGENT),
    Page("/panel", "panel", Role.AGENT),
    Page("/wallboard", "wallboard", Role.AGENT),
    Page("/desk", "desk", Role.SUPERVISOR),
    Page("/reports", "reports", Role.SUPERVISOR, policy=OF_A_SHOWN_REPORT),
    Page("/recordings", "recordings", Role.SUPERVISOR, folder="sounds"),
    Page("/voicemails", "voicemails", Role.SUPERVISOR, folder="sounds"),
    Page("/configuration", "configuration", Role.ENGINEER),
    Page("/api/v1/docs", "docs", Role.AGENT),
)
"""All there are, in the order of the menu: whoever lists pages reads this."""

LOG_IN = Page("/login", "login", Role.AGENT)
"""In no menu, and for everybody."""

Also = Mapping[str, Callable[[Principal], bool]]
"""By the name of a page: who may see it though the role does not say so."""


class Static(StaticFiles):
    """Files that a browser keeps, but asks for whether they have changed."""

    def file_response(self, *args: object, **more: object) -> Response:
        """One of them, or that it has not changed."""
        answer = super().file_response(*args, **more)  # type: ignore[arg-type]
        answer.headers["Cache-Control"] = "no-cache"
        return answer

    async def get_response(self, path: str, scope: Scope) -> Response:
        """See StaticFiles. Raises Refused, with a sentence."""
        try:
            return await super().get_response(path, scope)
        except HTTPException as error:
            raise Refused(error.status_code, f"there is no {path}") from None


class Frame:
    """What goes around every page."""

    def __init__(
        self, guard: Guard, sessions: Sessions, also: Also, zone: Callable[[], str | None], *, metrics: bool
    ) -> None:
        """`zone`: in which people are told what time it is; `metrics`: whether they are served."""
        self._guard, self._sessions, self._also, self._metrics = guard, sessions, also, metrics
        self._zone = zone

    def sees(self, who: Principal, page: Page) -> bool:
        """Whether somebody may see a page."""
        return who.role.allows(page.role) or (page.name in self._also and self._also[page.name](who))

    async def answer(self, request: Request, page: Page) -> Response:
        """A page for whoever asks. Raises Refused: it is not for them."""
        try:
            who = await self._guard.who(request)
        except Refused as refused:
            if refused.status_code != 401:
                raise
            return to_log_in(request)
        if not self.sees(who, page):
            raise Refused(403, f"this page needs the role {page.role}; {who.name} has {who.role}")
        cookie = request.cookies.get(COOKIE)
        csrf = self._sessions.csrf(cookie) if cookie and "authorization" not in request.headers else ""
        return _html(
            request, page, who=who, csrf=csrf, kiosk="kiosk" in request.query_params, metrics=self._metrics,
            menu=[one for one in PAGES if self.sees(who, one)], zone=self._zone() or "",
        )  # fmt: skip


def page_routes(frame: Frame) -> Routes:
    """A route for each of `PAGES`, and the log-in."""
    router = Routes(include_in_schema=False)
    for page in PAGES:
        router.add_api_route(page.path, _route(page, frame), methods=["GET"])

    @router.get("/login")
    @router.get("/first")
    async def log_in(request: Request) -> Response:
        return _html(request, LOG_IN)

    return router


def _route(page: Page, frame: Frame) -> Callable[[Request], Awaitable[Response]]:
    async def route(request: Request) -> Response:
        return await frame.answer(request, page)

    return route


def to_log_in(request: Request) -> RedirectResponse:
    """To the log-in, and back to what was asked for."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/login?then={quote(request.url.path + query)}", 303)


def _html(request: Request, page: Page, **so: Any) -> HTMLResponse:
    headers = {"Cache-Control": "no-store", "Vary": "Accept-Language, Cookie"}
    if page.policy:
        headers["Content-Security-Policy"] = page.policy
    return HTMLResponse(skeleton(page, language_of(request), **so), headers=headers)


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
    page: Page, language: str, who: Principal | None = None, menu: Sequence[Page] = (), csrf: str = "",
    *, kiosk: bool = False, metrics: bool = False, zone: str = "",
) -> str:  # fmt: skip
    """The page before its modules fill it; `who`: None: nobody is logged in yet."""
    say = words(language)
    known = {
        "lang": language, "dir": LANGUAGES[language][1], "class": "kiosk" if kiosk else "",
        "data-version": __version__, "data-page": page.name, "data-csrf": csrf,
        "data-metrics": "yes" if metrics else "", "data-zone": zone,
    }  # fmt: skip
    if who is not None:
        name = who.name.partition(" ")[2]
        known |= {"data-user": name, "data-role": who.role, "data-agent": who.agent or ""}
    title = escape(say[f"page.{page.name}"])
    style = f"{page.module}/page.css"
    own = f'<link rel="stylesheet" href="/static/{style}">\n' if (FILES / style).exists() else ""
    return (
        f"<!doctype html>\n<html {_attributes(known)}>\n<head>\n"
        '<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title} · softswitch</title>\n"
        '<link rel="icon" href="/static/frame/icon.svg" type="image/svg+xml">\n'
        f'<link rel="stylesheet" href="/static/frame/style.css">\n{own}'
        '<script src="/static/frame/theme.js"></script>\n'
        f'<script type="module" src="/static/{page.module}/page.js"></script>\n</head>\n<body>\n'
        f'<a class="skip" href="#main">{escape(say["frame.skip"])}</a>\n'
        f"{_top(page, say, who, menu, language)}"
        '<div id="banner" role="alert" hidden></div>\n'
        f'<main id="main" tabindex="-1"><noscript>{escape(say["frame.noscript"])}</noscript></main>\n'
        '<div id="notices" role="status" aria-live="polite"></div>\n</body>\n</html>\n'
    )


def _top(
    page: Page, say: Mapping[str, str], who: Principal | None, menu: Sequence[Page], language: str
) -> str:
    pages, tongue, colours = (escape(say[f"frame.{name}"]) for name in ("menu", "language", "theme"))
    links = "".join(_link(link, page, say) for link in menu)
    nav = f'<nav aria-label="{pages}">{links}</nav>\n' if links else ""
    choices = "".join(
        f'<option value="{code}" lang="{code}"{" selected" if code == language else ""}>{name}</option>'
        for code, (name, _) in LANGUAGES.items()
    )
    return (
        f'<header class="top">\n<a class="brand" href="/">softswitch</a>\n{nav}<div class="tools">\n'
        f'<select id="language" aria-label="{tongue}">{choices}</select>\n'
        f'<button id="theme" type="button" class="quiet" aria-label="{colours}"></button>\n'
        f"{_leave(say, who) if who else ''}</div>\n</header>\n"
    )


def _leave(say: Mapping[str, str], who: Principal) -> str:
    return (
        f'<bdi class="who">{escape(who.name.partition(" ")[2])}</bdi>\n'
        f'<button id="logout" type="button" class="quiet">{escape(say["frame.logout"])}</button>\n'
    )


def _link(link: Page, page: Page, say: Mapping[str, str]) -> str:
    current = ' aria-current="page"' if link.path == page.path else ""
    return f'<a href="{link.path}" data-page="{link.name}"{current}>{escape(say[f"page.{link.name}"])}</a>'


def _attributes(known: Mapping[str, str]) -> str:
    return " ".join(f'{name}="{escape(value)}"' for name, value in known.items() if value)
