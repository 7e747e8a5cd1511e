//! From what a watcher saw to what changed: one entry a path, merged by a table, released in time.
//!
//! Knows paths and milliseconds handed in as arguments. Must not know the clock, the disk or where
//! events come from.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// What one event says about one path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// Its content is complete and may be new: closed after writing, renamed to, created.
    Written,
    /// Its content may be incomplete: more events are expected (platforms without a close event).
    Touched,
    /// Somebody is writing it, and its end will be announced (`Written`).
    Writing,
    /// It is there, and its writer may not have finished: a link, or a file just opened.
    Created,
    /// Its attributes changed: it may be readable now, or be so no longer.
    Attributes,
    /// It is not there any more.
    Gone,
    /// It has another name now: editors do that before they save.
    Moved,
    /// It came by its name or lost it (platforms that do not say which).
    Renamed,
}

impl Seen {
    /// Whether a folder of which this is seen may have come, gone, or be another now. A change of a file in it is an
    /// event of its own, and some platforms tell of the folder too.
    pub fn concerns_folder(self) -> bool {
        match self {
            Self::Written | Self::Created | Self::Gone | Self::Moved | Self::Renamed => true,
            Self::Touched | Self::Writing | Self::Attributes => false,
        }
    }
}

/// What happened to a path between two batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileChange {
    /// Read it again.
    Written,
    /// It stayed away.
    Gone,
}

/// How long things are held back, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// After `Touched`: until a writer that does not announce its end is taken to be done.
    pub touched: u64,
    /// After `Writing`: until a writer that keeps the file open is taken to be done all the same.
    pub writing: u64,
    /// After `Created`: how long a writer may still be at work.
    pub created: u64,
    /// After `Gone`: editors that save by renaming remove a file for a moment.
    pub gone: u64,
    /// After a deleted file is there again, as a checkout does with many: until others would have followed.
    pub replaced: u64,
    /// Between the events of a storm (a checkout): it becomes one batch.
    pub storm: u64,
    /// How many paths make a storm.
    pub storm_size: usize,
    /// A storm that does not end is released after this time at the latest.
    pub storm_limit: u64,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            touched: 8,
            writing: 5_000,
            created: 100,
            gone: 60,
            replaced: 10,
            storm: 60,
            storm_size: 12,
            storm_limit: 5_000,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Pending {
    change: FileChange,
    due: u64,
    order: u64,
    /// Whether it was deleted, not only renamed, before whatever else happened.
    was_deleted: bool,
}

/// The changes that wait for the next batch.
#[derive(Debug, Default)]
pub struct ChangeSet {
    pending: HashMap<PathBuf, Pending>,
    patience: Patience,
    recorded: u64,
    first_at: u64,
    last_at: u64,
    /// How many paths were released in a row, without a pause, and when the last one was.
    released: usize,
    released_at: u64,
    /// The path that was released alone the last time: saving one file over and over is no storm.
    released_alone: Option<PathBuf>,
}

impl ChangeSet {
    /// An empty set with the given patience.
    pub fn new(patience: Patience) -> Self {
        Self {
            patience,
            ..Self::default()
        }
    }

    /// Merges one event, seen at `now`:
    ///
    /// | before  | seen    | after                                     |
    /// |---------|---------|-------------------------------------------|
    /// | –       | Written | Written, due now                          |
    /// | –       | Touched, Renamed | Written, due when quiet          |
    /// | any     | Writing | Written, due when closed, or given up on  |
    /// | –       | Created | Written, due when surely complete         |
    /// | –       | Attributes | Written, due when quiet                |
    /// | any     | Attributes | as before                              |
    /// | –       | Gone    | Gone, due after a grace period            |
    /// | Written | Written | Written, due now                          |
    /// | Written | Touched | Written, due when quiet (being rewritten) |
    /// | Written | Gone    | Gone, due after a grace period            |
    /// | deleted | Written | Written, due when it could be no checkout |
    /// | moved   | Written | Written, due now (an atomic save)         |
    /// | Gone    | Touched | Written, due when quiet                   |
    /// | Gone    | Created | Written, due when surely complete         |
    /// | Gone    | Gone    | Gone, due as before                       |
    pub fn record(&mut self, path: &Path, seen: Seen, now: u64) {
        if seen == Seen::Attributes && self.pending.contains_key(path) {
            return;
        }
        if self.pending.is_empty() {
            self.first_at = now;
        }
        self.last_at = now;
        self.recorded += 1;
        let before = self.pending.get(path).copied();
        let order = before.map_or(self.recorded, |pending| pending.order);
        let was_deleted = before.is_some_and(|pending| pending.was_deleted);
        let (change, due) = match (before.map(|pending| pending.change), seen) {
            (_, Seen::Written) if was_deleted => {
                (FileChange::Written, now + self.patience.replaced)
            }
            (_, Seen::Written) => (FileChange::Written, now),
            (_, Seen::Touched | Seen::Renamed | Seen::Attributes) => {
                (FileChange::Written, now + self.patience.touched)
            }
            (_, Seen::Writing) => (FileChange::Written, now + self.patience.writing),
            (_, Seen::Created) => (FileChange::Written, now + self.patience.created),
            (Some(FileChange::Gone), Seen::Gone | Seen::Moved) => {
                (FileChange::Gone, before.map_or(now, |pending| pending.due))
            }
            (_, Seen::Gone | Seen::Moved) => (FileChange::Gone, now + self.patience.gone),
        };
        let pending = Pending {
            change,
            due,
            order,
            was_deleted: was_deleted || seen == Seen::Gone,
        };
        self.pending.insert(path.to_path_buf(), pending);
    }

    /// Whether a path waits for the next batch.
    pub fn is_pending(&self, path: &Path) -> bool {
        self.pending.contains_key(path)
    }

    /// The path that waits, when it waits alone and is not due at `now`.
    pub fn only_waiting(&self, now: u64) -> Option<&Path> {
        let mut pending = self.pending.iter();
        let (path, waiting) = pending.next()?;
        (pending.next().is_none() && waiting.due > now).then_some(path)
    }

    /// When [`Self::take_due`] has something to give; `None` when nothing waits.
    pub fn next_due(&self) -> Option<u64> {
        let earliest = self.pending.values().map(|pending| pending.due).min()?;
        Some(earliest.max(self.storm_ends()))
    }

    /// Takes out what is due at `now`, in the order in which the paths were first seen.
    pub fn take_due(&mut self, now: u64) -> Vec<(PathBuf, FileChange)> {
        if now < self.storm_ends() {
            return Vec::new();
        }
        let mut due: Vec<(u64, PathBuf, FileChange)> = self
            .pending
            .iter()
            .filter(|(_, pending)| pending.due <= now)
            .map(|(path, pending)| (pending.order, path.clone(), pending.change))
            .collect();
        due.sort_unstable_by_key(|&(order, ..)| order);
        if !due.is_empty() {
            let alone = match &due[..] {
                [(_, path, _)] => Some(path.clone()),
                _ => None,
            };
            let is_repeated = alone.is_some() && alone == self.released_alone;
            let more = if is_repeated { 0 } else { due.len() };
            self.released = more + self.just_released(now);
            self.released_at = now;
            self.released_alone = alone;
            // The rest of a storm that was too long begins another.
            self.first_at = now;
        }
        due.into_iter()
            .map(|(_, path, change)| {
                self.pending.remove(&path);
                (path, change)
            })
            .collect()
    }

    /// How many paths were released just now: a storm may come in drop by drop.
    fn just_released(&self, now: u64) -> usize {
        let is_recent = now.saturating_sub(self.released_at) < self.patience.storm;
        if is_recent { self.released } else { 0 }
    }

    /// A lone save is never held back; many at once are, until they stop coming.
    fn storm_ends(&self) -> u64 {
        let paths = self.pending.len() + self.just_released(self.last_at);
        if self.pending.is_empty() || paths < self.patience.storm_size {
            return 0;
        }
        (self.last_at + self.patience.storm).min(self.first_at + self.patience.storm_limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use FileChange as Change;

    fn set() -> ChangeSet {
        ChangeSet::default()
    }

    #[track_caller]
    fn check(events: &[(Seen, u64)], expected: &[(u64, Change)]) {
        let mut changes = set();
        let mut released = Vec::new();
        let mut events = events.iter().peekable();
        for now in 0..1000 {
            while let Some((seen, _)) = events.next_if(|(_, at)| *at == now) {
                changes.record(Path::new("/a"), *seen, now);
            }
            released.extend(
                changes
                    .take_due(now)
                    .into_iter()
                    .map(|(_, change)| (now, change)),
            );
        }
        assert_eq!(released, expected);
    }

    #[test]
    fn one_path_waits_alone_until_it_is_due() {
        let (a, b) = (Path::new("/a"), Path::new("/b"));
        let mut changes = set();
        assert_eq!(changes.only_waiting(0), None);
        changes.record(a, Seen::Writing, 0);
        assert_eq!(changes.only_waiting(1), Some(a));
        changes.record(b, Seen::Writing, 1);
        assert_eq!(changes.only_waiting(1), None);
        changes.record(b, Seen::Written, 2);
        changes.take_due(2);
        assert_eq!(changes.only_waiting(2), Some(a));
        changes.record(a, Seen::Written, 3);
        assert_eq!(changes.only_waiting(3), None);
    }

    #[test]
    fn the_merge_table() {
        use Seen::*;
        check(&[(Written, 5)], &[(5, Change::Written)]);
        check(&[(Touched, 5)], &[(13, Change::Written)]);
        check(&[(Gone, 5)], &[(65, Change::Gone)]);
        check(
            &[(Touched, 5), (Touched, 10), (Touched, 14)],
            &[(22, Change::Written)],
        );
        check(&[(Touched, 5), (Written, 6)], &[(6, Change::Written)]);
        check(&[(Touched, 5), (Gone, 6)], &[(66, Change::Gone)]);
        check(&[(Gone, 5), (Written, 20)], &[(30, Change::Written)]);
        check(&[(Moved, 5), (Written, 20)], &[(20, Change::Written)]);
        check(&[(Moved, 5)], &[(65, Change::Gone)]);
        check(&[(Gone, 5), (Touched, 20)], &[(28, Change::Written)]);
        check(&[(Gone, 5), (Gone, 50)], &[(65, Change::Gone)]);
        check(&[(Written, 5), (Gone, 5)], &[(65, Change::Gone)]);
        check(&[(Created, 5)], &[(105, Change::Written)]);
        check(&[(Attributes, 5)], &[(13, Change::Written)]);
        check(&[(Gone, 5), (Attributes, 9)], &[(65, Change::Gone)]);
        check(&[(Created, 5), (Attributes, 9)], &[(105, Change::Written)]);
        check(&[(Attributes, 5), (Written, 6)], &[(6, Change::Written)]);
        check(
            &[(Written, 5), (Writing, 5), (Written, 60)],
            &[(60, Change::Written)],
        );
        check(
            &[(Writing, 5), (Moved, 6), (Created, 7), (Written, 8)],
            &[(8, Change::Written)],
        );
        check(&[(Created, 5), (Written, 9)], &[(9, Change::Written)]);
        check(&[(Gone, 5), (Created, 9)], &[(109, Change::Written)]);
        check(
            &[(Written, 5), (Written, 9)],
            &[(5, Change::Written), (9, Change::Written)],
        );
    }

    #[test]
    fn a_storm_is_one_batch() {
        let mut changes = set();
        for index in 0..500u64 {
            changes.record(Path::new(&format!("/{index}")), Seen::Written, index / 10);
        }
        assert_eq!(changes.next_due(), Some(49 + 60));
        assert!(changes.take_due(108).is_empty());
        let batch = changes.take_due(109);
        assert_eq!(batch.len(), 500);
        assert_eq!(batch[7].0, Path::new("/7"));
        assert_eq!(changes.next_due(), None);
    }

    #[test]
    fn a_storm_that_trickles_is_a_few_batches() {
        let mut changes = set();
        let mut batches = 0;
        for now in 0..400 {
            if now < 200 {
                changes.record(Path::new(&format!("/{now}")), Seen::Written, now);
            }
            batches += usize::from(!changes.take_due(now).is_empty());
        }
        assert!(batches <= 13, "{batches} batches");
        assert_eq!(changes.next_due(), None);
    }

    #[test]
    fn a_storm_without_end_is_released_in_time() {
        let mut changes = set();
        for now in 0..=5_000 {
            changes.record(Path::new(&format!("/{now}")), Seen::Written, now);
        }
        assert_eq!(changes.take_due(5_000).len(), 5_001);
    }

    #[test]
    fn what_follows_an_endless_storm_is_a_storm_too() {
        let mut changes = set();
        let mut batches = Vec::new();
        for now in 0..11_000 {
            changes.record(Path::new(&format!("/{now}")), Seen::Written, now);
            let due = changes.take_due(now);
            // The first files come before it is known for a storm.
            if due.len() > 1 {
                batches.push(now);
            }
        }
        assert!(batches.len() <= 3, "{batches:?}");
    }

    #[test]
    fn one_file_saved_over_and_over_is_no_storm() {
        let mut changes = set();
        for now in (0..2_000).step_by(20) {
            changes.record(Path::new("/a"), Seen::Written, now);
            assert_eq!(changes.take_due(now).len(), 1, "at {now}");
        }
    }

    #[test]
    fn what_is_not_due_stays() {
        let mut changes = set();
        changes.record(Path::new("/gone"), Seen::Gone, 0);
        changes.record(Path::new("/new"), Seen::Written, 1);
        assert_eq!(
            changes.take_due(1),
            [(PathBuf::from("/new"), Change::Written)]
        );
        assert_eq!(changes.next_due(), Some(60));
    }
}
