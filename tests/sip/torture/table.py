"""What the switch does with each message of RFC 4475, and why."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One message."""

    section: str
    """Of RFC 4475."""
    name: str
    answer: int | None
    """The status that a stranger gets; 100: it becomes a call; None: no answer."""
    why: str
    known: int | None = None
    """The status that somebody we know gets for what PJSIP drops; None: PJSIP can read it, or nobody can."""
    dropped: bool = False
    """PJSIP drops it, and that is counted."""


def dropped(section: str, name: str, known: int | None, why: str) -> Row:
    """A row of what PJSIP cannot read."""
    return Row(section, name, None, why, known, dropped=True)


TABLE = (
    # 3.1.1: valid messages
    Row("3.1.1.1", "wsinv", 481, "read in full, folds and all; its To tag names a dialog that there is not"),
    Row("3.1.1.2", "intmeth", 501, "a method that is a token, and unknown"),
    Row("3.1.1.3", "esc01", 100, "escapes in URIs are read"),
    Row("3.1.1.4", "escnull", 401, "%00 is read as a character; who registers must log in"),
    Row("3.1.1.5", "esc02", 501, "RE%47IST%45R is not REGISTER: % is no escape in a method"),
    Row("3.1.1.6", "lwsdisp", 200, "no space is needed between a name and its <"),
    Row("3.1.1.7", "longreq", 100, "long values and 34 Vias are read"),
    Row("3.1.1.8", "dblreq", 401, "what follows the body of a datagram is ignored"),
    Row("3.1.1.9", "semiuri", 200, "a semicolon before the @ belongs to the user"),
    Row("3.1.1.10", "transports", 200, "transports of other hops may be unknown"),
    Row("3.1.1.11", "mpart01", 405, "a body of any octets is read; MESSAGE is not served"),
    Row("3.1.1.12", "unreason", None, "a response to no request of ours"),
    Row("3.1.1.13", "noreason", None, "a response to no request of ours"),
    # 3.1.2: invalid messages
    dropped("3.1.2.1", "badinv01", 400, "empty parameters in Via"),
    Row("3.1.2.2", "clerr", 400, "stricter than PJSIP: the datagram ends before the body (RFC 3261 18.3)"),
    dropped("3.1.2.3", "ncl", 400, "a negative Content-Length"),
    dropped("3.1.2.4", "scalar02", 400, "a CSeq above 2**31"),
    dropped("3.1.2.5", "scalarlg", None, "a response; responses are never answered"),
    dropped("3.1.2.6", "quotbal", 400, "a quote that does not end"),
    dropped("3.1.2.7", "ltgtruri", 400, "a Request-URI in <>"),
    dropped("3.1.2.8", "lwsruri", 400, "a space within the Request-URI"),
    Row("3.1.2.9", "lwsstart", 100, "liberal, as the RFC allows: two spaces in the request line mean one"),
    Row("3.1.2.10", "trws", 200, "liberal, as the RFC allows: spaces at the end of the request line"),
    Row("3.1.2.11", "escruri", 400, "stricter than PJSIP: headers in a Request-URI (RFC 3261 19.1.1)"),
    Row("3.1.2.12", "baddate", 100, "liberal, as the RFC allows: nobody reads Date"),
    dropped("3.1.2.13", "regbadct", 400, "a ? in a URI without <>"),
    Row("3.1.2.14", "badaspec", 200, "liberal, as the RFC allows: spaces within <>"),
    Row("3.1.2.15", "baddn", 200, "liberal, as the RFC allows: a comma in a name without quotes"),
    dropped("3.1.2.16", "badvers", 505, "SIP/7.0"),
    Row("3.1.2.17", "mismatch01", 400, "stricter than PJSIP: CSeq names another method"),
    Row("3.1.2.18", "mismatch02", 400, "stricter than PJSIP: CSeq names another method"),
    dropped("3.1.2.19", "bigcode", None, "a response; responses are never answered"),
    # 3.2: transaction layer
    Row("3.2.1", "badbranch", 200, "a branch that is the cookie alone is matched as by RFC 2543"),
    # 3.3: application layer
    dropped("3.3.1", "insuf", None, "without Call-ID, From and To there is no answer to write"),
    dropped("3.3.2", "unkscm", 416, "a Request-URI of an unknown scheme"),
    dropped("3.3.3", "novelsc", 416, "a Request-URI of a known scheme that is not ours"),
    Row("3.3.4", "unksm2", 401, "who registers must log in, whatever To says"),
    Row("3.3.5", "bext01", 420, "stricter than PJSIP: what is required is named as unsupported"),
    Row("3.3.6", "invut", 415, "a body that is no SDP"),
    dropped("3.3.7", "regaut01", 400, "PJSIP reads no credentials of an unknown scheme"),
    Row("3.3.8", "multi01", 400, "stricter than PJSIP: two of what may be there once"),
    Row("3.3.9", "mcl01", 400, "stricter than PJSIP: two lengths"),
    Row(
        "3.3.10",
        "bcast",
        None,
        "a response to no request of ours; it goes nowhere, least of all to a broadcast",
    ),
    Row("3.3.11", "zeromf", 200, "it is at its end here, and goes no further"),
    Row("3.3.12", "cparam01", 401, "who registers must log in"),
    Row("3.3.13", "cparam02", 401, "who registers must log in"),
    Row("3.3.14", "regescrt", 401, "who registers must log in"),
    Row("3.3.15", "sdp01", 406, "stricter than PJSIP: a caller who accepts no SDP"),
    # 3.4: backward compatibility
    Row("3.4.1", "inv2543", 400, "a dialog needs a Contact, which RFC 2543 did not (RFC 3261 8.1.1.8)"),
)
