"""Who may register and who may call: the gate's handlers for REGISTER and for the INVITEs of new calls.

| an INVITE ... | is |
|---|---|
| with an agent's login, or, without a carrier's, from an agent's phone | to be proven, as below |
| from an address of a trunk | that trunk's call, whatever it says of itself; 503 above its channels |
| with credentials that prove a trunk | the same |
| with credentials that prove an agent | that agent's call |
| with credentials that prove nothing | challenged again (401), and counted against its source |
| whose From or P-Asserted-Identity claims to be of this house, or From of a trunk | challenged (401) |
| of anybody else | a guest's, where guests are welcome; challenged (401) otherwise |

A wrong user and a wrong password get the same answer. As long as nobody has a login, nobody is challenged.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from urllib.parse import unquote

import structlog

from softswitch import siptext
from softswitch.config.settings import Trunk
from softswitch.registration.accounts import Account
from softswitch.registration.digest import Credentials, parse
from softswitch.registration.request import Malformed, read
from softswitch.sip.gate import Answer, Gate, Request
from softswitch.sip.phones import Phones
from softswitch.sip.proofs import Proofs
from softswitch.sip.trunks import Trunks
from softswitch.siptext import Uri
from softswitch.types import AgentName, Origin, Party, Srtp, TrunkName

log = structlog.get_logger(__name__)


def _the_usual_one(_srtp: Srtp) -> int:
    """Where nothing is encrypted (`gate.Answer.account`)."""
    return -1


class Admission:
    """The policy, with the logins in force."""

    def __init__(
        self,
        phones: Phones,
        proofs: Proofs,
        account_of: Callable[[Srtp], int] = _the_usual_one,
        trunks: Trunks | None = None,
    ) -> None:
        """`account_of`: PJSUA's account by which calls with such sound come in. `trunks`: the carriers."""
        self._phones = phones
        self._proofs = proofs
        self._trunks = trunks
        self._account_of = account_of
        self._loop = asyncio.get_running_loop()
        self.apply((), "softswitch", guests=True)

    def apply(
        self,
        logins: Iterable[Account],
        realm: str,
        *,
        guests: bool,
        srtp: Srtp = Srtp.OFF,
        agents_srtp: Mapping[AgentName, Srtp] = MappingProxyType({}),
        carriers: Mapping[TrunkName, Trunk] = MappingProxyType({}),
    ) -> None:
        """Put settings in force. `srtp` is for callers who are no agents. `carriers`: those that prove their
        calls by digest are known by it.
        """
        known = tuple(logins)
        by_digest = {trunk.inbound: trunk for trunk in carriers.values() if trunk.inbound is not None}
        self._proofs.apply(
            known,
            realm,
            [
                Account(user, AgentName(trunk.name), trunk.inbound_password)
                for user, trunk in by_digest.items()
            ],
        )
        self._carriers = frozenset(by_digest)
        self._carriers_hosts = {
            host.lower()
            for trunk in by_digest.values()
            for host in (trunk.domain, *(server.host for server in trunk.servers))
            if host is not None
        }
        self._logins = {account.login for account in known}
        self._realm = realm.lower()
        self._guests = guests
        self._srtp, self._agents_srtp = srtp, agents_srtp

    def install(self, gate: Gate) -> None:
        """Decide from now on."""
        gate.handle("REGISTER", self.register)
        gate.handle("INVITE", self.invite)

    def register(self, request: Request) -> Answer:
        """The registrar's answer (RFC 3261 section 10.3)."""
        proof = self._proofs.of(request)
        if isinstance(proof, Answer):
            return proof
        claimed = siptext.addresses(request.message.headers.get("to", ""))
        if len(claimed) != 1 or not self._is_own(claimed[0].uri, proof.login):
            return Answer(403)  # somebody else's phone (RFC 3261 section 10.3 step 4)
        registration = read(proof.agent, request.message.headers, request.received)
        if isinstance(registration, Malformed):
            log.info("phone.malformed", agent=proof.agent, source=request.source, why=registration.why)
            return Answer(400)
        outcome = self._phones.register(registration)
        if outcome.status == 423 and outcome.minimum is not None:
            return Answer(423, {"Min-Expires": str(round(outcome.minimum))})
        if outcome.status != 200:
            log.info("phone.refused", agent=proof.agent, source=request.source, why=outcome.why)
            return Answer(outcome.status)
        now = self._loop.time()
        headers = {"Contact": ", ".join(binding.header(now) for binding in outcome.bindings)}
        if registration.path:
            headers["Path"] = ", ".join(registration.path)
        return Answer(200, {name: value for name, value in headers.items() if value})

    def invite(self, request: Request) -> Answer:
        """Who calls; see the table above."""
        is_agents = self._is_agents(request)
        if not is_agents:
            if self._trunks is not None and (trunk := self._trunks.match(request.source, _called(request))):
                return self._by_trunk(trunk, request)
            if self._carriers and self._is_carriers(request):
                proven = self._proofs.of_carrier(request)
                return proven if isinstance(proven, Answer) else self._by_trunk(proven, request)
            if not self._logins:
                return self._guest() if self._guests else self._nobody(request)
        headers = request.message.headers
        if is_agents or "authorization" in headers or self._claims(request) or not self._guests:
            proof = self._proofs.of(request)
            if isinstance(proof, Answer):
                return proof
            srtp = self._agents_srtp.get(proof.agent, Srtp.OFF)
            return Answer(0, origin=Origin(agent=proof.agent), account=self._account_of(srtp))
        return self._guest()

    def _by_trunk(self, trunk: TrunkName, request: Request) -> Answer:
        """A carrier's call, within its channels."""
        assert self._trunks is not None
        account = self._trunks.account(trunk, request.source)
        if account is None or not self._trunks.has_room(trunk):
            self._trunks.turn_away(trunk)
            return Answer(503)
        return Answer(0, origin=Origin(trunk=trunk), account=account)

    def _nobody(self, request: Request) -> Answer:
        """Somebody unknown where no agent has a login and no guest is welcome: it may be a carrier."""
        if not self._carriers:
            return Answer(403)
        proven = self._proofs.of_carrier(request)
        return proven if isinstance(proven, Answer) else self._by_trunk(proven, request)

    def _is_agents(self, request: Request) -> bool:
        """Whether an INVITE uses an agent's login, or comes from where an agent's phone registered: it may
        stand behind the same NAT as a carrier, or be an extension of the exchange that also is the trunk.
        """
        login = _login(request)
        if login in self._logins:
            return True
        return login not in self._carriers and self._phones.is_from_a_phone(request.received)

    def _is_carriers(self, request: Request) -> bool:
        """Whether an INVITE uses a carrier's login, or claims in From to be that carrier's."""
        if "authorization" in request.message.headers:
            return _login(request) in self._carriers
        sender = request.message.sender
        uri = siptext.uri(sender.uri)
        return sender.number in self._carriers or (uri is not None and uri.host in self._carriers_hosts)

    def _guest(self) -> Answer:
        return Answer(0, account=self._account_of(self._srtp))

    def _claims(self, request: Request) -> bool:
        """Whether From or P-Asserted-Identity says that the caller belongs to this house: by our realm, by
        the address that was called, or by an agent's login.
        """
        message = request.message
        called = siptext.uri(message.uri)
        return any(self._is_ours(who, called) for who in {message.caller(believed=True), message.sender})

    def _is_ours(self, who: Party, called: Uri | None) -> bool:
        uri = siptext.uri(who.uri)
        at_home = uri is not None and (
            uri.host == self._realm
            or (called is not None and (uri.host, uri.port or 5060) == (called.host, called.port or 5060))
        )
        return at_home or who.number in self._logins

    def _is_own(self, text: str, login: str) -> bool:
        """Whether an address of record is that of a login, in whatever domain the phone knows us by."""
        uri = siptext.uri(text)
        return uri is not None and unquote(uri.user) == login


def _called(request: Request) -> str:
    """The user of the request URI, unescaped."""
    uri = siptext.uri(request.message.uri)
    return unquote(uri.user) if uri else ""


def _login(request: Request) -> str:
    """The login whose password is said to be known; empty: none."""
    used = parse(request.message.headers.get("authorization", ""))
    return used.username.partition("@")[0] if isinstance(used, Credentials) else ""
