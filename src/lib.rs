//! Hot module replacement for any Node dev server: watching, analysis, graph and propagation.
//!
//! Rooms, each of which may name only what stands before it: [`core`] (pure), [`protocol`] (the wire),
//! [`engine`] (threads, disk, time), `binding` (Node).

#[cfg(feature = "addon")]
pub mod binding;
pub mod core;
pub mod engine;
pub mod protocol;
