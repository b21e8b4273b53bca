package libauth;

/** Signs with an RSA key that stays where it is: in an HSM, a KMS, an agent. Called by several threads at once. */
@FunctionalInterface
public interface Signer {
    /**
     * Signs a message.
     *
     * @param message what is to be signed
     * @return the bytes of RSASSA-PKCS1-v1_5 over SHA-256 of it
     * @throws Exception when it cannot: it becomes a suppressed exception of the call's {@link InvalidKeyException}
     */
    byte[] sign(byte[] message) throws Exception;
}
