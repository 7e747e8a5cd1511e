//! The pure rooms: what a module is, who imports whom, and what a change makes stale.
//!
//! Knows strings, graphs and JavaScript's grammar. Must not know Node, sockets, threads, clocks,
//! the disk or JSON: everything here is a function of its arguments, so that its tests need nothing
//! but tables. `tests/layers.rs` fails when a file below names what it must not know.

pub mod analyze;
pub mod carry;
pub mod change;
pub mod diagnostic;
pub mod edit;
pub mod folders;
pub mod graph;
pub mod literal;
pub mod live;
pub mod mounts;
pub mod patch;
pub mod poll;
pub mod propagate;
pub mod reach;
pub mod rewrite;
pub mod style;
pub mod url;
