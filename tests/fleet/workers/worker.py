"""One process of a fleet: does what it is told on stdin, a word a line, and says on stdout what came of it."""

import os
import sys
import time
from datetime import datetime, timedelta, timezone

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

import libauth
from libauth.redis import RedisStore

passed = timedelta(0)


def say(*words: object) -> None:
    print(*words, flush=True)


def now() -> "tuple[datetime, timedelta]":
    offset = timedelta(milliseconds=int(os.environ.get("OFFSET_MS", "0")))
    return datetime.now(timezone.utc) + passed + offset, timedelta(seconds=time.monotonic()) + passed


timeout_ms = int(os.environ.get("STORE_TIMEOUT_MS", "200"))
settings = {
    "socket_timeout": timeout_ms / 1000,
    "socket_connect_timeout": timeout_ms / 1000,
    "retry": Retry(NoBackoff(), 1),
    "username": os.environ.get("REDIS_USER"),
    "password": os.environ.get("REDIS_PASSWORD"),
}
if "REDIS_CLUSTER_PORT" in os.environ:
    client = redis.RedisCluster(host="127.0.0.1", port=int(os.environ["REDIS_CLUSTER_PORT"]), **settings)
elif "REDIS_SENTINEL_PORT" in os.environ:
    from redis.sentinel import Sentinel

    sentinel = Sentinel([("127.0.0.1", int(os.environ["REDIS_SENTINEL_PORT"]))], socket_timeout=1)
    client = sentinel.master_for("fleet", **settings)
elif "REDIS_SOCKET" in os.environ:
    client = redis.Redis(unix_socket_path=os.environ["REDIS_SOCKET"], **settings)
else:
    tls = {}
    if "REDIS_CA" in os.environ:
        tls = {"ssl": True, "ssl_ca_certs": os.environ["REDIS_CA"], "ssl_check_hostname": False}
    client = redis.Redis(host=os.environ["REDIS_HOST"], port=int(os.environ["REDIS_PORT"]), **settings, **tls)

sys.unraisablehook = lambda problem: say(
    "problem", type(problem.exc_value).__name__, str(problem.exc_value).replace("\n", " ")
)
keys = [os.environ[name] for name in ("KEY_1", "KEY_2") if name in os.environ]
config = libauth.Config(
    os.environ["BASE"],
    token_store=RedisStore(client, os.environ.get("REDIS_PREFIX", "libauth:")),
    store_keys=[(key, key[0].encode() * 32) for key in keys],
    store_timeout=timeout_ms / 1000,
    timeout=int(os.environ.get("TIMEOUT_MS", "10000")) / 1000,
    clock_callback=now,
    log_callback=lambda level, line: say("log", int(level), line),
    log_level=libauth.LogLevel.WARN,
)
with libauth.Seller(config, access_key=os.environ["ACCESS_KEY"], secret_key=os.environ["SECRET_KEY"]) as seller:
    say("ready")
    for line in sys.stdin:
        word, *rest = line.split()
        try:
            if word == "token":
                token = seller.token()
                say("token", token.value, int(token.is_degraded))
            elif word == "call":
                seller.call("POST", "/business")
                say("ok")
            elif word == "pass":
                passed += timedelta(milliseconds=int(rest[0]))
                say("ok")
        except libauth.Error as error:
            say("error", error.status.name, error)
