/**
 * Log in to, sign for and verify messages from five partner platforms.
 *
 * <pre>{@code
 * try (Seller seller = new Seller(new Config("https://seller.example"), accessKey, secretKey);
 *      Token token = seller.token()) {
 *     connection.setRequestProperty(token.headerName(), token.headerValue());
 * }
 * }</pre>
 *
 * <p>What holds for every class:
 * <dl>
 * <dt>Errors</dt><dd>are {@link libauth.LibauthException}s, unchecked, with a subclass for each
 * {@link libauth.Status}; {@link libauth.LibraryException} when there is no native library that fits;
 * {@link java.lang.IllegalStateException} for the use of something closed.</dd>
 * <dt>Closing</dt><dd>Platform handles and results own native memory: close them, best with
 * try-with-resources. Close may come at any time: calls under way in other threads end first. What was
 * forgotten is freed after it was garbage-collected, when a later object is made.</dd>
 * <dt>Threads</dt><dd>Everything may be used from any thread; platform handles run calls side by side. A call
 * blocks in native code and ignores interruption, the deadline ends it. On a virtual thread it occupies the
 * carrier thread meanwhile: that is safe, but gives no more calls at a time than there are carriers (as many
 * as processors, see {@code jdk.virtualThreadScheduler.parallelism}). For more at a time use platform
 * threads, or the build and read methods with an HTTP client of Java.</dd>
 * <dt>Text</dt><dd>is UTF-8 whatever {@code file.encoding} says. Half a surrogate pair or a NUL is an
 * {@link libauth.InvalidArgumentException} that names the parameter.</dd>
 * <dt>Secrets</dt><dd>are wiped from native memory when a handle ends. Java's own copies (strings, and what a
 * request or configuration was told) stay until they are garbage-collected.</dd>
 * </dl>
 */
package libauth;
