//! What requests leave for the coordinator: files to follow and sources to analyse.
//!
//! Knows when a page load is over. Must not do the work. A page load asks for thousands of modules on a
//! machine that has better things to do then; nothing of this is urgent until a file changes.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::engine::state::files::{FileIndex, SourceFile};
use hotgraph_core::graph::ModuleId;

/// Work waits until no request came in for this long.
const QUIET: Duration = Duration::from_millis(40);
/// But not longer than this.
const LONGEST_WAIT: Duration = Duration::from_millis(400);

/// A served module that the coordinator has to look at.
pub struct Registration {
    /// The module.
    pub id: ModuleId,
    /// The hash of what was served.
    pub content: u64,
    /// The file it came from, and whether it is new.
    pub file: Option<(FileIndex, SourceFile, bool)>,
    /// Whether a new file was there when it was served.
    pub was_there: bool,
    /// Whether it was as long as what was served, and so most likely the same.
    pub is_as_long: bool,
    /// The source, when it is still to be analysed.
    pub source: Option<Arc<str>>,
}

impl Registration {
    /// A registration of content without a file.
    pub fn of(id: ModuleId, content: u64) -> Self {
        Self {
            id,
            content,
            file: None,
            was_there: false,
            is_as_long: false,
            source: None,
        }
    }

    /// The same, having looked how long a new file is. To be asked at once: the next save may be on its way.
    pub fn measured(mut self, served: usize) -> Self {
        if let Some((_, file, true)) = &self.file {
            let found = file.path.metadata();
            self.was_there = found.is_ok();
            self.is_as_long = found.is_ok_and(|found| found.len() == served as u64);
        }
        self
    }

    /// The same, with a source to analyse.
    pub fn with_source(self, source: Arc<str>) -> Self {
        Self {
            source: Some(source),
            ..self
        }
    }
}

/// Registrations in the order of their requests.
#[derive(Default)]
pub struct Backlog {
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    registrations: Vec<Registration>,
    /// When the first and the last of them came in.
    since: Option<(Instant, Instant)>,
}

impl Backlog {
    /// Adds a registration. Returns whether it is the first. Then the coordinator has to be woken.
    pub fn add(&self, registration: Registration) -> bool {
        let now = Instant::now();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let first = waiting.since.map_or(now, |(first, _)| first);
        waiting.since = Some((first, now));
        waiting.registrations.push(registration);
        waiting.registrations.len() == 1
    }

    /// When the work should be done; `None` when there is none.
    pub fn due(&self) -> Option<Instant> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting
            .since
            .map(|(first, last)| (last + QUIET).min(first + LONGEST_WAIT))
    }

    /// Takes all of it.
    pub fn take(&self) -> Vec<Registration> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.since = None;
        std::mem::take(&mut waiting.registrations)
    }
}
