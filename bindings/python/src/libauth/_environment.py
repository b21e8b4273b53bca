"""Settings and credentials of an account from the environment: docs/environment.md says their names."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from typing import Dict, List, Mapping, Optional, Tuple, TypeVar

from . import _marshal
from .errors import InvalidConfigError

Choice = TypeVar("Choice")

_PLATFORMS = ("CREDITPAY", "DAXPAY", "OPENPLATFORM", "REDEMPTION", "SELLER")


class Environment:
    """The variables of one account. No message holds the value of one."""

    def __init__(self, account: str) -> None:
        _marshal.required(account, "account", InvalidConfigError)
        found = [name for name in _PLATFORMS if re.fullmatch(name + "(_[A-Z0-9_]+)?", account)]
        if not found:
            raise InvalidConfigError(
                f"account is {account!r}: it must be {', '.join(_PLATFORMS)}, or one of them with _ and a name behind it"
            )
        self.platform = found[0]
        self._prefix = f"LIBAUTH_{account}_"

    def text(self, setting: str) -> Optional[str]:
        """The setting, or what the file holds that its `_FILE` names; None where neither is set."""
        name = self._prefix + setting
        value, path = os.environ.get(name) or None, os.environ.get(name + "_FILE") or None
        if path is None:
            return value
        if value is not None:
            raise InvalidConfigError(f"{name} and {name}_FILE are both set: unset one of them")
        try:
            with open(path, encoding="utf-8", newline="") as file:
                value = file.read()
        except OSError as error:
            reason = error.strerror or type(error).__name__
        except UnicodeDecodeError:
            reason = "it is not UTF-8"
        else:
            return re.sub("\r?\n\\Z", "", value)
        raise InvalidConfigError(f"{name}_FILE names a file that cannot be read: {reason}")

    def required(self, setting: str) -> str:
        value = self.text(setting)
        if value is None:
            name = self._prefix + setting
            raise InvalidConfigError(f"{name} is not set: set it, or {name}_FILE to the path of a file that holds it")
        return value

    def number(self, setting: str) -> Optional[int]:
        value = self.text(setting)
        if value is None:
            return None
        if not re.fullmatch("-?[0-9]{1,18}", value):
            raise InvalidConfigError(f"{self._prefix}{setting} is not a whole number")
        return int(value)

    def milliseconds(self, setting: str) -> Optional[timedelta]:
        value = self.number(setting)
        return None if value is None else _marshal.span(value)

    def switch(self, setting: str) -> Optional[bool]:
        return self.choice(setting, {"1": True, "0": False})

    def choice(self, setting: str, choices: Mapping[str, Choice]) -> Optional[Choice]:
        value = self.text(setting)
        if value is None or value in choices:
            return None if value is None else choices[value]
        raise InvalidConfigError(f"{self._prefix}{setting} is none of {', '.join(choices)}")

    def previous_keys(self) -> Tuple[str, ...]:
        """Keys before a rotation, the latest first; the first that is not set ends them."""
        keys: List[str] = []
        while True:
            key = self.text("PREVIOUS_KEY" if not keys else f"PREVIOUS_KEY_{len(keys) + 1}")
            if key is None:
                return tuple(keys)
            keys.append(key)

    def texts(self, required: Dict[str, str], optional: Dict[str, str]) -> Dict[str, str]:
        """Arguments by name, from settings by name."""
        given = {name: self.required(setting) for name, setting in required.items()}
        for name, setting in optional.items():
            value = self.text(setting)
            if value is not None:
                given[name] = value
        return given
