package libauth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Closing, forgetting, and sharing. */
class HandlesTest {
    private static final String URL = "http://127.0.0.1:1";

    @Test
    void useAfterCloseIsAnException() {
        Sandbox sandbox = new Sandbox();
        CreditPay creditpay = sandbox.creditpay(sandbox.config("creditpay"));
        HttpRequest request = creditpay.buildIssueCode(Requests.creditpay());
        CreditPayCode code = creditpay.issueCode(Requests.creditpay());
        Answer answer = code.answer();
        CreditPayEvent event = creditpay.verify(sandbox.message("{\"platform\":\"creditpay\"}"));
        Answer own = creditpay.call(new Call("GET", "/orders"));
        for (AutoCloseable one : new AutoCloseable[] {request, code, event, own, creditpay}) close(one);

        closed("CreditPay", () -> creditpay.issueCode(Requests.creditpay()));
        closed("CreditPay", () -> creditpay.verify(new Inbound("POST", "/")));
        closed("CreditPay", () -> creditpay.explain(new Inbound("POST", "/"), null));
        closed("HttpRequest", request::url);
        closed("HttpRequest", request::headers);
        closed("HttpRequest", request::body);
        closed("CreditPayCode", code::url);
        closed("CreditPayCode", answer::body);
        closed("CreditPayEvent", () -> event.field("data"));
        closed("Answer", own::httpStatus);

        Seller seller = new Seller(new Config(URL), "a", "s");
        HttpRequest login = seller.buildToken();
        login.close();
        closed("HttpRequest", () -> seller.readToken(login, new HttpResponse(200)));
        seller.close();
        closed("Seller", seller::token);
        closed("Seller", () -> seller.invalidate("t"));
    }

    private static void closed(String name, Runnable use) {
        IllegalStateException error = assertThrows(IllegalStateException.class, use::run);
        assertEquals(name + " is closed", error.getMessage());
    }

    private static void close(AutoCloseable one) {
        try {
            one.close();
            one.close(); // once more does nothing
        } catch (Exception failure) {
            throw new AssertionError(failure);
        }
    }

    @Test
    void closingWhatBelongsToAnotherDoesNothing() {
        Sandbox sandbox = new Sandbox();
        try (Seller seller = sandbox.seller(sandbox.config("seller"));
                Token token = seller.token()) {
            token.answer().close();
            assertEquals(200, token.answer().httpStatus());
        }
    }

    @Test
    void closeWaitsForNoCallAndTheLastCallFrees() throws Exception {
        Sandbox sandbox = new Sandbox();
        int threads = 16;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            Seller seller = sandbox.seller(sandbox.config("seller", "slow=1500,at=business"));
            List<Future<String>> calls = new ArrayList<>();
            CountDownLatch started = new CountDownLatch(threads);
            for (int i = 0; i < threads; i++) {
                calls.add(pool.submit(() -> {
                    started.countDown();
                    try (Answer answer = seller.call(new Call("GET", "/slow"))) {
                        return answer.field("data.method");
                    }
                }));
            }
            started.await();
            while (sandbox.count("seller", "business_requests") == 0) Thread.yield();
            long before = System.nanoTime();
            seller.close();
            assertTrue(System.nanoTime() - before < TimeUnit.SECONDS.toNanos(1), "close waited");
            closed("Seller", seller::token);
            int worked = 0;
            for (Future<String> call : calls) {
                try {
                    assertEquals("GET", call.get());
                    worked++;
                } catch (java.util.concurrent.ExecutionException late) {
                    assertTrue(late.getCause() instanceof IllegalStateException, late.toString());
                }
            }
            assertTrue(worked > 0);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void theLastOfSeveralUsesFreesOnce() {
        AtomicInteger freed = new AtomicInteger();
        Handle handle = new Handle("Made up", new com.sun.jna.Pointer(1), pointer -> freed.incrementAndGet());
        handle.with(outer -> handle.with(inner -> {
                    handle.close();
                    handle.close();
                    closed("Made up", () -> handle.with(later -> 0));
                    return freed.get();
                })
                + freed.get());
        assertEquals(1, freed.get());
        handle.close();
        assertEquals(1, freed.get());
        int inside = new Handle("Made up", new com.sun.jna.Pointer(2), pointer -> freed.incrementAndGet())
                .with(pointer -> freed.get());
        assertEquals(1, inside);
    }

    /** Many threads open, use, share and close at the worst moments. */
    @Test
    void closingAtAnyMomentDoesNotCrash() throws Exception {
        int threads = 8;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<Integer>> done = new ArrayList<>();
            for (int round = 0; round < 50; round++) {
                CreditPay creditpay = new CreditPay(new Config(URL), "p", "k", "s");
                HttpRequest shared = creditpay.buildIssueCode(Requests.creditpay());
                for (int i = 0; i < threads; i++) {
                    int number = i;
                    done.add(pool.submit(() -> {
                        int calls = 0;
                        try {
                            for (; calls < 100; calls++) {
                                if (number == 0 && calls == 50) creditpay.close();
                                if (number == 1 && calls == 60) shared.close();
                                if (number % 2 == 0)
                                    creditpay
                                            .buildIssueCode(Requests.creditpay())
                                            .close();
                                else assertTrue(shared.url().startsWith(URL));
                            }
                        } catch (IllegalStateException closed) {
                            assertTrue(closed.getMessage().endsWith("is closed"), closed.toString());
                        }
                        return calls;
                    }));
                }
            }
            for (Future<Integer> one : done) assertNotNull(one.get());
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void theForgottenAreFreed() throws Exception {
        System.gc();
        int before = NativeObject.count();
        for (int i = 0; i < 500; i++) forget();
        assertTrue(NativeObject.count() > before);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (NativeObject.count() > before && System.nanoTime() < end) {
            System.gc();
            Thread.yield();
        }
        assertTrue(NativeObject.count() <= before, NativeObject.count() + " of " + before);
    }

    private static void forget() {
        new CreditPay(new Config(URL), "p", "k", "s").buildIssueCode(Requests.creditpay());
        assertThrows(InvalidArgumentException.class, () -> new Seller(new Config(URL), null, null));
    }

    /** What an exception holds outlives the handle that it came from. */
    @Test
    void anExceptionKeepsItsAnswer() {
        Sandbox sandbox = new Sandbox();
        PlatformException error;
        try (DaxPay daxpay = sandbox.daxpay(sandbox.config("daxpay", "code=20011"))) {
            error = assertThrows(PlatformException.class, () -> daxpay.auth(Requests.daxpay()));
        }
        for (int i = 0; i < 5; i++) System.gc();
        forget();
        error.answer().close();
        assertEquals("20011", error.answer().field("code"));
    }

    @Test
    void manyCallsLeaveNothingBehind() throws Exception {
        try (CreditPay creditpay = new CreditPay(new Config(URL), "p", "k", "s")) {
            Runnable batch = () -> {
                for (int i = 0; i < 20_000; i++) {
                    creditpay.buildIssueCode(Requests.creditpay()).close();
                    try {
                        creditpay.buildIssueCode(null);
                    } catch (InvalidArgumentException expected) {
                        assertNotNull(expected.getMessage());
                    }
                }
                System.gc();
            };
            batch.run();
            batch.run();
            long before = residentKilobytes();
            int handles = NativeObject.count();
            for (int i = 0; i < 5; i++) batch.run();
            long grown = residentKilobytes() - before;
            assertTrue(NativeObject.count() <= handles, "handles");
            System.out.println("resident memory grew by " + grown + " KiB over 200000 calls");
            // A leak of 100 bytes a call would be 20 MB.
            assertTrue(grown < 16_384, grown + " KiB");
        }
    }

    private static long residentKilobytes() throws Exception {
        java.nio.file.Path status = java.nio.file.Paths.get("/proc/self/status");
        org.junit.jupiter.api.Assumptions.assumeTrue(java.nio.file.Files.exists(status), "only Linux tells");
        for (String line : java.nio.file.Files.readAllLines(status)) {
            if (line.startsWith("VmRSS:")) return Long.parseLong(line.replaceAll("[^0-9]", ""));
        }
        throw new AssertionError("no VmRSS");
    }

    @Test
    void anInterruptedThreadFinishesItsCall() throws Exception {
        Sandbox sandbox = new Sandbox();
        AtomicBoolean still = new AtomicBoolean();
        AtomicInteger status = new AtomicInteger();
        try (Seller seller = sandbox.seller(sandbox.config("seller", "slow=300").timeout(Duration.ofSeconds(20)))) {
            Thread thread = new Thread(() -> {
                try (Token token = seller.token()) {
                    status.set(token.answer().httpStatus());
                    still.set(Thread.currentThread().isInterrupted());
                }
            });
            thread.start();
            thread.interrupt();
            thread.join(20_000);
        }
        assertEquals(200, status.get());
        assertTrue(still.get());
    }
}
