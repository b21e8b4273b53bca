"""Builds a wheel that carries the shared library. Everything else is in pyproject.toml.

The library is, in this order:

1. the file that LIBAUTH_LIBRARY names; `LIBAUTH_LIBRARY=system` builds a wheel without one, for any platform, which
   uses the library installed on the system;
2. what `cargo run -p tools -- library --release` makes in the repository around, or in the folder `crate` of a
   source distribution, which carries one.

For a wheel that is made on another machine, `LIBAUTH_PLATFORM` is its platform tag, such as `musllinux_1_2_aarch64`: the
library is then taken as it is. `LIBAUTH_COMMAND` is the file of the `libauth` command, which goes into the wheel too.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, List, Optional, Tuple

# Before distutils, which setuptools brings where Python has none.
from setuptools import setup  # isort: skip
from distutils.command.build_scripts import build_scripts

from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist
from setuptools.dist import Distribution

try:
    from setuptools.command.bdist_wheel import bdist_wheel
except ImportError:  # setuptools before 70.1
    from wheel.bdist_wheel import bdist_wheel

HERE = Path(__file__).resolve().parent
CARRIED = HERE / "crate"
REPOSITORY = CARRIED if CARRIED.exists() else HERE.parents[1]
HEADER = (HERE / "src" / "libauth" / "_header.py").read_text("utf-8")
NAMED = os.environ.get("LIBAUTH_LIBRARY", "")
WITHOUT = NAMED == "system"
PLATFORM = os.environ.get("LIBAUTH_PLATFORM", "")
COMMAND = os.environ.get("LIBAUTH_COMMAND", "")
# Of the repository, what the library is not built from.
LEFT_OUT = (".ci/", "bindings/java/", "bindings/python/", "docs/man/", "fuzz/", "tests/vectors/")


def version() -> str:
    found = re.search(r'"LIBAUTH_VERSION": "([^"]+)"', HEADER)
    assert found is not None
    return found.group(1)


def file_name() -> str:
    if PLATFORM.startswith("win") if PLATFORM else sys.platform == "win32":
        return "auth.dll"
    return "libauth.dylib" if sys.platform == "darwin" else "libauth.so"


def problem_with(library: Path) -> Optional[str]:
    """Why a library does not fit this package and this Python; None if it does."""
    try:
        # By its absolute path: a name alone would be looked for on the system.
        loaded = ctypes.CDLL(str(library.resolve()))
        loaded.libauth_version.restype = ctypes.c_char_p
        found = (loaded.libauth_version() or b"").decode("utf-8", "replace")
    except (OSError, AttributeError) as error:
        return str(error)
    if found.split(".")[:2] != version().split(".")[:2]:
        return f"it has version {found}, and this package version {version()}"
    functions = HEADER[HEADER.index("\nFUNCTIONS:") :]
    missing = [
        name for name in re.findall(r'^    \("(libauth_\w+)"', functions, flags=re.M) if not hasattr(loaded, name)
    ]
    return f"it lacks {missing[0]}" if missing else None


def library() -> Path:
    """The library to put into the wheel."""
    if NAMED:
        named = Path(NAMED)
        if PLATFORM and named.is_file():
            return named
        problem = problem_with(named)
        if problem:
            raise SystemExit(f"libauth: LIBAUTH_LIBRARY={NAMED} cannot be used: {problem}")
        return named
    if not (REPOSITORY / "Cargo.toml").exists():
        raise SystemExit(
            "libauth: there is no libauth repository around this folder to build the shared library from: "
            "set LIBAUTH_LIBRARY to its path, or LIBAUTH_LIBRARY=system to use the one installed on the system "
            "(pip before 21.3 builds in a copy of the folder: update it)"
        )
    if shutil.which("cargo") is None:
        raise SystemExit(
            "libauth: a Rust toolchain is needed to build the shared library, and there is no cargo: "
            "install one, or set LIBAUTH_LIBRARY to the path of a built library"
        )
    command: List[str] = ["cargo", "run", "--quiet", "--locked", "--package", "tools", "--", "library", "--release"]
    print("libauth:", " ".join(command), flush=True)
    made = subprocess.run(command, cwd=str(REPOSITORY), check=True, stdout=subprocess.PIPE)
    built = Path(made.stdout.decode("utf-8").strip()) / file_name()
    problem = problem_with(built)
    if problem:
        raise SystemExit(f"libauth: {built} cannot be used: {problem}")
    return built


class Build(build_py):
    """Puts the library beside the modules: into the wheel, or into the source tree for an editable install."""

    def run(self) -> None:
        super().run()
        if WITHOUT:
            return
        folder = HERE / "src" / "libauth" if getattr(self, "editable_mode", False) else Path(self.build_lib) / "libauth"
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / (file_name() + ".part")
        shutil.copyfile(str(library()), str(part))
        # In one step: another Python may have the old one loaded.
        os.replace(str(part), str(folder / file_name()))


class Command(build_scripts):
    """The `libauth` command, which is no script: setuptools would look for a line of Python's in it."""

    def run(self) -> None:
        self.mkpath(self.build_dir)
        to = os.path.join(self.build_dir, os.path.basename(COMMAND))
        self.copy_file(COMMAND, to)
        os.chmod(to, 0o755)

    def get_source_files(self) -> List[str]:
        return []


class Source(sdist):
    """Carries the crate, so that a source distribution can be installed where there is cargo."""

    def make_release_tree(self, base_dir: str, files: List[str]) -> None:
        super().make_release_tree(base_dir, files)
        if CARRIED.exists():
            shutil.copytree(str(CARRIED), os.path.join(base_dir, "crate"))
            return
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=str(REPOSITORY), check=True, stdout=subprocess.PIPE)
        for name in listed.stdout.decode("utf-8").split("\0"):
            if name and not name.startswith(LEFT_OUT):
                to = Path(base_dir) / "crate" / name
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(str(REPOSITORY / name), str(to))


class Wheel(bdist_wheel):
    """A wheel for any Python 3 on this platform."""

    def get_tag(self) -> Tuple[str, str, str]:
        platform: str = PLATFORM or super().get_tag()[2]
        return "py3", "none", "any" if WITHOUT else platform


class Binary(Distribution):
    """A distribution that is not the same on every platform."""

    def has_ext_modules(self) -> bool:
        return not WITHOUT


options: Any = {
    "version": version(),
    "cmdclass": {"build_py": Build, "build_scripts": Command, "sdist": Source, "bdist_wheel": Wheel},
    "distclass": Binary,
    "scripts": [os.path.basename(COMMAND)] if COMMAND else [],
}
setup(**options)
