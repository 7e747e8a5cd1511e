//! Hot module replacement for any Node dev server: watching, analysis, graph and propagation.
//!
//! Rooms, each of which may name only what stands before it: the crate `hotgraph_core` (pure), [`protocol`] (the
//! wire), [`engine`] (threads, disk, time), `binding` (Node).

#[cfg(feature = "addon")]
pub mod binding;
pub mod engine;
pub mod protocol;
