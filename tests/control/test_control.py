"""Commands reach the switch over its socket, and whatever comes in is answered."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import stat
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from softswitch.calls.by_command import ByCommand
from softswitch.control import server as server_module
from softswitch.control.client import ask, stream
from softswitch.control.server import Server
from softswitch.control.wire import MAX_REQUEST, SOCKET
from softswitch.errors import ControlError, StoreError
from softswitch.looking import Looking
from softswitch.ports import JsonValue
from softswitch.promises import changes, reads


async def status() -> JsonValue:
    return {"calls": 3}


async def echo(text: str, times: int = 1) -> JsonValue:
    return text * times


async def count(upto: int) -> AsyncGenerator[JsonValue, None]:
    for number in range(upto):
        yield number


async def refuse() -> JsonValue:
    raise StoreError("the disk is full")


async def fail() -> JsonValue:
    raise OSError("no such thing")


HANDLERS = {"status": status, "echo": echo, "count": count, "refuse": refuse, "fail": fail}


@pytest.fixture
async def path(tmp_path: Path) -> AsyncIterator[Path]:
    async with Server(tmp_path / SOCKET, HANDLERS):
        yield tmp_path / SOCKET


async def exchange(path: Path, line: bytes) -> dict[str, Any]:
    reader, writer = await asyncio.open_unix_connection(str(path))
    writer.write(line)
    answer: dict[str, Any] = json.loads(await reader.readline())
    writer.close()
    return answer


async def test_a_command_is_answered(path: Path) -> None:
    assert await asyncio.to_thread(ask, path, "status") == {"calls": 3}


async def test_arguments_go_by_name(path: Path) -> None:
    assert await asyncio.to_thread(ask, path, "echo", text="ab", times=2) == "abab"


async def test_a_streaming_command_gives_items_and_then_its_result(path: Path) -> None:
    assert await asyncio.to_thread(lambda: list(stream(path, "count", upto=3))) == [0, 1, 2, None]


async def test_one_connection_takes_several_commands(path: Path) -> None:
    reader, writer = await asyncio.open_unix_connection(str(path))
    for _ in range(2):
        writer.write(b'{"command": "status"}\n')
        assert json.loads(await reader.readline()) == {"ok": True, "result": {"calls": 3}}
    writer.close()


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b"hello\n", "no JSON"),
        (b"\xff\xfe\n", "no JSON"),
        (b"[" * 20_000 + b"\n", "no JSON"),
        (b"[]\n", 'text "command"'),
        (b'{"command": 7}\n', 'text "command"'),
        (b'{"command": "statsu"}\n', "did you mean 'status'"),
        (b'{"command": "zzz"}\n', "known are count, echo, fail, refuse, status"),
        (b'{"command": "echo", "arguments": [1]}\n', "no JSON object"),
        (b'{"command": "echo", "arguments": {"txt": "a"}}\n', "wrong arguments for 'echo'"),
        (b'{"command": "refuse"}\n', "the disk is full"),
        (b"x" * (MAX_REQUEST + 1) + b"\n", "bytes at most"),
    ],
)
async def test_bad_input_is_answered_with_what_is_wrong(path: Path, line: bytes, error: str) -> None:
    answer = await exchange(path, line)
    assert not answer["ok"]
    assert error in answer["error"]
    assert await asyncio.to_thread(ask, path, "status") == {"calls": 3}


async def test_a_command_that_fails_inside_is_answered_and_logged(path: Path) -> None:
    with (
        structlog.testing.capture_logs() as logs,
        pytest.raises(ControlError, match="failed inside the switch"),
    ):
        await asyncio.to_thread(ask, path, "fail")
    assert logs[0]["event"] == "ControlCommandFailed"


async def test_a_client_that_leaves_or_says_nothing_holds_up_nobody(path: Path) -> None:
    silent = socket.socket(socket.AF_UNIX)
    silent.connect(str(path))
    leaver = socket.socket(socket.AF_UNIX)
    leaver.connect(str(path))
    leaver.send(b'{"command": "count", "arguments": {"upto": 100000}}\n')
    leaver.close()
    assert await asyncio.to_thread(ask, path, "status") == {"calls": 3}
    silent.close()


async def test_a_client_that_does_not_read_is_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "PATIENCE", 0.05)
    async with Server(tmp_path / SOCKET, HANDLERS) as server:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(tmp_path / SOCKET))
            client.send(b'{"command": "echo", "arguments": {"text": "x", "times": 9000000}}\n')
            await asyncio.to_thread(ask, tmp_path / SOCKET, "status")  # it has been let in before this one
            await asyncio.wait(server._clients, timeout=10)
        assert not server._clients


async def test_too_many_clients_are_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "MAX_CLIENTS", 0)
    with pytest.raises(ControlError, match="try again"):
        await asyncio.to_thread(ask, path, "status")


async def test_only_the_owner_may_open_the_socket(path: Path) -> None:
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600


async def test_a_socket_left_by_a_dead_switch_is_replaced_and_removed_at_the_end(tmp_path: Path) -> None:
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(tmp_path / SOCKET))
    left.close()
    async with Server(tmp_path / SOCKET, HANDLERS):
        assert await asyncio.to_thread(ask, tmp_path / SOCKET, "status") == {"calls": 3}
    assert not (tmp_path / SOCKET).exists()


async def test_a_socket_of_a_live_switch_is_left_alone(path: Path) -> None:
    with pytest.raises(ControlError, match="running already"):
        async with Server(path, HANDLERS):
            pass
    assert await asyncio.to_thread(ask, path, "status") == {"calls": 3}


async def test_a_file_in_the_way_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / SOCKET).write_text("mine")
    with pytest.raises(ControlError, match="in the way"):
        async with Server(tmp_path / SOCKET, HANDLERS):
            pass
    assert (tmp_path / SOCKET).read_text() == "mine"


async def test_a_path_that_is_too_long_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    long = tmp_path / ("x" * 100) / SOCKET
    with pytest.raises(ControlError, match="--data DIR"):
        async with Server(long, HANDLERS):
            pass
    with pytest.raises(ControlError, match="--data DIR"):
        ask(long, "status")


def test_asking_where_no_switch_runs_says_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(ControlError, match="softswitch run FILE"):
        ask(tmp_path / SOCKET, "status")


def test_another_user_is_told_who_may(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "connect", forbidden)
    with pytest.raises(ControlError, match="only the user"):
        ask(tmp_path / SOCKET, "status")


async def test_clients_are_cut_off_when_the_switch_ends(tmp_path: Path) -> None:
    async with Server(tmp_path / SOCKET, HANDLERS):
        reader, writer = await asyncio.open_unix_connection(str(tmp_path / SOCKET))
        writer.write(b'{"command": "status"}\n')
        await reader.readline()
    assert await reader.read() == b""
    writer.close()


class Record:
    """Each change is an event, which is in no file until a test says so."""

    newest = 7
    written = 7


async def test_the_answer_to_a_change_waits_until_it_is_in_a_file(tmp_path: Path) -> None:
    record = Record()

    async def change() -> JsonValue:
        record.newest += 1
        return "done"

    async def refused() -> JsonValue:
        record.newest += 1
        raise StoreError("the file is wrong")

    async def stream_of_one() -> AsyncGenerator[JsonValue, None]:
        record.newest += 1
        yield "done"

    changing = {"change": change, "refused": refused, "stream": stream_of_one}
    async with Server(tmp_path / SOCKET, {**HANDLERS, **changing}, record):
        for name in changing:
            answer = asyncio.ensure_future(
                exchange(tmp_path / SOCKET, b'{"command": "%s"}\n' % name.encode())
            )
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(asyncio.shield(answer), 0.05)
            record.written = record.newest
            assert "done" in str(told := await answer) or "wrong" in str(told)
        record.newest += 1  # by somebody else
        async with asyncio.timeout(0.5):
            assert (await exchange(tmp_path / SOCKET, b'{"command": "status"}\n"'))["ok"]


async def test_who_only_reads_does_not_wait_for_what_others_do(tmp_path: Path) -> None:
    record = Record()

    @reads
    async def look() -> JsonValue:
        record.newest += 1  # by somebody else
        return "seen"

    @reads
    async def refused() -> JsonValue:
        record.newest += 1
        raise StoreError("the file is wrong")

    async with Server(tmp_path / SOCKET, {"look": look, "refused": refused}, record):
        async with asyncio.timeout(0.5):
            assert (await exchange(tmp_path / SOCKET, b'{"command": "look"}\n'))["result"] == "seen"
            assert not (await exchange(tmp_path / SOCKET, b'{"command": "refused"}\n'))["ok"]


def test_whoever_shows_how_it_is_only_reads() -> None:
    shows = [getattr(Looking, name) for name in ("status", "queues", "agents", "calls", "callbacks")]
    assert [changes(each) for each in (*shows, ByCommand.supervisions, ByCommand.changes)] == [False] * 7
    assert changes(ByCommand.move)
