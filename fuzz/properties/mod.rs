//! What holds for any input. Run by the fuzz targets next to it, and by `tests/fuzz_seeds.rs` on all inputs that are kept.

pub mod code;
pub mod frames;
pub mod urls;

/// Lets panics of the parser pass, which the analyser takes for an error by design. Any other ends the process, caught
/// or not.
pub fn let_the_parser_panic() {
    let fatal = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let is_parsers = panic
            .location()
            .is_some_and(|place| place.file().contains("swc_ecma_"));
        if !is_parsers {
            fatal(panic);
        }
    }));
}
