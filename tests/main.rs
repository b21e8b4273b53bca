//! Every test, in one program: one link instead of thirty.

mod exports;
mod sandbox;
mod suite;
mod support;

mod abi;
mod answers;
mod c_scenarios;
mod c_suite;
mod cpp_suite;
mod creditpay;
mod daxpay;
mod explain;
mod header;
mod inbound;
mod install_suite;
mod java_suite;
mod keys;
mod lifetimes;
mod mutations;
mod null_table;
mod offline;
mod openplatform;
mod proxy;
mod python_suite;
mod redemption;
mod replay;
mod sandbox_self;
mod scenarios;
mod secrets;
mod seller;
mod tls;
mod tokens;
mod transport;
mod vectors;
