"""Composes the web application out of its rooms."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Depends, FastAPI

from softswitch import __version__
from softswitch.access import Role
from softswitch.board.producer import Producer
from softswitch.config.settings import WebSettings
from softswitch.web.api import looking_routes, record_routes
from softswitch.web.board import Viewers, board_routes
from softswitch.web.calling import call_routes
from softswitch.web.changing import agent_call_routes, agent_routes, switch_routes
from softswitch.web.configuration import configuration_routes
from softswitch.web.counting import Counting
from softswitch.web.docs import docs_routes
from softswitch.web.erasing import erasing_routes
from softswitch.web.exports import ExportDesk, export_routes
from softswitch.web.frame import FILES, Also, Frame, Static, page_routes
from softswitch.web.guard import Guard
from softswitch.web.health import health_routes
from softswitch.web.limits import Limits
from softswitch.web.live import Live
from softswitch.web.login import login_routes
from softswitch.web.mails import Postbox, mail_routes
from softswitch.web.metrics import metrics_routes
from softswitch.web.midway import Midway
from softswitch.web.on_record import OnRecord
from softswitch.web.operations import (
    Accounts,
    Bulletins,
    Erasure,
    Operations,
    Pages,
    Panel,
    Receivers,
    Recordings,
    Voicemails,
)
from softswitch.web.panel import bulletin_routes, panel_routes
from softswitch.web.people import people_routes
from softswitch.web.problems import answer_with_problems
from softswitch.web.rebuilding import Rebuilder, rebuild_routes
from softswitch.web.receivers import webhook_routes
from softswitch.web.recordings import recording_routes
from softswitch.web.reports import ReportDesk, report_routes
from softswitch.web.routes import take
from softswitch.web.sessions import Sessions
from softswitch.web.sockets import ABOUT, socket_routes
from softswitch.web.steering import caller_routes, change_routes
from softswitch.web.streaming import event_routes
from softswitch.web.supervising import supervision_routes
from softswitch.web.voicemails import voicemail_routes


@dataclass(frozen=True, slots=True)
class Parts:
    """What the application is made of."""

    operations: Operations
    accounts: Accounts
    pages: Pages
    receivers: Receivers
    recordings: Recordings
    voicemails: Voicemails
    erasure: Erasure
    postbox: Postbox
    rebuilder: Rebuilder
    exports: ExportDesk
    reports: ReportDesk
    secret: str
    """By which cookies are signed."""
    panel: Panel
    bulletins: Bulletins
    board: Producer | None = None
    """Who keeps the board; None: nobody."""


def application(
    settings: WebSettings, parts: Parts, counting: Counting, live: Live, viewers: Viewers | None = None
) -> FastAPI:
    """All of it."""
    app = FastAPI(
        title="softswitch",
        description=ABOUT,
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    answer_with_problems(app)
    sessions = Sessions(parts.secret)
    guard = Guard(parts.accounts, sessions)
    take(app, health_routes(parts.operations))
    if settings.metrics != "off":
        guards = [Depends(guard.needs(Role.AGENT))] if settings.metrics == "token" else []
        take(app, metrics_routes(parts.operations, counting, guards))
    take(app, login_routes(parts.accounts, sessions, guard))
    take(app, people_routes(parts.accounts, parts.operations, sessions, guard))
    take(app, looking_routes(parts.operations, guard))
    take(app, record_routes(parts.pages, guard))
    take(app, recording_routes(parts.recordings, guard))
    take(app, voicemail_routes(parts.voicemails, guard))
    take(app, panel_routes(parts.panel, parts.pages, guard))
    take(app, bulletin_routes(parts.bulletins, parts.panel, guard))
    take(app, report_routes(parts.reports, guard))
    take(app, export_routes(parts.exports, guard))
    take(app, rebuild_routes(parts.rebuilder, guard))
    if viewers is not None:
        take(app, board_routes(viewers, guard))
    take(app, event_routes(live, parts.pages, guard))
    take(app, erasing_routes(parts.erasure, guard))
    take(app, socket_routes(live, guard))
    for routes in (
        *(agent_routes, agent_call_routes, call_routes, switch_routes),
        *(supervision_routes, caller_routes, change_routes, configuration_routes),
    ):
        take(app, routes(parts.operations, guard))
    take(app, webhook_routes(parts.operations, parts.receivers, guard))
    zone = lambda: None if parts.board is None else parts.board.zone  # noqa: E731
    take(app, page_routes(Frame(guard, sessions, _also(parts), zone, metrics=settings.metrics != "off")))
    take(app, mail_routes(parts.operations, parts.postbox, guard))
    take(app, docs_routes(app, guard))
    app.mount("/static", Static(directory=FILES))
    app.add_middleware(OnRecord, operations=parts.operations)
    app.add_middleware(Midway)
    app.add_middleware(Limits)
    return app


def _also(parts: Parts) -> Also:
    """Agents see the pages of what is theirs to hear."""
    return {
        "recordings": lambda who: who.agent is not None and parts.recordings.agents_listen,
        "voicemails": lambda who: bool(parts.voicemails.mailboxes_of(who)),
    }
