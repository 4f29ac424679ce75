"""From a configuration file to the settings that the switch runs on."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from softswitch.config.check import check
from softswitch.config.settings import SwitchSettings
from softswitch.errors import ConfigError


def load(path: Path, environ: Mapping[str, str] = os.environ) -> SwitchSettings:
    """The settings in a file. Reads files and the environment, changes nothing.

    Raises ConfigError with every problem that was found.
    """
    report = check([path], environ)
    if report.settings is None:
        raise ConfigError(list(report.problems))
    return report.settings
