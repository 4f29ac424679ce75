"""`recording:`, where recordings of calls are, for how long, and who is told."""

from __future__ import annotations

from typing import Literal

from softswitch.config.models.base import Section
from softswitch.config.models.destinations import Sound
from softswitch.config.quantities import Days, FilePath, Share


class Recording(Section):
    """Recordings of calls, for queues with `record`: stereo files, the caller on the left, the agent, or
    whoever was called, on the right.
    """

    folder: FilePath | None = None
    """Where the files are, as 2026/11/25/093012417-support-1a2b3c4d5e6f.wav (time, queue and call); left
    out: recordings, in the folder `data`."""
    retention: Days | None = None
    """For how long they are kept, as 90 days; older ones are deleted, once an hour. Left out: for ever."""
    others: Share | None = None
    """Which conversations are recorded that come by no queue, as `record` of a queue: agents who are dialled
    directly, and calls of agents, also outside; left out: none. Nothing is announced there."""
    agents_listen: Literal["no", "own"] = "no"
    """What agents may listen to by the web server: nothing, or their own conversations, where nobody else
    of the house talks to the caller. Supervisors and engineers may listen to all."""
    announce: Sound | None = None
    """What a caller hears first on coming to a queue, if the conversation will be recorded, or may be on
    demand; left out: nothing. The place is held meanwhile, no phone rings before it is over, and the wait
    counts from its beginning. Who is called back hears it before the two talk, and the agent with them."""
