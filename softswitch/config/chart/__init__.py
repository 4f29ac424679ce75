"""Where calls go, as a picture: numbers, menus, queues and what is behind them, each with its place in the
file and the ways that lead on. It is made of whatever of a file is sound, and shows where the rest is broken.

| room | what it makes |
|---|---|
| `boxes.py` | the plain data of a picture |
| `leading.py` | which way leads where |
| `facts.py` | what else the file says of a box, and what holds where it says nothing |
| `columns.py` | which box stands where, and what is never reached |

Nothing of it is a secret: passwords and their hashes are left out, and values of the environment stand as
`${NAME}`.
"""

from __future__ import annotations

from softswitch.config.chart.boxes import Box, Chart, Fact, Way
from softswitch.config.chart.columns import arranged
from softswitch.config.chart.leading import boxes_of
from softswitch.config.checks.scene import Scene

__all__ = ["Box", "Chart", "Fact", "Way", "chart"]


def chart(scene: Scene) -> Chart:
    """The picture of a file under inspection."""
    return Chart(tuple(arranged(scene, boxes_of(scene))))
