//! Settings.

use std::ffi::{CString, c_char, c_void};
use std::sync::Arc;

use super::callback::Callback;
use super::guard::guard;
use super::handle::{Draft, Object, free, is_null, opaque};
use super::shape::{add, begin, set, set_bytes, set_checked, set_text};
use super::store::{kept, key_bytes, libauth_store};
use super::string::{bytes, owned, required, utf8};
use zeroize::Zeroizing;

use crate::clock::{Clock, SystemClock};
use crate::config::{ClientCertificate, Config, Setting};
use crate::error::{Error, Result, Status};
use crate::log::{Level, Log};
use crate::providers::daxpay::{ResponseSignature, SignMessage};
use crate::providers::seller::ExpiresInUnit;
use crate::providers::{creditpay, daxpay, openplatform, redemption, seller};

/// How much is logged: one of LIBAUTH_LOG_*.
pub type libauth_log_level = i32;

/// Log nothing.
pub const LIBAUTH_LOG_OFF: libauth_log_level = 0;
/// Log calls that failed in the end.
pub const LIBAUTH_LOG_ERROR: libauth_log_level = 1;
/// Also what works but should be looked at: failed token refreshes, clock differences.
pub const LIBAUTH_LOG_WARN: libauth_log_level = 2;
/// Also token events.
pub const LIBAUTH_LOG_INFO: libauth_log_level = 3;
/// Also a line for each attempt.
pub const LIBAUTH_LOG_DEBUG: libauth_log_level = 4;
/// All there is.
pub const LIBAUTH_LOG_TRACE: libauth_log_level = 5;

/// Whether a DaxPay gateway's answers must be signed: one of LIBAUTH_DAXPAY_RESPONSE_SIGNATURE_*.
pub type libauth_daxpay_response_signature = i32;

/// An answer without a signature is an error. The default.
pub const LIBAUTH_DAXPAY_RESPONSE_SIGNATURE_REQUIRED: libauth_daxpay_response_signature = 0;
/// A signature is checked where there is one.
pub const LIBAUTH_DAXPAY_RESPONSE_SIGNATURE_IF_PRESENT: libauth_daxpay_response_signature = 1;

/// How the seller API's `expiresIn` is read: one of LIBAUTH_SELLER_EXPIRES_IN_*.
pub type libauth_seller_expires_in_unit = i32;

/// The lifetime that the token itself tells, else `expiresIn` as milliseconds. The default.
pub const LIBAUTH_SELLER_EXPIRES_IN_AUTO: libauth_seller_expires_in_unit = 0;
/// `expiresIn`, in milliseconds.
pub const LIBAUTH_SELLER_EXPIRES_IN_MILLISECONDS: libauth_seller_expires_in_unit = 1;
/// `expiresIn`, in seconds.
pub const LIBAUTH_SELLER_EXPIRES_IN_SECONDS: libauth_seller_expires_in_unit = 2;

/// Settings, from which provider handles are made. A handle copies what it needs: the
/// configuration may be changed, used for further handles, or freed at once. Setters never
/// fail: what is wrong with a value is reported, with the setter's name, when a handle is made:
/// LIBAUTH_INVALID_ARGUMENT for NULL where text is required and for text that is not UTF-8,
/// LIBAUTH_INVALID_CONFIG for all else, a setting of another platform included. One thread at a
/// time.
pub struct libauth_config(Object<Draft<Config>>);
opaque!(libauth_config, Draft<Config>, "config");

/// Receives a log line: the level and one line of UTF-8 without a
/// line break, never holding a secret, valid until the function returns. It is called on the
/// thread that made the call, by several threads at once if several make calls. It must not
/// unwind or longjmp; if it calls the handle whose line it is given, it may be refused.
pub type libauth_log_callback = Option<
    unsafe extern "C" fn(context: *mut c_void, level: libauth_log_level, line: *const c_char),
>;

/// Tells the time: writes Unix milliseconds, and milliseconds of a clock that never goes
/// backwards. The first is what platforms read and what messages are judged by; the second
/// alone ages tokens, so that setting the clock neither ends nor prolongs one. Called by
/// several threads at once. It must not unwind or longjmp, nor call a function of the handle it
/// is called for.
pub type libauth_clock_callback =
    Option<unsafe extern "C" fn(context: *mut c_void, unix_ms: *mut i64, monotonic_ms: *mut i64)>;

/// Signs a message with an RSA key that stays where it is: in an HSM, a KMS, an agent. It writes the bytes of
/// RSASSA-PKCS1-v1_5(SHA-256(message)) into `signature`, which has room for `signature_capacity` bytes, and
/// returns their number; a negative number says that it cannot, and the call fails with LIBAUTH_INVALID_KEY. It
/// is called on the thread that makes the call, by several threads at once if several make calls, and its time
/// counts as the call's. The message is valid until it returns. It must not unwind or longjmp.
pub type libauth_sign_callback = Option<
    unsafe extern "C" fn(
        context: *mut c_void,
        message: *const u8,
        message_length: usize,
        signature: *mut u8,
        signature_capacity: usize,
    ) -> i32,
>;

type SignFunction = unsafe extern "C" fn(*mut c_void, *const u8, usize, *mut u8, usize) -> i32;
type LogFunction = unsafe extern "C" fn(*mut c_void, libauth_log_level, *const c_char);
type ClockFunction = unsafe extern "C" fn(*mut c_void, *mut i64, *mut i64);

impl Log for Callback<LogFunction> {
    fn log(&self, level: Level, line: &str) {
        let Ok(line) = CString::new(line) else { return };
        // SAFETY: the function came with this context; the line lives until it returns.
        unsafe { (self.function)(self.context, level as i32, line.as_ptr()) }
    }
}

/// Room for the signature of the longest key that is taken, of 8192 bits.
const LONGEST_SIGNATURE: usize = 1024;

impl SignMessage for Callback<SignFunction> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        let mut signature = vec![0; LONGEST_SIGNATURE];
        // SAFETY: the function came with this context; both buffers live until it returns, and have the lengths told.
        let written = unsafe {
            (self.function)(
                self.context,
                message.as_ptr(),
                message.len(),
                signature.as_mut_ptr(),
                signature.len(),
            )
        };
        match usize::try_from(written) {
            Ok(length) if length <= LONGEST_SIGNATURE => {
                signature.truncate(length);
                Ok(signature)
            }
            Ok(length) => Err(Error::new(
                Status::InvalidKey,
                format!(
                    "sign_callback returned {length}, and there was room for {LONGEST_SIGNATURE} bytes"
                ),
            )),
            Err(_) => Err(Error::new(
                Status::InvalidKey,
                format!("sign_callback could not sign: it returned {written}"),
            )),
        }
    }
}

/// A signer that calls back.
pub(super) fn signer(
    callback: libauth_sign_callback,
    context: *mut c_void,
) -> Result<Arc<dyn SignMessage>> {
    match callback {
        Some(function) => Ok(Arc::new(Callback { function, context })),
        None => Err(is_null("callback")),
    }
}

impl Callback<ClockFunction> {
    fn now(&self) -> (i64, i64) {
        let (mut unix_ms, mut monotonic_ms) = (0, 0);
        // SAFETY: the function came with this context; both pointers are to local variables.
        unsafe { (self.function)(self.context, &raw mut unix_ms, &raw mut monotonic_ms) };
        (unix_ms, monotonic_ms)
    }
}

impl Clock for Callback<ClockFunction> {
    fn unix_ms(&self) -> i64 {
        self.now().0
    }

    fn monotonic_ms(&self) -> i64 {
        self.now().1
    }
}

/// Settings for a deployment's address with its gateway prefix, such as "https://host/dg";
/// without query and fragment. It is https, but for addresses of this machine. Never NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_new(base_url: *const c_char) -> *mut libauth_config {
    guard!(begin(Config::new(""), |draft| {
        draft.set("base_url", required("base_url", base_url), |c, v| {
            c.base_url = v.to_owned()
        });
    }))
}

/// Ends a configuration; handles made from it go on. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_free(config: *mut libauth_config) {
    guard!(free(config))
}

/// The deadline of a whole call in milliseconds, repeats included: resolving, connecting,
/// sending, every byte received. From 1 to 86400000; by default 10000.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_timeout_ms(
    config: *mut libauth_config,
    timeout_ms: i64,
) {
    guard!(set(config, |c| c.timeout_ms = timeout_ms))
}

/// The limit for resolving, connecting, a proxy's answer and the TLS handshake together, in
/// milliseconds, within the deadline. From 1 to 86400000; by default 3000.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_connect_timeout_ms(
    config: *mut libauth_config,
    connect_timeout_ms: i64,
) {
    guard!(set(config, |c| c.connect_timeout_ms = connect_timeout_ms))
}

/// A kept-alive connection that was idle for longer is closed instead of used, in milliseconds.
/// From 0 to 86400000; by default 30000.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_idle_timeout_ms(
    config: *mut libauth_config,
    idle_timeout_ms: i64,
) {
    guard!(set(config, |c| c.idle_timeout_ms = idle_timeout_ms))
}

/// How many idle connections a handle keeps at most. From 0 to 1024; by default 64.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_max_idle_connections(
    config: *mut libauth_config,
    max_idle_connections: i32,
) {
    guard!(set(config, |c| c.max_idle_connections = max_idle_connections))
}

/// How often a call is tried at most, where it may be repeated (each operation says so), with
/// growing pauses, within the deadline. From 0 to 10; by default 3. 0 and 1 switch repeating
/// off.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_max_tries(config: *mut libauth_config, max_tries: i32) {
    guard!(set(config, |c| c.max_tries = max_tries))
}

/// The largest answer or inbound body accepted, in bytes. From 1 to 67108864; by default
/// 1048576.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_max_response_bytes(
    config: *mut libauth_config,
    max_response_bytes: i64,
) {
    guard!(set(config, |c| c.max_response_bytes = max_response_bytes))
}

/// 1 allows plain http to other machines: secrets then travel in the clear. By default 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_allow_http(config: *mut libauth_config, allow: i32) {
    guard!(set(config, |c| c.allow_http = allow != 0))
}

/// The HTTP proxy to CONNECT through, "http://[user:password@]host:port". NULL: none, the
/// default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_proxy(
    config: *mut libauth_config,
    proxy: *const c_char,
) {
    guard!(set_text(config, "proxy", proxy, |c| &mut c.proxy))
}

/// 1 takes the proxy from ALL_PROXY, HTTPS_PROXY, HTTP_PROXY and NO_PROXY, read when a handle
/// is made. By default 0: the environment is not looked at.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_proxy_from_environment(
    config: *mut libauth_config,
    on: i32,
) {
    guard!(set(config, |c| c.proxy_from_environment = on != 0))
}

/// 0 distrusts Mozilla's root certificates, which are part of the library. By default 1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_bundled_roots(config: *mut libauth_config, on: i32) {
    guard!(set(config, |c| c.bundled_roots = on != 0))
}

/// 1 trusts the system's root certificates too, read when a handle is made (on Unix from where
/// SSL_CERT_FILE and SSL_CERT_DIR say, if they are set). By default 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_system_roots(config: *mut libauth_config, on: i32) {
    guard!(set(config, |c| c.system_roots = on != 0))
}

/// The path of a PEM file whose certificates are trusted too, read when a handle is made. NULL:
/// none, the default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_ca_file(
    config: *mut libauth_config,
    path: *const c_char,
) {
    guard!(set_text(config, "ca_file", path, |c| &mut c.ca_file))
}

/// Certificates in PEM that are trusted too, from memory. NULL and 0 unset them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_ca_pem(
    config: *mut libauth_config,
    pem: *const u8,
    length: usize,
) {
    guard!(set_bytes(config, "ca_pem", pem, length, |c, v| c.ca_pem =
        (!v.is_empty()).then_some(v)))
}

/// Who we are when a server asks for a certificate (mutual TLS): the paths of two PEM files, of the
/// chain, the certificate itself first, and of its private key (PKCS#8, PKCS#1 or SEC1, without a
/// password), read when a handle is made. NULL for both: nobody, the default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_client_certificate_files(
    config: *mut libauth_config,
    chain_path: *const c_char,
    key_path: *const c_char,
) {
    guard!(set_checked(
        config,
        "client_certificate",
        certificate_files(chain_path, key_path),
        |c, v| {
            c.client_certificate = v;
        }
    ))
}

/// # Safety
/// Both texts are NULL or NUL-terminated.
unsafe fn certificate_files(
    chain: *const c_char,
    key: *const c_char,
) -> Result<Option<ClientCertificate>> {
    if chain.is_null() && key.is_null() {
        return Ok(None);
    }
    // SAFETY: see above.
    let (chain, key) = unsafe { (required("chain_path", chain)?, required("key_path", key)?) };
    Ok(Some(ClientCertificate::Files {
        chain: chain.to_owned(),
        key: key.to_owned(),
    }))
}

/// As libauth_config_set_client_certificate_files, with what would be in the files. NULL and 0 for
/// both: nobody.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_client_certificate_pem(
    config: *mut libauth_config,
    chain: *const u8,
    chain_length: usize,
    key: *const u8,
    key_length: usize,
) {
    guard!(set_checked(
        config,
        "client_certificate",
        certificate_pem(
            bytes("chain", chain, chain_length),
            bytes("key", key, key_length)
        ),
        |c, v| c.client_certificate = v
    ))
}

fn certificate_pem(chain: Result<&[u8]>, key: Result<&[u8]>) -> Result<Option<ClientCertificate>> {
    let (chain, key) = (chain?, key?);
    if chain.is_empty() && key.is_empty() {
        return Ok(None);
    }
    Ok(Some(ClientCertificate::Pem {
        chain: chain.to_vec(),
        key: utf8("key", key)?.into(),
    }))
}

/// Accepts a server only when its key is this one, or another that was added: "sha256/" and the
/// base64 of the SHA-256 of its certificate's SubjectPublicKeyInfo. The certificate is checked all
/// the same. By default any key is accepted. Add the next key before the server changes to it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_add_pin(config: *mut libauth_config, pin: *const c_char) {
    guard!(add(config, "pin", required("pin", pin), |c, v| c
        .pins
        .push(v.to_owned())))
}

/// The User-Agent header. NULL: "libauth/VERSION", the default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_user_agent(
    config: *mut libauth_config,
    user_agent: *const c_char,
) {
    guard!(set_text(config, "user_agent", user_agent, |c| &mut c.user_agent))
}

/// creditpay: the gateway prefix that is part of the signed path, such as "/dg", for a
/// deployment whose gateway passes its prefix on. NULL: none, the default, as the platform
/// documents it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_creditpay_signed_path_prefix(
    config: *mut libauth_config,
    prefix: *const c_char,
) {
    guard!(set_checked(
        config,
        "creditpay_signed_path_prefix",
        owned("creditpay_signed_path_prefix", prefix),
        signed_path_prefix
    ))
}

fn signed_path_prefix(config: &mut Config, prefix: Option<String>) {
    match prefix {
        Some(prefix) => config.set(creditpay::signed_path_prefix(prefix)),
        None => config.unset("creditpay_signed_path_prefix"),
    }
}

/// daxpay: the gateway's time zone, in minutes east of UTC. From -1080 to 1080; by default 480,
/// China. The machine's own time zone plays no part.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_daxpay_utc_offset_minutes(
    config: *mut libauth_config,
    minutes: i32,
) {
    guard!(set(config, |c| c.set(daxpay::utc_offset_minutes(minutes))))
}

/// daxpay: whether answers must be signed, as they must by default; or need not be, for a gateway
/// that does not sign them. A signature that is there and wrong is an error under either, and
/// notifications must always be signed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_daxpay_response_signature(
    config: *mut libauth_config,
    policy: libauth_daxpay_response_signature,
) {
    guard!(set_checked(
        config,
        "daxpay_response_signature",
        response_signature(policy),
        |c, v| c.set(daxpay::response_signature(v))
    ))
}

fn response_signature(policy: libauth_daxpay_response_signature) -> Result<ResponseSignature> {
    match policy {
        LIBAUTH_DAXPAY_RESPONSE_SIGNATURE_REQUIRED => Ok(ResponseSignature::Required),
        LIBAUTH_DAXPAY_RESPONSE_SIGNATURE_IF_PRESENT => Ok(ResponseSignature::IfPresent),
        _ => Err(Error::config(
            "daxpay_response_signature",
            "is not one of LIBAUTH_DAXPAY_RESPONSE_SIGNATURE_*",
        )),
    }
}

/// openplatform: the lifetime of a token that does not tell its own, in milliseconds. From 1 to
/// 31536000000; by default 7200000, two hours.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_openplatform_token_lifetime_ms(
    config: *mut libauth_config,
    token_lifetime_ms: i64,
) {
    guard!(set(config, |c| c
        .set(openplatform::token_lifetime_ms(token_lifetime_ms))))
}

/// seller: how to read `expiresIn`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_seller_expires_in_unit(
    config: *mut libauth_config,
    unit: libauth_seller_expires_in_unit,
) {
    guard!(set_checked(
        config,
        "seller_expires_in_unit",
        expires_in(unit),
        |c, v| c.set(seller::expires_in_unit(v))
    ))
}

fn expires_in(unit: libauth_seller_expires_in_unit) -> Result<ExpiresInUnit> {
    match unit {
        LIBAUTH_SELLER_EXPIRES_IN_AUTO => Ok(ExpiresInUnit::Auto),
        LIBAUTH_SELLER_EXPIRES_IN_MILLISECONDS => Ok(ExpiresInUnit::Milliseconds),
        LIBAUTH_SELLER_EXPIRES_IN_SECONDS => Ok(ExpiresInUnit::Seconds),
        _ => Err(Error::config(
            "seller_expires_in_unit",
            "is not one of LIBAUTH_SELLER_EXPIRES_IN_*",
        )),
    }
}

/// seller: the path of the token's endpoint below the base URL, for deployments of another version of the
/// documents, such as "/seller/202405/authorization". NULL: "/seller/202405/auth/get-access-token", the default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_seller_token_path(
    config: *mut libauth_config,
    path: *const c_char,
) {
    guard!(set_checked(
        config,
        "seller_token_path",
        owned("seller_token_path", path),
        |c, v| match v {
            Some(path) => c.set(seller::token_path(path)),
            None => c.unset("seller_token_path"),
        }
    ))
}

/// creditpay: a signature key before a rotation, under which inbound messages are accepted too; any number of
/// them. One that cannot be used is left out with a line in the log.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_add_creditpay_previous_key(
    config: *mut libauth_config,
    key: *const c_char,
) {
    guard!(add_key(config, "creditpay_previous_key", key, |key| {
        creditpay::previous_key(key)
    }))
}

/// daxpay: a key before a rotation, under which answers and inbound messages are accepted too: edition 3's sign
/// key, edition open's public key of the platform; any number of them. One that cannot be used is left out with a
/// line in the log.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_add_daxpay_previous_key(
    config: *mut libauth_config,
    key: *const c_char,
) {
    guard!(add_key(config, "daxpay_previous_key", key, |key| {
        daxpay::previous_key(key)
    }))
}

/// redemption: a key before a rotation, under which inbound messages are accepted too: the platform's public key,
/// or for MD5 the shared secret; any number of them. One that cannot be used is left out with a line in the log.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_add_redemption_previous_key(
    config: *mut libauth_config,
    key: *const c_char,
) {
    guard!(add_key(config, "redemption_previous_key", key, |key| {
        redemption::previous_key(key)
    }))
}

/// Adds a key; what is wrong with its text is told when a handle is made.
///
/// # Safety
/// As [`add`]; `key` is NULL or NUL-terminated.
unsafe fn add_key(
    config: *mut libauth_config,
    name: &'static str,
    key: *const c_char,
    setting: impl FnOnce(&str) -> Setting,
) {
    // SAFETY: see above.
    let key = unsafe { required(name, key) };
    // SAFETY: see above.
    unsafe { add(config, name, key, |c, key| c.add(setting(key))) }
}

/// Inbound messages: how far a message's time may be from the clock, to either side, in
/// milliseconds; the edges belong to it. From 1 to 604800000; by default 300000, five minutes,
/// where the platform signs the time. creditpay does not, so that its age proves nothing, and
/// may repeat an event with its first time 50 minutes later: there it is 3600000, an hour.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_window_ms(config: *mut libauth_config, window_ms: i64) {
    guard!(set(config, |c| c.window_ms = Some(window_ms)))
}

/// Inbound messages: how long, in milliseconds, a message is claimed that a _verify function
/// accepted. Act on it, keep what came of it, and call its _event_done: from then on it is
/// LIBAUTH_REPLAYED. Until then whoever brings it again gets LIBAUTH_BUSY. Freeing the event
/// without _event_done gives it back at once; if the process dies, the claim ends by itself, and
/// the platform's next attempt is accepted. 0: one phase, a message is final when it is
/// accepted, and lost when the process dies before it acted. From 0 to 86400000; by default
/// 60000, a minute.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_replay_claim_ms(
    config: *mut libauth_config,
    claim_ms: i64,
) {
    guard!(set(config, |c| c.replay_claim_ms = claim_ms))
}

/// Inbound messages: how many of them the built-in replay guard remembers at least, at 32 bytes
/// each, in memory that a handle shares with processes forked after it was made. When it is
/// full, what would be forgotten soonest makes room, and a warning is logged first. Messages
/// without a signed time are remembered for a day, and beyond that while there is room.
/// From 1 to 100000000; by default 100000.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_replay_capacity(
    config: *mut libauth_config,
    capacity: i64,
) {
    guard!(set(config, |c| c.replay_capacity = capacity))
}

/// Inbound messages: where they are claimed and remembered for all machines, in place of the built-in replay guard.
/// A store that has only `add` has one phase: a message is final when it is accepted. A message that the store
/// cannot tell about is refused with LIBAUTH_STORE: answer with failure, and it will come again. (Accepting it could
/// mean acting on it twice.) Credit-limit queries, which anybody could repeat, never reach it. NULL: the built-in
/// one. The store's functions and context must live as long as the handles made from this configuration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_replay_store(
    config: *mut libauth_config,
    store: *const libauth_store,
) {
    guard!(set_checked(config, "replay_store", kept(store), |c, v| c
        .replay_store =
        v))
}

/// openplatform, seller: where the processes of a fleet keep the token that they share, so that one of them logs in
/// for all. It needs a key: libauth_config_add_store_key. A store that fails costs store_timeout_ms, and then a login
/// of one's own, of which there is at most one a backoff period (1 s, doubled up to 60 s): see
/// libauth_token_is_degraded. A login gets at most half of the time that its call has left, and the other half is for
/// whoever takes over from a process that died in it. NULL: none, the default. The store's functions and context must
/// live as long as the handles made from this configuration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_token_store(
    config: *mut libauth_config,
    store: *const libauth_store,
) {
    guard!(set_checked(config, "token_store", kept(store), |c, v| c
        .token_store =
        v))
}

/// Adds a key that seals the records in the token store, of `key_length` bytes, which is 32: random ones, the same in
/// all processes of the fleet. The one that was added last seals, all of them open. `key_id` is 1 to 64 visible ASCII
/// characters that stand in the records in the clear. To rotate, add the new key before the old one everywhere, then
/// behind it everywhere, then leave the old one out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_add_store_key(
    config: *mut libauth_config,
    key_id: *const c_char,
    key: *const u8,
    key_length: usize,
) {
    guard!(add(
        config,
        "store_key",
        store_key(key_id, key, key_length),
        |c, (id, key)| c.add_store_key(id, *key)
    ))
}

/// # Safety
/// `key_id` is NULL or NUL-terminated, `key` NULL or of the length that is told.
unsafe fn store_key(
    key_id: *const c_char,
    key: *const u8,
    key_length: usize,
) -> Result<(String, Zeroizing<[u8; 32]>)> {
    // SAFETY: see above.
    let (id, key) = unsafe { (required("key_id", key_id)?, bytes("key", key, key_length)?) };
    Ok((id.to_owned(), Zeroizing::new(key_bytes(key)?)))
}

/// Within how many milliseconds an operation of a store should answer; each of the store's functions is told. One that
/// took longer counts as failed for a token, and is still heard for a message. From 1 to 60000; by default 200.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_store_timeout_ms(
    config: *mut libauth_config,
    store_timeout_ms: i64,
) {
    guard!(set(config, |c| c.store_timeout_ms = store_timeout_ms))
}

/// A clock of your own, for tests: it tells the timestamps that are sent and checked, and the
/// age of tokens. Deadlines and pauses go by the real clock. NULL: the system's clocks.
/// Function and context must live as long as the handles made from this configuration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_clock_callback(
    config: *mut libauth_config,
    callback: libauth_clock_callback,
    context: *mut c_void,
) {
    guard!(set(config, |c| c.clock = clock(callback, context)))
}

fn clock(callback: libauth_clock_callback, context: *mut c_void) -> Arc<dyn Clock> {
    match callback {
        Some(function) => Arc::new(Callback::<ClockFunction> { function, context }),
        None => Arc::new(SystemClock::default()),
    }
}

/// Where log lines go, up to `level`. NULL: nowhere, the default.
/// Function and context must live as long as the handles made from this configuration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_log_callback(
    config: *mut libauth_config,
    level: libauth_log_level,
    callback: libauth_log_callback,
    context: *mut c_void,
) {
    guard!(set_checked(
        config,
        "log level",
        log_level(level),
        |c, v| {
            c.log_level = v;
            c.log = callback.map(|function| log(function, context));
        }
    ))
}

fn log_level(level: libauth_log_level) -> Result<Level> {
    match level {
        LIBAUTH_LOG_OFF => Ok(Level::Off),
        LIBAUTH_LOG_ERROR => Ok(Level::Error),
        LIBAUTH_LOG_WARN => Ok(Level::Warn),
        LIBAUTH_LOG_INFO => Ok(Level::Info),
        LIBAUTH_LOG_DEBUG => Ok(Level::Debug),
        LIBAUTH_LOG_TRACE => Ok(Level::Trace),
        _ => Err(Error::config("log level", "is not one of LIBAUTH_LOG_*")),
    }
}

fn log(function: LogFunction, context: *mut c_void) -> Arc<dyn Log> {
    Arc::new(Callback { function, context })
}
