"""SIPp scenarios, made for each caller and agent of the cast: SIP alone, RTP belongs to the ears and voices.

The language is SIPp's own: https://sipp.readthedocs.io/en/latest/scenarios/sipp_scenarios.html
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from softswitch.demo.cast import Agent, Caller
from softswitch.types import Seconds

BETWEEN_KEYS: Seconds = 0.25
"""Within one entry."""

VIA = "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]"


def caller_scenario(caller: Caller, rtp_port: int) -> str:
    """The whole call of a caller whose ear is at `rtp_port`."""
    steps = [_invite(caller, rtp_port)]
    steps += [f'<recv response="{status}" optional="true"/>' for status in (100, 180, 183)]
    if caller.status != 200:
        steps += [
            f'<recv response="{caller.status}"/>',
            _ack(caller, "sip:[service]@[remote_ip]:[remote_port]"),
        ]
        return _scenario(caller.name, steps)
    steps += ['<recv response="200" rrs="true"/>', _ack(caller, "[next_url]")]
    presses = [
        (BETWEEN_KEYS if place else pause, key)
        for pause, keys in caller.keys
        for place, key in enumerate(keys)
    ]
    for number, (pause, key) in enumerate(presses, start=2):
        steps += [_pause(pause), _info(caller, number, key), '<recv response="200"/>']
    left = caller.patience - sum(pause for pause, _ in presses)
    steps += [
        f'<recv request="BYE" timeout="{_ms(left)}" ontimeout="hang_up"/>',
        _answer("200 OK", attributes=' next="end"'),
        '<label id="hang_up"/>',
        _request("BYE", "[next_url]", caller, len(presses) + 2),
        '<recv response="200"/>',
        '<label id="end"/>',
    ]
    return _scenario(caller.name, steps)


def agent_scenario(agent: Agent, rtp_port: int) -> str:
    """What an agent's phone does with each call; its ear is at `rtp_port`."""
    tagged = "[last_To:];tag=[pid]-[call_number]"
    contact = f"Contact: <sip:{agent.extension}@[local_ip]:[local_port]>"
    number = '<ereg regexp="[0-9]+" search_in="hdr" header="CSeq:" assign_to="number"/>'
    remote = '<ereg regexp="sip:[^>]+" search_in="hdr" header="Contact:" assign_to="remote"/>'
    caller = '<ereg regexp=".*" search_in="hdr" header="From:" assign_to="caller"/>'
    callee = '<ereg regexp=".*" search_in="hdr" header="To:" assign_to="callee"/>'
    invited = ["[last_Via:]", "From: [$caller]", "To: [$callee];tag=[pid]-[call_number]", "[last_Call-ID:]"]
    hang_up = [
        VIA,
        "From: [$callee];tag=[pid]-[call_number]",
        "To: [$caller]",
        "[last_Call-ID:]",
        "CSeq: 1 BYE",
        "Max-Forwards: 70",
    ]
    steps = [
        f'<recv request="INVITE"><action>{number}{remote}{caller}{callee}</action></recv>',
        _answer("180 Ringing", to=tagged, headers=[contact]),
        f'<recv request="CANCEL" timeout="{_ms(agent.rings)}" ontimeout="answer"/>',
        _answer("200 OK", to=tagged),
        _send(["SIP/2.0 487 Request Terminated", *invited, "CSeq: [$number] INVITE"], retrans=True),
        '<recv request="ACK" next="end"/>',
        '<label id="answer"/>',
        _send(
            ["SIP/2.0 200 OK", *invited, "CSeq: [$number] INVITE", contact, "Content-Type: application/sdp"],
            _sdp(rtp_port),
            retrans=True,
        ),
        '<recv request="ACK"/>',
        f'<recv request="BYE" timeout="{_ms(agent.talks)}" ontimeout="hang_up"/>',
        _answer("200 OK", attributes=' next="end"'),
        '<label id="hang_up"/>',
        _send(["BYE [$remote] SIP/2.0", *hang_up], retrans=True),
        '<recv response="200"/>',
        '<label id="end"/>',
    ]
    return _scenario(agent.name, steps)


def _invite(caller: Caller, rtp_port: int) -> str:
    contact = f"Contact: <sip:{caller.number}@[local_ip]:[local_port]>"
    target = "sip:[service]@[remote_ip]:[remote_port]"
    return _request("INVITE", target, caller, 1, [contact, "Content-Type: application/sdp"], _sdp(rtp_port))


def _ack(caller: Caller, target: str) -> str:
    return _request("ACK", target, caller, 1)


def _info(caller: Caller, number: int, key: str) -> str:
    headers = ["Content-Type: application/dtmf-relay"]
    return _request("INFO", "[next_url]", caller, number, headers, f"Signal={key}\nDuration=160\n")


def _request(
    method: str, target: str, caller: Caller, number: int, headers: Iterable[str] = (), body: str = ""
) -> str:
    to = "To: <sip:[service]@[remote_ip]:[remote_port]>" if method == "INVITE" else "[last_To:]"
    lines = [
        f"{method} {target} SIP/2.0",
        VIA,
        f'From: "{caller.name}" <sip:{caller.number}@[local_ip]:[local_port]>;tag=[pid]-[call_number]',
        to,
        "Call-ID: [call_id]",
        f"CSeq: {number} {method}",
        "Max-Forwards: 70",
        *headers,
    ]
    return _send(lines, body, retrans=method != "ACK")


def _answer(status: str, *, to: str = "[last_To:]", headers: Iterable[str] = (), attributes: str = "") -> str:
    lines = [
        f"SIP/2.0 {status}",
        "[last_Via:]",
        "[last_From:]",
        to,
        "[last_Call-ID:]",
        "[last_CSeq:]",
        *headers,
    ]
    return _send(lines, attributes=attributes)


def _send(lines: Iterable[str], body: str = "", *, retrans: bool = False, attributes: str = "") -> str:
    again = ' retrans="500"' if retrans else ""
    text = "\n".join([*lines, f"Content-Length: {'[len]' if body else 0}", "", body])
    return f"<send{again}{attributes}><![CDATA[\n{text}\n]]></send>"


def _sdp(port: int) -> str:
    return "\n".join(
        [
            "v=0",
            "o=- 1 1 IN IP4 127.0.0.1",
            "s=-",
            "c=IN IP4 127.0.0.1",
            "t=0 0",
            f"m=audio {port} RTP/AVP 8 101",
            "a=rtpmap:8 PCMA/8000",
            "a=rtpmap:101 telephone-event/8000",
            "a=fmtp:101 0-16",
            "a=ptime:20",
        ]
    )


def _pause(seconds: Seconds) -> str:
    return f'<pause milliseconds="{_ms(seconds)}"/>'


def _ms(seconds: Seconds) -> int:
    return round(seconds * 1000)


def _scenario(name: str, steps: Iterable[str]) -> str:
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<scenario name={quoteattr(escape(name))}>'
    return "\n".join([head, *steps, "</scenario>", ""])
