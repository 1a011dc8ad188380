//! What the fuzz targets assert, as plain functions from bytes: a fact that does not hold panics.
//!
//! The same files are compiled into the fuzz package, where libFuzzer chooses the bytes, and into the tests of
//! the main package, where seeds and a generator do. To add a target: a file here with `run(&[u8])`, a binary in
//! `targets/`, seeds in `seeds/NAME/`, and its name in `fuzz/run` and in the regression test.

pub mod bytes;
pub mod cast;
pub mod decide;
pub mod interpret;
pub mod twin;
pub mod worst;
