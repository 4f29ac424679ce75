"""The codes that agents dial can be told apart, though digits may follow two of them."""

from __future__ import annotations

from softswitch.config.checks.scene import Scene

FOLLOWED = ("pause", "pickup")
"""Features with codes that digits may follow."""

PRESSED = ("record", "pause_recording")
"""Features whose codes are pressed in a conversation, where no other is heard."""


def check(scene: Scene) -> None:
    """All of this file; of two codes the one that stands further down is wrong."""
    features = scene.configuration.features
    given = features.model_fields_set
    written = scene.root.child("features")
    keys = written.keys if written is not None else {}
    codes = {
        key: code
        for key, code in features.model_dump().items()
        if isinstance(code, str) and (key in given or key not in keys)
    }
    order = sorted(codes, key=lambda key: (keys[key].line, keys[key].column) if key in given else (0, 0))
    for place, key in enumerate(order):
        for other in order[:place]:
            if (key in PRESSED) != (other in PRESSED):
                continue
            default = "" if other in given else ", unless the file says otherwise"
            if message := _clash((other, codes[other]), (key, codes[key]), default):
                scene.wrong(("features", key), message)
                break
    seen: dict[str, str] = {}
    for digits, pause in scene.configuration.pauses.items():
        reason = pause if isinstance(pause, str) else pause.reason
        if (first := seen.setdefault(reason, digits)) != digits:
            scene.warn(
                ("pauses", digits), f"{reason!r} is the reason of {first} too: nobody can tell them apart"
            )


def _clash(first: tuple[str, str], second: tuple[str, str], default: str) -> str:
    """What is wrong with the second code beside the first; empty: nothing."""
    (other, taken), (key, code) = first, second
    if code == taken:
        return f"`{key}` has the code of `{other}`, {code}{default}"
    if other in FOLLOWED and code.startswith(taken):
        return f"digits follow {taken} (`{other}`), so the code of `{key}` cannot begin with it"
    if key in FOLLOWED and taken.startswith(code):
        return f"digits follow {code} (`{key}`), so the code of `{other}`, {taken}, cannot begin with it"
    if key in PRESSED and (code.startswith(taken) or taken.startswith(code)):
        return f"{code} (`{key}`) and {taken} (`{other}`) cannot be told apart: one begins with the other"
    return ""
