//! The strings that are signed and the signatures over them: pure functions of their input.
//! No network, no clock, no randomness (but for RSA blinding, which does not show in the result).

pub mod creditpay;
pub mod daxpay;
pub mod daxpay_open;
pub(crate) mod decimal;
pub(crate) mod digest;
pub mod redemption;
pub mod rsa;

use subtle::ConstantTimeEq;

/// Whether two signatures are the same, in a time that does not tell where they differ.
pub(crate) fn same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}
