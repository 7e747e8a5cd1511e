//! What the engine knows, under one lock: the graph, its files and the newest version.
//!
//! Knows modules and files. Must not know the disk, sockets or the watcher: it is told.

pub mod files;
mod follow;
mod kept;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use hotgraph_core::diagnostic::Diagnostic;
use hotgraph_core::graph::import_map::ImportMap;
use hotgraph_core::graph::propagate::Propagator;
use hotgraph_core::graph::url::{self, Hosts};
use hotgraph_core::graph::{
    AcceptedDependency, AcceptedExports, ModuleGraph, ModuleId, ModuleKind, SelfAcceptance,
};
use hotgraph_core::syntax::analyze::ModuleRecord;

use super::serve::script::inline_place;
use files::FileTable;
pub use kept::Kept;

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
    pub text: Kept,
    /// Its hash.
    pub hash: u64,
    /// The version of the module's content at that time.
    pub at: u64,
    /// The newest version at that time: what it was made of besides its file may have changed since.
    pub version: u64,
    /// When it was read or asked for, in milliseconds since 1970: a file that is younger may be another one.
    pub time: u64,
}

/// What belongs to a module in addition to its place in the graph.
#[derive(Debug, Default)]
pub struct ModuleData {
    /// The hash of the code that was served last.
    pub content: Option<u64>,
    /// The analysis of that code, once there is one.
    pub record: Option<Arc<ModuleRecord>>,
    /// Whether its imports are in the graph, which forgets those of a module that is pruned.
    pub linked: bool,
    /// How many pages had been served when it was served first.
    pub known_since: Option<u32>,
    /// That code, before hotgraph's own changes.
    pub source: Option<ServedSource>,
    /// Whether the host has said where it resolves the accepted specifiers of that code to.
    pub is_resolved: bool,
    /// The text of the body that was made of it last, and the hash of the code that it was made of.
    pub body: Option<(u64, Arc<str>)>,
    /// Why that code cannot be made a body, once the host was told.
    pub refusal: Option<String>,
    /// What is odd about that code.
    pub warnings: Vec<Diagnostic>,
    /// Where the host resolved specifiers to, where that is not what a browser would do.
    pub resolutions: HashMap<String, String>,
    /// What a page reported of that code.
    pub reported: Option<ReportedAcceptance>,
    /// What the code before it accepts.
    pub before: Option<ReportedAcceptance>,
    /// What its code has loaded in a way that no parser sees.
    pub loads: Vec<ModuleId>,
    /// Whether others change what is served of it after the engine has seen it, or make it for each visitor.
    pub is_alone: bool,
    /// Whether it is served as a shell: it, or something above it, uses `import.meta.hot`.
    pub is_followed: bool,
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

/// Everything that the lock protects.
pub struct State {
    /// Who imports whom.
    pub graph: ModuleGraph,
    /// The walker's scratch tables.
    pub propagator: Propagator,
    /// The files of modules.
    pub files: FileTable,
    /// The pages' import maps, by the page's url.
    pub import_maps: BTreeMap<String, ImportMap>,
    /// The hosts under which pages are asked for.
    pub hosts: Hosts,
    /// The newest version: rises by one a batch, starts at the engine's start in milliseconds.
    pub version: u64,
    /// Whether all scripts are followed. Then packs can hold them. Once that is so it stays, since pages have packs.
    pub packs: bool,
    /// How often a module got another content, or was found to be another one than it seemed.
    pub contents: u64,
    /// How often a page came with another import map than before.
    pub import_map_changes: u64,
    /// How many pages were served.
    pub page_loads: u32,
    /// The version at which something changed last of which only the host knows what it makes.
    pub input_changed_at: u64,
    /// What the host has to say of files that it serves.
    pub host_warnings: Vec<Diagnostic>,
    modules: Vec<ModuleData>,
}

impl State {
    /// An empty state at the given version.
    pub fn new(version: u64) -> Self {
        Self {
            graph: ModuleGraph::default(),
            propagator: Propagator::default(),
            files: FileTable::default(),
            import_maps: BTreeMap::new(),
            hosts: Hosts::default(),
            version,
            packs: false,
            contents: 0,
            import_map_changes: 0,
            page_loads: 0,
            input_changed_at: 0,
            host_warnings: Vec::new(),
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

    /// Whether the code of a module imports by names that it makes up, and is served as it is: pages do not hear of that.
    pub fn imports_unseen(&self, id: ModuleId) -> bool {
        let record = self.modules.get(id.index());
        let record = record.and_then(|data| data.record.as_ref());
        let mut imports = record.iter().flat_map(|record| &record.dynamic_imports);
        imports.any(|import| import.literal.is_none()) && !self.is_marked(id)
    }

    /// The text of an inline script where it stands in its page, with nothing around it; `None` of other modules.
    pub fn in_page(&self, id: ModuleId, source: &str) -> Option<String> {
        let place = inline_place(self.graph.url(id))?;
        let lines = "\n".repeat(place.line.saturating_sub(1));
        let before = lines + &" ".repeat(place.column.saturating_sub(1));
        Some(before + source)
    }

    /// What is odd about the code that was served last, of all modules, and what the host says of files.
    pub fn warnings(&self) -> impl Iterator<Item = &Diagnostic> {
        let odd = self.modules.iter().flat_map(|data| &data.warnings);
        odd.chain(&self.host_warnings)
    }

    /// The next version.
    pub fn next_version(&mut self) -> u64 {
        self.version += 1;
        self.version
    }

    /// Takes the edges and acceptance of a module's analysis into the graph, as one set, and those of what it imports
    /// again after that was pruned.
    pub fn link(&mut self, id: ModuleId, record: Arc<ModuleRecord>) {
        let mut waiting = vec![(id, record)];
        while let Some((id, record)) = waiting.pop() {
            self.link_one(id, record);
            for imported in self.graph.imports(id).to_vec() {
                let data = self.module(imported);
                let again = data.record.clone().filter(|_| !data.linked);
                waiting.extend(again.map(|record| (imported, record)));
            }
        }
    }

    fn link_one(&mut self, id: ModuleId, record: Arc<ModuleRecord>) {
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
            .filter_map(|script| self.locate(self.graph.url(id), script))
            .collect::<Vec<_>>();
        let imports = specifiers
            .iter()
            .flat_map(|specifier| self.resolve_all(id, specifier))
            .collect::<Vec<_>>();
        let scripts = scripts.iter().map(|script| self.graph.intern(script));
        let imports: Vec<ModuleId> = imports.into_iter().chain(scripts).collect();
        let loads = self.module(id).loads.clone();
        let imports = imports.into_iter().chain(loads).collect();
        self.graph.set_imports(id, imports, self.version);
        let is_open = specifiers
            .iter()
            .any(|specifier| url::is_bare(specifier) && self.resolve(id, specifier).is_none());
        self.graph.set_open(id, is_open);
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
        if self.is_followed(id) {
            self.follow_imports(id);
        }
        self.refresh_acceptance(id);
        for imported in self.graph.imports(id).to_vec() {
            self.refresh_use(imported, id);
        }
    }

    /// Takes the edges of all modules in again: specifiers may stand for others now.
    pub fn link_again(&mut self) {
        for id in self.graph.ids() {
            if let Some(record) = self.module(id).record.clone() {
                self.link(id, record);
            }
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
    /// always throws replaces no other. Installed packages are the browser's own: they accept nothing, but may decline.
    pub fn refresh_acceptance(&mut self, id: ModuleId) {
        let data = self.module(id);
        let reported = data.reported.clone();
        let Some(record) = data.record.clone() else {
            return;
        };
        let is_reported = reported.is_some();
        let (acceptance, specifiers, exports) = match reported {
            _ if self.is_of_package(id) => {
                let acceptance = match record.hot.declines {
                    true => SelfAcceptance::Declines,
                    false => SelfAcceptance::None,
                };
                (acceptance, Vec::new(), None)
            }
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
                // A page can say anything: it makes no modules.
                let target = match is_reported {
                    true => self.resolve_known(id, &specifier)?,
                    false => self.resolve(id, &specifier)?,
                };
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
            return record.exports.iter().map(ToString::to_string).collect();
        }
        names
    }

    /// A page is asked for by this address, which its references are relative to. A path says nothing new.
    pub fn asked_under(&mut self, base: &str) {
        if self.hosts.note(base) {
            self.link_again();
        }
    }

    /// The url that a reference of HTML or CSS names, which stands at `base`; `None` of what is elsewhere.
    pub fn locate(&self, base: &str, reference: &str) -> Option<String> {
        let reference = self.hosts.localize(reference);
        url::resolve(&self.hosts.localize(base), &url::as_relative(&reference))
    }

    /// The module that `specifier` names in the code of `importer`: in the first page whose import map says so.
    pub fn resolve(&mut self, importer: ModuleId, specifier: &str) -> Option<ModuleId> {
        self.resolve_all(importer, specifier).into_iter().next()
    }

    /// The same, if it is a module that is known.
    fn resolve_known(&self, importer: ModuleId, specifier: &str) -> Option<ModuleId> {
        let addresses = self.addresses_of(importer, specifier);
        self.graph.get(addresses.first()?)
    }

    /// The modules that `specifier` names in the code of `importer`, over all pages: each may have an import map of its
    /// own. Each page decides for itself which one it imports.
    fn resolve_all(&mut self, importer: ModuleId, specifier: &str) -> Vec<ModuleId> {
        let addresses = self.addresses_of(importer, specifier);
        let addresses = addresses.iter();
        addresses.map(|url| self.graph.intern(url)).collect()
    }

    /// Their urls.
    fn addresses_of(&self, importer: ModuleId, specifier: &str) -> Vec<String> {
        let from = self.graph.url(importer);
        let data = self.modules.get(importer.index());
        if let Some(resolved) = data.and_then(|data| data.resolutions.get(specifier)) {
            return url::resolve(from, &self.hosts.localize(resolved))
                .into_iter()
                .collect();
        }
        let address = url::resolve(from, &self.hosts.localize(specifier));
        let name = address.as_deref().unwrap_or(specifier);
        let mut found: Vec<String> = Vec::new();
        let mut is_mapped_everywhere = !self.import_maps.is_empty();
        for map in self.import_maps.values() {
            match map.resolve(from, name) {
                Some(target) if found.contains(&target) => {}
                Some(target) => found.push(target),
                None => is_mapped_everywhere = false,
            }
        }
        if !is_mapped_everywhere {
            found.extend(address);
        }
        found
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
