import libauth.*;

/** What a block in Java may take for granted. */
public class Around {
    public static void main(String[] arguments) throws Exception {
        String accessKey = "access-key", secretKey = "secret-key";
BLOCK
    }
}
