#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sfu_engine::fuzzing::dtls_guard(data));
