//! What the engine knows, behind one lock: the graph, the files behind it and the newest version.
//!
//! Knows modules and files. Must not know the disk, sockets or the watcher: it is told.

use std::collections::HashMap;
use std::sync::Arc;

use hotgraph_core::diagnostic::Diagnostic;
use hotgraph_core::graph::propagate::Propagator;
use hotgraph_core::graph::url;
use hotgraph_core::graph::{
    AcceptedDependency, AcceptedExports, ModuleGraph, ModuleId, ModuleKind, SelfAcceptance,
};
use hotgraph_core::syntax::analyze::ModuleRecord;
use hotgraph_core::syntax::carry::Carriage;

use super::files::FileTable;

/// Stands for all exports of a module in the names that an import uses.
const ALL: &str = "*";

/// What a running page registered, where the parser could not tell.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportedAcceptance {
    /// What the module does with updates of itself.
    pub acceptance: SelfAcceptance,
    /// The specifiers of accepted dependencies.
    pub dependencies: Vec<String>,
    /// The names of accepted exports, when it accepts itself by these only.
    pub exports: Option<Vec<String>>,
}

/// Code that was served.
#[derive(Debug, Clone)]
pub struct ServedSource {
    /// The code as the host had it.
    pub text: Arc<str>,
    /// The version of the module's content at that time.
    pub at: u64,
}

/// What belongs to a module beside its place in the graph.
#[derive(Debug, Default)]
pub struct ModuleData {
    /// The hash of the code that was served last.
    pub content: Option<u64>,
    /// The analysis of that code, once there is one.
    pub record: Option<Arc<ModuleRecord>>,
    /// Whether its imports are in the graph, which forgets those of a module that is pruned.
    pub linked: bool,
    /// That code, before hotgraph's own changes.
    pub source: Option<ServedSource>,
    /// The version that it had when a page asked for it last.
    pub served_at: u64,
    /// Whether the host has said where it resolves the accepted specifiers of that code to.
    pub is_resolved: bool,
    /// The version at which an update carried it, 0 when none did.
    pub carried_at: u64,
    /// What was carried, and the hash of the code that it was made of.
    pub carried: Option<(u64, Carriage, Arc<str>)>,
    /// What is odd about that code.
    pub warnings: Vec<Diagnostic>,
    /// What pages that had it before it was asked for again are not given of its exports.
    pub unpatched: Vec<Diagnostic>,
    /// When it was asked for last, in requests since the engine's start.
    pub asked_at: u64,
    /// Where the host resolved specifiers to, where that is not what a browser would do.
    pub resolutions: HashMap<String, String>,
    /// What a page reported of that code.
    pub reported: Option<ReportedAcceptance>,
    /// What the code before it accepts.
    pub before: Option<ReportedAcceptance>,
    /// Whether importers that do not run again count on this module's exports being kept up to date: a module
    /// that accepts itself, or this one, exports them too.
    pub is_followed: bool,
    /// The specifiers of what it exports again as variables of its own, as it was served last.
    pub own: Vec<String>,
    /// The version as which pages have it without being told of its exports; `None` when they always are.
    pub plain_at: Option<u64>,
    /// The version at which it was pruned last, 0 when it never was.
    pub pruned_at: u64,
    /// Whether an earlier run ended before it knew all that the module accepts, as the host resolves it.
    pub is_unsettled: bool,
}

/// What [`State::take_in`] found.
#[derive(Debug, Clone, Copy)]
pub struct TakenIn {
    /// Whether the module had another record before.
    pub is_new: bool,
    /// Whether the code should be reviewed.
    pub is_odd: bool,
}

/// Everything behind the lock.
pub struct State {
    /// Who imports whom.
    pub graph: ModuleGraph,
    /// The walker's scratch tables.
    pub propagator: Propagator,
    /// The files behind modules.
    pub files: FileTable,
    /// What the pages' import maps say: bare specifier, or prefix with a slash at its end -> module's url.
    pub import_map: HashMap<String, String>,
    /// What modules that were imported and not served yet will most likely be.
    pub foreseen: HashMap<ModuleId, Arc<ModuleRecord>>,
    /// The newest version: rises by one a batch, starts at the engine's start in milliseconds.
    pub version: u64,
    /// Requests since the engine's start.
    pub requests: u64,
    modules: Vec<ModuleData>,
}

impl State {
    /// An empty state at the given version.
    pub fn new(version: u64) -> Self {
        Self {
            graph: ModuleGraph::default(),
            propagator: Propagator::default(),
            files: FileTable::default(),
            import_map: HashMap::new(),
            foreseen: HashMap::new(),
            version,
            requests: 0,
            modules: Vec::new(),
        }
    }

    /// A module's data.
    pub fn module(&mut self, id: ModuleId) -> &mut ModuleData {
        if self.modules.len() <= id.index() {
            self.modules
                .resize_with(id.index() + 1, ModuleData::default);
        }
        &mut self.modules[id.index()]
    }

    /// What is odd about the code that was served last, of all modules, and what a page is not given of those that
    /// it may have loaded.
    ///
    /// @param page The page's HTML, where it is known.
    pub fn warnings(&self, page: Option<&str>) -> impl Iterator<Item = &Diagnostic> {
        let page = page.and_then(|url| self.graph.get(url));
        let data = page.and_then(|id| self.modules.get(id.index()));
        let begun_at = data.map_or(0, |data| data.asked_at);
        self.modules.iter().flat_map(move |data| {
            let unpatched = data.unpatched.iter();
            let unpatched = unpatched.filter(move |_| data.asked_at > begun_at);
            data.warnings.iter().chain(unpatched)
        })
    }

    /// The next version.
    pub fn next_version(&mut self) -> u64 {
        self.version += 1;
        self.version
    }

    /// Takes the edges and acceptance of a module's analysis into the graph, as one set.
    pub fn link(&mut self, id: ModuleId, record: Arc<ModuleRecord>) {
        let specifiers: Vec<String> = record
            .imports
            .iter()
            .map(|import| import.specifier.clone())
            .chain(record.dynamic_imports.iter().filter_map(|import| {
                import
                    .literal
                    .as_ref()
                    .map(|(specifier, _)| specifier.clone())
            }))
            .collect();
        let scripts = record
            .scripts
            .iter()
            .filter_map(|script| url::resolve(self.graph.url(id), &url::as_relative(script)))
            .collect::<Vec<_>>();
        let imports = specifiers
            .iter()
            .filter_map(|specifier| self.resolve(id, specifier))
            .collect::<Vec<_>>();
        let scripts = scripts.iter().map(|script| self.graph.intern(script));
        let imports = imports.into_iter().chain(scripts).collect();
        self.graph.set_imports(id, imports, self.version);
        let is_open = specifiers
            .iter()
            .any(|specifier| url::is_bare(specifier) && self.resolve(id, specifier).is_none());
        self.graph.set_open(id, is_open);
        self.follow(id, &record);
        let before = self.acceptance(id);
        let data = self.module(id);
        if !data
            .record
            .as_ref()
            .is_some_and(|known| Arc::ptr_eq(known, &record))
        {
            data.before = Some(before);
        }
        data.record = Some(record);
        data.linked = true;
        self.refresh_acceptance(id);
        for imported in self.graph.imports(id).to_vec() {
            self.refresh_use(imported, id);
        }
    }

    /// Takes in the analysis of the code that a module is served with. Returns whether it is another one than
    /// before, and whether something may be odd about that code.
    pub fn take_in(&mut self, id: ModuleId, record: &Arc<ModuleRecord>) -> TakenIn {
        let data = self.module(id);
        let known = data.record.as_ref();
        let is_new = !known.is_some_and(|known| Arc::ptr_eq(known, record));
        let is_odd = !record.hot.misuses.is_empty();
        if is_new || !data.linked {
            if is_new {
                data.warnings.clear();
                data.unpatched.clear();
                data.is_resolved = false;
            }
            self.link(id, record.clone());
            return TakenIn { is_new, is_odd };
        }
        TakenIn {
            is_new,
            is_odd: false,
        }
    }

    /// What a module is taken to accept.
    fn acceptance(&self, id: ModuleId) -> ReportedAcceptance {
        let accepted = self.graph.accepted(id).iter();
        let exports = self.graph.accepted_exports(id);
        ReportedAcceptance {
            acceptance: self.graph.acceptance(id),
            dependencies: accepted.map(|one| one.specifier.to_string()).collect(),
            exports: exports.map(|exports| exports.names.clone()),
        }
    }

    /// A page goes on with the code of a module from before its last change: what that accepts is what counts.
    pub fn keep_acceptance(&mut self, id: ModuleId) {
        let data = self.module(id);
        if let Some(before) = data.before.take() {
            data.reported = Some(before);
            self.refresh_acceptance(id);
        }
    }

    /// Takes what the module accepts into the graph: what its code says, or what a page reported of it. Code that
    /// always throws takes nobody's place.
    pub fn refresh_acceptance(&mut self, id: ModuleId) {
        let data = self.module(id);
        let reported = data.reported.clone();
        let Some(record) = data.record.clone() else {
            return;
        };
        let (acceptance, specifiers, exports) = match reported {
            Some(reported) => (reported.acceptance, reported.dependencies, reported.exports),
            None if record.hot.throws => return,
            None => (
                self_acceptance(&record),
                accepted_specifiers(&record),
                record.hot.accepts_exports.clone(),
            ),
        };
        let accepted = specifiers
            .into_iter()
            .filter_map(|specifier| {
                let target = self.resolve(id, &specifier)?;
                Some(AcceptedDependency {
                    specifier: specifier.into(),
                    target,
                })
            })
            .collect();
        self.graph.set_acceptance(id, acceptance, accepted);
        let exports = exports.filter(|_| acceptance == SelfAcceptance::Exports);
        let before = self.graph.accepted_exports(id);
        let before = before.map_or_else(HashMap::new, |before| before.used.clone());
        let importers = match exports {
            Some(_) => self.graph.importers(id).to_vec(),
            None => Vec::new(),
        };
        self.graph.set_accepted_exports(
            id,
            exports.map(|names| AcceptedExports {
                names,
                used: before,
            }),
        );
        for importer in importers {
            self.refresh_use(id, importer);
        }
    }

    /// Takes into the graph what an importer uses of a module, if that accepts updates of some exports only.
    fn refresh_use(&mut self, id: ModuleId, importer: ModuleId) {
        let Some(before) = self.graph.accepted_exports(id) else {
            return;
        };
        // The code of a script that an earlier run served is not known, but what it used is.
        let is_known = before.used.contains_key(&importer);
        let is_script =
            self.graph.is_served(importer) && self.graph.kind(importer) == ModuleKind::Script;
        let used = match self.module(importer).record {
            None if is_known => return,
            None if is_script => vec![ALL.to_owned()],
            _ => self.exports_used(importer, id),
        };
        self.graph.set_exports_used(id, importer, used);
    }

    /// The names of a module's exports that the code of `importer` uses. A dynamic import, or a namespace,
    /// uses all; a page, or an import for the side effects, none.
    fn exports_used(&mut self, importer: ModuleId, module: ModuleId) -> Vec<String> {
        let Some(record) = self.module(importer).record.clone() else {
            return Vec::new();
        };
        let mut names = Vec::new();
        for import in &record.imports {
            if self.resolve(importer, &import.specifier) == Some(module) {
                names.extend_from_slice(&import.names);
            }
        }
        for (specifier, _) in record
            .dynamic_imports
            .iter()
            .filter_map(|import| import.literal.as_ref())
        {
            if self.resolve(importer, specifier) == Some(module) {
                names.push(ALL.to_owned());
            }
        }
        if names.iter().any(|name| name == ALL)
            && let Some(record) = &self.module(module).record
            && !record.reexports_all
        {
            return record.exports.clone();
        }
        names
    }

    /// The module that `specifier` names in the code of `importer`.
    pub fn resolve(&mut self, importer: ModuleId, specifier: &str) -> Option<ModuleId> {
        if let Some(resolved) = self.module(importer).resolutions.get(specifier) {
            let resolved = resolved.clone();
            let resolved = url::resolve(self.graph.url(importer), &resolved)?;
            return Some(self.graph.intern(&resolved));
        }
        let resolved =
            url::resolve(self.graph.url(importer), specifier).or_else(|| self.mapped(specifier))?;
        Some(self.graph.intern(&resolved))
    }

    /// What a bare specifier is by import map: as a whole, or by its longest prefix.
    fn mapped(&self, specifier: &str) -> Option<String> {
        if let Some(whole) = self.import_map.get(specifier) {
            return Some(whole.clone());
        }
        let mut prefix = specifier;
        while let Some(at) = prefix.trim_end_matches('/').rfind('/') {
            prefix = &prefix[..=at];
            if let Some(folder) = self.import_map.get(prefix) {
                return Some(format!("{folder}{}", &specifier[prefix.len()..]));
            }
        }
        None
    }
}

/// What code does with updates of itself. A module that writes into `data` counts as self-accepting unless
/// it declines or accepts in another way (Bun).
fn self_acceptance(record: &ModuleRecord) -> SelfAcceptance {
    let hot = &record.hot;
    let accepts_otherwise = !hot.accepts.is_empty();
    if hot.declines {
        SelfAcceptance::Declines
    } else if let Some(accept) = &hot.accepts_self {
        if accept.bubbles {
            SelfAcceptance::Bubbles
        } else {
            SelfAcceptance::Accepts
        }
    } else if hot.accepts_exports.is_some() {
        SelfAcceptance::Exports
    } else if hot.writes_data && !accepts_otherwise {
        SelfAcceptance::Accepts
    } else {
        SelfAcceptance::None
    }
}

/// The specifiers of the dependencies that code accepts.
pub fn accepted_specifiers(record: &ModuleRecord) -> Vec<String> {
    record
        .hot
        .accepts
        .iter()
        .map(|accepted| accepted.specifier.clone())
        .collect()
}
