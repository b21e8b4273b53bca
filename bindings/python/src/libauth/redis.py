"""A store in a Redis or a Valkey, over redis-py: `pip install libauth[redis]`.

    client = redis.Redis(unix_socket_path="/run/redis/redis.sock", socket_timeout=0.2, socket_connect_timeout=0.2)
    store = libauth.redis.RedisStore(client)
    config = libauth.Config(url, token_store=store, store_keys=[("2026-11", key)], replay_store=store)

How to connect is the client's: host or Unix socket, TLS, user and password, database, `redis.RedisCluster`, or
`Sentinel.master_for`. Keys and scripts are those of the C and Java packages: a token that one language fetched serves the
others.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Optional, Union

from .errors import InvalidConfigError

if TYPE_CHECKING:
    import redis

# The same texts in every language.
_REPLACE = (
    "if redis.call('GET',KEYS[1])==ARGV[1] then redis.call('SET',KEYS[1],ARGV[2],'PX',ARGV[3]) return 1 end return 0"
)
_REMOVE = "if redis.call('GET',KEYS[1])==ARGV[1] then return redis.call('DEL',KEYS[1]) end return 0"

#: The longest value that is read, in bytes: a record has a few hundred, or as many as the platform's token.
_LARGEST = 64 * 1024


class RedisStore:
    """A `libauth.Store` in what a redis-py client is connected to. Any number of threads, as the client.

    Args:
        client: A `redis.Redis`, `redis.RedisCluster`, or what a `Sentinel` gives. It must have a `socket_timeout`: an
            operation that does not end holds up the call that waits for it, and nothing can stop it. Its retries count
            too; `retry=redis.retry.Retry(redis.backoff.NoBackoff(), 1)` is enough here. `decode_responses` must be off.
        prefix: Stands before every key. It has no braces, which would move the hash tag.
    """

    def __init__(self, client: Union[redis.Redis, redis.RedisCluster], prefix: str = "libauth:") -> None:
        if not isinstance(prefix, str):
            raise TypeError(f"prefix must be str, not {type(prefix).__name__}")
        if "{" in prefix or "}" in prefix or len(prefix.encode()) > 64:
            raise InvalidConfigError("prefix must have at most 64 bytes and no braces, which would move the hash tag")
        settings = client.get_connection_kwargs()
        if settings.get("socket_timeout") is None:
            raise InvalidConfigError(
                "the client has no socket_timeout: a Redis that hangs would hang every call; 0.2 seconds are usual"
            )
        if settings.get("decode_responses"):
            raise InvalidConfigError("the client has decode_responses on, and what libauth stores is bytes")
        self._client: Any = client
        self._prefix = prefix

    def get(self, key: str, timeout: timedelta) -> Optional[bytes]:
        # One byte too many says that it is too long; the rest stays where it is.
        value: bytes = self._client.getrange(self._prefix + key, 0, _LARGEST)
        return value or None

    def add(self, key: str, value: bytes, ttl: timedelta, timeout: timedelta) -> bool:
        if self._client.set(self._prefix + key, value, nx=True, px=_milliseconds(ttl)):
            return True
        # The client may have tried twice, and the first answer been lost.
        return bool(self._client.get(self._prefix + key) == value)

    def replace(self, key: str, expected: bytes, value: bytes, ttl: timedelta, timeout: timedelta) -> bool:
        if self._run(_REPLACE, key, expected, value, _milliseconds(ttl)) == 1:
            return True
        return bool(self._client.get(self._prefix + key) == value)

    def remove(self, key: str, expected: bytes, timeout: timedelta) -> bool:
        return self._run(_REMOVE, key, expected) == 1

    def _run(self, script: str, key: str, *arguments: Union[bytes, int]) -> object:
        from redis.exceptions import NoScriptError

        digest = hashlib.sha1(script.encode()).hexdigest()
        try:
            return self._client.evalsha(digest, 1, self._prefix + key, *arguments)
        except NoScriptError:
            return self._client.eval(script, 1, self._prefix + key, *arguments)


def _milliseconds(span: timedelta) -> int:
    return max(1, span // timedelta(milliseconds=1))
