"""What happened to bindings: past tense, frozen."""

from __future__ import annotations

from dataclasses import dataclass

from softswitch.registration.bindings import Binding
from softswitch.types import AgentName


@dataclass(frozen=True, slots=True)
class Registered:
    """A phone can be reached that could not before."""

    agent: AgentName
    binding: Binding
    first: bool
    """The agent had no phone before."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A phone registered again, in time; perhaps at another address."""

    agent: AgentName
    binding: Binding
    before: Binding
    """As it was."""

    @property
    def moved(self) -> bool:
        """It is reached in another way than before."""
        old, new = self.before, self.binding
        return (old.contact, old.received, old.path) != (new.contact, new.received, new.path)


@dataclass(frozen=True, slots=True)
class Unregistered:
    """A phone said good-bye, or its binding was taken away."""

    agent: AgentName
    binding: Binding
    last: bool
    """The agent has no phone any more."""


@dataclass(frozen=True, slots=True)
class Expired:
    """A phone did not register again in time."""

    agent: AgentName
    binding: Binding
    last: bool
    """The agent has no phone any more."""


Event = Registered | Refreshed | Unregistered | Expired
