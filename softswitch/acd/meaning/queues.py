"""Events about queues as a whole, and the passing of time."""

from __future__ import annotations

from softswitch.acd import amending, memory, presence
from softswitch.acd.events import (
    FiguresRestored,
    MemoryRestored,
    QueueClosed,
    QueueOpened,
    SettingsChanged,
    TimerExpired,
)
from softswitch.acd.floor import Floor
from softswitch.acd.meaning.known import agent_of, queue_of
from softswitch.acd.meaning.table import Meaning


def settings_changed(floor: Floor, event: SettingsChanged) -> None:
    """Everything that lives stays."""
    amending.configure(floor, event.settings)


def opened(floor: Floor, event: QueueOpened) -> None:
    """Callers are welcome, and are called back."""
    queue = queue_of(floor, event.queue)
    queue.shut = False
    amending.swing(floor, queue)


def closed(floor: Floor, event: QueueClosed) -> None:
    """Callers go elsewhere, and are not called back."""
    queue = queue_of(floor, event.queue)
    queue.shut = True
    amending.swing(floor, queue)


def figures_restored(floor: Floor, event: FiguresRestored) -> None:
    """The figures go on from there."""
    tallies = [(queue_of(floor, name).tally, counts) for name, counts in event.queues.items()]
    agents = [(agent_of(floor, name), figures) for name, figures in event.agents.items()]
    for tally, counts in tallies:
        tally.add(counts)
    for agent, figures in agents:
        agent.taken += figures.taken
        agent.talk_time += figures.talk_time
        presence.refresh(floor, agent)


def memory_restored(floor: Floor, event: MemoryRestored) -> None:
    """Whose turn it is, who writes notes, and how waits are estimated, as before."""
    queues = [(queue_of(floor, name), memory) for name, memory in event.queues.items()]
    agents = [(agent_of(floor, name), memory) for name, memory in event.agents.items()]
    for queue, remembered in queues:
        memory.remember_queue(queue, remembered)
    for agent, was in agents:
        memory.remember_agent(floor, agent, was)


def timer_expired(floor: Floor, event: TimerExpired) -> None:
    """What is due is done after any event."""


MEANING: Meaning = {
    SettingsChanged: settings_changed,
    QueueOpened: opened,
    QueueClosed: closed,
    FiguresRestored: figures_restored,
    MemoryRestored: memory_restored,
    TimerExpired: timer_expired,
}
