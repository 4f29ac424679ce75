"""Where agents are reached: fixed addresses of the configuration, and phones that registered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from softswitch.acd.events import Event, PhonesReachable, PhonesUnreachable
from softswitch.config.settings import AgentPhone
from softswitch.ports import Directory
from softswitch.types import AgentName, Way


class PhoneBook:
    """`ports.Directory` of the live switch; tells the queues when an agent can be reached and when not."""

    def __init__(
        self, phones: Mapping[AgentName, AgentPhone], feed: Callable[[Event], None] = lambda _event: None
    ) -> None:
        """`feed`: the engine, which knows these agents already."""
        self.registered: Directory | None = None
        self._phones = phones
        self._feed = feed
        self._told: dict[AgentName, bool] = {}
        """What the engine believes, of agents where that is not what it begins with."""

    def apply(self, phones: Mapping[AgentName, AgentPhone]) -> None:
        """A reload; the engine has had its part of it."""
        for name in self._phones.keys() & phones.keys():
            self._told.setdefault(name, self._phones[name].is_fixed)
        for name in self._told.keys() - phones.keys():
            del self._told[name]
        self._phones = phones
        for name in phones:
            self.changed(name)

    def ways(self, agent: AgentName) -> Sequence[Way]:
        """The fixed address, where there is one, and every phone that registered."""
        phone = self._phones.get(agent)
        if phone is None:
            return ()
        fixed = () if phone.way is None else (phone.way,)
        return (*fixed, *self.registered.ways(agent)) if self.registered else fixed

    def changed(self, agent: AgentName) -> None:
        """Phones of an agent have come or gone."""
        phone = self._phones.get(agent)
        if phone is None:
            return
        there = phone.outside is not None or bool(self.ways(agent))
        if there is not self._told.get(agent, phone.is_fixed):
            self._told[agent] = there
            self._feed(PhonesReachable(agent) if there else PhonesUnreachable(agent))
