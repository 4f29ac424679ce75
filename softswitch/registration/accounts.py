"""Who may log in, and whether a request proves it: logins, their secrets, the whole check in one place.

A wrong user, a wrong password and a login that has no secret for the algorithm cost the same work and look
the same from outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from softswitch.registration import digest
from softswitch.registration.digest import Algorithm, Credentials, Unreadable
from softswitch.registration.nonces import Nonces, Standing
from softswitch.types import AgentName, Seconds


@dataclass(frozen=True, slots=True)
class Account:
    """One login."""

    login: str
    """The user name of the phone."""
    agent: AgentName
    password: str | None = field(default=None, repr=False)
    ha1: Mapping[Algorithm, str] = field(default_factory=dict, repr=False)
    """Instead of a password: H(A1) over login, realm and password, as hexadecimal digits."""


class Failure(StrEnum):
    """Why a request proves nothing."""

    MISSING = "no credentials"
    MALFORMED = "malformed credentials"
    """400."""
    FOREIGN = "credentials for another realm or scheme"
    WRONG = "wrong user or password"
    """The one that counts against its source."""
    OTHER_URI = "credentials for another request URI"
    STALE = "stale nonce"
    """Too old, or not made for this source: challenge anew with stale=true. The password was not looked at,
    and nothing is held against a source that may be an invention."""
    REPLAYED = "replayed nonce count"
    """As STALE, but the password is right, and the same credentials were used before."""


@dataclass(frozen=True, slots=True)
class Proven:
    """The request comes from this agent."""

    agent: AgentName
    login: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The request proves nothing."""

    failure: Failure
    why: str = ""
    """More, for the log; never for the other side."""
    username: str = ""
    """What was claimed, as it came: for the log, escaped there."""

    @property
    def status(self) -> int:
        """400 for what breaks the grammar, else 401 with `Accounts.challenges`."""
        return 400 if self.failure is Failure.MALFORMED else 401

    @property
    def stale(self) -> bool:
        """The phone may answer the next challenge without asking its user."""
        return self.failure in (Failure.STALE, Failure.REPLAYED)

    @property
    def suspicious(self) -> bool:
        """It counts towards a ban of its source."""
        return self.failure in (Failure.WRONG, Failure.OTHER_URI)


LEGACY = frozenset({Algorithm.MD5})
"""Algorithms that are taken without `qop` (RFC 2069) unless said otherwise: phones of that age know only MD5.
"""


class Accounts:
    """The logins of a realm. Raises ValueError for a login that is given twice or has no secret."""

    def __init__(
        self,
        accounts: Iterable[Account],
        realm: str,
        nonces: Nonces,
        legacy: frozenset[Algorithm] = LEGACY,
    ) -> None:
        """Hash every password, and keep none."""
        self._realm = realm
        self._nonces = nonces
        self._legacy = legacy
        self._secrets: dict[Algorithm, dict[str, tuple[AgentName, str, str]]] = {one: {} for one in Algorithm}
        """Agent, login and H(A1) by user name: `201` and, where there is a password, `201@realm`."""
        self._dummy = {one: digest.ha1(one, "", realm, "") for one in Algorithm}
        self._names: set[str] = set()
        """User names that have a secret for some algorithm."""
        known: set[str] = set()
        for account in accounts:
            if account.login in known:
                raise ValueError(f"two agents have the login {account.login!r}")
            if account.password is None and not account.ha1:
                raise ValueError(f"the login {account.login!r} has neither password nor ha1")
            known.add(account.login)
            self._add(account)
        every = [
            one for one in Algorithm if len({entry[1] for entry in self._secrets[one].values()}) == len(known)
        ]
        self._names.update(*self._secrets.values())
        self.algorithms = tuple(every) or tuple(one for one in Algorithm if self._secrets[one])
        """What is offered: a phone takes the best that it knows, so only what every login can answer, if any
        is.
        """

    def _add(self, account: Account) -> None:
        login, agent = account.login, account.agent
        for algorithm in Algorithm:
            secrets = self._secrets[algorithm]
            if account.password is not None:
                for name in (login, f"{login}@{self._realm}"):
                    secret = digest.ha1(algorithm, name, self._realm, account.password)
                    secrets[name] = (agent, login, secret)
            elif algorithm in account.ha1:
                secrets[login] = (agent, login, account.ha1[algorithm].lower())

    def challenges(
        self, now: Seconds, source: str = "", *, stale: bool = False, md5_alone: bool = False
    ) -> tuple[str, ...]:
        """Values of WWW-Authenticate with a new nonce for a source, each for a header line of its own.

        `md5_alone`: offer nothing but MD5, where that is offered at all.
        """
        only = md5_alone and Algorithm.MD5 in self.algorithms
        algorithms = (Algorithm.MD5,) if only else self.algorithms
        nonce = self._nonces.make(now, source)
        return digest.challenges(self._realm, nonce, stale=stale, algorithms=algorithms)

    def check(
        self,
        authorization: str | None,
        method: str,
        uri: str,
        now: Seconds,
        mark: str = "",
        source: str = "",
    ) -> Proven | Refused:
        """Whether the Authorization of a request proves who sent it. `mark`: see `Nonces.use`; `source`:
        where the request came from, as in `challenges`.
        """
        if not authorization:
            return Refused(Failure.MISSING)
        credentials = digest.parse(authorization, self._realm)
        if isinstance(credentials, Unreadable):
            failure = Failure.MALFORMED if credentials.malformed else Failure.FOREIGN
            return Refused(failure, credentials.why)
        if credentials.realm != self._realm:
            return Refused(Failure.FOREIGN, f"realm {credentials.realm!r}", credentials.username)
        if credentials.legacy and credentials.algorithm not in self._legacy:
            return Refused(Failure.FOREIGN, f"{credentials.algorithm} without qop", credentials.username)
        if not self._nonces.knows(credentials.nonce, now, source):
            return Refused(Failure.STALE, "nonce too old, or of others", credentials.username)
        found = self._prover(credentials, method, uri)
        if isinstance(found, Refused):
            return found
        standing = self._nonces.use(credentials.nonce, credentials.count, now, mark, source)
        if standing is Standing.GOOD:
            return found
        failure = Failure.REPLAYED if standing is Standing.REPLAYED else Failure.STALE
        return Refused(failure, f"{standing} nonce", credentials.username)

    def _prover(self, credentials: Credentials, method: str, uri: str) -> Proven | Refused:
        """Whose password made these credentials."""
        algorithm, username = credentials.algorithm, credentials.username
        found = self._secrets[algorithm].get(username)
        secret = self._dummy[algorithm] if found is None else found[2]
        if not digest.proves(credentials, method, secret) or found is None:
            why = "wrong password"
            if found is None:
                known = username in self._names
                why = "no such login for this algorithm" if known else "no such login"
            return Refused(Failure.WRONG, why, username)
        if not digest.same_request(credentials.uri, uri):
            return Refused(Failure.OTHER_URI, f"digest for {credentials.uri!r}", username)
        return Proven(found[0], found[1])
