"""Somebody we know is told that nobody can read what it sent; a stranger is not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.sip.conftest import House
from tests.sip.phone import Heard, Phone

pytestmark = pytest.mark.asyncio(loop_scope="module")

HEADERS = {
    "Via": "SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK1;rport",
    "From": "<sip:201@example.com>;tag=a",
    "To": "<sip:600@example.com>",
    "Call-ID": "unread@example.com",
    "CSeq": "1 OPTIONS",
}


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def known(house: House) -> AsyncIterator[None]:
    house.endpoint.shield.known("127.0.0.1")
    yield
    house.endpoint.shield.unknown("127.0.0.1")


def text(phone: Phone, first: str = "OPTIONS <sip:x@y> SIP/2.0", **changes: str | None) -> str:
    """A request that PJSIP drops; a header that is None is left out."""
    headers = HEADERS | {name.replace("_", "-"): value for name, value in changes.items()}
    lines = [
        f"{name}: {value.format(port=phone.port)}" for name, value in headers.items() if value is not None
    ]
    return "\r\n".join([first, *lines, "Content-Length: 0", "", ""])


async def answer(phone: Phone, message: str) -> Heard | None:
    phone.send(message)
    try:
        return await phone.wait(lambda heard: heard.status > 0, 0.2)
    except TimeoutError:
        return None


async def told(phone: Phone, message: str) -> Heard:
    heard = await answer(phone, message)
    assert heard is not None
    return heard


async def test_the_answer_carries_what_the_request_did(house: House, phone: Phone) -> None:
    before = house.endpoint.gate.answers().get(400, 0)
    heard = await told(phone, text(phone))
    assert heard.first == "SIP/2.0 400 Bad Request"
    for name in ("From", "Call-ID", "CSeq"):
        assert heard.header(name) == HEADERS[name]
    assert heard.header("Via") == HEADERS["Via"].format(port=phone.port)
    assert heard.header("To").startswith(f"{HEADERS['To']};tag=")
    assert heard.body == ""
    assert house.endpoint.gate.answers()[400] == before + 1


async def test_every_via_comes_back_in_order_and_folds_are_gone(phone: Phone) -> None:
    via = "SIP/2.0/UDP first\r\n ;branch=z9hG4bK2\r\nv: SIP/2.0/UDP second"
    heard = await told(phone, text(phone, Via=via, To="<sip:600@x>;tag=b"))
    assert heard.headers("Via") == ["SIP/2.0/UDP first   ;branch=z9hG4bK2", "SIP/2.0/UDP second"]
    assert heard.header("To") == "<sip:600@x>;tag=b"


async def test_short_names_are_names(phone: Phone) -> None:
    short = text(phone).replace("Via:", "v :").replace("From:", "F:").replace("To:", "t:")
    assert (await told(phone, short.replace("Call-ID:", "i:"))).header("Call-ID") == "unread@example.com"


@pytest.mark.parametrize(
    ("first", "status"),
    [
        ("OPTIONS sip:x@y SIP/7.0", 505),
        ("OPTIONS soap.beep://y SIP/2.0", 416),
        ("OPTIONS <sip:x@y> SIP/2.0", 400),
        ("OPTIONS sip:x@y; lr SIP/2.0", 400),
    ],
)
async def test_the_status_says_what_is_wrong(phone: Phone, first: str, status: int) -> None:
    assert (await told(phone, text(phone, first))).status == status


@pytest.mark.parametrize(
    "message",
    [
        {"first": "ACK <sip:x@y> SIP/2.0"},
        {"first": "SIP/2.0 2000 OK"},
        {"first": "nonsense"},
        {"first": "OPTIONS <sip:x@y> HTTP/1.1"},
        {"Via": None},
        {"Call_ID": None},
        {"CSeq": None},
        {"From": "<sip:201@x>\r\nFrom: <sip:202@x>"},
        {"Call_ID": "a\0b"},
        {"To": "x" * 4000},
    ],
    ids=str,
)
async def test_what_cannot_be_answered_is_not(
    house: House, phone: Phone, message: dict[str, str | None]
) -> None:
    assert await answer(phone, text(phone, **message)) is None  # type: ignore[arg-type]
    assert (await phone.request("OPTIONS")).status == 200


async def test_over_a_connection_the_answer_comes_back_by_it(house: House, phone: Phone) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    try:
        writer.write(text(phone).replace("/UDP", "/TCP").encode())
        async with asyncio.timeout(2):
            assert (await reader.readline()) == b"SIP/2.0 400 Bad Request\r\n"
    finally:
        writer.close()
        await writer.wait_closed()
