import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import libauth.Call;
import libauth.Config;
import libauth.LibauthException;
import libauth.LogLevel;
import libauth.Seller;
import libauth.Token;
import libauth.redis.RedisStore;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisCluster;
import redis.clients.jedis.JedisPooled;
import redis.clients.jedis.JedisSentineled;
import redis.clients.jedis.UnifiedJedis;

/** One process of a fleet: does what it is told on stdin, a word a line, and says on stdout what came of it. */
public final class Worker {
    private static long passedMs;

    private static long number(String name, long otherwise) {
        String value = System.getenv(name);
        return value == null ? otherwise : Long.parseLong(value);
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    private static UnifiedJedis client() {
        int timeoutMs = (int) number("STORE_TIMEOUT_MS", 200);
        DefaultJedisClientConfig.Builder settings = DefaultJedisClientConfig.builder()
                .socketTimeoutMillis(timeoutMs)
                .connectionTimeoutMillis(timeoutMs)
                .ssl(System.getenv("REDIS_CA") != null)
                .user(System.getenv("REDIS_USER"))
                .password(System.getenv("REDIS_PASSWORD"));
        JedisClientConfig made = settings.build();
        int cluster = (int) number("REDIS_CLUSTER_PORT", 0);
        if (cluster != 0) return new JedisCluster(java.util.Collections.singleton(new HostAndPort("127.0.0.1", cluster)), made);
        int sentinel = (int) number("REDIS_SENTINEL_PORT", 0);
        if (sentinel != 0) {
            return new JedisSentineled(
                    "fleet",
                    made,
                    java.util.Collections.singleton(new HostAndPort("127.0.0.1", sentinel)),
                    DefaultJedisClientConfig.builder().build());
        }
        return new JedisPooled(new HostAndPort(System.getenv("REDIS_HOST"), (int) number("REDIS_PORT", 0)), made);
    }

    private static final class Moved extends Clock {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return Instant.now().plusMillis(passedMs + number("OFFSET_MS", 0));
        }
    }

    public static void main(String[] arguments) throws Exception {
        java.util.logging.Logger logger = java.util.logging.Logger.getLogger("libauth");
        logger.setUseParentHandlers(false);
        logger.addHandler(new java.util.logging.Handler() {
            @Override
            public void publish(java.util.logging.LogRecord record) {
                say("problem " + String.valueOf(record.getThrown()).replace('\n', ' '));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        });
        String prefix = System.getenv("REDIS_PREFIX");
        Config config = new Config(System.getenv("BASE"))
                .tokenStore(new RedisStore(client(), prefix == null ? "libauth:" : prefix))
                .storeTimeout(Duration.ofMillis(number("STORE_TIMEOUT_MS", 200)))
                .timeout(Duration.ofMillis(number("TIMEOUT_MS", 10000)))
                .clock(new Moved(), () -> System.nanoTime() / 1_000_000 + passedMs)
                .log(LogLevel.WARN, (level, line) -> say("log " + level.ordinal() + " " + line));
        for (String name : Arrays.asList("KEY_1", "KEY_2")) {
            String id = System.getenv(name);
            if (id == null) continue;
            byte[] key = new byte[32];
            Arrays.fill(key, (byte) id.charAt(0));
            config.storeKey(id, key);
        }
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in));
        try (Seller seller = new Seller(config, System.getenv("ACCESS_KEY"), System.getenv("SECRET_KEY"))) {
            say("ready");
            for (String line = orders.readLine(); line != null; line = orders.readLine()) {
                try {
                    if (line.startsWith("token")) {
                        try (Token token = seller.token()) {
                            say("token " + token.value() + " " + (token.isDegraded() ? 1 : 0));
                        }
                    } else if (line.startsWith("call")) {
                        seller.call(new Call("POST", "/business")).close();
                        say("ok");
                    } else if (line.startsWith("pass")) {
                        passedMs += Long.parseLong(line.substring(4).trim());
                        say("ok");
                    }
                } catch (LibauthException error) {
                    say("error " + error.status() + " " + error.getMessage());
                }
            }
        }
    }
}
