//! The coordinator: one loop that takes in what happened, in order, and makes updates of it.
//!
//! Knows everything of the engine. The loop is the order: versions are raised nowhere else, so that two
//! batches can never mix. A panic while one message is handled is reported and costs that message only.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, UNIX_EPOCH};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use xxhash_rust::xxh3::xxh3_64;

use super::backlog::Registration;
use super::check::check;
use super::files::FileIndex;
use super::serve::SourceFile;
use super::update::describe;
use super::watcher::{FileWatcher, Sighting};
use super::{Shared, Target};
use crate::core::analyze::{self, AnalyzeError, Dialect};
use crate::core::change::{ChangeSet, FileChange, Seen};
use crate::core::diagnostic::{Diagnostic, Severity};
use crate::core::graph::{ModuleId, ModuleKind};
use crate::core::url;
use crate::protocol::{HostEvent, Invalidation, ServerMessage};

/// What can happen to an engine.
pub enum Message {
    /// Requests left something in the backlog.
    Backlog,
    /// A script was served that cannot be analysed: its id, its source and why.
    Unreadable(ModuleId, String, AnalyzeError),
    /// The host has resolved what a module accepts.
    Linked(ModuleId),
    /// The watcher saw something.
    Sighting(Sighting),
    /// The host says that a file changed.
    HostChanged(PathBuf),
    /// A page's socket opened.
    Connect(u32),
    /// A page's socket closed.
    Disconnect(u32),
    /// A frame from a page.
    Frame(u32, String),
    /// The end.
    Close,
}

/// The loop and what only it touches.
pub struct Coordinator {
    pub(super) shared: Arc<Shared>,
    pub(super) pages: HashMap<u32, super::clients::Page>,
    /// Which page's `invalidate()` was acted on, by module and version: the same call in other tabs is the
    /// same event.
    pub(super) invalidated: HashMap<(ModuleId, u64), u32>,
    /// How many pages said hello so far.
    pub(super) hellos: u64,
    watcher: FileWatcher,
    changes: ChangeSet,
    /// Files that vanished, with [`Self::hellos`] at that time: a page loaded since then lacks them.
    vanished: HashMap<FileIndex, u64>,
    started: Instant,
}

impl Coordinator {
    /// A coordinator whose watcher posts into `inbox`.
    pub fn new(shared: Arc<Shared>, inbox: UnboundedSender<Message>) -> Self {
        let listener = Arc::new(move |sighting| {
            // Nobody receives when the engine is closed.
            let _ = inbox.send(Message::Sighting(sighting));
        });
        let watcher = FileWatcher::new(&shared.options.root, shared.options.watch, listener);
        Self {
            shared,
            pages: HashMap::new(),
            invalidated: HashMap::new(),
            hellos: 0,
            watcher,
            changes: ChangeSet::default(),
            vanished: HashMap::new(),
            started: Instant::now(),
        }
    }

    /// Runs until [`Message::Close`].
    pub async fn run(mut self, mut messages: UnboundedReceiver<Message>) {
        loop {
            let due = self
                .changes
                .next_due()
                .map(|due| self.started + Duration::from_millis(due));
            let received = match due {
                Some(due) => tokio::time::timeout_at(due.into(), messages.recv())
                    .await
                    .ok(),
                None => Some(messages.recv().await),
            };
            let mut next = received;
            while let Some(message) = next {
                match message {
                    None | Some(Message::Close) => return,
                    Some(message) => self.guarded(|it| it.handle(message)),
                }
                next = messages.try_recv().ok().map(Some);
            }
            if self
                .shared
                .backlog
                .due()
                .is_some_and(|due| due <= Instant::now())
            {
                self.work_off_backlog();
            }
            self.guarded(Self::process_due);
        }
    }

    fn guarded(&mut self, work: impl FnOnce(&mut Self)) {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| work(self))) {
            let reason = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("unknown");
            let message = format!("internal error, one event was skipped: {reason}");
            self.shared.tell_host(&HostEvent::Watcher { message });
        }
        if let Some(message) = self.watcher.take_complaint() {
            self.shared.tell_host(&HostEvent::Watcher { message });
        }
    }

    fn handle(&mut self, message: Message) {
        match message {
            // Its time is read off the backlog itself.
            Message::Backlog => {}
            Message::Unreadable(id, source, error) => self.report_unreadable(id, &source, &error),
            Message::Linked(id) => {
                let findings = {
                    let mut state = self.shared.state();
                    let findings = state.useless_accepts(id);
                    state.module(id).warnings.clone_from(&findings);
                    findings
                };
                self.report(findings);
            }
            Message::Sighting(Sighting::Paths(seen)) => {
                for (path, seen) in seen {
                    self.saw(&path, seen);
                }
            }
            Message::Sighting(Sighting::Lost) => self.rescan(),
            Message::HostChanged(path) => self.host_changed(path),
            Message::Connect(client) => self.connected(client),
            Message::Disconnect(client) => self.disconnected(client),
            Message::Frame(client, frame) => self.received(client, &frame),
            Message::Close => {}
        }
    }

    fn now(&self) -> u64 {
        self.started.elapsed().as_millis() as u64
    }

    // -- served modules ------------------------------------------------------------------------------

    /// Follows and analyses what was served so far. Whoever walks the graph does this first.
    pub(super) fn work_off_backlog(&mut self) {
        for registration in self.shared.backlog.take() {
            self.guarded(|it| it.served(registration));
        }
    }

    fn served(&mut self, registration: Registration) {
        let Registration {
            id,
            content,
            file,
            source,
        } = registration;
        if let Some(source) = source {
            self.analyse(id, content, &source);
        }
        let Some((index, file, is_new)) = file else {
            return;
        };
        if is_new {
            self.take_in_file(index, &file, content);
        } else {
            let mut state = self.shared.state();
            let entry = state.files.get_mut(index);
            entry.served_raw = entry.known == Some(content);
        }
    }

    fn analyse(&mut self, id: ModuleId, content: u64, source: &str) {
        let known = self
            .shared
            .analyses
            .get(&content)
            .map(|record| record.clone());
        let record = match known {
            Some(record) => record,
            None => match analyze::analyze(source, Dialect::JavaScript) {
                Ok(record) => {
                    let record = Arc::new(record);
                    self.shared.analyses.insert(content, record.clone());
                    record
                }
                Err(error) => return self.report_unreadable(id, source, &error),
            },
        };
        let mut state = self.shared.state();
        // Served again with other code in the meantime: that analysis counts.
        if state.module(id).content == Some(content) {
            state.link(id, record);
        }
    }

    /// Starts to follow a file, and finds out whether it changed since the host read it.
    fn take_in_file(&mut self, index: FileIndex, file: &SourceFile, content: u64) {
        let real = self.watcher.watch_file(&file.path);
        let disk = std::fs::read(&file.path).ok().map(|bytes| xxh3_64(&bytes));
        let served_raw = disk == Some(content);
        let changed_since =
            !served_raw && disk.is_some() && is_younger(&file.path, file.requested_at);
        let mut state = self.shared.state();
        state.files.add_alias(index, &real);
        let entry = state.files.get_mut(index);
        entry.served_raw = served_raw;
        entry.known = if changed_since { None } else { disk };
        drop(state);
        if changed_since {
            self.changes.record(&file.path, Seen::Written, self.now());
        }
    }

    fn report_unreadable(&mut self, id: ModuleId, source: &str, error: &AnalyzeError) {
        let diagnostic = {
            let mut state = self.shared.state();
            let file = state.files.of_module(id);
            let path = file.map(|index| state.files.get(index).path.display().to_string());
            let diagnostic = super::check::explain(error, source, state.graph.url(id), path);
            if diagnostic.severity == Severity::Error
                && let Some(index) = file
            {
                let entry = state.files.get_mut(index);
                if entry.problem.as_ref() == Some(&diagnostic) {
                    return;
                }
                entry.problem = Some(diagnostic.clone());
                entry.served_broken = true;
            }
            diagnostic
        };
        self.report(vec![diagnostic]);
    }

    // -- what the watcher saw --------------------------------------------------------------------------

    fn saw(&mut self, path: &Path, seen: Seen) {
        let now = self.now();
        if self.shared.state().files.find(path).is_some() {
            self.changes.record(path, seen, now);
        } else if self.watcher.wants(path) {
            if seen == Seen::Gone {
                self.watcher.forget(path);
            } else {
                self.watcher.revive(path);
            }
            self.rescan();
        } else if seen != Seen::Gone {
            self.appeared(path, seen);
        }
    }

    /// Something is there that was never served. It matters when a module imports it: the import of a
    /// missing file can be mended by making the file.
    fn appeared(&mut self, path: &Path, seen: Seen) {
        if !self
            .shared
            .state()
            .has_missing_below(&self.shared.options.root, path)
        {
            return;
        }
        if !path.is_dir() {
            self.changes.record(path, seen, self.now());
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
    fn rescan(&mut self) {
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
            let real = self.watcher.watch_file(&path);
            let mut state = self.shared.state();
            if let Some(index) = state.files.find(&path) {
                state.files.add_alias(index, &real);
            }
            drop(state);
            let seen = if path.is_file() {
                Seen::Written
            } else {
                Seen::Gone
            };
            self.changes.record(&path, seen, now);
        }
    }

    fn host_changed(&mut self, path: PathBuf) {
        self.work_off_backlog();
        let now = self.now();
        let on_disk = path.is_file();
        if on_disk && self.watcher.is_enabled() {
            return;
        }
        if on_disk {
            self.changes.record(&path, Seen::Written, now);
            return;
        }
        let modules = {
            let state = self.shared.state();
            state.files.find(&path).map(|index| {
                let entry = state.files.get(index);
                (entry.modules.clone(), entry.known.is_none())
            })
        };
        // A virtual module: there are no bytes to compare, so the host's word counts.
        if let Some((modules, true)) = modules {
            self.publish(modules, vec![path], None);
        }
    }

    // -- batches ---------------------------------------------------------------------------------------

    fn process_due(&mut self) {
        let mut due = self.changes.take_due(self.now());
        if !due.is_empty() {
            self.work_off_backlog();
            // What was read while it changed is a change too.
            due.extend(self.changes.take_due(self.now()));
        }
        let (mut changed, mut files) = (Vec::new(), Vec::new());
        let (mut problems, mut recovered) = (Vec::new(), Vec::new());
        for (path, change) in due {
            let found = self.shared.state().files.find(&path);
            let Some(index) = found else {
                let missing = self
                    .shared
                    .state()
                    .missing_module(&self.shared.options.root, &path);
                if let Some(module) = missing.filter(|_| path.is_file()) {
                    changed.push(module);
                    files.push(path);
                }
                continue;
            };
            match self.look_at(index, &path, change) {
                Look::Same { mended } => recovered.extend(mended),
                Look::Changed { modules, mended } => {
                    changed.extend(modules);
                    files.push(path);
                    recovered.extend(mended);
                }
                Look::Broken(problem) => problems.push(problem),
            }
        }
        if !recovered.is_empty() {
            let urls = self.urls(&recovered);
            self.broadcast(&ServerMessage::Recovered { urls: urls.clone() });
            self.shared.tell_host(&HostEvent::Recovered { urls });
        }
        self.report(problems);
        if !changed.is_empty() {
            self.publish(changed, files, None);
        }
    }

    /// Compares a file with what the pages know of it.
    fn look_at(&mut self, index: FileIndex, path: &Path, change: FileChange) -> Look {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) => return self.look_at_absence(index, path, change, &error),
        };
        let hash = xxh3_64(&bytes);
        let missed_by_pages = self
            .vanished
            .remove(&index)
            .is_some_and(|hellos_then| hellos_then < self.hellos);
        let mut state = self.shared.state();
        let kind = state
            .files
            .get(index)
            .modules
            .first()
            .map(|&id| state.graph.kind(id));
        let module_url = state
            .files
            .get(index)
            .modules
            .first()
            .map(|&id| state.graph.url(id).to_owned());
        let entry = state.files.get_mut(index);
        let modules = entry.modules.clone();
        let mended = |was_broken: bool| {
            if was_broken {
                modules.clone()
            } else {
                Vec::new()
            }
        };
        if entry.known == Some(hash) && !entry.served_broken && !missed_by_pages {
            return Look::Same {
                mended: mended(entry.problem.take().is_some()),
            };
        }
        let served_raw = entry.served_raw;
        drop(state);

        let problem = check(
            path,
            &bytes,
            kind.unwrap_or_default(),
            served_raw,
            &module_url.unwrap_or_default(),
        );
        let mut state = self.shared.state();
        let entry = state.files.get_mut(index);
        if let Some(problem) = problem {
            if entry.problem.as_ref() == Some(&problem) {
                return Look::Same { mended: Vec::new() };
            }
            entry.problem = Some(problem.clone());
            return Look::Broken(problem);
        }
        entry.known = Some(hash);
        entry.served_broken = false;
        let was_broken = entry.problem.take().is_some();
        Look::Changed {
            mended: mended(was_broken),
            modules,
        }
    }

    fn look_at_absence(
        &mut self,
        index: FileIndex,
        path: &Path,
        change: FileChange,
        error: &std::io::Error,
    ) -> Look {
        let is_gone = error.kind() == std::io::ErrorKind::NotFound;
        if is_gone && change == FileChange::Written {
            self.changes.record(path, Seen::Gone, self.now());
            return Look::Same { mended: Vec::new() };
        }
        if self.vanished.insert(index, self.hellos).is_some() {
            return Look::Same { mended: Vec::new() };
        }
        let mut state = self.shared.state();
        let modules = state.files.get(index).modules.clone();
        let Some(&module) = modules.first() else {
            return Look::Same { mended: Vec::new() };
        };
        let is_imported = modules
            .iter()
            .any(|&id| !state.graph.importers(id).is_empty());
        let message = if is_gone {
            "the file was deleted".to_owned()
        } else if path.is_dir() {
            "the file became a folder".to_owned()
        } else {
            format!("the file cannot be read: {error}")
        };
        let problem = Diagnostic {
            severity: if is_gone {
                Severity::Warning
            } else {
                Severity::Error
            },
            message,
            remedy: is_imported.then(|| "restore it, or remove its imports".to_owned()),
            url: state.graph.url(module).to_owned(),
            file: Some(path.display().to_string()),
            place: None,
        };
        state.files.get_mut(index).problem = Some(problem.clone());
        Look::Broken(problem)
    }

    /// Raises versions and sends one update for a batch. Called with the modules whose content changed, or
    /// with the one that gave up.
    pub(super) fn publish(
        &mut self,
        changed: Vec<ModuleId>,
        files: Vec<PathBuf>,
        invalidated: Option<Invalidation>,
    ) {
        let (update, stale_count) = {
            let mut guard = self.shared.state();
            let state = &mut *guard;
            let version = state.next_version();
            self.shared.expect_stamps();
            let trail: Vec<ModuleId> = invalidated
                .iter()
                .flat_map(|invalidation| &invalidation.trail)
                .filter_map(|module_url| state.graph.get(module_url))
                .collect();
            let found = state.propagator.propagate(&state.graph, &changed, &trail);
            let is_new_code = invalidated.is_none();
            let raised: Vec<ModuleId> = found
                .stale
                .iter()
                .copied()
                .filter(|id| state.graph.kind(*id) != ModuleKind::Page)
                .filter(|id| is_new_code || !changed.contains(id))
                .collect();
            state.graph.raise(&raised, version);
            if is_new_code {
                for &id in &changed {
                    state.graph.set_changed(id, version);
                }
            }
            let update = describe(&state.graph, version, &changed, &found.stale, invalidated);
            (update, found.stale.len() as u32)
        };
        let version = update.version;
        self.broadcast(&ServerMessage::Update(update));
        self.shared.tell_host(&HostEvent::Updated {
            version,
            files: files
                .iter()
                .map(|file| file.display().to_string())
                .collect(),
            stale: stale_count,
            pages: self.greeted().count() as u32,
        });
    }

    fn report(&self, diagnostics: Vec<Diagnostic>) {
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

    pub(super) fn broadcast(&self, message: &ServerMessage) {
        let Ok(text) = serde_json::to_string(message) else {
            return;
        };
        for client in self.greeted() {
            (self.shared.sink)(Target::Client(client), text.clone());
        }
    }

    pub(super) fn urls(&self, modules: &[ModuleId]) -> Vec<String> {
        let state = self.shared.state();
        modules
            .iter()
            .map(|&id| state.graph.url(id).to_owned())
            .collect()
    }
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

/// File systems stamp with a clock that ticks every few milliseconds. An update too many is better than one
/// too few.
const CLOCK_GRAIN: u64 = 20;

fn is_younger(path: &Path, requested_at: u64) -> bool {
    path.metadata()
        .and_then(|found| found.modified())
        .ok()
        .and_then(|modified| modified.duration_since(UNIX_EPOCH).ok())
        .is_some_and(|modified| modified.as_millis() as u64 + CLOCK_GRAIN >= requested_at)
}

impl super::state::State {
    /// The module that an absent file would be, if one is imported but was never served.
    fn missing_module(&self, root: &Path, path: &Path) -> Option<ModuleId> {
        let id = self.graph.get(&url_of(root, path)?)?;
        (!self.graph.is_served(id)).then_some(id)
    }

    /// Whether an imported module that was never served would be at `path` or below it.
    fn has_missing_below(&self, root: &Path, path: &Path) -> bool {
        let Some(module_url) = url_of(root, path) else {
            return false;
        };
        let folder = format!("{module_url}/");
        self.graph.ids().any(|id| {
            let candidate = self.graph.url(id);
            !self.graph.is_served(id) && (candidate == module_url || candidate.starts_with(&folder))
        })
    }
}

fn url_of(root: &Path, path: &Path) -> Option<String> {
    let below = path.strip_prefix(root).or_else(|_| {
        path.strip_prefix(super::watcher::real_path(root))
            .map_err(|_| ())
    });
    let parts: Option<Vec<&str>> = below
        .ok()?
        .components()
        .map(|part| part.as_os_str().to_str())
        .collect();
    Some(url::identify(&format!("/{}", parts?.join("/"))).0)
}
