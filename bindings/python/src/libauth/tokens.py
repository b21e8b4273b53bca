"""Tokens."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta

from . import _marshal, _native
from ._native import NativeObject, lib
from .answers import Answer


@dataclasses.dataclass(frozen=True)
class Token:
    """A token. It stays as it is while the handle that gave it goes on to newer ones: ask each time, that is cheap.

    Attributes:
        value: The bare token, without a scheme such as `Bearer`. A secret.
        header_name: The name of the header that carries it, such as "Authorization".
        header_value: The value of that header, with its scheme where the platform wants one. A secret.
        expires_at: When it ends, by this machine's clock, in UTC.
        lifetime: How long it lives in all, from the moment it was asked for.
        is_degraded: Whether it is known to this process alone although there is a token store, which failed when it was
            fetched.
        answer: The answer it came in; an empty one, of status 0, when another process fetched it.
    """

    value: str = dataclasses.field(repr=False)
    header_name: str
    header_value: str = dataclasses.field(repr=False)
    expires_at: datetime
    lifetime: timedelta
    is_degraded: bool
    answer: Answer = dataclasses.field(repr=False, compare=False)

    @classmethod
    def _from(cls, owned: NativeObject) -> Token:
        pointer = owned.pointer
        return cls(
            value=_native.required_text(lib.libauth_token_value(pointer)),
            header_name=_native.required_text(lib.libauth_token_header_name(pointer)),
            header_value=_native.required_text(lib.libauth_token_header_value(pointer)),
            expires_at=_marshal.moment(lib.libauth_token_expires_at_ms(pointer)),
            lifetime=_marshal.span(lib.libauth_token_lifetime_ms(pointer)),
            is_degraded=bool(lib.libauth_token_is_degraded(pointer)),
            answer=Answer(owned, lib.libauth_token_answer(pointer)),
        )
