//! What outlives a run of the engine, so that a restart does not reload the pages.

pub mod file;
pub mod record;
pub mod resume;
