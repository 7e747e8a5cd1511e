//! Batches: which files really changed, and whether their content can be served.
//!
//! Knows files and what pages know of them.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::check::suspect;
use super::meaning::Edited;
use super::pull::Pending;
use crate::engine::Target;
use crate::engine::coordinator::Coordinator;
use crate::engine::serve::script::{LARGEST_KEPT, MAX_ANALYSED};
use crate::engine::state::files::FileIndex;
use crate::engine::watch::reading::{self, OnDisk, ReadError};
use crate::protocol::{HostEvent, ServerMessage};
use hotgraph_core::diagnostic::{Diagnostic, Severity};
use hotgraph_core::graph::ModuleId;
use hotgraph_core::watch::change::{FileChange, Seen};
use hotgraph_core::watch::life::{Sight, Verdict};

impl Coordinator {
    pub fn process_due(&mut self) {
        let mut due = self.changes.take_due(self.now());
        if !due.is_empty() {
            if let Some(maker) = &self.shared.maker {
                maker.forget();
                let state = self.shared.state();
                let came_or_went = |(path, change): &(PathBuf, FileChange)| {
                    *change == FileChange::Gone || state.files.find(path).is_none()
                };
                if due.iter().any(came_or_went) {
                    maker.forget_answers();
                }
            }
            self.work_off_backlog();
            // A file that was read while it changed is a change too.
            due.extend(self.changes.take_due(self.now()));
        }
        self.take_in(due);
    }

    /// Finds out what really changed of these files, and tells of it.
    pub fn take_in(&mut self, due: Vec<(PathBuf, FileChange)>) {
        let (mut changed, mut files) = (Vec::new(), Vec::new());
        let (mut problems, mut recovered) = (Vec::new(), Vec::new());
        let mut unjudged = Vec::new();
        let mut remade = HashSet::new();
        let mut edited = Vec::new();
        for (path, change) in due {
            let by = self.remade_by(&path);
            let mut of_file = by.modules.clone();
            if !by.modules.is_empty() || by.input.is_some() {
                changed.extend(by.modules.iter().copied().chain(by.input));
                remade.extend(by.modules);
                files.push(path.clone());
            }
            let found = self.shared.state().files.find_all(&path);
            if found.is_empty() {
                let missing = self
                    .shared
                    .state()
                    .missing_module(&self.shared.options.folders, &path);
                if let Some(module) = missing.filter(|_| path.is_file()) {
                    self.shared.state().expect(module, &path);
                    changed.push(module);
                    of_file.push(module);
                    files.push(path.clone());
                }
                edited.push(Edited {
                    file: path,
                    modules: of_file,
                });
                continue;
            }
            let mut has_changed = false;
            for index in found {
                // By the path that it is served under: a link may lead elsewhere by now.
                let served = self.shared.state().files.get(index).path.clone();
                if served.is_symlink() {
                    self.follow(&served);
                }
                let look = self.look_at(index, &served, change);
                self.looked_after_all(&served, matches!(look, Look::Changed { .. }));
                match look {
                    Look::Same { mended } => recovered.extend(mended),
                    Look::Changed { modules, mended } => {
                        of_file.extend(&modules);
                        changed.extend(modules);
                        has_changed = true;
                        recovered.extend(mended);
                        unjudged.push(index);
                    }
                    Look::Broken(problem) => problems.push(problem),
                }
            }
            self.looked_ahead(&path);
            let mut seen = HashSet::new();
            of_file.retain(|&id| seen.insert(id));
            edited.push(Edited {
                file: path.clone(),
                modules: of_file,
            });
            if has_changed {
                files.push(path);
            }
        }
        self.tell_recovered(&recovered);
        self.report(problems);
        if !changed.is_empty() {
            self.unjudged = unjudged;
            let mut seen = HashSet::new();
            changed.retain(|&id| seen.insert(id));
            files.dedup();
            let pending = Pending {
                changed,
                files,
                remade,
                ..Pending::default()
            };
            self.interpret(pending, edited);
        }
    }

    /// A page could not load what the last batch changed. Files that a tool transforms are not judged beforehand, but
    /// now the author should hear where the mistake is.
    pub fn look_for_mistakes(&mut self) {
        let mut problems = Vec::new();
        for index in std::mem::take(&mut self.unjudged) {
            let state = self.shared.state();
            let entry = state.files.get(index);
            let (path, saved) = (entry.path.clone(), entry.saved.clone());
            let Some(&module) = entry.modules.first() else {
                continue;
            };
            let (module_url, kind) = (state.graph.url(module).to_owned(), state.graph.kind(module));
            drop(state);
            let found = saved.and_then(|text| suspect(&path, &text, kind, &module_url));
            let Some(problem) = found else {
                continue;
            };
            let mut state = self.shared.state();
            state.files.get_mut(index).life.found_broken(&problem);
            problems.push(problem);
        }
        self.report(problems);
    }

    /// Looks at a file, and at what pages have of it.
    fn look_at(&mut self, index: FileIndex, path: &Path, change: FileChange) -> Look {
        let (sight, found) = match reading::read(path) {
            Ok(found) => (content_seen(path, &found), Some(found)),
            Err(error) if error.is_passing() => (Sight::Unfinished, None),
            Err(ReadError::Gone) if change == FileChange::Written => {
                self.changes.record(path, Seen::Gone, self.now());
                return Look::Same { mended: Vec::new() };
            }
            Err(error) => {
                self.touched();
                (Sight::Absent(self.absence(index, path, &error)), None)
            }
        };
        let loads = self.loads;
        let stamp = found.as_ref().map(|found| found.stamp);
        let mut state = self.shared.state();
        let mut verdict = state.files.get_mut(index).life.seen(sight, loads);
        drop(state);
        if let (Verdict::Judge, Some(found)) = (&verdict, found) {
            verdict = self.judge(index, found);
        }
        let mut state = self.shared.state();
        let entry = state.files.get_mut(index);
        let mended = |has_recovered: bool| match has_recovered {
            true => entry.modules.clone(),
            false => Vec::new(),
        };
        if verdict != Verdict::LookAgain {
            entry.seen = stamp;
        }
        match verdict {
            // Its writer has not finished.
            Verdict::LookAgain | Verdict::Judge => {
                drop(state);
                self.changes.record(path, Seen::Created, self.now());
                Look::Same { mended: Vec::new() }
            }
            Verdict::Unchanged { has_recovered } => Look::Same {
                mended: mended(has_recovered),
            },
            Verdict::Broken(problem) => {
                entry.saved = None;
                Look::Broken(problem)
            }
            Verdict::Changed {
                has_recovered,
                outdated,
            } => {
                if let Some(outdated) = outdated {
                    self.shared.analyses.remove(&outdated);
                }
                Look::Changed {
                    mended: mended(has_recovered),
                    modules: entry.modules.clone(),
                }
            }
        }
    }

    /// Finds out whether new content can be served, and keeps it if so.
    fn judge(&self, index: FileIndex, found: OnDisk) -> Verdict {
        let OnDisk {
            hash,
            length,
            bytes,
            ..
        } = found;
        let problem = bytes
            .as_ref()
            .and_then(|bytes| self.problem_with(index, hash, bytes));
        let mut state = self.shared.state();
        let entry = state.files.get_mut(index);
        if problem.is_none() {
            entry.is_too_large = length > MAX_ANALYSED as u64;
            let is_kept = length <= LARGEST_KEPT as u64;
            let text = bytes.filter(|_| is_kept);
            let text = text.and_then(|bytes| String::from_utf8(bytes).ok());
            entry.saved = text.map(Arc::from);
            // The host may be asked for it at once.
            self.shared.expect_changes();
        }
        entry.life.judged(hash, problem)
    }

    /// What to say of a file that is not there, or cannot be read.
    fn absence(&self, index: FileIndex, path: &Path, error: &ReadError) -> Diagnostic {
        let is_gone = matches!(error, ReadError::Gone);
        let state = self.shared.state();
        let modules = &state.files.get(index).modules;
        let mut importers = modules.iter().flat_map(|&id| state.graph.importers(id));
        let is_imported = importers.next().is_some();
        let module_url = modules.first().map(|&id| state.graph.url(id).to_owned());
        Diagnostic {
            severity: if is_gone {
                Severity::Warning
            } else {
                Severity::Error
            },
            message: error.to_string(),
            remedy: is_imported.then(|| "restore it, or remove its imports".to_owned()),
            url: module_url.unwrap_or_default(),
            file: Some(path.display().to_string()),
            place: None,
        }
    }

    /// The errors of modules are over.
    pub fn tell_recovered(&self, modules: &[ModuleId]) {
        if modules.is_empty() {
            return;
        }
        let urls = self.urls(modules);
        self.broadcast(&ServerMessage::Recovered { urls: urls.clone() });
        self.shared.tell_host(&HostEvent::Recovered { urls });
    }

    pub fn report(&self, diagnostics: Vec<Diagnostic>) {
        if diagnostics.is_empty() {
            return;
        }
        let (errors, warnings): (Vec<_>, Vec<_>) = diagnostics
            .into_iter()
            .partition(|diagnostic| diagnostic.severity == Severity::Error);
        let wire = |found: Vec<Diagnostic>| found.into_iter().map(Into::into).collect::<Vec<_>>();
        let (errors, warnings) = (wire(errors), wire(warnings));
        if !errors.is_empty() {
            self.broadcast(&ServerMessage::Error {
                diagnostics: errors.clone(),
            });
        }
        if !warnings.is_empty() {
            self.broadcast(&ServerMessage::Warning {
                diagnostics: warnings.clone(),
            });
        }
        let diagnostics = errors.into_iter().chain(warnings).collect();
        self.shared
            .tell_host(&HostEvent::Diagnostics { diagnostics });
    }

    pub fn broadcast(&self, message: &ServerMessage) {
        let Ok(text) = serde_json::to_string(message) else {
            return;
        };
        for client in self.greeted() {
            (self.shared.sink)(Target::Client(client), text.clone());
        }
    }

    pub fn urls(&self, modules: &[ModuleId]) -> Vec<String> {
        let state = self.shared.state();
        modules
            .iter()
            .map(|&id| state.graph.url(id).to_owned())
            .collect()
    }
}

/// A file that is empty for so long is meant to be. On a busy machine a writer may take a while between opening a new
/// file and writing it, and nothing tells that it is still at it.
const EMPTY_MOMENT: Duration = Duration::from_secs(1);

/// What is to be said of the content of a file.
fn content_seen(path: &Path, found: &OnDisk) -> Sight {
    let hash = found.hash;
    match found.length == 0 {
        true => Sight::Empty {
            hash,
            is_fresh: is_unfinished(path, found),
        },
        false => Sight::Content(hash),
    }
}

/// Whether a file that was read just now has no content and may be about to get some.
pub fn is_unfinished(path: &Path, found: &OnDisk) -> bool {
    found.length == 0 && was_just_written(path)
}

fn was_just_written(path: &Path) -> bool {
    path.metadata()
        .and_then(|found| found.modified())
        .is_ok_and(|modified| modified.elapsed().is_ok_and(|since| since < EMPTY_MOMENT))
}

/// What a look at a file found.
enum Look {
    /// The pages have these bytes. `mended` modules were reported broken before.
    Same { mended: Vec<ModuleId> },
    /// New bytes that can be served.
    Changed {
        modules: Vec<ModuleId>,
        mended: Vec<ModuleId>,
    },
    /// New bytes that cannot.
    Broken(Diagnostic),
}
