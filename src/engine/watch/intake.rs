//! Intake: following the files of served modules, and what the watcher sees of them.
//!
//! Knows which paths matter. Must not decide what a change means: it only records that there may be one.

use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use super::{reading, watcher};
use crate::engine::change::check;
use crate::engine::coordinator::Coordinator;
use crate::engine::serve::backlog::Registration;
use crate::engine::serve::script::inline_place;
use crate::engine::state::State;
use crate::engine::state::files::{FileIndex, SourceFile};
use crate::protocol::HostEvent;
use hotgraph_core::diagnostic::{Diagnostic, Severity};
use hotgraph_core::graph::folders::Folders;
use hotgraph_core::graph::{ModuleId, ModuleKind};
use hotgraph_core::syntax::analyze::{self, AnalyzeError, Dialect};
use hotgraph_core::watch::change::Seen;

impl Coordinator {
    /// Follows and analyses what was served so far. Do this before a walk of the graph.
    pub fn work_off_backlog(&mut self) {
        for registration in self.shared.backlog.take() {
            self.guarded(|it| it.served(registration));
        }
    }

    pub fn served(&mut self, registration: Registration) {
        let Registration {
            id,
            content,
            file,
            was_there,
            is_as_long,
            source,
        } = registration;
        if let Some(source) = source {
            self.analyse(id, content, &source);
        }
        if let Some((index, file, is_new)) = file {
            if is_new {
                self.take_in_file(index, &file, content, is_as_long);
                if was_there && !file.path.exists() {
                    // It was deleted before it was watched.
                    let mut state = self.shared.state();
                    state.files.get_mut(index).life.compared(Some(content));
                    drop(state);
                    self.changes.record(&file.path, Seen::Gone, self.now());
                }
            } else {
                let mut state = self.shared.state();
                let entry = state.files.get_mut(index);
                // A request may get newer code than is known yet: only sameness says something.
                let is_known = entry.life.told() == Some(content);
                entry.served_raw |= is_known;
                let served_raw = entry.served_raw;
                drop(state);
                if !is_known {
                    let may_be_passing = self.may_be_passing(&file, served_raw);
                    if may_be_passing {
                        self.shared.state().files.get_mut(index).life.doubt();
                    }
                    self.look_after_all(&file.path);
                }
            }
        }
        self.touched();
    }

    /// A page got other content than is known. Whether that content may go unreported, because the file is again what
    /// it was when the engine looks at it.
    fn may_be_passing(&self, file: &SourceFile, served_raw: bool) -> bool {
        let path = &file.path;
        let is_changing = self.changes.is_pending(path) && !self.unannounced.contains(path);
        // The code that a tool makes of a file differs in any case.
        is_changing || (served_raw && is_younger(path, file.requested_at))
    }

    /// A page got code of a file that is not what is known of it. It was transformed, or there is an event on its
    /// way, or the operating system does not tell of changes there.
    fn look_after_all(&mut self, path: &Path) {
        if self.watcher.is_enabled() && !self.changes.is_pending(path) {
            self.unannounced.insert(path.to_path_buf());
            self.changes.record(path, Seen::Created, self.now());
        }
    }

    /// A file was looked at, and whether it had changed. Without an event for so long that none can be on its way,
    /// there will be none for its neighbours either.
    pub fn looked_after_all(&mut self, path: &Path, has_changed: bool) {
        // A page may have got other code while the engine looked: then it looks again, without an event as before.
        let is_unannounced = match self.changes.is_pending(path) {
            true => self.unannounced.contains(path),
            false => self.unannounced.remove(path),
        };
        let is_silent = is_unannounced && has_changed && is_older_than(path, LATE);
        if is_silent && self.watcher.distrust(path) {
            self.is_rescan_due = true;
        }
    }

    fn analyse(&mut self, id: ModuleId, content: u64, source: &str) {
        let record = match self.shared.analysis_of(content, source) {
            Ok(record) => record,
            Err(error) => return self.report_unreadable(id, source, &error),
        };
        let mut state = self.shared.state();
        // Served again with other code in the meantime: that analysis counts.
        if state.module(id).content == Some(content) {
            state.link(id, record);
        }
    }

    /// Starts to follow a file, and finds out whether it changed since the host read it.
    fn take_in_file(
        &mut self,
        index: FileIndex,
        file: &SourceFile,
        content: u64,
        is_as_long: bool,
    ) {
        let real = self.watcher.watch_file(&file.path);
        let found = reading::read(&file.path);
        let is_readable_soon = matches!(&found, Err(error) if error.is_passing());
        let found = found.ok();
        let disk = found.as_ref().map(|found| found.hash);
        let is_same = disk == Some(content);
        let is_other = !is_same && disk.is_some();
        let changed_since =
            is_readable_soon || (is_other && is_younger(&file.path, file.requested_at));
        // Only the length is known of a file that was saved since.
        let served_raw = is_same || (changed_since && is_as_long);
        let mut state = self.shared.state();
        state.files.add_alias(index, &real);
        let entry = state.files.get_mut(index);
        entry.served_raw = served_raw;
        // The content that was served. If the disk settles on it, nothing has changed. Never so for transformed code.
        let told = if changed_since { Some(content) } else { disk };
        entry.life.compared(told);
        drop(state);
        if is_same && let Some(bytes) = found.and_then(|found| found.bytes) {
            self.check_data(index, &bytes);
        }
        if changed_since {
            // Somebody may be writing it at this moment. The end of that is an event of its own.
            self.changes.record(&file.path, Seen::Created, self.now());
        }
    }

    /// Looks whether data that is served as it is can be read, for the pages that get it now. Scripts are analysed in
    /// any case.
    fn check_data(&mut self, index: FileIndex, bytes: &[u8]) {
        let mut state = self.shared.state();
        let entry = state.files.get(index);
        let (path, module) = (entry.path.clone(), entry.modules.first().copied());
        let Some(id) = module.filter(|&id| state.graph.kind(id) == ModuleKind::Asset) else {
            return;
        };
        let url = state.graph.url(id);
        let problem = check::check(&path, bytes, ModuleKind::Asset, true, url, |_, _| None);
        let Some(problem) = problem else {
            return;
        };
        let is_new = state.files.get_mut(index).life.found_broken(&problem);
        drop(state);
        if is_new {
            self.report(vec![problem]);
        }
    }

    /// What is wrong with an inline script that cannot be read, as a mistake of its page.
    pub fn unreadable_in_page(&self, id: ModuleId, source: &str) -> Option<Diagnostic> {
        let state = self.shared.state();
        let text = state.in_page(id, source)?;
        let error = analyze::analyze(&text, Dialect::JavaScript).err()?;
        let page = inline_place(state.graph.url(id))?.page;
        let file = state
            .graph
            .get(page)
            .and_then(|page| state.files.of_module(page));
        let file = file.map(|index| state.files.get(index).path.display().to_string());
        Some(check::explain(&error, &text, page, file))
    }

    pub fn report_unreadable(&mut self, id: ModuleId, source: &str, error: &AnalyzeError) {
        let in_page = self.unreadable_in_page(id, source);
        let diagnostic = {
            let mut state = self.shared.state();
            state.graph.set_open(id, true);
            let file = state.files.of_module(id);
            let path = file.map(|index| state.files.get(index).path.display().to_string());
            let as_served = || check::explain(error, source, state.graph.url(id), path);
            let diagnostic = in_page.unwrap_or_else(as_served);
            if diagnostic.severity == Severity::Error
                && let Some(index) = file
            {
                let entry = state.files.get_mut(index);
                if !entry.life.found_broken(&diagnostic) {
                    return;
                }
            }
            diagnostic
        };
        self.report(vec![diagnostic]);
    }

    /// A followed script is served as it is. Told once for each reason.
    pub fn report_refused(&mut self, id: ModuleId, reason: String) {
        let mut state = self.shared.state();
        let data = state.module(id);
        if data.refusal.as_ref() == Some(&reason) {
            return;
        }
        data.refusal = Some(reason.clone());
        let url = state.graph.url(id).to_owned();
        drop(state);
        self.shared.tell_host(&HostEvent::Refused { url, reason });
    }

    pub fn saw(&mut self, path: &Path, seen: Seen) {
        let now = self.now();
        if seen == Seen::Attributes {
            // The contents of a folder stay as they are.
            if self.shared.state().files.find(path).is_some() {
                self.changes.record(path, seen, now);
            }
            return;
        }
        self.unannounced.remove(path);
        let is_wanted = self.watcher.wants(path);
        if is_wanted && seen.concerns_folder() {
            if matches!(seen, Seen::Gone | Seen::Moved | Seen::Renamed) && !path.exists() {
                self.watcher.forget(path);
            } else {
                self.watcher.revive(path);
            }
            self.is_rescan_due = true;
        }
        if self.shared.state().files.find(path).is_some() || self.inputs.wants(path) {
            self.changes.record(path, seen, now);
        } else if !matches!(seen, Seen::Gone | Seen::Moved) && !is_wanted {
            self.appeared(path, seen);
        }
    }

    /// Something is there that was never served. It matters when a module imports it: the import of a
    /// missing file can be fixed by making the file.
    fn appeared(&mut self, path: &Path, seen: Seen) {
        let folders = &self.shared.options.folders;
        if self.shared.state().missing_module(folders, path).is_some() {
            self.changes.record(path, seen, self.now());
            return;
        }
        if !path.is_dir() || !self.shared.state().has_missing_below(folders, path) {
            return;
        }
        self.watcher.watch_folder(path);
        let Ok(entries) = std::fs::read_dir(path) else {
            return;
        };
        for entry in entries.flatten() {
            self.appeared(&entry.path(), Seen::Created);
        }
    }

    /// Looks at every file again: events were lost, or a folder came or went.
    pub fn rescan(&mut self) {
        self.work_off_backlog();
        let now = self.now();
        let paths: Vec<PathBuf> = self
            .shared
            .state()
            .files
            .iter()
            .map(|entry| entry.path.clone())
            .collect();
        for path in paths {
            self.follow(&path);
            let seen = if path.is_file() {
                Seen::Created
            } else {
                Seen::Gone
            };
            self.changes.record(&path, seen, now);
        }
    }

    /// Watches a served file where it is now: links on the way to it may lead elsewhere than before.
    pub fn follow(&mut self, path: &Path) {
        let real = self.watcher.watch_file(path);
        let mut state = self.shared.state();
        if let Some(index) = state.files.find(path) {
            state.files.add_alias(index, &real);
        }
    }
}

/// File systems stamp with a clock that ticks every few milliseconds. An update too many is better than one
/// too few.
const CLOCK_GRAIN: u64 = 20;

/// An event that has not come by then will not come.
const LATE: Duration = Duration::from_secs(1);

fn is_older_than(path: &Path, age: Duration) -> bool {
    let modified = path.metadata().and_then(|found| found.modified());
    modified.is_ok_and(|modified| modified.elapsed().is_ok_and(|elapsed| elapsed > age))
}

fn is_younger(path: &Path, requested_at: u64) -> bool {
    path.metadata()
        .and_then(|found| found.modified())
        .ok()
        .and_then(|modified| modified.duration_since(UNIX_EPOCH).ok())
        .is_some_and(|modified| modified.as_millis() as u64 + CLOCK_GRAIN >= requested_at)
}

impl State {
    /// The module that an absent file would be, if one is imported but was never served.
    pub fn missing_module(&self, folders: &Folders, path: &Path) -> Option<ModuleId> {
        let id = self.graph.get(&url_of(folders, path)?)?;
        (!self.graph.is_served(id)).then_some(id)
    }

    /// A file appeared that was imported: what it is can be told from its name and from who imports it.
    pub fn expect(&mut self, id: ModuleId, path: &Path) {
        let importers = self.graph.importers(id).iter();
        let mut kinds = importers.map(|&importer| self.graph.kind(importer));
        let kind = match path.extension().and_then(|found| found.to_str()) {
            Some("css") => ModuleKind::Style,
            Some("json") => ModuleKind::Asset,
            _ if kinds.any(|kind| kind == ModuleKind::Script) => ModuleKind::Script,
            _ => ModuleKind::Asset,
        };
        self.graph.expect(id, kind);
    }

    /// Whether imported modules that were never served would be in the folder at `path`.
    fn has_missing_below(&self, folders: &Folders, path: &Path) -> bool {
        let Some(module_url) = url_of(folders, path) else {
            return false;
        };
        let folder = format!("{}/", module_url.trim_end_matches('/'));
        self.graph
            .ids()
            .any(|id| !self.graph.is_served(id) && self.graph.url(id).starts_with(&folder))
    }
}

fn url_of(folders: &Folders, path: &Path) -> Option<String> {
    if path.starts_with(&folders.root) || folders.within(path).is_some() {
        return folders.url_of(path);
    }
    folders.moved(watcher::real_path).url_of(path)
}
