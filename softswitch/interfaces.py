"""Composes what people and programs reach the running switch by: the control socket, and the web server."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager, AsyncExitStack, closing, nullcontext
from pathlib import Path
from typing import Any

from softswitch.access import COMMAND_LINE
from softswitch.accounts import Accounts, handlers
from softswitch.board.producer import Producer
from softswitch.calls.switch import Switch
from softswitch.clerk.erasure import Erasure
from softswitch.clerk.erasure import handlers as erasure_handlers
from softswitch.config.places import placed
from softswitch.config.settings import SwitchSettings
from softswitch.control.server import Server
from softswitch.errors import ControlError
from softswitch.librarian.parent import Librarian
from softswitch.panel.desk import PanelDesk, Talked
from softswitch.panel.desk import handlers as panel_handlers
from softswitch.panel.notices import Notices
from softswitch.panel.notices import handlers as notices_handlers
from softswitch.ports import JsonValue
from softswitch.running import RunningSwitch
from softswitch.store.access import access_to
from softswitch.store.history import History
from softswitch.store.journal import Journal
from softswitch.store.postbox import Postbox
from softswitch.store.reading import open_of
from softswitch.store.receivers import Receivers
from softswitch.store.shelf import Shelf
from softswitch.store.shelf import handlers as shelf_handlers
from softswitch.store.telling import handlers as telling_handlers
from softswitch.voicemail.desk import VoicemailDesk
from softswitch.voicemail.shelf import VoicemailShelf
from softswitch.voicemail.shelf import handlers as voicemail_handlers


async def open_interfaces(
    stack: AsyncExitStack,
    folder: Path,
    running: RunningSwitch,
    switch: Switch,
    journal: Journal,
    erasure: Erasure,
    desk: VoicemailDesk,
    board: Producer,
) -> tuple[Accounts, AbstractAsyncContextManager[object]]:
    """The control socket, open; the accounts; and the web server, which is still to be entered."""
    settings = switch.settings
    accounts = Accounts(stack.enter_context(access_to(folder, settings.store)), journal)
    commands = {**running.handlers(), **handlers(accounts), **erasure_handlers(erasure)}
    commands |= shelf_handlers(journal, COMMAND_LINE.name) | telling_handlers(journal)
    commands |= voicemail_handlers(desk, COMMAND_LINE.name)
    await stack.enter_async_context(Server(folder / "control.sock", commands, running))
    if settings.web is None:
        commands.update(dict.fromkeys(OF_PAGES, _no_pages))  # the server looks there
        return accounts, nullcontext()
    parts: dict[str, Any] = {"operations": running, "accounts": accounts, "erasure": erasure, "board": board}
    parts |= await _of_the_record(stack, folder, running, switch, journal)
    parts |= await _for_agents(stack, folder, running, switch, journal, parts["pages"].talked)
    board.bulletins = parts["bulletins"].entries
    commands |= notices_handlers(parts["bulletins"]) | panel_handlers(
        parts["panel"]
    )  # the server looks there
    parts["voicemails"] = VoicemailShelf(desk)
    with placed(settings.path):
        web = await asyncio.to_thread(_web, settings, folder, parts, journal)
    return accounts, web


OF_PAGES = ("bulletins", "bulletin_write", "bulletin_withdraw", "notes_write")
"""Commands that a switch with pages has."""


async def _no_pages(**_: JsonValue) -> JsonValue:
    """In place of these."""
    raise ControlError(
        "bulletins and notes are what agents read and write on pages, and this switch serves none: "
        "add `web:` to its configuration, and start it again"
    )


async def _of_the_record(
    stack: AsyncExitStack, folder: Path, running: RunningSwitch, switch: Switch, journal: Journal
) -> dict[str, Any]:
    """Those of `web.application.Parts` that read the record, or change it, beside the loop."""
    from softswitch.web.exports import ExportDesk  # noqa: PLC0415 - see import_web
    from softswitch.web.rebuilding import Rebuilder  # noqa: PLC0415
    from softswitch.web.reports import ReportDesk  # noqa: PLC0415

    history = stack.enter_context(closing(History.of(folder)))
    zone = switch.settings.zone
    return {
        "pages": await stack.enter_async_context(Librarian(folder)),
        "receivers": stack.enter_context(closing(Receivers(open_of(folder)))),
        "postbox": stack.enter_context(closing(Postbox(open_of(folder)))),
        "recordings": Shelf(
            history, switch.recordings, journal, lambda: switch.settings.recording.agents_listen
        ),
        "rebuilder": await stack.enter_async_context(Rebuilder(folder, running.operator.changed)),
        "exports": ExportDesk(folder, zone, journal),
        "reports": ReportDesk(folder, zone),
    }


async def _for_agents(
    stack: AsyncExitStack,
    folder: Path,
    running: RunningSwitch,
    switch: Switch,
    journal: Journal,
    talked: Talked,
) -> dict[str, Any]:
    """Their desks, and what they are told."""
    panel = PanelDesk(switch, running.supervisor, running.operator, talked)
    notices = Notices(switch, folder, running.store)
    for hear in (panel.hear, notices.hear):
        stack.callback(journal.subscribe(hear))
    return {"panel": panel, "bulletins": await stack.enter_async_context(notices)}


def import_web(settings: SwitchSettings) -> None:
    """What the web server needs; a switch without one has no use for it."""
    if settings.web is not None:
        import softswitch.web.server  # noqa: F401, PLC0415


def _web(
    settings: SwitchSettings, folder: Path, parts: dict[str, Any], journal: Journal
) -> AbstractAsyncContextManager[object]:
    """The web server, listening already. For a thread."""
    from softswitch.web.application import Parts  # noqa: PLC0415 - see import_web
    from softswitch.web.server import WebServer  # noqa: PLC0415
    from softswitch.web.sessions import secret_in  # noqa: PLC0415

    assert settings.web is not None
    return WebServer(settings.web, Parts(**parts, secret=secret_in(folder)), journal)
