"""Where agents are reached: fixed addresses of the configuration, and phones that registered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from softswitch.config.settings import AgentPhone
from softswitch.ports import Directory
from softswitch.types import AgentName, Way


class PhoneBook:
    """`ports.Directory` of the live switch."""

    def __init__(self, phones: Mapping[AgentName, AgentPhone], registered: Directory | None = None) -> None:
        self.phones = phones
        """Replaced as a whole by a reload."""
        self._registered = registered

    def ways(self, agent: AgentName) -> Sequence[Way]:
        """The fixed address, where there is one, and every phone that registered."""
        phone = self.phones.get(agent)
        if phone is None:
            return ()
        fixed = () if phone.way is None else (phone.way,)
        return (*fixed, *self._registered.ways(agent)) if self._registered else fixed
