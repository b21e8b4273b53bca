"""Finding the shared library, and refusing what does not fit."""

from __future__ import annotations

import os
import platform
import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path
from typing import Dict, Optional

import pytest

import libauth
import libauth._header as generated
import libauth._native as native

PACKAGE = Path(libauth.__file__).resolve().parent


def run(code: str, package: Path = PACKAGE, **environment: Optional[str]) -> "subprocess.CompletedProcess[str]":
    """Runs Python with the package, and with changed environment variables; None removes one."""
    changed: Dict[str, str] = {
        name: value for name, value in os.environ.items() if environment.get(name, "") is not None
    }
    changed.update({name: value for name, value in environment.items() if value is not None})
    changed["PYTHONPATH"] = str(package.parent)
    return subprocess.run([sys.executable, "-c", code], env=changed, capture_output=True, text=True, timeout=60)


def import_error(package: Path = PACKAGE, **environment: Optional[str]) -> str:
    """What importing the package is refused with."""
    done = run("import libauth", package, **environment)
    assert done.returncode == 1, done
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError: libauth: "), done.stderr
    return last


def real_library() -> Path:
    """The library under test, as a file."""
    path = Path(libauth.library_path())
    if not path.is_file():
        pytest.skip("the library was found by name, not by path")
    return path


def copy_of_the_package(to: Path) -> Path:
    """The package without a library of its own."""
    target = to / "elsewhere" / "libauth"
    shutil.copytree(str(PACKAGE), str(target), ignore=shutil.ignore_patterns("*.so", "*.dylib", "*.dll", "__pycache__"))
    return target


def stub(folder: Path, source: str) -> Path:
    """A library made of a line of C."""
    compiler = shutil.which(os.environ.get("CC", "cc"))
    if compiler is None:
        if os.environ.get("CI") == "true":
            pytest.fail("a C compiler is missing")
        pytest.skip("a C compiler is missing")
    path = folder / native.library_file_name()
    (folder / "stub.c").write_text(source)
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(path), str(folder / "stub.c")], check=True, timeout=60)
    return path


def test_a_missing_library(tmp_path: Path) -> None:
    missing = str(tmp_path / "no-such-library.so")
    told = import_error(LIBAUTH_LIBRARY=missing)
    assert missing in told and "LIBAUTH_LIBRARY" in told


def test_nothing_anywhere(tmp_path: Path) -> None:
    package = copy_of_the_package(tmp_path)
    done = run("import libauth", package, LIBAUTH_LIBRARY=None)
    if done.returncode == 0:
        pytest.skip("libauth is installed on this system")
    assert "ImportError: libauth: the shared library cannot be loaded" in done.stderr
    assert "set LIBAUTH_LIBRARY" in done.stderr


def test_what_is_no_library(tmp_path: Path) -> None:
    for name, content in (("empty.so", b""), ("text.so", b"not a library\n" * 100)):
        path = tmp_path / name
        path.write_bytes(content)
        assert str(path) in import_error(LIBAUTH_LIBRARY=str(path))
    assert str(tmp_path) in import_error(LIBAUTH_LIBRARY=str(tmp_path))


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="made for ELF")
def test_one_for_another_processor(tmp_path: Path) -> None:
    content = bytearray(real_library().read_bytes())
    other = 183 if platform.machine() != "aarch64" else 62
    struct.pack_into("<H", content, 18, other)
    path = tmp_path / "libauth.so"
    path.write_bytes(bytes(content))
    told = import_error(LIBAUTH_LIBRARY=str(path))
    assert str(path) in told and native._ELF_MACHINES[other] in told and platform.machine() in told


@pytest.mark.parametrize("version", ["0.1.0", "1.2.0", "0.20.0", "2", "nonsense"])
def test_one_of_another_version(tmp_path: Path, version: str) -> None:
    path = stub(tmp_path, f'const char *libauth_version(void) {{ return "{version}"; }}')
    told = import_error(LIBAUTH_LIBRARY=str(path))
    assert version in told and libauth.__version__ in told and str(path) in told and "must be the same" in told


def test_one_without_a_version(tmp_path: Path) -> None:
    path = stub(tmp_path, "int something_else(void) { return 1; }")
    assert "some other library" in import_error(LIBAUTH_LIBRARY=str(path))
    path = stub(tmp_path, "const char *libauth_version(void) { return 0; }")
    assert "must be the same" in import_error(LIBAUTH_LIBRARY=str(path))


def test_one_that_lacks_a_function(tmp_path: Path) -> None:
    patch = re.sub(r"\d+$", "99", libauth.__version__)
    path = stub(tmp_path, f'const char *libauth_version(void) {{ return "{patch}"; }}')
    told = import_error(LIBAUTH_LIBRARY=str(path))
    # Another patch level fits; what is missing is named.
    assert "lacks " + generated.FUNCTIONS[0][0] in told


def test_where_it_is_looked_for(tmp_path: Path) -> None:
    """LIBAUTH_LIBRARY before the package's folder, that before the system."""
    library = real_library()
    where = "import libauth; print(libauth.library_path())"
    package = copy_of_the_package(tmp_path)
    bundled = package / native.library_file_name()
    shutil.copy(str(library), str(bundled))
    done = run(where, package, LIBAUTH_LIBRARY=None)
    assert done.stdout.strip() == str(bundled), done.stderr
    done = run(where, package, LIBAUTH_LIBRARY=str(library))
    assert done.stdout.strip() == str(library), done.stderr
    bundled.unlink()
    if sys.platform.startswith("linux"):
        series = libauth.__version__.rpartition(".")[0]
        installed = tmp_path / "installed"
        installed.mkdir()
        shutil.copy(str(library), str(installed / f"libauth.so.{series}"))
        done = run(where, package, LIBAUTH_LIBRARY=None, LD_LIBRARY_PATH=str(installed))
        assert done.stdout.strip() == f"libauth.so.{series}", done.stderr


def test_an_interpreter_without_pydll_is_refused_by_name() -> None:
    # As PyPy is; where there is one, it is asked itself.
    refused = run("import ctypes; del ctypes.PyDLL; import libauth")
    assert refused.returncode == 1 and "is not supported, for its ctypes has no PyDLL" in refused.stderr
    pypy = shutil.which("pypy3")
    if pypy:
        done = subprocess.run(
            [pypy, "-c", "import libauth"],
            env=dict(os.environ, PYTHONPATH=str(PACKAGE.parent)),
            capture_output=True,
            text=True,
        )
        assert done.stderr.strip().endswith(
            "ImportError: libauth: PyPy is not supported, for its ctypes has no PyDLL: use CPython"
        )
