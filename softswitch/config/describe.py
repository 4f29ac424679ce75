"""A configuration, or what is wrong with it, for people: as rich renderables."""

from __future__ import annotations

from rich.console import RenderableType

from softswitch.config.check import Report
from softswitch.config.settings import SwitchSettings


def summary(settings: SwitchSettings) -> RenderableType:
    """Numbers, queues, agents and hours as tables, and the tree of every menu."""
    raise NotImplementedError


def problems(report: Report) -> RenderableType:
    """Every problem and warning with its source line. Print it with `soft_wrap=True`: the first line of each,
    `file:line:column: message`, must stay one line.
    """
    raise NotImplementedError
