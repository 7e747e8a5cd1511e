//! Tells the linker how Node loads the addon, and that it stays loaded.

fn main() {
    napi_build::setup();
    // Node unloads an addon with the last worker that uses it, while threads of it may still be about to end.
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
}
