//! The request path: what to serve for a module, now.
//!
//! Knows the state and analysis. Must not wait: it holds the lock for microseconds, parses only when the
//! answer depends on it, and leaves all else to the coordinator.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use super::backlog::Registration;
use super::coordinator::Message;
use super::files::SourceFile;
use super::state::{ServedSource, State, TakenIn, accepted_specifiers};
use super::{Engine, Shared};
use hotgraph_core::graph::url;
use hotgraph_core::graph::{ModuleId, ModuleKind};
use hotgraph_core::syntax::analyze::{self, AnalyzeError, Dialect, ExportBindings, ModuleRecord};
use hotgraph_core::syntax::carry::share;
use hotgraph_core::syntax::literal::literal;
use hotgraph_core::syntax::patch;
use hotgraph_core::syntax::rewrite::{Rewrite, rewrite};
use hotgraph_core::syntax::style;

/// Scripts of more bytes than this are served as they are: no editor saves such a file by hand, and reading
/// it would stall the server.
pub const MAX_ANALYSED: usize = 16 * 1024 * 1024;

/// Scripts and saves of more bytes than this are not kept in memory. They are read from disk when they are asked
/// for, at the risk of half of the next save.
pub const LARGEST_KEPT: usize = 1 << 20;

/// Marks the query of an inline script's url: `/?__inline=/index.html:0` is the first
/// one of `/index.html`.
pub const INLINE: &str = "__inline";

/// What to serve for a script.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ServedScript {
    /// The code, when it differs from the source.
    pub code: Option<String>,
    /// The specifiers that the code accepts updates of, so that a host with a resolver of its own can
    /// [`Engine::link`] them.
    pub accepted: Vec<String>,
}

impl Engine {
    /// Takes in a script as the host would serve it, imports resolved, and returns what to serve instead:
    /// version stamps on imports that changed, `import.meta.hot` where it is used, and dynamic imports that
    /// find the current generation. Code without any of these is served as it is.
    pub fn serve_script(
        &self,
        request: &str,
        source: &str,
        file: Option<SourceFile>,
    ) -> ServedScript {
        let shared = &*self.shared;
        let (module_url, version) = url::identify(request);
        let content = xxh3_64(source.as_bytes());
        let overtaken = shared.state().overtaken(&module_url, version);
        if let Some(id) = overtaken {
            return self.answer_overtaken(id, version, source);
        }
        let kept = (source.len() <= LARGEST_KEPT).then(|| Arc::<str>::from(source));
        let Registered {
            id,
            is_followed,
            outdated,
            registration,
        } = {
            let mut state = shared.state();
            let registered = state.register(&module_url, ModuleKind::Script, Some(content), file);
            let changed_at = state.graph.changed_at(registered.id);
            let at = version.map_or(changed_at, |version| version.min(changed_at));
            state.module(registered.id).source = kept.clone().map(|text| ServedSource { text, at });
            registered
        };
        let registration = registration.map(|one| one.measured(source.len()));
        if let Some(outdated) = outdated {
            shared.analyses.remove(&outdated);
        }
        let cached = shared.analyses.get(&content).map(|record| record.clone());
        let record = match cached {
            Some(record) => Some(record),
            None if source.len() > MAX_ANALYSED => {
                if registration.is_some() {
                    let too_large = AnalyzeError::TooDeep;
                    self.post(Message::Unreadable(id, String::new(), too_large));
                }
                None
            }
            None if is_followed || shared.has_stamps() || analyze::needs_rewrite(source) => {
                self.analyse_now(id, content, source)
            }
            None => {
                let registration = registration.unwrap_or_else(|| Registration::of(id, content));
                let source = kept.unwrap_or_else(|| Arc::from(source));
                self.leave(registration.with_source(source));
                shared.state().served_as(id, false);
                return ServedScript::default();
            }
        };
        if let Some(registration) = registration {
            self.leave(registration);
        }
        match record {
            Some(record) => {
                self.take_in(id, &record);
                self.answer(id, version, source, record)
            }
            None => ServedScript::default(),
        }
    }

    /// What to serve of code that counts no more. It is not kept, and nothing is told of it.
    fn answer_overtaken(&self, id: ModuleId, version: Option<u64>, source: &str) -> ServedScript {
        if source.len() > MAX_ANALYSED {
            return ServedScript::default();
        }
        match analyze::analyze_fully(source, Dialect::JavaScript) {
            Ok(record) => self.answer(id, version, source, Arc::new(record)),
            Err(_) => ServedScript::default(),
        }
    }

    /// Takes in the analysis of what a module is served with, and what follows from it for others.
    fn take_in(&self, id: ModuleId, record: &Arc<ModuleRecord>) {
        let mut state = self.shared.state();
        let TakenIn { is_new, is_odd } = state.take_in(id, record);
        let is_patched = state.patched(id, record).is_some();
        if is_odd || (is_new && is_patched && state.graph.version(id) > 0) {
            self.post(Message::Review(id));
        }
        state.served_as(id, is_patched);
        drop(state);
        if is_patched {
            self.shared.learn_below(id, record);
        }
        for misled in self.shared.state().misled_by(id) {
            self.post(Message::Review(misled));
        }
    }

    fn analyse_now(&self, id: ModuleId, content: u64, source: &str) -> Option<Arc<ModuleRecord>> {
        match self.shared.analysis_of(content, source) {
            Ok(record) => Some(record),
            Err(error) => {
                self.post(Message::Unreadable(id, source.to_owned(), error));
                None
            }
        }
    }

    fn answer(
        &self,
        id: ModuleId,
        version: Option<u64>,
        source: &str,
        record: Arc<ModuleRecord>,
    ) -> ServedScript {
        let mut state = self.shared.state();
        let is_shared = self.shared.serves_shared()
            && version.is_some_and(|version| version == state.module(id).carried_at)
            && !state.may_import_itself(id);
        let carried = is_shared
            .then(|| state.carried_imports(id, &record, &mut HashSet::new()))
            .flatten()
            .map(|imports| {
                let urls: Vec<String> = imports.into_iter().map(|one| one.url).collect();
                (state.carriage(id, &record), urls)
            });
        let own = state.module(id).own.clone();
        let native = state.native(id, &record);
        if !own.is_empty() && state.module(id).own != own {
            self.post(Message::Review(id));
        }
        let patched = state.patched(id, &record);
        let patched = patched.map(|exports| exports.without(&native.specifiers));
        let patched = patched.as_ref();
        let preamble = (record.hot.used || patched.is_some())
            .then(|| preamble(&self.shared, &state, id, &record, patched, &native.urls));
        let state = std::cell::RefCell::new(state);
        let stamp = |specifier: &str| {
            let mut state = state.borrow_mut();
            let target = state.resolve(id, specifier)?;
            let version = state.graph.version(target);
            let named = url::resolve(state.graph.url(id), specifier).is_some();
            // A bare specifier cannot carry a stamp; what it is mapped to can.
            let stampable = if named {
                specifier
            } else {
                state.graph.url(target)
            };
            (version > 0).then(|| url::stamp(stampable, version))
        };
        let identify = |specifier: &str| {
            let mut state = state.borrow_mut();
            let target = state.resolve(id, specifier)?;
            Some(state.graph.url(target).to_owned())
        };
        let how = Rewrite {
            preamble: preamble.as_deref(),
            patch: patched,
            stamp: &stamp,
            identify: &identify,
        };
        let shared =
            carried.and_then(|(carriage, urls)| share(source, &record, &carriage, &urls, &stamp));
        ServedScript {
            code: shared.or_else(|| rewrite(source, &record, &how)),
            accepted: accepted_specifiers(&record),
        }
    }

    /// Takes in a style sheet or any other resource. With the `source` that is served the engine knows
    /// whether an error in the file is an error in the page, and reports it. Returns what to serve instead,
    /// when that differs: a new version of a style sheet imports new versions of others.
    pub fn serve_resource(
        &self,
        request: &str,
        kind: ModuleKind,
        file: Option<SourceFile>,
        source: Option<&str>,
    ) -> Option<String> {
        let (module_url, version) = url::identify(request);
        let content = source.map(|source| xxh3_64(source.as_bytes()));
        let may_import = kind == ModuleKind::Asset && source.is_some_and(analyze::may_import_later);
        let is_overtaken = self
            .shared
            .state()
            .overtaken(&module_url, version)
            .is_some();
        if !is_overtaken {
            let mut state = self.shared.state();
            let Registered {
                id, registration, ..
            } = state.register(&module_url, kind, content, file);
            if may_import {
                state.graph.set_open(id, true);
            }
            drop(state);
            let registration = registration.map(|one| one.measured(source.map_or(0, str::len)));
            if let Some(registration) = registration {
                self.leave(registration);
            }
        }
        if kind != ModuleKind::Style {
            return None;
        }
        style::stamp_imports(source?, version?)
    }

    /// Takes in an HTML page and what it loads: the specifiers of its scripts, styles and inline modules,
    /// relative to the page's url or `base`.
    ///
    /// `source` is the page as the host has it.
    pub fn serve_page(
        &self,
        request: &str,
        base: &str,
        loads: &[String],
        file: Option<SourceFile>,
        source: Option<&str>,
    ) {
        let (module_url, _) = url::identify(request);
        let content = source.map(|source| xxh3_64(source.as_bytes()));
        let registration = {
            let mut state = self.shared.state();
            let Registered {
                id, registration, ..
            } = state.register(&module_url, ModuleKind::Page, content, file);
            let loads = loads
                .iter()
                .filter_map(|specifier| url::resolve(base, &url::as_relative(specifier)))
                .map(|target| state.graph.intern(&target))
                .collect();
            let version = state.version;
            state.graph.set_imports(id, loads, version);
            // What its classic scripts import does not show in its code's imports.
            let is_open = source.is_none_or(analyze::may_import_later);
            state.graph.set_open(id, is_open);
            registration
        };
        if let Some(registration) = registration {
            self.leave(registration);
        }
    }

    /// Takes in a page's import map, its addresses resolved: bare specifier, or prefix with a slash at its end
    /// -> url.
    pub fn import_map(&self, map: HashMap<String, String>) {
        let mut state = self.shared.state();
        let is_new = map
            .iter()
            .any(|(name, target)| state.import_map.get(name) != Some(target));
        state.import_map.extend(map);
        drop(state);
        if is_new {
            self.touched();
        }
    }

    /// Tells where the host resolves specifiers of a module to: specifier as the code writes it -> what a
    /// browser could import in its place. Accepted specifiers that name no import are reported thereafter,
    /// so that a host without a resolver calls this too, with nothing. Saying the same again changes nothing.
    pub fn link(&self, request: &str, resolved: HashMap<String, String>) {
        let (module_url, _) = url::identify(request);
        let mut state = self.shared.state();
        let id = state.graph.intern(&module_url);
        let data = state.module(id);
        let is_known = |(specifier, target)| data.resolutions.get(specifier) == Some(target);
        if data.is_resolved && resolved.iter().all(is_known) {
            return;
        }
        data.resolutions.extend(resolved);
        data.is_resolved = true;
        if let Some(record) = state.module(id).record.clone() {
            state.link(id, record);
        }
        drop(state);
        self.touched();
        self.post(Message::Review(id));
    }

    /// The version of the batch in which the content of what `request` asks for changed last, 0 when it
    /// never did. A cache of transformed code that has this in its key never serves stale code.
    pub fn content_version(&self, request: &str) -> u64 {
        if !self.shared.has_stamps() {
            return 0;
        }
        let (module_url, _) = url::identify(request);
        let state = self.shared.state();
        state
            .graph
            .get(&module_url)
            .map_or(0, |id| state.graph.changed_at(id))
    }

    /// `specifier` with the current version stamp of what it names, seen from `base`. `None` when it has
    /// none, which is the case for all that never changed.
    pub fn stamped(&self, base: &str, specifier: &str) -> Option<String> {
        if !self.shared.has_stamps() {
            return None;
        }
        let target = url::resolve(base, &url::as_relative(specifier))?;
        let state = self.shared.state();
        let version = state.graph.version(state.graph.get(&target)?);
        (version > 0).then(|| url::stamp(specifier, version))
    }

    /// The text of the last complete save of a file, once it was saved. To be read instead of the file, which
    /// may already hold the beginning of the next save. With `only_raw` only of a file that was served as it
    /// is on disk.
    pub fn saved_source(&self, file: &Path, only_raw: bool) -> Option<Arc<str>> {
        if !self.shared.has_stamps() {
            return None;
        }
        let state = self.shared.state();
        let entry = state.files.get(state.files.find(file)?);
        entry
            .saved
            .clone()
            .filter(|_| entry.served_raw || !only_raw)
    }

    /// A module that stands for the current generation of what `request` asks for without a stamp: what
    /// cannot be stamped where it is written (a computed dynamic import, an import map) gets the same instance
    /// as everybody else. `None` when the request has a stamp or the module needs none.
    pub fn facade(&self, request: &str) -> Option<String> {
        let (module_url, version) = url::identify(request);
        if version.is_some() || !self.shared.has_stamps() {
            return None;
        }
        let mut state = self.shared.state();
        let id = state.graph.get(&module_url)?;
        let version = state.graph.version(id);
        if version == 0 || state.graph.kind(id) != ModuleKind::Script {
            return None;
        }
        let has_default = state.module(id).record.as_ref()?.has_default_export;
        let target = literal(&url::stamp(&module_url, version));
        let default = if has_default {
            format!("export{{default}}from{target};")
        } else {
            String::new()
        };
        Some(format!("export*from{target};{default}"))
    }
}

impl Shared {
    /// The analysis of a source by its hash, made when there is none.
    pub(super) fn analysis_of(
        &self,
        content: u64,
        source: &str,
    ) -> Result<Arc<ModuleRecord>, AnalyzeError> {
        if let Some(record) = self.analyses.get(&content) {
            return Ok(record.clone());
        }
        let record = Arc::new(analyze::analyze_fully(source, Dialect::JavaScript)?);
        self.analyses.insert(content, record.clone());
        Ok(record)
    }
}

/// What the first look at a served module found.
struct Registered {
    id: ModuleId,
    /// Whether importers of other modules count on this one's exports to be kept up to date.
    is_followed: bool,
    /// The content that it had before, when it has another now.
    outdated: Option<u64>,
    /// What the coordinator has to look at, if anything: a file that is new, or content that is.
    registration: Option<Registration>,
}

impl State {
    /// The module, when its content changed since a page was told to ask for it by this version. What the page gets may
    /// have been made before that; nothing follows from it, since the page is told of the change.
    fn overtaken(&self, module_url: &str, version: Option<u64>) -> Option<ModuleId> {
        let version = version?;
        let id = self.graph.get(module_url)?;
        (version < self.graph.changed_at(id) && self.graph.is_served(id)).then_some(id)
    }

    /// Records that a module was served.
    fn register(
        &mut self,
        module_url: &str,
        kind: ModuleKind,
        content: Option<u64>,
        file: Option<SourceFile>,
    ) -> Registered {
        let id = self.graph.intern(module_url);
        self.graph.set_served(id, kind);
        self.foreseen.remove(&id);
        let version = self.graph.version(id);
        self.requests += 1;
        let asked_at = self.requests;
        let data = self.module(id);
        data.served_at = version;
        data.asked_at = asked_at;
        let is_followed = data.is_followed;
        let is_new_content = content.is_some() && data.content != content;
        let outdated = if is_new_content {
            data.reported = None;
            std::mem::replace(&mut data.content, content)
        } else {
            None
        };
        let mut registration = Registration::of(id, content.unwrap_or_default());
        let mut is_new_file = false;
        if let Some(file) = file {
            let (index, is_new) = self.files.add(&file.path, id);
            is_new_file = is_new;
            registration.file = Some((index, file, is_new));
            let entry = self.files.get_mut(index);
            // A file that is back is served before anybody has looked: that is what it was before it vanished.
            let is_known = entry.served_raw && content.is_some() && entry.known == content;
            entry.served_other |= entry.problem.is_some() && !is_known;
        }
        Registered {
            id,
            is_followed,
            outdated,
            registration: (is_new_file || is_new_content).then_some(registration),
        }
    }
}

/// The statements that give a module its `import.meta.hot`, and the page its exports. On the first line, so
/// that no line moves.
fn preamble(
    shared: &Shared,
    state: &State,
    id: ModuleId,
    record: &ModuleRecord,
    patched: Option<&ExportBindings>,
    native: &[String],
) -> String {
    let client = literal(&shared.options.client_url);
    let module_url = state.graph.url(id);
    // An inline script's own import.meta.url is its page's.
    let is_inline = module_url.contains(INLINE);
    let name = if is_inline {
        literal(module_url)
    } else {
        "\"\"".to_owned()
    };
    let mut imported: Vec<String> = Vec::new();
    let mut calls = String::new();
    if let Some(exports) = patched {
        imported.push("trackExports as __hot$t".to_owned());
        if !exports.writes.is_empty() {
            imported.push(format!("exportsWritten as {}", patch::WRITTEN));
        }
        let accessors = patch::accessors(exports);
        calls.push_str(&patch::statement(exports));
        let of = format!("import.meta,{name}");
        calls.push_str(&patch::tracking("__hot$t", &of, &accessors, native));
    }
    if record.hot.used {
        imported.push("createHot as __hot$".to_owned());
        let report = u8::from(record.hot.opaque);
        calls.push_str(&format!("__hot$(import.meta,{report},{name});"));
    }
    let imported = imported.join(",");
    format!("import{{{imported}}}from{client};{calls}")
}
