//! The pure rooms: what a module is, who imports whom, and what a change makes stale.
//!
//! Every function here is a function of its arguments: its tests need nothing but tables. The crate's manifest is the
//! wall. Without napi, tokio, notify and serde nothing here can reach Node, sockets, clocks or JSON. clippy.toml
//! refuses the disk, threads and the time.
//!
//! - [`syntax`]: source text in, facts and served text out. Alone in naming swc.
//! - [`graph`]: urls, folders, modules, propagation and reachability.
//! - [`watch`]: from what a watcher saw to what changed.

pub mod diagnostic;
pub mod graph;
pub mod syntax;
pub mod watch;
