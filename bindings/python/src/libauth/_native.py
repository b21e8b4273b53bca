"""Finds and loads the shared library, and declares its functions as libauth.h does.

Functions that can fail (their last parameter is `libauth_error **`) may block and may call back: they are called with
the interpreter's lock released. All others are short; they are called with it held, which also keeps two threads from
reading one result at once.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import platform
import struct
import sys
from types import SimpleNamespace
from typing import Any, Callable, Dict, List, NoReturn, Optional, Tuple

from ._header import CONSTANTS, FUNCTIONS

HEADER_VERSION = str(CONSTANTS["LIBAUTH_VERSION"])

STORE_GET_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int64, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int64, ctypes.c_void_p, ctypes.c_size_t
)
STORE_ADD_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int32,
    ctypes.c_void_p,
    ctypes.c_char_p,
    ctypes.c_void_p,
    ctypes.c_size_t,
    ctypes.c_int64,
    ctypes.c_int64,
)
STORE_REPLACE_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int32,
    ctypes.c_void_p,
    ctypes.c_char_p,
    ctypes.c_void_p,
    ctypes.c_size_t,
    ctypes.c_void_p,
    ctypes.c_size_t,
    ctypes.c_int64,
    ctypes.c_int64,
)
STORE_REMOVE_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int32, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int64
)
CANCEL_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p)
SIGN_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p, ctypes.c_size_t
)
CLOCK_CALLBACK = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.POINTER(ctypes.c_int64), ctypes.POINTER(ctypes.c_int64))
LOG_CALLBACK = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int32, ctypes.c_char_p)

_SCALARS: Dict[str, Any] = {
    "void": None,
    "int32_t": ctypes.c_int32,
    "int64_t": ctypes.c_int64,
    "size_t": ctypes.c_size_t,
    "size_t *": ctypes.POINTER(ctypes.c_size_t),
    "void *": ctypes.c_void_p,
    "const char *": ctypes.c_char_p,
    "libauth_status": ctypes.c_int32,
    "libauth_delivery": ctypes.c_int32,
    "libauth_log_level": ctypes.c_int32,
    "libauth_json_type": ctypes.c_int32,
    "libauth_creditpay_kind": ctypes.c_int32,
    "libauth_daxpay_sign": ctypes.c_int32,
    "libauth_daxpay_status": ctypes.c_int32,
    "libauth_daxpay_response_signature": ctypes.c_int32,
    "libauth_seller_expires_in_unit": ctypes.c_int32,
    "libauth_cancel_callback": CANCEL_CALLBACK,
    "libauth_store_get_callback": STORE_GET_CALLBACK,
    "libauth_store_add_callback": STORE_ADD_CALLBACK,
    "libauth_store_replace_callback": STORE_REPLACE_CALLBACK,
    "libauth_store_remove_callback": STORE_REMOVE_CALLBACK,
    "libauth_sign_callback": SIGN_CALLBACK,
    "libauth_clock_callback": CLOCK_CALLBACK,
    "libauth_log_callback": LOG_CALLBACK,
}

# What the ELF header calls the processors that Python runs on.
_ELF_MACHINES = {3: "x86", 21: "ppc64", 22: "s390x", 40: "arm", 62: "x86_64", 183: "aarch64", 243: "riscv64"}
_SAME_MACHINE = {
    "amd64": "x86_64",
    "arm64": "aarch64",
    "i386": "x86",
    "i686": "x86",
    "armv7l": "arm",
    "ppc64le": "ppc64",
}


def _ctype(declaration: str, is_result: bool) -> Any:
    if declaration in _SCALARS:
        return _SCALARS[declaration]
    if declaration == "const uint8_t *":
        return ctypes.c_void_p if is_result else ctypes.c_char_p
    if declaration.endswith("**"):
        return ctypes.POINTER(ctypes.c_void_p)
    if declaration.endswith(" *"):
        return ctypes.c_void_p
    raise ImportError("libauth: libauth.h has a type this package does not know: " + declaration)


def library_file_name() -> str:
    """What the shared library in a wheel is called on this platform."""
    if sys.platform == "win32":
        return "auth.dll"
    return "libauth.dylib" if sys.platform == "darwin" else "libauth.so"


def _candidates() -> List[str]:
    """Where the library may be. One that is named, or that came with this package, is not passed over."""
    named = os.environ.get("LIBAUTH_LIBRARY")
    if named:
        return [named]
    bundled = os.path.join(os.path.dirname(os.path.abspath(__file__)), library_file_name())
    if os.path.exists(bundled):
        return [bundled]
    version = f"{CONSTANTS['LIBAUTH_VERSION_MAJOR']}.{CONSTANTS['LIBAUTH_VERSION_MINOR']}"
    installed = {"win32": "auth.dll", "darwin": f"libauth.{version}.dylib"}.get(sys.platform, f"libauth.so.{version}")
    found = ctypes.util.find_library("auth")
    return [installed] + ([found] if found else [])


def _other_machine(path: str) -> Optional[str]:
    """The processor that an ELF file is for, if it is not this one; None if it is, or cannot be told."""
    try:
        with open(path, "rb") as file:
            head = file.read(20)
    except OSError:
        return None
    if len(head) < 20 or head[:4] != b"\x7fELF":
        return None
    number = struct.unpack_from("<H" if head[5] == 1 else ">H", head, 18)[0]
    built_for = _ELF_MACHINES.get(number, f"machine {number}")
    here = platform.machine().lower()
    bits = 64 if head[4] == 2 else 32
    if built_for == _SAME_MACHINE.get(here, here) and bits == struct.calcsize("P") * 8:
        return None
    return f"{built_for} with {bits} bits, and this Python runs on {here} with {struct.calcsize('P') * 8} bits"


def _fail(text: str) -> NoReturn:
    raise ImportError("libauth: " + text)


def _check_version(path: str, version: str) -> None:
    if version.split(".")[:2] != HEADER_VERSION.split(".")[:2]:
        _fail(
            f"the library {path} has version {version}, which does not fit this package's version {HEADER_VERSION}: "
            "the first two numbers must be the same; install matching versions of both"
        )


def _open() -> Tuple[str, ctypes.CDLL]:
    candidates = _candidates()
    reasons = []
    for path in candidates:
        try:
            return path, ctypes.CDLL(path)
        except OSError as error:
            other = _other_machine(path)
            reasons.append(f"{path} is built for {other}" if other else str(error))
    _fail(
        "the shared library cannot be loaded: "
        + "; ".join(reasons)
        + ". Install a wheel that carries it, install it on the system, or set LIBAUTH_LIBRARY to its path"
    )


def load() -> Tuple[str, Any]:
    """The library's path, and its functions by name."""
    if not hasattr(ctypes, "PyDLL"):
        # Calls that hold the interpreter's lock are what keeps a result to one thread at a time.
        _fail(f"{platform.python_implementation()} is not supported, for its ctypes has no PyDLL: use CPython")
    path, releasing = _open()
    holding = ctypes.PyDLL(path)
    functions = SimpleNamespace()
    try:
        version = holding.libauth_version
    except AttributeError:
        _fail(f"{path} is some other library: it has no libauth_version")
    version.restype = ctypes.c_char_p
    _check_version(path, (version() or b"?").decode("utf-8", "replace"))
    for name, result, parameters in FUNCTIONS:
        fallible = bool(parameters) and parameters[-1] == "libauth_error **"
        try:
            function = getattr(releasing if fallible else holding, name)
        except AttributeError:
            _fail(f"the library {path} lacks {name}, which version {HEADER_VERSION} has: install a newer one")
        function.restype = _ctype(result, True)
        function.argtypes = [_ctype(parameter, False) for parameter in parameters]
        setattr(functions, name, function)
    return path, functions


lib: Any
library_path, lib = load()


class NativeObject:
    """A C object that this one owns: it is freed when nothing refers to it any more.

    A call holds a reference while it is under way, so that closing a handle in another thread frees it when the last
    call ends, without a lock that a fork could leave locked. `keep` lives as long.
    """

    __slots__ = ("pointer", "keep", "_free")

    pointer: int
    keep: object

    def __init__(self, pointer: int, free: Callable[[int], None], keep: object = None) -> None:
        self.pointer = pointer
        self.keep = keep
        self._free = free

    def free(self) -> None:
        """Frees it now. Nothing may use it any more."""
        pointer, self.pointer = self.pointer, 0
        if pointer:
            self._free(pointer)

    def __del__(self, finalizing: Callable[[], bool] = sys.is_finalizing) -> None:
        # At the end of the process other threads may still be inside the library; the system takes all back.
        if not finalizing():
            self.free()

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("libauth objects cannot be pickled or deep-copied: make a handle in each process")


def text(value: Optional[bytes]) -> Optional[str]:
    """A string that a getter returned."""
    return None if value is None else value.decode("utf-8", "replace")


def required_text(value: Optional[bytes]) -> str:
    """A string that is always there."""
    return "" if value is None else value.decode("utf-8", "replace")


def data(getter: Callable[..., Optional[int]], pointer: int) -> bytes:
    """Bytes that a getter returned with their length."""
    length = ctypes.c_size_t()
    address = getter(pointer, ctypes.byref(length))
    return ctypes.string_at(address, length.value) if address else b""
