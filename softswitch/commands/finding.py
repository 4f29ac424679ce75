"""Where the switch that a command means keeps its record and its control socket."""

from __future__ import annotations

import os
from pathlib import Path

from softswitch.control.wire import SOCKET
from softswitch.errors import ControlError

DEFAULT = "softswitch-data"
"""The folder beside a configuration that does not name one (`data` in config/models)."""


class _Anything(dict[str, str]):
    """The environment, with nothing missing: the switch has its passwords, this terminal need not."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> str:
        return f"unset-{name}"


ANYTHING = _Anything(os.environ)


def data_folder(data: Path | None, config: Path | None, here: Path = Path()) -> Path:
    """The folder that `data` names, that the configuration `config` names, or the one that is found.

    Found are `softswitch-data` here and one folder below; of several the one whose switch runs.
    Raises ControlError when there is none or the choice is open, ConfigError for a broken configuration.
    """
    if data is not None:
        return data.resolve()
    if config is not None:
        from softswitch.config.load import load  # noqa: PLC0415 - it takes a while, and is seldom needed

        settings = load(config, ANYTHING)
        return (settings.path.parent / settings.data).resolve()
    found = sorted(path.resolve() for path in [here / DEFAULT, *here.glob(f"*/{DEFAULT}")] if path.is_dir())
    running = [path for path in found if (path / SOCKET).exists()]
    for folders in (running, found):
        if len(folders) == 1:
            return folders[0]
    if not found:
        raise ControlError(
            f"no switch has run here: there is no folder {DEFAULT} in {here.resolve()} or one folder below. "
            "Name its data folder with --data DIR (or SOFTSWITCH_DATA), or its file with --config FILE."
        )
    raise ControlError(
        "several switches have run here; choose one with --data DIR:\n"
        + "\n".join(f"  {path}" for path in found)
    )
