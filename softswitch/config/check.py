"""`softswitch check`: every problem of some configuration files in one run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from softswitch.config.settings import SwitchSettings
from softswitch.errors import Problem


@dataclass(frozen=True, slots=True)
class Report:
    """What was found in one or more configuration files, each a configuration of its own."""

    problems: tuple[Problem, ...] = ()
    """Mistakes, in the order of files and lines; with any of them the switch does not start."""

    warnings: tuple[Problem, ...] = ()
    """What is allowed but surely not meant."""

    configurations: tuple[SwitchSettings, ...] = ()
    """The settings of every file that has no mistakes."""

    sources: Mapping[str, str] = field(default_factory=dict)
    """The text of each file that was read, included ones too, by the name that problems use."""

    @property
    def settings(self) -> SwitchSettings | None:
        """The settings of the first file without mistakes, if any."""
        return next(iter(self.configurations), None)


def check(paths: Iterable[Path], environ: Mapping[str, str] = os.environ) -> Report:
    """Read each file and report everything that is wrong; never raises for what a file says."""
    raise NotImplementedError
