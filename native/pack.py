"""Packs what was compiled into one wheel, with the headers and the library that a second extension needs."""

from __future__ import annotations

import base64
import hashlib
import sys
import sysconfig
import zipfile
from pathlib import Path

from toolchain import COMPONENTS, DEFINES, LIBRARY_NAME

SDK = "pjproject_sdk"
EPOCH = (1980, 1, 1, 0, 0, 0)
"""Time stamp of every file in the wheel: the same build gives the same wheel."""

SDK_INIT = '''"""pjproject {version}, as built for the switch: headers and library for native extensions."""

from pathlib import Path

VERSION = "{version}"
"""pjproject's own version."""

BUILD = "{build}"
"""Changes whenever the library was built from other sources or another configuration."""

INCLUDE = str(Path(__file__).parent / "include")
LIB = str(Path(__file__).parent / "lib")
LIBRARY = "pjproject"
"""Name to give to the linker."""

CFLAGS = {cflags!r}
"""What code must define to see the headers as the library saw them."""
'''

METADATA = """Metadata-Version: 2.1
Name: pjsua2
Version: {version}
Summary: pjsua2, built with the limits of a call-centre switch
License: GPL-2.0-or-later
Home-page: https://www.pjsip.org
"""

WHEEL = """Wheel-Version: 1.0
Generator: softswitch
Root-Is-Purelib: false
Tag: {tag}
"""


def python_tag() -> str:
    """The wheel's compatibility tag, such as cp311-cp311-linux_x86_64."""
    python = f"cp{sys.version_info.major}{sys.version_info.minor}"
    platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    return f"{python}-{python}{getattr(sys, 'abiflags', '')}-{platform}"


def wheel_name(version: str) -> str:
    """File name of the wheel with that version, local part included."""
    return f"pjsua2-{version}-{python_tag()}.whl"


def pack(tree: Path, built: Path, pjproject: str, build: str, wheel: Path) -> None:
    """Write `wheel` from the source's headers and the compiled files in `built`."""
    version = f"{pjproject}+{build}"
    files = {path.name: path.read_bytes() for path in sorted(built.glob("*pjsua2*")) if path.is_file()}
    files[f"{SDK}/lib/{LIBRARY_NAME}"] = (built / "lib" / LIBRARY_NAME).read_bytes()
    files[f"{SDK}/__init__.py"] = SDK_INIT.format(version=pjproject, build=build, cflags=DEFINES).encode()
    for component in COMPONENTS:
        headers = tree / component / "include"
        for header in sorted(headers.rglob("*.h*")):
            if header.suffix in {".h", ".hpp"}:
                files[f"{SDK}/include/{header.relative_to(headers)}"] = header.read_bytes()
    info = f"pjsua2-{version}.dist-info"
    files[f"{info}/METADATA"] = METADATA.format(version=version).encode()
    files[f"{info}/WHEEL"] = WHEEL.format(tag=python_tag()).encode()
    files[f"{info}/COPYING"] = (tree / "COPYING").read_bytes()
    record = "".join(f"{name},sha256={_digest(data)},{len(data)}\n" for name, data in files.items())
    files[f"{info}/RECORD"] = (record + f"{info}/RECORD,,\n").encode()
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100755 if name.endswith(".so") else 0o100644) << 16
            archive.writestr(entry, data)


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
