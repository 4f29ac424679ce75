"""The virtual environment `.venv`: created, filled at pinned versions, recognised when up to date."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from progress import run, step

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STATE = VENV / ".setup"
DONE = STATE / "packages"
"""Holds the fingerprint of what was installed; written when all of it was."""

FILLING = STATE / "filling"
"""Exists while pip works: if it is found at the start, the last set-up was cut short in the middle."""

CONSTRAINTS = ROOT / "constraints.txt"


def ensure(wheel: Path, log: Path) -> bool:
    """Create or fill the environment as needed; returns whether anything was done."""
    wanted = _fingerprint(wheel)
    if _complete() and DONE.read_text(encoding="utf-8") == wanted:
        return False
    if not _usable():
        with step("creating .venv", "about 5 s"):
            shutil.rmtree(VENV, ignore_errors=True)
            run([sys.executable, "-m", "venv", VENV], log)
    STATE.mkdir(exist_ok=True)
    DONE.unlink(missing_ok=True)
    FILLING.touch()
    with step("installing Python packages", "about 30 s"):
        pip = [VENV / "bin/python", "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
        pip += ["--progress-bar=off", "--retries=5", f"--constraint={CONSTRAINTS}"]
        # The editable install is built by the setuptools pinned here, not by whatever is newest today.
        run([*pip, "pip", "setuptools"], log, cwd=ROOT)
        run([*pip, "--no-build-isolation", "--editable", ".[dev]", wheel], log, cwd=ROOT)
    FILLING.unlink()
    DONE.write_text(wanted, encoding="utf-8")
    return True


def _fingerprint(wheel: Path) -> str:
    """Changes with anything that decides what is installed; other parts of pyproject.toml do not."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    parts = [
        json.dumps([project["project"], project["build-system"], project["tool"]["setuptools"]]),
        CONSTRAINTS.read_text(encoding="utf-8"),
        wheel.name,
        f"{platform.python_version()} {sys.base_prefix} {ROOT}",
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _complete() -> bool:
    """Whether what a finished set-up leaves behind is still there."""
    library = VENV / f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
    needed = (DONE, VENV / "bin/python", VENV / "bin/pytest", VENV / "bin/softswitch", library / "pjsua2.py")
    return not FILLING.exists() and all(path.exists() for path in needed)


def _usable() -> bool:
    """Whether .venv is whole, and of this very interpreter."""
    if FILLING.exists():
        return False
    question = "import sys, pip; print(sys.base_prefix, sys.version)"
    try:
        asked = subprocess.run(
            [VENV / "bin/python", "-c", question], capture_output=True, text=True, check=False
        )
    except OSError:
        return False
    return asked.stdout == f"{sys.base_prefix} {sys.version}\n"
