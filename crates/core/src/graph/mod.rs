//! Modules by url: where they are on disk, who imports whom, what a change makes stale and what a page reaches.

pub mod exports;
pub mod folders;
pub mod import_map;
mod modules;
pub mod propagate;
pub mod reach;
pub mod url;

pub use modules::*;
