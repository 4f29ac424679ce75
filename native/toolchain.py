"""From pjproject's source to one shared library and the pjsua2 extension.

The static libraries that upstream's makefiles produce are linked into ONE shared library. So there is
one copy of PJSIP in the process however many extensions use it, calls inside it need no indirection,
and the wheel needs a single run path.
"""

from __future__ import annotations

import os
import re
import subprocess
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from progress import SetupError, run

HERE = Path(__file__).resolve().parent
COMPONENTS = ("pjlib", "pjlib-util", "pjnath", "pjmedia", "pjsip")
"""Folders of pjproject that are built, in the order of their dependencies."""

TARGETS = {
    "pjmedia": ("pjmedia", "pjmedia-codec", "pjmedia-audiodev"),
    "pjsip": ("pjsip", "pjsip-simple", "pjsip-ua", "pjsua-lib", "pjsua2-lib"),
}
"""Make targets where they differ from the folder's name; tests and sample programs are left out."""

CONFIGURE = (
    "--enable-epoll",
    "--enable-speex-resample",
    "--with-external-speex",
    "--with-external-srtp",
    *(f"--disable-{part}" for part in ("sound", "video", "upnp", "speex-aec")),
    *(f"--disable-{codec}-codec" for codec in ("gsm", "speex", "l16", "ilbc", "g7221")),
    *(f"--disable-{library}" for library in ("opencore-amr", "silk", "bcg729", "lyra", "sdl", "ffmpeg")),
    *(f"--disable-{library}" for library in ("v4l2", "openh264", "vpx", "libyuv", "libwebrtc")),
)

DEFINES = ("-DPJ_AUTOCONF=1", "-DPJ_IS_BIG_ENDIAN=0", "-DPJ_IS_LITTLE_ENDIAN=1", "-DNDEBUG")
"""What code compiled against these headers must define too."""

LIBRARY_FLAGS = "-O2 -fPIC -DNDEBUG -fno-semantic-interposition"
SYSTEM_LIBRARIES = ("-lssl", "-lcrypto", "-lsrtp2", "-lopus", "-lspeexdsp", "-luuid", "-lm", "-lpthread")
LIBRARY_NAME = "libpjproject.so"

NEEDED = ("0004-started-before-reading.patch", "0005-strangers-rtp.patch")
"""Patches without which the library must not be used: others only make it faster."""


def prepare(tree: Path, log: Path) -> list[str]:
    """Patch and configure the source in `tree`; returns the names of patches that did not fit.

    A patch that a newer pjproject no longer takes is left out where the library is as right and as safe
    without it, only slower; SetupError for one of NEEDED.
    """
    unfit = _patch(tree, log)
    if missing := [name for name in unfit if name in NEEDED]:
        raise SetupError(
            f"this pjproject does not take {', '.join(missing)}, without which callers may not be heard, "
            "and strangers may.\nSet PJPROJECT_SOURCE to a tarball or folder of pjproject 2.17, which does."
        )
    # Debian leaves this file out, upstream's makefile still names it.
    makefile = tree / "pjmedia/build/Makefile"
    if not (tree / "pjmedia/src/pjmedia-audiodev/bdimad_dev.c").exists():
        makefile.write_text(
            makefile.read_text(encoding="utf-8").replace("bdimad_dev.o", ""), encoding="utf-8"
        )
    site = (HERE / "config_site.h").read_text(encoding="utf-8")
    (tree / "pjlib/include/pj/config_site.h").write_text(site, encoding="utf-8")
    script = tree / "aconfigure"
    script.chmod(0o755)
    run([script, *CONFIGURE, f"CFLAGS={LIBRARY_FLAGS}", f"CXXFLAGS={LIBRARY_FLAGS}"], log, cwd=tree)
    # Mixing and encoding are short loops over samples, written for the vectoriser that -O3 turns on.
    with (tree / "pjmedia/build/os-auto.mak").open("a", encoding="utf-8") as flags:
        flags.write("\nexport CFLAGS += -O3\n")
    return unfit


def _patch(tree: Path, log: Path) -> list[str]:
    """Apply every patch that fits; returns the names of the others."""
    unfit = []
    for patch in sorted((HERE / "patches").glob("*.patch")):
        command = ["patch", "--strip=1", "--forward", "--batch", f"--input={patch}"]
        try:
            run([*command, "--dry-run"], log, cwd=tree)
        except SetupError:
            unfit.append(patch.name)
            continue
        run(command, log, cwd=tree)
    return unfit


def build(tree: Path, output: Path, log: Path) -> None:
    """Compile everything into `output`: pjsua2.py, the extension and lib/libpjproject.so.

    SWIG's wrapper is one file that keeps one core busy for as long as the library takes, so the two
    are compiled side by side.
    """
    (output / "lib").mkdir(parents=True)
    with ThreadPoolExecutor(1) as beside:
        wrapper = beside.submit(_wrapper, tree, output, log.with_suffix(".swig.log"))
        for component in COMPONENTS:
            targets = TARGETS.get(component, (component,))
            run(["make", f"-j{os.cpu_count() or 2}", "-C", tree / component / "build", *targets], log)
        _link_library(tree, output / "lib" / LIBRARY_NAME, log)
        compiled = wrapper.result()
    _link_extension(compiled, output, log)


def _includes(tree: Path) -> list[str]:
    return [f"-I{tree / component / 'include'}" for component in COMPONENTS]


def _wrapper(tree: Path, output: Path, log: Path) -> Path:
    """Generate and compile SWIG's wrapper; -O1 halves the time of -O3 and runs no slower."""
    generated = tree / "pjsua2_wrap.cpp"
    run(
        [
            *("swig", "-c++", "-python", "-threads", "-w312"),
            *_includes(tree),
            f"-I{tree / 'pjsip-apps/src/swig'}",
            *("-outdir", output, "-o", generated),
            HERE / "softswitch.i",
        ],
        log,
    )
    _check_directors(generated.with_suffix(".h"))
    compiled = generated.with_suffix(".o")
    python = sysconfig.get_paths()
    headers = {f"-I{python[name]}" for name in ("include", "platinclude")}
    options = ["-O1", "-fPIC", "-w", *DEFINES, *_includes(tree), *sorted(headers)]
    run(["g++", "-c", *options, generated, "-o", compiled], log)
    return compiled


def _check_directors(header: Path) -> None:
    """The clock thread must not find a way into Python: see softswitch.i."""
    text = header.read_text(encoding="utf-8")
    body = re.search(r"class SwigDirector_Endpoint .*?^};", text, re.DOTALL | re.MULTILINE)
    if body is None or "onCallState" not in text:
        raise SetupError("SWIG made no directors: pjsua2.i is not the file this build was written for")
    if "MediaOpCompleted" in body.group():
        raise SetupError("SWIG made directors for media operations, which would stall all audio")


def _link_library(tree: Path, library: Path, log: Path) -> None:
    """One shared library of all the static ones, its calls to itself bound at link time."""
    archives = [
        archive for component in COMPONENTS for archive in sorted((tree / component / "lib").glob("*.a"))
    ]
    command: list[str | Path] = ["g++", "-shared", "-o", library, f"-Wl,-soname,{LIBRARY_NAME}"]
    command += ["-Wl,-Bsymbolic-functions", "-Wl,--no-undefined", "-Wl,-O1", "-Wl,-z,relro"]
    command += ["-Wl,--whole-archive", *archives, "-Wl,--no-whole-archive", *SYSTEM_LIBRARIES]
    run(command, log)


def _link_extension(compiled: Path, output: Path, log: Path) -> None:
    """The module itself. An old-style run path, so that it also holds for what the library needs."""
    module = output / f"_pjsua2{sysconfig.get_config_var('EXT_SUFFIX')}"
    command: list[str | Path] = [
        "g++",
        "-shared",
        "-o",
        module,
        compiled,
        f"-L{output / 'lib'}",
        "-lpjproject",
    ]
    command += ["-Wl,--disable-new-dtags", "-Wl,-rpath,$ORIGIN/pjproject_sdk/lib", "-Wl,-O1"]
    run(command, log)


def platform() -> str:
    """A line that changes when the compiler or the system's libraries may have changed their ABI."""
    try:
        asked = subprocess.run(
            ["g++", "-dumpfullversion", "-dumpmachine"], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise SetupError("g++ is not installed") from None
    release = Path("/etc/os-release")
    lines = release.read_text(encoding="utf-8").splitlines() if release.exists() else []
    system = [line for line in lines if line.startswith(("ID=", "VERSION_ID="))]
    return " ".join([*asked.stdout.split(), *system])
