//! What outlives a run of the engine, so that a restart does not reload the pages.

mod file;
pub mod resume;
