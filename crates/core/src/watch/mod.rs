//! Tables for watching: what a watcher saw becomes what changed. Time comes in as an argument.

pub mod change;
pub mod life;
pub mod mounts;
pub mod places;
pub mod poll;
