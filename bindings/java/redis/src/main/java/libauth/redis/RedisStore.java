package libauth.redis;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import libauth.Store;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisNoScriptException;
import redis.clients.jedis.params.SetParams;

/**
 * A store in a Redis or a Valkey, over Jedis. How to connect is the client's: host, TLS, user and password, cluster, sentinel.
 * Its socket time-out counts, by default two seconds: set 200 ms. Keys and scripts are those of the C and Python packages: a
 * token that one language fetched serves the others. Any thread.
 */
public final class RedisStore implements Store {
    // The same texts in every language.
    private static final Script REPLACE = new Script("if redis.call('GET',KEYS[1])==ARGV[1] then "
            + "redis.call('SET',KEYS[1],ARGV[2],'PX',ARGV[3]) return 1 end return 0");
    private static final Script REMOVE = new Script(
            "if redis.call('GET',KEYS[1])==ARGV[1] then return redis.call('DEL',KEYS[1]) end return 0");

    /** The longest value that is read. */
    private static final int LARGEST = 64 * 1024;

    private static final int LONGEST_PREFIX = 64;

    private final UnifiedJedis client;
    private final String prefix;

    /**
     * A store whose keys begin with {@code libauth:}.
     *
     * @param client a {@code JedisPooled}, {@code JedisCluster} or {@code JedisSentineled}; it stays the caller's to close
     */
    public RedisStore(UnifiedJedis client) {
        this(client, "libauth:");
    }

    /**
     * A store whose keys begin with a prefix.
     *
     * @param client as above
     * @param prefix at most 64 bytes, without braces, which would move the hash tag
     */
    public RedisStore(UnifiedJedis client, String prefix) {
        if (client == null) throw new IllegalArgumentException("client is null");
        boolean fits = prefix != null && bytes(prefix).length <= LONGEST_PREFIX;
        if (!fits || prefix.contains("{") || prefix.contains("}")) {
            throw new IllegalArgumentException("prefix must have at most 64 bytes and no braces");
        }
        this.client = client;
        this.prefix = prefix;
    }

    @Override
    public byte[] get(String key, Duration timeout) {
        // One byte too many says that it is too long; the rest stays where it is.
        byte[] value = client.getrange(bytes(prefix + key), 0, LARGEST);
        return value == null || value.length == 0 ? null : value;
    }

    @Override
    public boolean add(String key, byte[] value, Duration ttl, Duration timeout) {
        byte[] whole = bytes(prefix + key);
        String answer = client.set(whole, value, SetParams.setParams().nx().px(ttl.toMillis()));
        // The client may have tried twice, and the first answer been lost.
        return answer != null || Arrays.equals(value, client.get(whole));
    }

    @Override
    public boolean replace(String key, byte[] expected, byte[] value, Duration ttl, Duration timeout) {
        byte[] whole = bytes(prefix + key);
        byte[] ttlMs = bytes(Long.toString(ttl.toMillis()));
        return REPLACE.run(client, whole, expected, value, ttlMs) || Arrays.equals(value, client.get(whole));
    }

    @Override
    public boolean remove(String key, byte[] expected, Duration timeout) {
        return REMOVE.run(client, bytes(prefix + key), expected);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A script that the server is sent once. */
    private static final class Script {
        private final byte[] text;
        private final byte[] digest;

        Script(String text) {
            this.text = bytes(text);
            this.digest = hex(this.text);
        }

        boolean run(UnifiedJedis client, byte[]... keyAndArguments) {
            Object answer;
            try {
                answer = client.evalsha(digest, 1, keyAndArguments);
            } catch (JedisNoScriptException unknown) {
                answer = client.eval(text, 1, keyAndArguments);
            }
            return Long.valueOf(1).equals(answer);
        }

        private static byte[] hex(byte[] text) {
            try {
                StringBuilder hex = new StringBuilder();
                for (byte one : MessageDigest.getInstance("SHA-1").digest(text)) hex.append(String.format("%02x", one));
                return bytes(hex.toString());
            } catch (NoSuchAlgorithmException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }
}
