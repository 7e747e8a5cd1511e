//! Where the addon's memory comes from.
//!
//! Parsers allocate much and free it all at once, on several threads: mimalloc takes a quarter less of the time that a
//! page load costs the server. Only on Linux, where that was measured.

use libmimalloc_sys::{mi_option_set, mi_option_t};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// `mi_option_purge_delay`, as mimalloc 2 numbers it.
const PURGE_DELAY: mi_option_t = 15;

/// Gives back at once what is free: mimalloc would wait for the next allocation, and an idle server makes none.
#[napi_derive::module_init]
#[allow(unsafe_code, reason = "mimalloc is a C library")]
fn give_back_at_once() {
    // SAFETY: sets a number, which any thread may do at any time.
    unsafe { mi_option_set(PURGE_DELAY, 0) };
}
