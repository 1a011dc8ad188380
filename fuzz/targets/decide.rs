//! Any bytes as a rule, a board and a question: see `bodies/decide.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    amnat_fuzz::bodies::decide::run(data);
});
