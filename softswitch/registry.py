"""The switch's registry of phones and trunks: who may register and call, what has registered, and keeping
that over a restart. Composes the pure registrar with SIP and the file.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import structlog

from softswitch.calls.phones import PhoneBook
from softswitch.config.settings import SwitchSettings
from softswitch.ports import Journal, JsonValue, Leg, Recorded
from softswitch.registration.accounts import Account
from softswitch.registration.bindings import Binding, from_json, to_json
from softswitch.registration.events import Event, Expired, Refreshed, Unregistered
from softswitch.registration.registrar import Registrar
from softswitch.sip.admission import Admission
from softswitch.sip.endpoint import SipEndpoint
from softswitch.sip.phones import Phones
from softswitch.sip.proofs import Proofs
from softswitch.sip.referring import Referring
from softswitch.sip.replacing import Replacing
from softswitch.sip.trunks import Trunks
from softswitch.sip.watching import Watching
from softswitch.store.bindings import KeptBindings
from softswitch.types import AgentName

log = structlog.get_logger(__name__)


class Registry:
    """All of it, from its opening to its closing."""

    def __init__(
        self,
        endpoint: SipEndpoint,
        journal: Journal,
        book: PhoneBook,
        trunks: Trunks,
        settings: SwitchSettings,
        file: Path,
        may_pick_up: Callable[[AgentName, Leg], bool] = lambda _agent, _leg: False,
    ) -> None:
        """Take REGISTERs from now on; phones from before a restart are there again."""
        self._loop = asyncio.get_running_loop()
        self._registrar = Registrar()
        self._phones = Phones(self._registrar, endpoint.pinger, journal, lambda agent, _: book.changed(agent))
        self._kept = KeptBindings(file)
        self._logins: Mapping[AgentName, Account] = {}
        self.proofs = Proofs(endpoint.shield.failed)
        """Whether a request is an agent's, for whoever else must know."""
        self._trunks = trunks
        self._admission = Admission(self._phones, self.proofs, endpoint.account_of, trunks)
        self.watching = Watching(endpoint.sender, self.proofs)
        """The lamps on agents' phones."""
        book.registered = self._phones
        self.apply(settings)
        self._shield = endpoint.shield
        self._restore({account.agent for account in settings.logins})
        self._phones.changed = self._keep
        self._admission.install(endpoint.gate)
        Replacing(endpoint.legs, self._admission.invite, may_pick_up).install(endpoint.gate)
        Referring(endpoint.legs).install(endpoint.gate)
        self.watching.install(endpoint.gate)

    def apply(self, settings: SwitchSettings) -> None:
        """The settings in force; phones go that registered by a login or a password that is no more."""
        sip = settings.sip
        self._trunks.apply(settings.trunks)
        self._registrar.limits = sip.registration
        self._phones.keep_alive = sip.keep_alive
        srtp = {name: phone.srtp for name, phone in settings.phones.items()}
        self._phones.srtp = srtp
        self._admission.apply(
            settings.logins,
            sip.realm,
            guests=sip.guests,
            srtp=sip.srtp,
            agents_srtp=srtp,
            carriers=settings.trunks,
        )
        numbers = {number: AgentName(name) for number, name in settings.menus.extensions.items()}
        logins = {account.login: account.agent for account in settings.logins}
        self.watching.apply({**logins, **numbers}, settings.features.pause, logins.values())
        before, self._logins = self._logins, {account.agent: account for account in settings.logins}
        registered = self._phones.agents()
        self._phones.dismiss(agent for agent in registered if self._logins.get(agent) != before.get(agent))

    def describe(self) -> list[JsonValue]:
        """A line for each phone, for `softswitch phones`. One at a source that is not heard is `banned`: it
        can neither call nor register again, even where it still answers.
        """
        counts = self.watching.counts()
        lines: list[JsonValue] = []
        for line in self._phones.describe():
            banned = {"state": "banned"} if self._shield.is_banned(_host(str(line["source"]))) else {}
            lines.append({**line, "lamps": counts[str(line["source"])], **banned})
        return lines

    def count_phones(self) -> dict[str, int]:
        """How many are registered, by state; `describe` looks at each."""
        return self._phones.count()

    def heard(self, event: Recorded) -> None:
        """The record's newest event (`Journal.subscribe`)."""
        self.watching.hear(event)

    def describe_trunks(self) -> list[JsonValue]:
        """A line for each carrier's server, for `softswitch trunks`."""
        return self._trunks.describe()

    def close(self) -> None:
        """Stop asking phones, and write what is not written yet."""
        self.watching.close()
        self._phones.close()
        self._kept.close()

    def _restore(self, known: set[AgentName]) -> None:
        now, wall, found = self._loop.time(), time.time(), []
        for plain in self._kept.read():
            try:
                binding = from_json(plain, now, wall)
            except ValueError as error:
                log.warning("phones.not_restored", why=str(error))
                continue
            if binding.agent in known:
                found.append(binding)
        self._phones.restore(found)
        for binding in self._registrar:
            self._shield.known(binding.received.host)
        self._kept.keep_only({_key(binding) for binding in self._registrar})

    def _keep(self, event: Event) -> None:
        binding = event.binding
        before = event.before if isinstance(event, Refreshed) else None
        if before and before.contact != binding.contact:
            self._kept.put(_key(before), None)
        gone = isinstance(event, Unregistered | Expired)
        came_from, comes_from = before and before.received.host, binding.received.host
        if gone or (came_from and came_from != comes_from):
            self._shield.unknown(came_from or comes_from)
        if not gone and came_from != comes_from:
            self._shield.known(comes_from)
        self._kept.put(_key(binding), None if gone else to_json(binding, self._loop.time(), time.time()))


def _key(binding: Binding) -> str:
    return f"{binding.agent} {binding.contact}"


def _host(source: str) -> str:
    """The address in `address:port`, where IPv6 has brackets."""
    return source.rpartition(":")[0].strip("[]")
