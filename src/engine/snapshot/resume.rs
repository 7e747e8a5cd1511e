//! Going on where an earlier run ended: with its pages, and with what changed on disk since. And keeping the record
//! that makes it possible.
//!
//! Knows the snapshot and files. What cannot be known for certain is refused, and the page reloads.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::file::Stamp;
use super::record::{Run, Snapshot};
use crate::engine::coordinator::Coordinator;
use crate::engine::serve::script::INLINE;
use crate::engine::state::{State, accepted_specifiers};
use crate::engine::watch::reading::{self, ReadError};
use crate::engine::{EngineOptions, Shared};
use hotgraph_core::graph::{ModuleId, ModuleKind};
use hotgraph_core::watch::change::FileChange;

/// The record is written when nothing has happened for this long.
const QUIET: Duration = Duration::from_millis(300);
/// But not later than this.
const LONGEST_WAIT: Duration = Duration::from_secs(3);

/// What an engine's run is called, and the earlier runs that it goes on with.
#[derive(Debug, Default)]
pub struct Lineage {
    /// The run's name: pages say it.
    pub session: String,
    /// The last one at the end.
    runs: Vec<Run>,
    /// Why there are none: how a sentence about the server ends.
    pub refusal: Option<String>,
    /// Files that were imported and not there.
    missing: Vec<PathBuf>,
}

impl Lineage {
    /// A run that goes on with none, and why: how a sentence about the server ends.
    pub fn new(session: String, refusal: String) -> Self {
        Self {
            session,
            refusal: Some(refusal),
            ..Self::default()
        }
    }
}

/// The runs that an engine with these options goes on with, and the state in which they ended. `started` is the time in
/// milliseconds since 1970.
pub fn take_up(options: &EngineOptions, session: String, started: u64) -> (Lineage, State) {
    let found = Snapshot::read(options).and_then(|snapshot| {
        let (runs, missing) = (snapshot.runs.clone(), snapshot.missing(&options.folders));
        Ok((runs, missing, snapshot.restore()?))
    });
    match found {
        Ok((runs, missing, mut state)) => {
            // The last run may have got further than it recorded. No stamp may ever come twice.
            state.version = started.max(state.version + 1);
            let lineage = Lineage {
                session,
                runs,
                missing,
                refusal: None,
            };
            (lineage, state)
        }
        Err(error) => {
            let lineage = Lineage::new(session, error.to_string());
            (lineage, State::new(started))
        }
    }
}

/// Whether the file on disk, if there is one, is exact.
pub struct Exactness {
    /// The number of the snapshot that says all there is to know, [`NONE`] when something has happened since.
    exact: AtomicU64,
    taken: AtomicU64,
    /// The file that is in its place, as far as it is this run's or the one before; held while that changes. Another
    /// run may have its file there by now.
    place: Mutex<Option<Stamp>>,
}

/// No snapshot.
const NONE: u64 = 0;

impl Exactness {
    /// The file of an earlier run is exact, as long as this one does nothing.
    pub fn new(found: Option<Stamp>) -> Self {
        Self {
            exact: AtomicU64::new(1),
            taken: AtomicU64::new(1),
            place: Mutex::new(found),
        }
    }

    /// A snapshot is about to be taken. Returns its number.
    fn begin(&self) -> u64 {
        let number = self.taken.fetch_add(1, Ordering::SeqCst) + 1;
        self.exact.store(number, Ordering::SeqCst);
        number
    }

    /// Something has happened. Returns whether there was an exact snapshot until now.
    fn end(&self) -> bool {
        self.exact.load(Ordering::SeqCst) != NONE && self.exact.swap(NONE, Ordering::SeqCst) != NONE
    }

    /// Puts a snapshot in its place, unless something has happened since it was taken. Writing it may have taken
    /// longer than it took until the next one was taken.
    fn publish(&self, number: u64, put_in_place: impl FnOnce() -> Option<Stamp>) {
        let mut place = self.place.lock().unwrap_or_else(PoisonError::into_inner);
        if self.exact.load(Ordering::SeqCst) == number {
            *place = put_in_place();
        }
    }

    /// Removes the file, unless another run has put its own there.
    fn remove(&self, file: &Path) {
        let mut place = self.place.lock().unwrap_or_else(PoisonError::into_inner);
        let own = place.take();
        if own.is_some() && own == Stamp::of(file) {
            // It fails when another run was faster, as it should.
            let _ = fs::remove_file(file);
        }
    }
}

impl Shared {
    /// The state has changed in a way that the next run has to know, and a page or the host is about to hear of it. If
    /// this process is killed, the file on disk must not be believed any longer. Returns whether it was until now.
    pub fn outdate_snapshot(&self) -> bool {
        let Some(options) = &self.options.snapshot else {
            return false;
        };
        let was_exact = self.exactness.end();
        if was_exact {
            self.exactness.remove(&options.file);
        }
        was_exact
    }

    fn write(&self, number: u64, mut snapshot: Snapshot) {
        snapshot.look_for_missing(&self.options.folders);
        // Without a snapshot the next run reloads the pages, which is all there is to say.
        if let Ok(prepared) = snapshot.prepare(&self.options) {
            self.exactness.publish(number, || prepared.put_in_place());
        }
    }
}

/// When to write the snapshot, and who is doing it.
#[derive(Default)]
pub struct Keeper {
    /// When something that belongs into it happened first and last, since it was written.
    touched: Option<(Instant, Instant)>,
    writing: Option<JoinHandle<()>>,
}

impl Keeper {
    /// Something happened that the next run has to know.
    pub fn touch(&mut self) {
        let now = Instant::now();
        let first = self.touched.map_or(now, |(first, _)| first);
        self.touched = Some((first, now));
    }

    /// When it should be written; `None` when nothing is new.
    pub fn due(&self) -> Option<Instant> {
        self.touched
            .map(|(first, last)| (last + QUIET).min(first + LONGEST_WAIT))
    }

    fn wait(&mut self) {
        if let Some(writing) = self.writing.take() {
            // The message of a thread that panicked was printed.
            let _ = writing.join();
        }
    }
}

impl State {
    /// Whether the host has still to say what a module accepts: some of it names no import otherwise.
    pub fn is_unsettled(&mut self, id: ModuleId) -> bool {
        let data = self.module(id);
        let Some(record) = data.record.clone() else {
            return data.is_unsettled;
        };
        if data.is_resolved {
            return false;
        }
        let names_an_import = |specifier: &String| {
            let accepted = self.graph.accepted(id).iter();
            let mut found = accepted.filter(|found| *found.specifier == **specifier);
            found.any(|found| self.graph.imports(id).contains(&found.target))
        };
        !accepted_specifiers(&record).iter().all(names_an_import)
    }
}

impl Coordinator {
    /// Finds out what changed while no run was there to see it, before any page is answered.
    pub fn resume(&mut self) {
        let lineage = self.shared.lineage();
        if lineage.runs.is_empty() {
            return;
        }
        let files: Vec<(PathBuf, Option<u64>, bool)> = self
            .shared
            .state()
            .files
            .iter()
            .map(|entry| {
                (
                    entry.path.clone(),
                    entry.life.told(),
                    entry.life.is_doubtful(0),
                )
            })
            .collect();
        let mut changed = Vec::new();
        for (index, (path, known, is_doubtful)) in files.into_iter().enumerate() {
            // First: what changes from here on is an event.
            let real = self.watcher.watch_file(&path);
            self.shared.state().files.add_alias(index, &real);
            match reading::read(&path) {
                Ok(found) if known == Some(found.hash) && !is_doubtful => {}
                Ok(_) => changed.push((path, FileChange::Written)),
                // It is made up by the host, or was missing already.
                Err(_) if known.is_none() => {}
                Err(ReadError::Gone) => changed.push((path, FileChange::Gone)),
                Err(_) => changed.push((path, FileChange::Written)),
            }
        }
        let missing = lineage.missing.iter();
        let appeared = missing.filter(|path| path.is_file());
        changed.extend(appeared.map(|path| (path.clone(), FileChange::Written)));
        self.take_in(changed);
        self.keep();
    }

    /// Why this run cannot go on with a page of another one: how a sentence about the server ends. `None` when it can.
    pub fn refuse(&self, session: &str, since: u64) -> Option<String> {
        let lineage = self.shared.lineage();
        let Lineage { runs, refusal, .. } = &*lineage;
        let known = runs.iter().find(|run| run.session == session);
        if known.is_some_and(|run| since <= run.version) {
            return None;
        }
        let unknown = "it does not go on with the run that served the page";
        Some(refusal.clone().unwrap_or_else(|| unknown.to_owned()))
    }

    /// The modules of an earlier run of which something is unknown: what they are now, since they are not files, or
    /// what they accept.
    pub fn uncertain(&self) -> Vec<String> {
        let mut guard = self.shared.state();
        let unsettled: HashSet<ModuleId> = guard
            .graph
            .ids()
            .filter(|&id| guard.module(id).is_unsettled)
            .collect();
        let state = &*guard;
        let files = state
            .files
            .iter()
            .filter(|entry| entry.life.told().is_some());
        let on_disk: HashSet<ModuleId> = files.flat_map(|entry| entry.modules.clone()).collect();
        let fixed = self.shared.options.snapshot.iter();
        let fixed: Vec<&String> = fixed.flat_map(|options| &options.fixed).collect();
        let is_fixed =
            |module_url: &str| fixed.iter().any(|prefix| module_url.starts_with(*prefix));
        let uncertain = state.graph.ids().filter(|id| {
            let module_url = state.graph.url(*id);
            if unsettled.contains(id) {
                return true;
            }
            state.graph.is_served(*id)
                && !matches!(state.graph.kind(*id), ModuleKind::Asset | ModuleKind::Input)
                && !on_disk.contains(id)
                // Part of a page, and as certain as that.
                && !module_url.contains(INLINE)
                && !is_fixed(module_url)
        });
        uncertain.map(|id| state.graph.url(id).to_owned()).collect()
    }

    /// Something has happened that the next run has to know. Call it before a page or the host hears of the change.
    pub fn touched(&mut self) {
        self.shared.outdate_snapshot();
        self.keeper.touch();
    }

    /// Writes the snapshot, on a thread of its own.
    pub fn keep(&mut self) {
        let Some((number, snapshot)) = self.snapshot() else {
            return;
        };
        self.keeper.wait();
        let shared = self.shared.clone();
        let writing = std::thread::Builder::new()
            .name("hotgraph-snapshot".to_owned())
            .spawn(move || shared.write(number, snapshot));
        self.keeper.writing = writing.ok();
    }

    /// Writes the last snapshot of this run.
    pub fn keep_for_good(&mut self) {
        let snapshot = self.snapshot();
        self.keeper.wait();
        if let Some((number, snapshot)) = snapshot {
            self.shared.write(number, snapshot);
        }
    }

    /// The state as of now, and its number; `None` when there is none, or when no snapshot is kept.
    fn snapshot(&mut self) -> Option<(u64, Snapshot)> {
        self.work_off_backlog();
        self.keeper.touched = None;
        self.shared.options.snapshot.as_ref()?;
        let number = self.shared.exactness.begin();
        let mut state = self.shared.state();
        if state.graph.is_empty() {
            return None;
        }
        let lineage = self.shared.lineage();
        let mut runs = lineage.runs.clone();
        runs.push(Run {
            session: lineage.session.clone(),
            version: state.version,
        });
        Some((number, Snapshot::of(&mut state, runs, self.loads)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(exactness: &Exactness, number: u64, expected: bool) {
        let mut is_put = false;
        exactness.publish(number, || {
            is_put = true;
            None
        });
        assert_eq!(is_put, expected);
    }

    #[test]
    fn what_has_happened_since_keeps_a_snapshot_from_its_place() {
        let exactness = Exactness::new(None);
        assert!(exactness.end());
        assert!(!exactness.end());
        let number = exactness.begin();
        check(&exactness, number, true);
        assert!(exactness.end());
        check(&exactness, number, false);
    }

    #[test]
    fn a_snapshot_that_is_written_late_does_not_take_the_place_of_the_next() {
        let exactness = Exactness::new(None);
        let late = exactness.begin();
        exactness.end();
        let next = exactness.begin();
        check(&exactness, late, false);
        check(&exactness, next, true);
    }

    #[test]
    fn a_late_removal_leaves_what_another_run_has_written() {
        let name = format!("hotgraph-late-{}", std::process::id());
        let file = std::env::temp_dir().join(name);
        let write = |text: &str| {
            let beside = file.with_extension("tmp");
            fs::write(&beside, text).expect("a file");
            fs::rename(&beside, &file).expect("its place");
        };
        write("of an earlier run");
        let late = Exactness::new(Stamp::of(&file));
        write("of another run");
        late.remove(&file);
        let next = Exactness::new(Stamp::of(&file));
        assert!(file.exists());
        next.remove(&file);
        assert!(!file.exists());
    }
}
