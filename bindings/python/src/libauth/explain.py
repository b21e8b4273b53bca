"""Why a signature does not match."""

from __future__ import annotations

import dataclasses
from typing import Optional, Tuple

from . import _native
from ._native import NativeObject, lib


@dataclasses.dataclass(frozen=True)
class Explanation:
    """What is signed, and what somebody else's signature got wrong. No text of it holds a secret.

    Attributes:
        algorithm: The algorithm and the form of the signature, such as "HMAC-SHA1, base64".
        string_to_sign: The exact string to sign, with *** where the secret stands.
        signature: The right signature; None where only a public key is at hand.
        message: One line for a person: that the signature matches, or which known mistake gives it and what to do
            instead, or what is most likely left.
        matches: Whether the given signature is right; None when none was given.
        mistakes: The names of the known mistakes that together give the signature, such as "PATH_PREFIX"; none if it is
            right or no known one does.
        advice: What to do instead of each of the mistakes.
    """

    algorithm: str
    string_to_sign: str
    signature: Optional[str]
    message: str
    matches: Optional[bool]
    mistakes: Tuple[str, ...]
    advice: Tuple[str, ...]

    @classmethod
    def _from(cls, owned: NativeObject) -> Explanation:
        pointer = owned.pointer
        given = lib.libauth_explanation_signature_given(pointer) == 1
        count = lib.libauth_explanation_mistake_count(pointer)
        return cls(
            algorithm=_native.required_text(lib.libauth_explanation_algorithm(pointer)),
            string_to_sign=_native.required_text(lib.libauth_explanation_string_to_sign(pointer)),
            signature=_native.text(lib.libauth_explanation_signature(pointer)),
            message=_native.required_text(lib.libauth_explanation_message(pointer)),
            matches=lib.libauth_explanation_matches(pointer) == 1 if given else None,
            mistakes=tuple(
                _native.required_text(lib.libauth_explanation_mistake(pointer, index)) for index in range(count)
            ),
            advice=tuple(
                _native.required_text(lib.libauth_explanation_advice(pointer, index)) for index in range(count)
            ),
        )
