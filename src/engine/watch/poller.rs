//! Polling: a thread that looks at files and folders of which the operating system sends no events.
//!
//! Knows the disk and the clock. Must not decide what is polled, nor what a change means. There is no thread
//! before the first path, and it takes a small share of the time whatever the number of files.

use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, UNIX_EPOCH};

use super::events::{Listener, Sighting};
use hotgraph_core::watch::change::Seen;
use hotgraph_core::watch::poll::{self, PollTable, Polled, SETTLING, Stamp};

/// Polls paths until it is dropped.
pub struct Poller {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    work: Mutex<Work>,
    news: Condvar,
}

#[derive(Default)]
struct Work {
    table: PollTable,
    is_closed: bool,
}

impl Poller {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the operating system gives none.
    pub fn start(listener: Listener) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let of_thread = shared.clone();
        std::thread::Builder::new()
            .name("hotgraph-poll".into())
            .spawn(move || of_thread.run(&listener))?;
        Ok(Self { shared })
    }

    /// Polls a file or folder from now on.
    pub fn add(&self, path: &Path) {
        let found = look_at(path);
        self.shared.lock().table.add(path, found);
        self.shared.news.notify_one();
    }
}

impl Drop for Poller {
    fn drop(&mut self) {
        self.shared.lock().is_closed = true;
        self.shared.news.notify_one();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, listener: &Listener) {
        let started = Instant::now();
        let mut next_round = started;
        loop {
            let work = self.lock();
            let idle = |work: &mut Work| work.table.is_empty() && !work.is_closed;
            let work = self
                .news
                .wait_while(work, idle)
                .unwrap_or_else(PoisonError::into_inner);
            let settling = work.table.settling();
            let again = Duration::from_millis(SETTLING);
            let wait = next_round.saturating_duration_since(Instant::now());
            let wait = if settling.is_empty() {
                wait
            } else {
                wait.min(again)
            };
            let (work, _) = self
                .news
                .wait_timeout_while(work, wait, |work| !work.is_closed)
                .unwrap_or_else(PoisonError::into_inner);
            if work.is_closed {
                return;
            }
            let began = Instant::now();
            let is_round = began >= next_round;
            let paths = if is_round {
                work.table.paths()
            } else {
                settling
            };
            drop(work);
            let found: Vec<_> = paths
                .into_iter()
                .map(|path| (look_at(&path), path))
                .collect();
            let mut seen = Vec::new();
            let mut work = self.lock();
            for (found, path) in found {
                let now = started.elapsed().as_millis() as u64;
                match work.table.record(&path, found, now) {
                    Some(Polled::Written) => seen.push((path.to_path_buf(), Seen::Written)),
                    Some(Polled::Gone) => seen.push((path.to_path_buf(), Seen::Gone)),
                    Some(Polled::Entries) => {
                        let entries = entries_of(&path).filter(|entry| !work.table.contains(entry));
                        seen.extend(entries.map(|entry| (entry, Seen::Created)));
                    }
                    None => {}
                }
            }
            drop(work);
            if is_round {
                let took = began.elapsed().as_micros() as u64;
                next_round = Instant::now() + Duration::from_millis(poll::pause_after(took));
            }
            if !seen.is_empty() {
                listener(Sighting::Paths(seen));
            }
        }
    }
}

fn look_at(path: &Path) -> Option<Stamp> {
    let found = path.metadata().ok()?;
    let modified = found.modified().ok()?.duration_since(UNIX_EPOCH);
    #[cfg(unix)]
    let identity = std::os::unix::fs::MetadataExt::ino(&found);
    #[cfg(not(unix))]
    let identity = 0;
    Some(Stamp {
        modified: modified.map_or(0, |since| since.as_nanos()),
        length: found.len(),
        identity,
        is_folder: found.is_dir(),
    })
}

fn entries_of(folder: &Path) -> impl Iterator<Item = std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries.filter_map(|entry| Some(entry.ok()?.path()))
}
