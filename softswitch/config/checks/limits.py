"""Numbers, and hashes, that do not fit together."""

from __future__ import annotations

from softswitch.config.checks.scene import Scene
from softswitch.config.models.sip import MAX_LEGS

EPHEMERAL = 32768
"""Where Linux begins to give out ports at random (ip_local_port_range)."""

WEAK = 8
"""Characters that a password needs at least."""


def check(scene: Scene) -> None:
    """All of this file."""
    sip = scene.configuration.sip
    first, last = map(int, sip.rtp_ports.split("-"))
    legs = min(2 * sip.max_calls, MAX_LEGS)
    ports = last - first + 1
    if ports < 2 * legs:
        scene.warn(
            ("sip", "rtp_ports"),
            f"{ports} ports are enough for {ports // 2} legs, but {sip.max_calls} callers and their agents"
            f" have {legs}: widen `rtp_ports`, or lower `max_calls`",
        )
    if last >= EPHEMERAL:
        scene.warn(
            ("sip", "rtp_ports"),
            f"Linux gives ports from {EPHEMERAL} up to any program that asks; a range below is never taken",
        )
    for name, agent in scene.configuration.agents.items():
        if agent.password is not None and (len(agent.password) < WEAK or agent.password == agent.login):
            length = len(agent.password)
            scene.warn_key(
                ("agents", name, "password"),
                f"scanners guess this password of {length} character{'s' * (length > 1)} in minutes: take"
                f" {WEAK} or more, and not the login",
            )
    _hashes(scene)


def _hashes(scene: Scene) -> None:
    """All phones get the same choice of algorithms, and take the best that they know."""
    given = {name: agent.ha1 for name, agent in scene.configuration.agents.items() if agent.ha1 is not None}
    old = next((name for name, ha1 in given.items() if ha1.sha256 is None), None)
    new = next((name for name, ha1 in given.items() if ha1.md5 is None), None)
    if old is not None and new is not None:
        scene.wrong_key(
            ("agents", new, "ha1"),
            f"{new!r} has no `md5` and {old!r} no `sha256`: phones are offered what every login can answer",
        )
