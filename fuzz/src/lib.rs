//! The pure rooms of amnat, compiled by themselves, and the bodies of the fuzz targets.
//!
//! Reading statements and deciding import nothing but the kernel and a few light libraries, so they build
//! here in seconds, instrumented, without the rest of the service. The bodies are also run by the tests of the
//! main package.

#[path = "../../src/kernel/mod.rs"]
pub mod kernel;
#[path = "../../src/signing_rule/mod.rs"]
pub mod signing_rule;

#[path = "../bodies/mod.rs"]
pub mod bodies;
