"""Compiles the queue engine, softswitch/acd, with mypyc: the same Python, more than twice as fast.

    .venv/bin/python native/engine.py         exit code 0: compiled, 3: nothing to do

The result lies in build/engine with a stamp of the sources it was made of, and is taken only for these
(`softswitch/compiled.py`): who changes the engine runs the change at once, uncompiled, until the next
set-up. What a compiled module keeps to is in native/README.md.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from build import cache
from progress import guarded, run, step
from softswitch.compiled import FOLDER, GROUP, SOURCES, STAMP, fingerprint

ROOT = Path(__file__).resolve().parent.parent
NOTHING_TO_DO = 3
LOG = "engine.log"
PART = "engine-"

COMPILE = """
import sys
from mypyc.build import mypycify
from setuptools import setup
group, work, *sources = sys.argv[1:]
extensions = mypycify(sources, opt_level="1", debug_level="0", group_name=group, target_dir=work + "/c")
setup(
    ext_modules=extensions, packages=[],
    script_args=["--quiet", "build_ext", "--build-lib", work + "/lib", "--build-temp", work + "/o"],
)
"""


def how() -> str:
    """By which compiler and which script."""
    return f"mypyc {version('mypy')} {hashlib.sha256(Path(__file__).read_bytes()).hexdigest()}"


def main() -> int:
    """Compile what is not compiled yet."""
    wanted = f"{fingerprint()}\n{how()}\n"
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted:
        return NOTHING_TO_DO
    log = cache() / LOG
    log.unlink(missing_ok=True)
    FOLDER.parent.mkdir(exist_ok=True)
    for left in FOLDER.parent.glob(f"{PART}*"):  # of a set-up that was killed
        shutil.rmtree(left, ignore_errors=True)
    with (
        step("compiling the queue engine", "about 35 s"),
        tempfile.TemporaryDirectory(prefix=PART, dir=FOLDER.parent) as work,
    ):
        sources = [str(source.relative_to(ROOT)) for source in SOURCES]
        run([sys.executable, "-c", COMPILE, GROUP, work, *sources], log, cwd=ROOT)
        made = Path(work, "lib")
        STAMP.unlink(missing_ok=True)  # first, and written last: with it all the rest is there
        shutil.rmtree(FOLDER, ignore_errors=True)
        os.replace(made, FOLDER)
        os.sync()
        STAMP.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(guarded(main))
