//! The five platforms against the sandbox: operations, faults, callbacks, explanations.

mod answers;
mod creditpay;
mod daxpay;
mod daxpay_open;
mod documents;
mod explain;
mod explain_corpus;
mod inbound;
mod keys;
mod lifetimes;
mod mutations;
mod offline;
mod openplatform;
mod options;
mod proxy;
mod redemption;
mod replay;
mod rotation;
mod rsa;
mod secrets;
mod seller;
mod statistics;
mod tls;
mod tokens;
mod transport;
mod vectors;
