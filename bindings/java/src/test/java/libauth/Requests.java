package libauth;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/** Requests that the sandbox accepts. */
final class Requests {
    private Requests() {}

    static CreditPayRequest creditpay() {
        return new CreditPayRequest()
                .customerNo("473_32_86000698")
                .customerToken("customer-token-1")
                .tokenExpire(Instant.now().plus(Duration.ofHours(1)))
                .callbackUrl("https://shop.example/callback")
                .clientIp("192.168.1.166");
    }

    static DaxPayAuthRequest daxpay() {
        return new DaxPayAuthRequest()
                .channel("ali_pay")
                .authCode(UUID.randomUUID().toString());
    }

    static RedemptionRequest redemption() {
        return new RedemptionRequest().serialNo(UUID.randomUUID().toString()).userId("user-1");
    }
}
