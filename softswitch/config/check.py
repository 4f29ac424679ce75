"""`softswitch check`: every problem of some configuration files in one run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from softswitch.config.build import build
from softswitch.config.checks import check_all
from softswitch.config.checks.scene import Scene
from softswitch.config.files import Source, read
from softswitch.config.settings import SwitchSettings
from softswitch.config.validate import validate
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
    reports = [_check(path, environ) for path in paths]
    return Report(
        problems=tuple(problem for report in reports for problem in report.problems),
        warnings=tuple(warning for report in reports for warning in report.warnings),
        configurations=tuple(settings for report in reports for settings in report.configurations),
        sources={name: text for report in reports for name, text in report.sources.items()},
    )


def inspected(path: Path, environ: Mapping[str, str] = os.environ) -> tuple[Scene, Source]:
    """A file with all that was found in it; never raises for what it says."""
    source = read(path, environ)
    sound = validate(source.root, source.whole, source.problems)
    scene = Scene(sound.configuration, sound.tree, source.root, sound.complete, source.problems)
    if source.whole:
        check_all(scene)
    return scene, source


def _check(path: Path, environ: Mapping[str, str]) -> Report:
    scene, source = inspected(path, environ)
    problems, warnings = found_in(scene)
    configurations = () if problems else (replace(build(path, scene.configuration), digest=source.digest),)
    return Report(problems, warnings, configurations, source.texts)


def found_in(scene: Scene) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """Problems and warnings, each once, in the order of files and lines."""
    return tuple(sorted(set(scene.problems))), tuple(sorted(set(scene.warnings)))
