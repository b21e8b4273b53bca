//! The functions of the parts in C: what is measured, and its peers.

#![allow(unsafe_code, missing_docs, clippy::missing_safety_doc)]

#[rustfmt::skip]
pub mod c {
    use std::ffi::{c_char, c_void};
    unsafe extern "C" {
        pub safe fn bench_pin() -> i32;
        pub safe fn bench_cpu_ns() -> u64;
        pub fn ours_seller(base_url: *const c_char, ca_file: *const c_char) -> *mut c_void;
        pub fn ours_seller_free(seller: *mut c_void);
        pub fn ours_post(seller: *mut c_void, path: *const c_char, body: *const u8, length: usize, count: u64);
        pub fn ours_token(seller: *mut c_void, count: u64);
        pub fn ours_creditpay(signature_key: *const c_char) -> *mut c_void;
        pub fn ours_creditpay_build(creditpay: *mut c_void, body: *const u8, length: usize, count: u64);
        pub fn ours_daxpay(sign_key: *const c_char, algorithm: i32) -> *mut c_void;
        pub fn ours_daxpay_build(daxpay: *mut c_void, body: *const u8, length: usize, count: u64);
        pub fn ours_daxpay_read(daxpay: *mut c_void, body: *const u8, length: usize, count: u64);
        pub fn ours_redemption(private_key: *const c_char) -> *mut c_void;
        pub fn ours_redemption_build(redemption: *mut c_void, count: u64);
        pub fn peer_hmac_sha1(bytes: *const u8, length: usize, count: u64);
        pub fn peer_hmac_sha256(bytes: *const u8, length: usize, count: u64);
        pub fn peer_md5(bytes: *const u8, length: usize, count: u64);
        pub fn peer_sm3(bytes: *const u8, length: usize, count: u64);
        pub fn peer_rsa(pem: *const c_char, count: u64);
        pub fn peer_daxpay_sign(body: *const c_char, hex: *mut c_char);
        pub fn peer_daxpay_read(body: *const c_char, count: u64);
        pub safe fn peer_token(count: u64);
    }
}
