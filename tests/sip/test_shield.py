"""The shield: who is not heard, who is told to come back later, and what always passes."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from ipaddress import ip_network

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from softswitch.config.settings import Trunk, TrunkServer
from softswitch.config.sip_settings import Access, BanSettings, Hostility, LimitSettings, Listen, Rate
from softswitch.sip import sources
from softswitch.sip._native import lib
from softswitch.sip.shield import FIRST_MESSAGE, MAX_CONNECTIONS, Shield
from softswitch.sip.trunks import Trunks
from softswitch.testing.fakes import FakeJournal
from softswitch.types import TrunkName
from tests.sip.conftest import House
from tests.sip.phone import Dialog, Heard, Phone, sdp

pytestmark = pytest.mark.asyncio(loop_scope="module")

UNLIMITED = LimitSettings(per_source=None, all=None, lag=None)
STRICT = Hostility(limits=UNLIMITED, ban=BanSettings(failures=3, within=60, lasts=60, never=()))


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def shield(house: House) -> AsyncIterator[Shield]:
    """A shield that trusts nobody, and as it was afterwards."""
    shield = house.endpoint.shield
    listen = house.endpoint.settings.listen
    shield.apply(STRICT, listen)
    yield shield
    for ban, _ in shield.bans():
        shield.unban(ban.source)
    lib.shield.late = 0
    shield.peers(())
    shield.apply(Hostility(), listen)


async def heard(phone: Phone, method: str = "OPTIONS", **headers: str) -> Heard | None:
    """The answer to a request outside a call; None: silence."""
    dialog = Dialog(phone)
    dialog.send(method, **headers)
    try:
        return await phone.wait(lambda message: message.header("Call-ID") == dialog.call_id, 0.2)
    except TimeoutError:
        return None


def limited(shield: Shield, house: House, **limits: Rate | float | None) -> None:
    shield.apply(replace(STRICT, limits=replace(UNLIMITED, **limits)), house.endpoint.settings.listen)  # type: ignore[arg-type]


# Bans. -----------------------------------------------------------------------------------------------


async def test_a_banned_source_gets_no_answer_until_it_is_heard_again(shield: Shield, phone: Phone) -> None:
    before = shield.counts().get("banned", 0)
    assert shield.ban("127.0.0.1", 60, "a test")
    assert await heard(phone) is None
    assert await heard(phone, "INVITE") is None
    assert shield.counts()["banned"] == before + 2
    ((ban, left),) = shield.bans()
    assert (ban.source, ban.why) == ("127.0.0.1", "a test")
    assert 55 < left <= 60
    assert shield.unban("127.0.0.1")
    assert not shield.unban("127.0.0.1")
    assert await heard(phone) is not None


async def test_a_ban_ends_by_itself(shield: Shield, phone: Phone) -> None:
    shield.ban("127.0.0.1", 0.1, "a test")
    assert await heard(phone) is None
    await asyncio.sleep(0.1)
    assert await heard(phone) is not None
    shield.sweep()
    assert shield.bans() == []


async def test_a_call_in_progress_goes_on_though_its_source_is_banned(
    house: House, shield: Shield, phone: Phone
) -> None:
    house.auto = True
    call = Dialog(phone)
    assert (await call.invite(sdp(9))).status == 200
    shield.ban("127.0.0.1", 60, "a test")
    assert await heard(phone, "BYE") is None, "of a call that there is not"
    assert (await call.invite(sdp(9, "sendonly"))).status == 200
    assert (await call.bye()).status == 200


async def test_a_ringing_call_can_be_cancelled_though_its_source_is_banned(
    house: House, shield: Shield, phone: Phone
) -> None:
    call = Dialog(phone)
    call.send("INVITE", sdp(9))
    leg = await house.caller()
    leg.ring()
    shield.ban("127.0.0.1", 60, "a test")
    call.send("CANCEL", cseq=call.cseq, branch=call.branch)
    assert (await call.final("INVITE")).status == 487


async def test_failures_add_up_to_a_ban(shield: Shield, phone: Phone) -> None:
    with capture_logs() as lines:
        for _ in range(2):
            shield.failed("127.0.0.1", "wrong password")
        assert await heard(phone) is not None
        shield.failed("127.0.0.1", "wrong password")
    assert await heard(phone) is None
    failures = [line for line in lines if line["event"] == "sip.auth_failed"]
    assert [line["source"] for line in failures] == ["127.0.0.1"] * 3
    assert [line["source"] for line in lines if line["event"] == "sip.banned"] == ["127.0.0.1"]


async def test_who_is_trusted_is_never_banned(house: House, shield: Shield, phone: Phone) -> None:
    shield.ban("127.0.0.1", 60, "a test")
    shield.ban("192.0.2.9", 60, "another")
    trusting = replace(STRICT, ban=replace(STRICT.ban, never=("127.0.0.0/8",)))
    shield.apply(trusting, house.endpoint.settings.listen)
    assert [ban.source for ban, _ in shield.bans()] == ["192.0.2.9"], "a reload keeps the others"
    assert await heard(phone, User_Agent="friendly-scanner") is not None
    assert not shield.ban("127.0.0.1", 60, "a test")
    for _ in range(10):
        shield.failed("127.0.0.1", "wrong password")
    assert await heard(phone) is not None


async def test_trunks_are_trusted_too(shield: Shield) -> None:
    shield.ban("198.51.100.8", 60, "a test")
    shield.peers(["198.51.100.0/24"])
    assert shield.bans() == []
    assert not shield.ban("198.51.100.7", 60, "a test")
    assert shield.ban("198.51.101.7", 60, "a test")


async def test_the_addresses_of_trunks_in_force_are_those(house: House, shield: Shield) -> None:
    networks = (ip_network("198.51.100.0/24"), ip_network("2001:db8:7::/64"))
    named = Trunk(TrunkName("named"), (TrunkServer("192.0.2.7"),), allow_from=networks, options=0)
    found = Trunk(TrunkName("found"), (TrunkServer("192.0.2.8"),), options=0)
    trunks = Trunks(house.endpoint, FakeJournal())
    trunks.apply({named.name: named, found.name: found})
    for address in ("198.51.100.7", "2001:db8:7::1", "192.0.2.8"):
        assert not shield.ban(address, 60, "a test"), address
    trunks.apply({named.name: named})
    assert shield.ban("192.0.2.8", 60, "a test")
    trunks.apply({})
    await trunks.close()


async def test_of_ipv6_the_whole_network_is_banned(shield: Shield) -> None:
    shield.ban("2001:db8:1:2::7", 60, "a test")
    shield.ban("2001:db8:1:2:ffff::8", 60, "a test")
    shield.ban("::ffff:192.0.2.1", 60, "a test")
    assert {ban.source for ban, _ in shield.bans()} == {"2001:db8:1:2::/64", "192.0.2.1"}
    assert shield.unban("2001:db8:1:2::/64"), "as it is listed"


@pytest.mark.parametrize("text", ["", "nonsense", "300.1.1.1", "sip.example"])
async def test_what_is_no_address_is_an_error(shield: Shield, text: str) -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        shield.ban(text, 60, "a test")


# Access lists and scanners. --------------------------------------------------------------------------


def with_access(house: House, access: Access) -> tuple[Listen, ...]:
    return tuple(replace(listen, access=access) for listen in house.endpoint.settings.listen)


@pytest.mark.parametrize(
    ("access", "is_heard"),
    [
        (Access(), True),
        (Access(allow=("127.0.0.1/32",)), True),
        (Access(allow=("192.0.2.0/24", "127.0.0.0/8")), True),
        (Access(allow=("192.0.2.0/24",)), False),
        (Access(allow=("127.0.0.2/31",)), False),
        (Access(deny=("127.0.0.0/31",)), False),
        (Access(deny=("192.0.2.0/24", "::/0")), True),
        (Access(allow=("127.0.0.0/8",), deny=("127.0.0.1/32",)), False),
    ],
)
async def test_a_listener_hears_whom_it_may(
    house: House, shield: Shield, phone: Phone, access: Access, is_heard: bool
) -> None:
    shield.apply(STRICT, with_access(house, access))
    assert (await heard(phone) is not None) is is_heard


async def test_each_listener_has_its_own_lists(house: House, shield: Shield, phone: Phone) -> None:
    udp, tcp = house.endpoint.settings.listen
    shield.apply(STRICT, (udp, replace(tcp, access=Access(deny=("127.0.0.0/8",)))))
    assert await heard(phone) is not None
    async with connected(house) as (reader, _):
        assert await is_closed(reader)


# Connections. ----------------------------------------------------------------------------------------


@asynccontextmanager
async def connected(house: House) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def is_closed(reader: asyncio.StreamReader, within: float = 1.0) -> bool:
    """Whether the switch hangs up within so many seconds."""
    try:
        async with asyncio.timeout(within):
            return await reader.read(1000) == b""
    except TimeoutError:
        return False
    except ConnectionError:
        return True


async def test_nobody_has_more_connections_than_an_office(house: House, shield: Shield) -> None:
    before = shield.counts().get("too many connections", 0)
    lib.tcp_limits.per_source = 3
    try:
        async with AsyncExitStack() as stack:
            for _ in range(3):
                reader, _ = await stack.enter_async_context(connected(house))
                assert not await is_closed(reader, 0.1)
            async with connected(house) as (reader, _):
                assert await is_closed(reader)
            assert shield.counts()["too many connections"] == before + 1
        await asyncio.sleep(0.2)
        async with connected(house) as (reader, _):
            assert not await is_closed(reader, 0.1), "the others are gone"
        shield.peers(["127.0.0.1"])
        async with AsyncExitStack() as stack:
            for _ in range(5):
                reader, _ = await stack.enter_async_context(connected(house))
                assert not await is_closed(reader, 0.05), "a trunk may"
    finally:
        lib.tcp_limits.per_source = MAX_CONNECTIONS


async def test_who_is_not_heard_is_not_connected(house: House, shield: Shield) -> None:
    shield.ban("127.0.0.1", 60, "a test")
    async with connected(house) as (reader, _):
        assert await is_closed(reader)
    shield.unban("127.0.0.1")
    shield.apply(STRICT, with_access(house, Access(deny=("127.0.0.0/8",))))
    async with connected(house) as (reader, _):
        assert await is_closed(reader)


@pytest.mark.parametrize("part", [b"", b"OPTIONS sip:600@127.0.0.1 SIP/2.0\r\nVia: "])
async def test_a_connection_without_a_message_is_closed(house: House, shield: Shield, part: bytes) -> None:
    lib.tcp_limits.silent = 1
    try:
        async with connected(house) as (reader, writer), connected(house) as (other, speaker):
            writer.write(part)
            speaker.write(
                Dialog(Phone(("127.0.0.1", house.port))).text("OPTIONS").replace("UDP", "TCP").encode()
            )
            async with asyncio.timeout(5):
                assert (await other.readuntil(b"\r\n")).startswith(b"SIP/2.0 200")
                assert await is_closed(reader, 3.0)
                await other.readuntil(b"\r\n\r\n")
            assert not await is_closed(other, 0.5), "this one has said something"
    finally:
        lib.tcp_limits.silent = FIRST_MESSAGE


@pytest.mark.parametrize(
    "agent", ["friendly-scanner", "sipvicious/0.3", "VaxSIPUserAgent/3.1", "my SIPCLI v1"]
)
async def test_scanners_get_no_answer(shield: Shield, phone: Phone, agent: str) -> None:
    before = shield.counts().get("scanner", 0)
    assert await heard(phone, User_Agent=agent) is None
    assert await heard(phone, User_Agent="Linphone/5.2") is not None
    assert shield.counts()["scanner"] == before + 1


# Limits. ---------------------------------------------------------------------------------------------


async def test_a_source_above_its_rate_is_told_at_first_and_then_ignored(
    house: House, shield: Shield, phone: Phone
) -> None:
    limited(shield, house, per_source=Rate(5, 60.0))
    answers = [await heard(phone, "INVITE") for _ in range(10)]
    statuses = [answer.status if answer else None for answer in answers]
    assert statuses[5:] == [503, 503, 503, None, None]
    assert 503 not in statuses[:5]
    refused = answers[5]
    assert refused is not None
    assert int(refused.header("Retry-After")) > 0


async def test_everybody_together_above_the_rate_is_told(house: House, shield: Shield, phone: Phone) -> None:
    limited(shield, house, all=Rate(2, 60.0))
    answers = [await heard(phone) for _ in range(6)]
    assert [answer.status if answer else None for answer in answers] == [200, 200, 503, 503, 503, 503]
    assert shield.counts()["all over the rate"] >= 4


async def test_a_flood_of_others_does_not_keep_out_a_phone_that_is_registered(
    house: House, shield: Shield, phone: Phone
) -> None:
    limited(shield, house, all=Rate(1, 60.0), per_source=Rate(5, 60.0))
    assert [answer.status for _ in range(2) if (answer := await heard(phone))] == [200, 503]
    shield.known("127.0.0.1")
    try:
        answers = [await heard(phone) for _ in range(4)]
        assert [answer and answer.status for answer in answers] == [200, 200, 200, 503], (
            "it has its own limit"
        )
    finally:
        shield.unknown("127.0.0.1")
    assert (await phone.request("OPTIONS")).status == 503


async def test_what_belongs_to_a_call_passes_every_limit(house: House, shield: Shield, phone: Phone) -> None:
    house.auto = True
    call = Dialog(phone)
    assert (await call.invite(sdp(9))).status == 200
    limited(shield, house, per_source=Rate(1, 60.0), all=Rate(1, 60.0))
    for _ in range(3):
        await heard(phone)
    assert (await call.invite(sdp(9, "sendonly"))).status == 200
    assert (await call.bye()).status == 200


@pytest.mark.parametrize("method", ["INFO", "INVITE", "BYE", "CANCEL", "UPDATE"])
async def test_what_only_says_that_it_belongs_to_a_call_does_not_pass(
    house: House, shield: Shield, phone: Phone, method: str
) -> None:
    limited(shield, house, per_source=Rate(2, 60.0))
    statuses = [(await phone.request(method, to_tag="unheard-of")).status for _ in range(4)]
    assert statuses == [481, 481, 503, 503]


async def test_a_repeated_invite_is_no_second_one(house: House, shield: Shield, phone: Phone) -> None:
    limited(shield, house, all=Rate(1, 60.0))
    call = Dialog(phone)
    call.send("INVITE", sdp(9))
    leg = await house.caller()
    leg.ring()
    call.send("INVITE", sdp(9), cseq=call.cseq, branch=call.branch)
    await asyncio.sleep(0.1)
    assert not any(message.status == 503 for message in phone.messages)
    leg.answer()
    assert (await call.final("INVITE")).status == 200
    call.send("ACK", cseq=call.cseq)
    assert (await call.bye()).status == 200


async def test_a_late_loop_refuses_new_calls_only(house: House, shield: Shield, phone: Phone) -> None:
    house.auto = True
    call = Dialog(phone)
    assert (await call.invite(sdp(9))).status == 200
    lib.shield.late = 1
    refused = await heard(phone, "INVITE")
    assert refused is not None
    assert refused.status == 503
    assert refused.header("Retry-After")
    assert (await phone.request("OPTIONS")).status == 200
    assert (await call.invite(sdp(9, "sendonly"))).status == 200
    assert (await call.bye()).status == 200
    assert house.endpoint.gate.state.callers == 0


async def test_what_was_thrown_away_is_told_once(shield: Shield, phone: Phone) -> None:
    shield.sweep()
    with capture_logs() as lines:
        for _ in range(3):
            await heard(phone, User_Agent="friendly-scanner")
        shield.sweep()
        shield.sweep()
    told = [line for line in lines if line["event"] == "sip.shielded"]
    assert sum(line["scanner"] for line in told) == 3
    assert {line["latest"] for line in told} == {"127.0.0.1"}


# Token buckets, without packets. ---------------------------------------------------------------------


def source(text: str) -> bytes:
    return sources.native(sources.source_of(sources.read(text)))[0]


async def test_a_bucket_fills_again_at_its_rate(house: House, shield: Shield) -> None:
    limited(shield, house, per_source=Rate(10, 1.0))
    one = source("192.0.2.1")
    assert [lib.shield_source_over(one, 100.0) for _ in range(14)] == [0] * 10 + [503] * 3 + [-1]
    assert lib.shield_source_over(one, 100.05) == -1
    assert [lib.shield_source_over(one, 100.35) for _ in range(4)] == [0, 0, 0, -1]
    assert [lib.shield_source_over(one, 200.0) for _ in range(11)] == [0] * 10 + [503], "told again"
    assert lib.shield_source_over(source("192.0.2.2"), 100.0) == 0


async def test_addresses_of_one_ipv6_network_share_a_bucket(house: House, shield: Shield) -> None:
    limited(shield, house, per_source=Rate(1, 1.0))
    assert lib.shield_source_over(source("2001:db8::1"), 100.0) == 0
    assert lib.shield_source_over(source("2001:db8::2"), 100.0) == 503
    assert lib.shield_source_over(source("2001:db8:0:1::1"), 100.0) == 0


async def test_a_flood_of_sources_does_not_forget_who_floods(house: House, shield: Shield) -> None:
    limited(shield, house, per_source=Rate(5, 60.0))
    flooder = source("192.0.2.1")
    passed = 0
    for number in range(20_000):
        lib.shield_source_over(secrets.token_bytes(16), 100.0 + number / 1e6)
        passed += lib.shield_source_over(flooder, 100.0 + number / 1e6) == 0
    assert passed == 5


async def test_networks_are_compared_bit_by_bit() -> None:
    assert sources.native(ip_network("10.0.0.0/9")) == (bytes(10) + b"\xff\xff\x0a\0\0\0", 105)
    assert sources.native(ip_network("2001:db8::/32"))[1] == 32
