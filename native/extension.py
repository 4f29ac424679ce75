"""Compiles softswitch/sip/_*.c into the module softswitch.sip._native (cffi, API mode).

    .venv/bin/python native/extension.py      exit code 0: compiled, 3: nothing to do

What a source may rely on:

- each `_name.c` may have a `_name.cdef.h` with the declarations that Python sees, in cffi's dialect
  (`extern "Python"` callbacks, `...;` for the rest of a structure); all of them form one `ffi` and `lib`;
- all sources are one translation unit, in the order of their names, so functions may be static and a
  callback that Python implements is declared `static` before its use;
- PJSIP's headers are there, and the code runs in the same copy of the library as pjsua2.

Warnings are errors. The result lies beside the sources and finds the library by an absolute run path:
it belongs to this environment, and is compiled again when the sources, the library or Python change.
"""

from __future__ import annotations

import hashlib
import os
import sys
import sysconfig
import tempfile
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pjproject_sdk
from cffi import FFI

from build import cache
from progress import guarded, run, step

ROOT = Path(__file__).resolve().parent.parent
MODULE = "softswitch.sip._native"
NOTHING_TO_DO = 3
STAMP = Path(sys.prefix) / ".setup" / "extension"
STRICT = ("-Wall", "-Wextra", "-Werror", "-Wshadow", "-Wstrict-prototypes", "-Wmissing-prototypes")

LOAD_TEST = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location(*sys.argv[1:])
spec.loader.exec_module(importlib.util.module_from_spec(spec))
"""

PREAMBLE_END = """
/* What follows is cffi's. */
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
"""


def sources(folder: Path) -> list[Path]:
    """C sources in `folder`, in the order in which they are joined."""
    return sorted(folder.glob("_*.c"))


def definitions(folder: Path) -> list[Path]:
    """Declarations in cffi's dialect, in the same order."""
    return sorted(folder.glob("_*.cdef.h"))


def fingerprint(folder: Path) -> str:
    """Changes with the sources, the library they are linked to, the interpreter and this script."""
    shape = hashlib.sha256(f"{pjproject_sdk.BUILD} {pjproject_sdk.LIB} {sys.version}".encode())
    for file in (Path(__file__), *sorted(folder.glob("_*.[ch]"))):
        shape.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return shape.hexdigest()


def compile_module(folder: Path, module: str, target: Path, log: Path) -> None:
    """Compile the sources in `folder` into `target`, which is replaced only by a complete file."""
    ffi = FFI()
    for file in definitions(folder):
        ffi.cdef(file.read_text(encoding="utf-8"))
    joined = "\n".join(f'#include "{source}"' for source in sources(folder))
    ffi.set_source(module, joined + PREAMBLE_END)
    with tempfile.TemporaryDirectory(prefix="_native-", dir=target.parent) as work:
        generated = Path(work, "_native.c")
        with redirect_stdout(StringIO()):  # cffi announces the file
            ffi.emit_c_code(str(generated))
        compiled = Path(work, target.name)
        paths = sysconfig.get_paths()
        headers = sorted({paths["include"], paths["platinclude"], pjproject_sdk.INCLUDE})
        command: list[str | Path] = ["gcc", "-shared", "-fPIC", "-O2", "-fvisibility=hidden", *STRICT]
        command += [*pjproject_sdk.CFLAGS, *(f"-isystem{path}" for path in headers), f"-I{folder}"]
        command += [generated, "-o", compiled, f"-L{pjproject_sdk.LIB}", f"-l{pjproject_sdk.LIBRARY}"]
        command += ["-Wl,--disable-new-dtags", f"-Wl,-rpath,{pjproject_sdk.LIB}", "-lpthread"]
        run(command, log)
        # Loading resolves every symbol: a misspelt function fails here, not in the first call.
        run([sys.executable, "-c", LOAD_TEST, module, compiled], log)
        os.replace(compiled, target)


def main() -> int:
    folder = ROOT / "softswitch/sip"
    target = folder / f"_native{sysconfig.get_config_var('EXT_SUFFIX')}"
    if not sources(folder):
        return NOTHING_TO_DO
    wanted = fingerprint(folder)
    if target.exists() and STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted:
        return NOTHING_TO_DO
    names = ", ".join(source.name for source in sources(folder))
    log = cache() / "extension.log"
    log.unlink(missing_ok=True)
    with step(f"compiling {MODULE} from {names}", "about 5 s"):
        compile_module(folder, MODULE, target, log)
    STAMP.parent.mkdir(exist_ok=True)
    STAMP.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(guarded(main))
