"""Whether a request proves which agent or carrier sent it, and what to answer when it does not: what all
requests share that only these may send.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterable

from softswitch.registration.accounts import Account, Accounts, Proven, Refused
from softswitch.registration.nonces import Nonces
from softswitch.registration.offers import Offers
from softswitch.sip import sources
from softswitch.sip.gate import Answer, Request
from softswitch.types import TrunkName

Offended = Callable[[str, str], None]
"""Hears of a source that used wrong credentials, and what they were wrong about."""


def _nobody_hears(_source: str, _why: str) -> None:
    """Where nothing is done about it."""


class Proofs:
    """The digest check, with the logins in force."""

    def __init__(self, offended: Offended = _nobody_hears) -> None:
        self._offended = offended
        self._nonces = Nonces(secrets.token_bytes(32))
        self._offers = Offers()
        self._loop = asyncio.get_running_loop()
        self.apply((), "softswitch")

    def apply(self, logins: Iterable[Account], realm: str, carriers: Iterable[Account] = ()) -> None:
        """Put settings in force; nonces that are out stay good. `carriers`: by trunk in place of an agent."""
        self._accounts = Accounts(logins, realm, self._nonces)
        self._carriers = Accounts(carriers, realm, self._nonces)

    def of(self, request: Request) -> Proven | Answer:
        """The agent who sent it, or the answer to who proves nothing: 401 with a challenge, or 400."""
        return self._check(self._accounts, request)

    def of_carrier(self, request: Request) -> TrunkName | Answer:
        """The trunk that it comes by, or the answer, as `of`."""
        proof = self._check(self._carriers, request)
        return proof if isinstance(proof, Answer) else TrunkName(proof.agent)

    def _check(self, accounts: Accounts, request: Request) -> Proven | Answer:
        headers, now = request.message.headers, self._loop.time()
        # A retransmission is the same to the last octet: the digest covers neither Contact nor body.
        mark = f"{request.source}:{request.port} {hash(request.message.text)}"
        proof = accounts.check(
            headers.get("authorization"), request.method, request.message.uri, now, mark, _source(request)
        )
        phone = f"{request.source} {headers.get('from', '').partition(';tag=')[0][:100]}"
        if "authorization" in headers:
            self._offers.answered(phone)
        else:
            self._offers.asked(phone, mark, now)
        return self._refuse(accounts, request, proof, phone) if isinstance(proof, Refused) else proof

    def _refuse(self, accounts: Accounts, request: Request, refused: Refused, phone: str) -> Answer:
        if refused.suspicious:
            claimed = refused.username[:64]
            self._offended(request.source, f"{request.method} as {claimed!r}: {refused.why}")
        if refused.status != 401:
            return Answer(refused.status)
        alone = self._offers.md5_alone(phone, request.message.headers.get("user-agent", ""))
        values = accounts.challenges(
            self._loop.time(), _source(request), stale=refused.stale, md5_alone=alone
        )
        return Answer(401, {"WWW-Authenticate": "\n".join(values)})


def _source(request: Request) -> str:
    """Whom a nonce is made for: the address alone, since NAT may give each packet another port."""
    if ":" not in request.source:
        return request.source
    return sources.written(sources.source_of(sources.read(request.source)))
