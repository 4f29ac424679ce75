"""A walk as a tree for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from rich.tree import Tree

from softswitch.walk import Kind, Step


def render(steps: Sequence[Step]) -> Tree:
    """The steps as a tree, menus as branches, for a rich console."""
    tree = Tree(_line(steps[0]), guide_style="dim")
    branch = tree
    for step in steps[1:]:
        if step.kind in (Kind.CALLER, Kind.HOURS, Kind.RULE, Kind.UNUSED):
            tree.add(_line(step))
        elif step.kind in (Kind.MENU, Kind.END, Kind.SENT_ON):
            branch = tree.add(_line(step))
        else:
            branch.add(_line(step))
    return tree


_STYLES = {
    Kind.NUMBER: "bold",
    Kind.CALLER: "cyan",
    Kind.HOURS: "cyan",
    Kind.RULE: "cyan",
    Kind.MENU: "bold magenta",
    Kind.SAYS: "italic",
    Kind.HEARD: "italic",
    Kind.SENT_ON: "yellow",
    Kind.KEY: "bold green",
    Kind.NUMBER_ENTERED: "green",
    Kind.LANGUAGE: "cyan",
    Kind.SILENCE: "yellow",
    Kind.MISTAKE: "yellow",
    Kind.OTHERWISE: "green",
    Kind.ADVICE: "yellow",
    Kind.UNUSED: "red",
    Kind.END: "bold green",
}


def _line(step: Step) -> Text:
    line = Text(f"{step.kind:<9} ", style="dim")
    line.append(Text(step.text, style=_STYLES[step.kind]))
    if step.note:
        line.append(f"  {step.note}", style="dim")
    return line
