//! Polling: from what looks at paths found to what changed there, and how often to look.
//!
//! Knows paths, stamps, and milliseconds handed in as arguments. Must not know the clock or the disk.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

/// What a look at a path found, as far as it tells whether something changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// When it was changed last, in nanoseconds since 1970.
    pub modified: u128,
    /// How long it is.
    pub length: u64,
    /// The identity of the file, where the system tells: a file renamed over another may be as old and as long.
    pub identity: u64,
    /// Whether it is a folder.
    pub is_folder: bool,
}

/// What happened to a path since it was reported last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Polled {
    /// A file has another content, or is there again; a folder is there again.
    Written,
    /// It is not there any more.
    Gone,
    /// A folder has other entries.
    Entries,
}

/// A change is reported when nothing has changed for so long: no event tells when a writer is done.
pub const SETTLING: u64 = 100;

/// Longest share of the time that is spent on looking: one part in so many.
const SHARE: u64 = 25;
/// Shortest and longest time between two looks at everything.
const SHORTEST_PAUSE: u64 = 100;
const LONGEST_PAUSE: u64 = 5_000;

/// How many milliseconds to wait after a look at everything that took so many microseconds.
pub fn pause_after(microseconds: u64) -> u64 {
    (microseconds * (SHARE - 1) / 1_000).clamp(SHORTEST_PAUSE, LONGEST_PAUSE)
}

#[derive(Debug)]
struct Entry {
    /// What was reported last.
    known: Option<Stamp>,
    /// What was found instead, and since when.
    settling: Option<(Option<Stamp>, u64)>,
}

/// The paths that are polled.
#[derive(Debug, Default)]
pub struct PollTable {
    entries: HashMap<Arc<Path>, Entry>,
}

impl PollTable {
    /// Adds a path, as it is now. One that is there already stays as it is.
    pub fn add(&mut self, path: &Path, found: Option<Stamp>) {
        if !self.contains(path) {
            let entry = Entry {
                known: found,
                settling: None,
            };
            self.entries.insert(Arc::from(path), entry);
        }
    }

    /// Whether a path is polled.
    pub fn contains(&self, path: &Path) -> bool {
        self.entries.contains_key(path)
    }

    /// Whether nothing is polled.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All paths.
    pub fn paths(&self) -> Vec<Arc<Path>> {
        self.entries.keys().cloned().collect()
    }

    /// The paths that were found changed and not reported yet.
    pub fn settling(&self) -> Vec<Arc<Path>> {
        let is_settling = |(path, entry): (&Arc<Path>, &Entry)| {
            let path = entry.settling.is_some().then_some(path);
            path.cloned()
        };
        self.entries.iter().filter_map(is_settling).collect()
    }

    /// Takes in what a look at a path found at `now`. Returns what to report of it.
    pub fn record(&mut self, path: &Path, found: Option<Stamp>, now: u64) -> Option<Polled> {
        let entry = self.entries.get_mut(path)?;
        if found == entry.known {
            entry.settling = None;
            return None;
        }
        let since = match entry.settling {
            Some((before, since)) if before == found => since,
            _ => now,
        };
        if now < since + SETTLING {
            entry.settling = Some((found, since));
            return None;
        }
        let before = std::mem::replace(&mut entry.known, found);
        entry.settling = None;
        Some(match (before, found) {
            (_, None) => Polled::Gone,
            (Some(before), Some(found)) if before.is_folder && found.is_folder => Polled::Entries,
            _ => Polled::Written,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of the given age, or nothing (0); a folder below 0.
    fn stamp(modified: i32) -> Option<Stamp> {
        (modified != 0).then_some(Stamp {
            modified: u128::from(modified.unsigned_abs()),
            length: 1,
            identity: 1,
            is_folder: modified < 0,
        })
    }

    #[track_caller]
    fn check(at_first: i32, looks: &[(u64, i32)], expected: &[(u64, Polled)]) {
        let path = Path::new("/a");
        let mut table = PollTable::default();
        table.add(path, stamp(at_first));
        let reported: Vec<_> = looks
            .iter()
            .filter_map(|&(now, found)| Some((now, table.record(path, stamp(found), now)?)))
            .collect();
        assert_eq!(reported, expected);
        assert!(table.settling().is_empty());
    }

    #[test]
    fn what_changed_is_reported_once_when_it_is_quiet() {
        use Polled::*;
        check(1, &[(0, 1), (500, 1)], &[]);
        check(1, &[(0, 2), (100, 2), (500, 2)], &[(100, Written)]);
        check(1, &[(0, 2), (99, 2), (120, 2)], &[(120, Written)]);
        check(
            1,
            &[(0, 2), (100, 3), (150, 4), (240, 4), (250, 4)],
            &[(250, Written)],
        );
        check(1, &[(0, 0), (100, 0), (500, 0)], &[(100, Gone)]);
        check(1, &[(0, 0), (50, 1), (150, 1)], &[]);
        check(1, &[(0, 0), (50, 2), (150, 2)], &[(150, Written)]);
        check(0, &[(0, 0), (100, 2), (200, 2)], &[(200, Written)]);
        check(-1, &[(0, -2), (100, -2)], &[(100, Entries)]);
        check(
            -1,
            &[(0, 0), (100, 0), (200, -1), (300, -1)],
            &[(100, Gone), (300, Written)],
        );
    }

    #[test]
    fn a_path_is_added_once() {
        let mut table = PollTable::default();
        let path = Path::new("/a");
        table.add(path, stamp(1));
        table.add(path, stamp(2));
        assert_eq!(table.record(path, stamp(2), 0), None);
        assert_eq!(table.settling(), [Arc::from(path)]);
        assert_eq!(table.paths(), [Arc::from(path)]);
    }

    #[test]
    fn looking_takes_a_small_share_of_the_time() {
        for (microseconds, pause) in [(0, 100), (1_000, 100), (20_000, 480), (1_000_000, 5_000)] {
            assert_eq!(pause_after(microseconds), pause);
        }
    }
}
