package libauth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** On Java 21 and later; found by reflection, since this is compiled for Java 8. */
class VirtualThreadsTest {
    private static Method starter() {
        try {
            return Thread.class.getMethod("startVirtualThread", Runnable.class);
        } catch (NoSuchMethodException old) {
            assumeTrue(false, "this Java has no virtual threads");
            throw new AssertionError(old);
        }
    }

    private static void run(int threads, Runnable body) throws Exception {
        Method starter = starter();
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        List<Thread> started = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            started.add((Thread) starter.invoke(null, (Runnable) () -> {
                try {
                    body.run();
                } catch (Throwable failure) {
                    failures.add(failure);
                }
            }));
        }
        for (Thread thread : started) thread.join(60_000);
        assertEquals(Collections.emptyList(), failures);
    }

    @Test
    void theyShareATokenAndCallBack() throws Exception {
        starter();
        Sandbox sandbox = new Sandbox();
        Set<String> values = Collections.synchronizedSet(new HashSet<>());
        AtomicInteger lines = new AtomicInteger();
        AtomicInteger virtualLines = new AtomicInteger();
        Config config = sandbox.config("seller", "slow=100,at=token").log(LogLevel.TRACE, (level, line) -> {
            lines.incrementAndGet();
            if (Thread.currentThread().toString().startsWith("VirtualThread")) virtualLines.incrementAndGet();
            Thread.yield();
        });
        try (Seller seller = sandbox.seller(config)) {
            run(200, () -> {
                try (Token token = seller.token()) {
                    values.add(token.value());
                }
            });
        }
        assertEquals(1, values.size());
        assertEquals(1, sandbox.count("seller", "requests"));
        assertTrue(lines.get() > 0 && lines.get() == virtualLines.get(), virtualLines + " of " + lines);
    }

    @Test
    void manyUseOneResultAndCloseIt() throws Exception {
        starter();
        try (CreditPay creditpay = new CreditPay(new Config("http://127.0.0.1:1"), "p", "k", "s")) {
            HttpRequest shared = creditpay.buildIssueCode(Requests.creditpay());
            AtomicInteger calls = new AtomicInteger();
            AtomicInteger closed = new AtomicInteger();
            run(1000, () -> {
                try {
                    for (int i = 0; i < 20; i++) {
                        assertTrue(shared.url().startsWith("http"));
                        creditpay.buildIssueCode(Requests.creditpay()).close();
                        if (calls.incrementAndGet() == 10_000) shared.close();
                        Thread.yield();
                    }
                } catch (IllegalStateException after) {
                    closed.incrementAndGet();
                }
            });
            assertTrue(calls.get() >= 10_000 && closed.get() > 0, calls + " calls, " + closed + " closed");
        }
    }

    @Test
    void severalCallsAtATimeEnd() throws Exception {
        starter();
        Sandbox sandbox = new Sandbox();
        try (Seller seller = sandbox.seller(sandbox.config("seller"))) {
            run(100, () -> seller.call(new Call("GET", "/orders")).close());
        }
        assertEquals(100, sandbox.count("seller", "business_requests"));
    }
}
