"""Whether the engine runs as the set-up compiled it, or as the Python that it is written in.

The compiled modules are found before their sources, if they were made of these very sources by this very
Python; otherwise nothing is found, and the sources run. Both do the same. `SOFTSWITCH_ENGINE=python` in the
environment runs the sources.
"""

from __future__ import annotations

import hashlib
import os
import sys
import warnings
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

_HERE = Path(__file__).resolve().parent
FOLDER = _HERE.parent / "build" / "engine"
"""Where the set-up puts what it compiled: a tree like that of the sources."""

STAMP = FOLDER / "stamp"
"""Of what, and then how."""

GROUP = "softswitch_acd"
"""Begins the name of the library that all compiled modules share."""

_MODULES = """
    accepting agents announcing callbacks chance deadlines engine escape estimate estimators floor free hope
    matching meaning/agents meaning/callers meaning/known meaning/queues offers patience pauses presence
    queues reach reasoning recent redial service shelf waiting
"""
SOURCES = [_HERE / "acd" / f"{name}.py" for name in _MODULES.split()]
"""What runs at every event. Not the data that goes in and out, nor strategies: anybody may write these."""


_RESTS_ON = ("acd/*.py", "acd/meaning/*.py", "acd/strategies/base.py", "compiled.py", "errors.py", "types.py")


def fingerprint() -> str:
    """Changes with the sources, with what they rest on, and with Python."""
    shape = hashlib.sha256(sys.version.encode())
    for source in sorted(found for some in _RESTS_ON for found in _HERE.glob(some) if found.is_file()):
        shape.update(str(source.relative_to(_HERE)).encode() + b"\0" + source.read_bytes() + b"\0")
    return shape.hexdigest()


def find_engine(path: list[str]) -> bool:
    """Put the compiled modules first on the path of the engine's package; false: the sources are to run, of
    which a warning says why if something is wrong with what was compiled.
    """
    if os.environ.get("SOFTSWITCH_ENGINE") == "python" or not STAMP.exists():
        return False
    try:
        if STAMP.read_text(encoding="utf-8").splitlines()[:1] != [fingerprint()]:
            return False
        _load_library()
    except (OSError, ValueError, ImportError) as error:
        problem = f"the compiled queue engine in {FOLDER} is not used: {error}; `make setup` compiles it anew"
        warnings.warn(problem, RuntimeWarning, stacklevel=2)
        return False
    path.insert(0, str(FOLDER / "softswitch" / "acd"))
    return True


def find_meaning(path: list[str]) -> None:
    """The same for its inner package, once the modules were found."""
    path.insert(0, str(FOLDER / "softswitch" / "acd" / "meaning"))


def _load_library() -> None:
    """What the compiled modules share is sought by its name alone, and on no path. Raises ImportError."""
    name = f"{GROUP}__mypyc"
    loader = ExtensionFileLoader(name, str(FOLDER / (name + EXTENSION_SUFFIXES[0])))
    spec = spec_from_loader(name, loader)
    assert spec is not None
    library = module_from_spec(spec)
    loader.exec_module(library)
    sys.modules[name] = library
