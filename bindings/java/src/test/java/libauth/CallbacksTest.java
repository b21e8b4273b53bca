package libauth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** What native code calls back. */
class CallbacksTest {
    private final Sandbox sandbox = new Sandbox();

    /** A clock that can be moved. */
    private static final class Moved extends Clock {
        private final Clock real = Clock.systemUTC();
        volatile Duration by = Duration.ZERO;

        @Override
        public ZoneId getZone() {
            return real.getZone();
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return real.instant().plus(by);
        }
    }

    @Test
    void theyOutliveTheirConfigurationAndGarbageCollection() {
        AtomicInteger lines = new AtomicInteger();
        try (Seller seller = sandbox.seller(logging(lines))) {
            List<byte[]> garbage = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                garbage.add(new byte[1 << 20]);
                System.gc();
            }
            seller.token().close();
            assertEquals(10, garbage.size());
        }
        assertTrue(lines.get() > 0);
    }

    private Config logging(AtomicInteger lines) {
        return sandbox.config("seller")
                .log(LogLevel.TRACE, (level, line) -> lines.incrementAndGet())
                .clock(Clock.systemUTC());
    }

    @Test
    void aClockMakesTokensOld() {
        Moved clock = new Moved();
        try (Seller seller = sandbox.seller(sandbox.config("seller").clock(clock));
                Token first = seller.token()) {
            clock.by = Duration.ofHours(3);
            try (Token second = seller.token()) {
                assertTrue(second.expiresAt().isAfter(first.expiresAt().plus(Duration.ofHours(2))));
            }
            assertEquals(2, sandbox.count("seller", "requests"));
            clock.by = Duration.ofHours(-3); // set back: the age stands still, and nothing is fetched
            seller.token().close();
        }
        assertEquals(2, sandbox.count("seller", "requests"));
    }

    @Test
    void aReplayStoreThatThrowsIsTheCause() {
        Inbound inbound = sandbox.message("{\"platform\":\"creditpay\"}");
        Exception thrown = new Exception("the database is away");
        Config config = sandbox.config("creditpay").replayStore((key, value, ttl, timeout) -> {
            throw thrown;
        });
        try (CreditPay creditpay = sandbox.creditpay(config)) {
            StoreException error = assertThrows(StoreException.class, () -> creditpay.verify(inbound));
            assertSame(thrown, error.getCause());
        }
    }

    @Test
    void aLogThatThrowsHarmsNoCallAndIsReported() {
        Error thrown = new StackOverflowError("in the log");
        List<Throwable> reported = Collections.synchronizedList(new ArrayList<>());
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                reported.add(record.getThrown());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger("libauth");
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        try {
            Log log = (level, line) -> {
                throw thrown;
            };
            try (Seller seller = sandbox.seller(sandbox.config("seller").log(LogLevel.TRACE, log))) {
                seller.token().close();
            }
            assertTrue(reported.size() > 0 && reported.get(0) == thrown, reported.toString());
            reported.clear();
            try (Seller seller = sandbox.seller(
                    sandbox.config("seller", "status=500").maxTries(1).log(LogLevel.TRACE, log))) {
                LibauthException error = assertThrows(HttpException.class, seller::token);
                assertSame(thrown, error.getSuppressed()[0]);
                assertTrue(reported.isEmpty(), "reported twice");
            }
        } finally {
            logger.removeHandler(handler);
            logger.setUseParentHandlers(true);
        }
    }

    @Test
    void aClockThatThrowsIsReportedAndTheSystemsGoesOn() {
        RuntimeException thrown = new IllegalStateException("no battery");
        Config config = sandbox.config("seller", "status=500").maxTries(1).clock(Clock.systemUTC(), () -> {
            throw thrown;
        });
        try (Seller seller = sandbox.seller(config)) {
            LibauthException error = assertThrows(HttpException.class, seller::token);
            assertSame(thrown, error.getSuppressed()[0]);
        }
    }

    @Test
    void aCallbackMayUseItsOwnHandle() {
        AtomicReference<Seller> self = new AtomicReference<>();
        AtomicInteger depth = new AtomicInteger();
        AtomicReference<String> outcome = new AtomicReference<>();
        Config config = sandbox.config("seller").timeout(Duration.ofSeconds(2)).log(LogLevel.TRACE, (level, line) -> {
            if (self.get() == null || depth.getAndIncrement() > 0) return;
            try (HttpRequest request = self.get().buildToken()) {
                outcome.set(request.method());
            }
        });
        try (Seller seller = sandbox.seller(config)) {
            self.set(seller);
            seller.token().close();
            assertEquals("POST", outcome.get());
        }
    }

    /** The call that waits for itself ends by its deadline; it does not hang, and nothing is lost. */
    @Test
    void aCallbackThatAsksForTheTokenBeingFetchedEnds() {
        AtomicReference<Seller> self = new AtomicReference<>();
        AtomicInteger depth = new AtomicInteger();
        List<Object> outcomes = Collections.synchronizedList(new ArrayList<>());
        Config config = sandbox.config("seller").timeout(Duration.ofSeconds(2)).log(LogLevel.TRACE, (level, line) -> {
            if (self.get() == null || depth.getAndIncrement() > 0) return;
            try (Token token = self.get().token()) {
                outcomes.add(token.lifetime());
            } catch (LibauthException error) {
                outcomes.add(error);
            }
        });
        try (Seller seller = sandbox.seller(config)) {
            self.set(seller);
            try (Token token = seller.token()) {
                assertNotNull(token.value());
            } catch (TimeoutException deadline) {
                outcomes.add(deadline);
            }
        }
        assertTrue(outcomes.size() > 0);
    }

    @Test
    void aCallbackMayCloseItsOwnHandle() {
        AtomicReference<Seller> self = new AtomicReference<>();
        Config config = sandbox.config("seller").log(LogLevel.TRACE, (level, line) -> {
            if (self.get() != null) self.get().close();
        });
        Seller seller = sandbox.seller(config);
        self.set(seller);
        try (Token token = seller.token()) {
            assertNotNull(token.value());
        }
        assertThrows(IllegalStateException.class, seller::token);
    }

    @Test
    void aNestedCallReportsItsOwnFailures() {
        Exception inner = new Exception("inner");
        Inbound inbound = sandbox.message("{\"platform\":\"creditpay\"}");
        Config broken = sandbox.config("creditpay").replayStore((key, value, ttl, timeout) -> {
            throw inner;
        });
        try (CreditPay nested = sandbox.creditpay(broken)) {
            AtomicReference<Throwable> cause = new AtomicReference<>();
            Config config = sandbox.config("creditpay").replayStore((key, value, ttl, timeout) -> {
                cause.set(assertThrows(StoreException.class, () -> nested.verify(inbound))
                        .getCause());
                return true;
            });
            try (CreditPay creditpay = sandbox.creditpay(config)) {
                creditpay.verify(inbound).close();
            }
            assertSame(inner, cause.get());
        }
    }
}
