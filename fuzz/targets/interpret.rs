//! Any bytes as a statement and a board: see `bodies/interpret.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    amnat_fuzz::bodies::interpret::run(data);
});
