#![no_main]

#[path = "../properties/mod.rs"]
#[allow(dead_code, reason = "each target uses one of them")]
mod properties;

libfuzzer_sys::fuzz_target!(
    init: properties::let_the_parser_panic(),
    |data: &[u8]| properties::code::check(data)
);
