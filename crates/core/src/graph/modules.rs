//! The module graph: who imports whom, who accepts what, and which version is current.
//!
//! Knows modules by url and edges by id. Must not know files, code or pages. Each url is stored once; everything else
//! is small integers in tables of their own. That is why a walk over a million modules takes milliseconds, and a module
//! takes a hundred bytes.

use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::BuildHasher;

use hashbrown::HashTable;
use smallvec::SmallVec;

/// A module's number in one graph. Numbers are never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModuleId(u32);

impl ModuleId {
    /// The number as an index into per-module tables.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What sort of resource a module is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ModuleKind {
    /// JavaScript, however it was written.
    Script,
    /// A style sheet.
    Style,
    /// An HTML document.
    Page,
    /// Anything else: JSON, images, workers' data.
    #[default]
    Asset,
    /// A file that the host watches and that nothing was served from: only the host knows what it makes of it.
    Input,
}

/// What a module does with an update of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SelfAcceptance {
    /// Passes it on to its importers.
    #[default]
    None,
    /// Accepts it.
    Accepts,
    /// Accepts it and still passes it on.
    Bubbles,
    /// Accepts it while its importers use no other exports than those in [`AcceptedExports`].
    Exports,
    /// Refuses it.
    Declines,
}

/// A dependency whose updates a module accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedDependency {
    /// The specifier as the code writes it.
    pub specifier: Box<str>,
    /// The module it names.
    pub target: ModuleId,
}

/// Exports whose updates a module accepts (`acceptExports`), and who uses which.
#[derive(Debug, Default)]
pub struct AcceptedExports {
    /// Their names.
    pub names: Vec<String>,
    /// What importers use of the module. `*` stands for more than a list could hold.
    pub used: HashMap<ModuleId, Vec<String>>,
}

impl AcceptedExports {
    /// The exports that an importer uses.
    pub fn used_by(&self, importer: ModuleId) -> &[String] {
        self.used.get(&importer).map_or(&[], Vec::as_slice)
    }

    /// Whether an importer uses no others than these.
    pub fn suffice(&self, importer: ModuleId) -> bool {
        self.used_by(importer)
            .iter()
            .all(|name| self.names.contains(name))
    }
}

/// The fields that most modules need. Fields that few modules need are in tables of their own.
#[derive(Debug)]
struct Node {
    url: Box<str>,
    imports: Box<[ModuleId]>,
    /// Most modules have a few importers, which need no allocation; some have thousands.
    importers: SmallVec<[ModuleId; 4]>,
    accepted: Box<[AcceptedDependency]>,
    version: u64,
}

/// What a walk asks of every importer, close together in memory.
#[derive(Debug, Default)]
struct Traits {
    kind: ModuleKind,
    acceptance: SelfAcceptance,
    accepts_dependencies: bool,
    served: bool,
    open: bool,
}

/// The graph. All methods that take a [`ModuleId`] expect one that this graph gave out.
#[derive(Debug, Default)]
pub struct ModuleGraph {
    nodes: Vec<Node>,
    traits: Vec<Traits>,
    /// Finds modules by the hash of their url.
    ids: HashTable<ModuleId>,
    hasher: RandomState,
    /// The version of the last batch that changed a module's content, for modules that changed.
    changed: BTreeMap<ModuleId, u64>,
    orphans: Vec<ModuleId>,
    /// By importer, what its code imported once and the newest version at which it still did.
    former: HashMap<ModuleId, HashMap<ModuleId, u64>>,
    /// All that is in the latter.
    formerly_imported: HashSet<ModuleId>,
    /// The accepted exports of the few modules that accept only some.
    accepted_exports: HashMap<ModuleId, AcceptedExports>,
}

impl ModuleGraph {
    /// The id of a url, made when it is new.
    pub fn intern(&mut self, url: &str) -> ModuleId {
        if let Some(id) = self.get(url) {
            return id;
        }
        let Self {
            nodes,
            traits,
            ids,
            hasher,
            ..
        } = self;
        let id = ModuleId(nodes.len() as u32);
        nodes.push(Node {
            url: url.into(),
            imports: Box::default(),
            importers: SmallVec::new(),
            accepted: Box::default(),
            version: 0,
        });
        traits.push(Traits::default());
        ids.insert_unique(hasher.hash_one(url), id, |other| {
            hasher.hash_one(&*nodes[other.index()].url)
        });
        id
    }

    /// The id of a url that is known.
    pub fn get(&self, url: &str) -> Option<ModuleId> {
        let is_it = |id: &ModuleId| self.url(*id) == url;
        self.ids.find(self.hasher.hash_one(url), is_it).copied()
    }

    /// How many modules are known.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether no module is known.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// All modules, in the order in which they became known.
    pub fn ids(&self) -> impl Iterator<Item = ModuleId> + use<> {
        (0..self.nodes.len() as u32).map(ModuleId)
    }

    /// The module's url.
    pub fn url(&self, id: ModuleId) -> &str {
        &self.nodes[id.index()].url
    }

    /// What sort of resource it is.
    pub fn kind(&self, id: ModuleId) -> ModuleKind {
        self.traits[id.index()].kind
    }

    /// Whether the module was ever served, as opposed to only imported.
    pub fn is_served(&self, id: ModuleId) -> bool {
        self.traits[id.index()].served
    }

    /// What the module does with updates of itself.
    pub fn acceptance(&self, id: ModuleId) -> SelfAcceptance {
        self.traits[id.index()].acceptance
    }

    /// The stamp to import the module by; 0 when it never was stale.
    pub fn version(&self, id: ModuleId) -> u64 {
        self.nodes[id.index()].version
    }

    /// The version of the batch in which its content changed last; 0 when it never did.
    pub fn changed_at(&self, id: ModuleId) -> u64 {
        self.changed.get(&id).copied().unwrap_or(0)
    }

    /// The modules whose content changed in a batch after `version`, in the order in which they became known.
    pub fn changed_since(&self, version: u64) -> impl Iterator<Item = ModuleId> {
        self.changed
            .iter()
            .filter(move |&(_, &changed_at)| changed_at > version)
            .map(|(&id, _)| id)
    }

    /// What the module imports, each once, in source order.
    pub fn imports(&self, id: ModuleId) -> &[ModuleId] {
        &self.nodes[id.index()].imports
    }

    /// What code of the module imported once, with the version at which that was found to be over.
    pub fn former_imports(&self, id: ModuleId) -> impl Iterator<Item = (ModuleId, u64)> {
        let former = self.former.get(&id).into_iter().flatten();
        former.map(|(&import, &version)| (import, version))
    }

    /// Whether any module ever ceased to import another.
    pub fn has_former_imports(&self) -> bool {
        !self.former.is_empty()
    }

    /// Whether any module ever ceased to import this one.
    pub fn was_imported_once(&self, id: ModuleId) -> bool {
        self.formerly_imported.contains(&id)
    }

    /// Whether the module may import more than is known.
    pub fn is_open(&self, id: ModuleId) -> bool {
        self.traits[id.index()].open
    }

    /// Records whether the module may import more than is known.
    pub fn set_open(&mut self, id: ModuleId, is_open: bool) {
        self.traits[id.index()].open = is_open;
    }

    /// Who imports the module, in the order in which the edges appeared.
    pub fn importers(&self, id: ModuleId) -> &[ModuleId] {
        &self.nodes[id.index()].importers
    }

    /// The dependencies whose updates the module accepts.
    pub fn accepted(&self, id: ModuleId) -> &[AcceptedDependency] {
        &self.nodes[id.index()].accepted
    }

    /// Whether `importer` accepts updates of `module`.
    pub fn accepts(&self, importer: ModuleId, module: ModuleId) -> bool {
        self.traits[importer.index()].accepts_dependencies
            && self
                .accepted(importer)
                .iter()
                .any(|dependency| dependency.target == module)
    }

    /// The exports whose updates the module accepts, when it accepts those of some only.
    pub fn accepted_exports(&self, id: ModuleId) -> Option<&AcceptedExports> {
        self.accepted_exports.get(&id)
    }

    /// Records that the module was served as `kind`. A script stays one when another page takes it for data: one page
    /// may import what another loads as a classic script or a worker.
    pub fn set_served(&mut self, id: ModuleId, kind: ModuleKind) {
        let traits = &mut self.traits[id.index()];
        let was_script = traits.served && traits.kind == ModuleKind::Script;
        traits.served = true;
        if !(was_script && kind == ModuleKind::Asset) {
            traits.kind = kind;
        }
    }

    /// Records what a module that was never served will probably be.
    pub fn expect(&mut self, id: ModuleId, kind: ModuleKind) {
        let traits = &mut self.traits[id.index()];
        if !traits.served {
            traits.kind = kind;
        }
    }

    /// Replaces what the module accepts.
    pub fn set_acceptance(
        &mut self,
        id: ModuleId,
        acceptance: SelfAcceptance,
        accepted: Vec<AcceptedDependency>,
    ) {
        let traits = &mut self.traits[id.index()];
        traits.acceptance = acceptance;
        traits.accepts_dependencies = !accepted.is_empty();
        self.nodes[id.index()].accepted = accepted.into();
    }

    /// Replaces the exports whose updates the module accepts, for one that accepts those of some only.
    pub fn set_accepted_exports(&mut self, id: ModuleId, exports: Option<AcceptedExports>) {
        match exports {
            Some(exports) => self.accepted_exports.insert(id, exports),
            None => self.accepted_exports.remove(&id),
        };
    }

    /// Records which exports `importer` uses of a module that accepts updates of some only.
    pub fn set_exports_used(&mut self, id: ModuleId, importer: ModuleId, names: Vec<String>) {
        if let Some(exports) = self.accepted_exports.get_mut(&id) {
            exports.used.insert(importer, names);
        }
    }

    /// Replaces the module's imports as one set. Modules that lose their last importer by this are remembered until
    /// [`Self::take_orphans`]. Imports that the module no longer has are remembered with the newest `version`.
    pub fn set_imports(&mut self, id: ModuleId, mut imports: Vec<ModuleId>, version: u64) {
        let mut seen = HashSet::with_capacity(imports.len());
        imports.retain(|import| seen.insert(*import));
        if *self.nodes[id.index()].imports == *imports {
            return;
        }
        let before = std::mem::take(&mut self.nodes[id.index()].imports);
        let kept: HashSet<ModuleId> = before.iter().copied().collect();
        for &added in imports.iter().filter(|import| !kept.contains(import)) {
            self.nodes[added.index()].importers.push(id);
        }
        for &removed in before.iter().filter(|import| !seen.contains(import)) {
            let importers = &mut self.nodes[removed.index()].importers;
            importers.retain(|importer| *importer != id);
            if importers.is_empty() {
                self.orphans.push(removed);
            }
            self.set_former_import(id, removed, version);
        }
        self.nodes[id.index()].imports = imports.into();
    }

    /// Records that a module imported another up to a version.
    pub fn set_former_import(&mut self, id: ModuleId, import: ModuleId, version: u64) {
        self.former.entry(id).or_default().insert(import, version);
        self.formerly_imported.insert(import);
    }

    /// Gives modules a new stamp.
    pub fn raise(&mut self, ids: &[ModuleId], version: u64) {
        for id in ids {
            self.nodes[id.index()].version = version;
        }
    }

    /// Records in which batch a module's content changed; 0 when in none.
    pub fn set_changed(&mut self, id: ModuleId, version: u64) {
        match version {
            0 => self.changed.remove(&id),
            _ => self.changed.insert(id, version),
        };
    }

    /// The modules that lost their last importer since the last call and did not get one again, with those that only
    /// they kept alive, in that order. Their own imports are forgotten, and they get `version`: the next importer of
    /// each evaluates it again.
    pub fn take_orphans(&mut self, version: u64) -> Vec<ModuleId> {
        let mut pruned: Vec<ModuleId> = std::mem::take(&mut self.orphans);
        pruned.retain(|&id| self.importers(id).is_empty() && self.can_leave(id));
        let mut gone = HashSet::new();
        pruned.retain(|id| gone.insert(*id));
        // Counted first and removed at the end, all at once: many may have imported the same module.
        let mut lost: HashMap<ModuleId, usize> = HashMap::new();
        let mut next = 0;
        while let Some(&id) = pruned.get(next) {
            next += 1;
            for &import in &self.nodes[id.index()].imports {
                let lost = lost.entry(import).or_insert(0);
                *lost += 1;
                if *lost == self.importers(import).len() && self.can_leave(import) {
                    gone.insert(import);
                    pruned.push(import);
                }
            }
        }
        for import in lost.into_keys() {
            let importers = &mut self.nodes[import.index()].importers;
            importers.retain(|importer| !gone.contains(importer));
        }
        for &id in &pruned {
            for import in std::mem::take(&mut self.nodes[id.index()].imports) {
                self.set_former_import(id, import, version);
            }
        }
        self.raise(&pruned, version);
        pruned
    }

    /// Whether a page no longer has the module when nothing imports it. A browser keeps the style sheet that a script
    /// imported, for the next importer.
    fn can_leave(&self, id: ModuleId) -> bool {
        self.is_served(id) && self.kind(id) != ModuleKind::Style
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[(&str, &[&str])]) -> ModuleGraph {
        let mut graph = ModuleGraph::default();
        for (module, imports) in edges {
            let id = graph.intern(module);
            let imports = imports.iter().map(|url| graph.intern(url)).collect();
            graph.set_served(id, ModuleKind::Script);
            graph.set_imports(id, imports, 1);
        }
        graph
    }

    fn urls(graph: &ModuleGraph, ids: &[ModuleId]) -> Vec<String> {
        ids.iter().map(|&id| graph.url(id).to_owned()).collect()
    }

    #[test]
    fn edges_are_replaced_as_a_set() {
        let mut graph = graph(&[("a", &["b", "c", "b"]), ("b", &[]), ("c", &[])]);
        let ids: Vec<_> = ["a", "b", "c"]
            .iter()
            .map(|url| graph.intern(url))
            .collect();
        assert_eq!(graph.imports(ids[0]), [ids[1], ids[2]]);
        assert_eq!(graph.importers(ids[1]), [ids[0]]);
        graph.set_imports(ids[0], vec![ids[2]], 2);
        assert!(graph.importers(ids[1]).is_empty());
        assert_eq!(graph.importers(ids[2]), [ids[0]]);
    }

    #[test]
    fn orphans_take_along_what_only_they_kept() {
        let mut graph = graph(&[
            ("a", &["b", "d"]),
            ("b", &["c", "d"]),
            ("c", &[]),
            ("d", &[]),
        ]);
        let (a, d) = (graph.intern("a"), graph.intern("d"));
        graph.set_imports(a, vec![d], 1);
        let pruned = graph.take_orphans(9);
        assert_eq!(urls(&graph, &pruned), ["b", "c"]);
        assert_eq!(graph.version(pruned[0]), 9);
        assert_eq!(graph.importers(d), [a]);
        assert!(graph.take_orphans(10).is_empty());
    }

    #[test]
    fn style_sheets_stay() {
        let mut graph = graph(&[("a", &["b", "c"]), ("b", &["c"]), ("c", &["d"]), ("d", &[])]);
        let [a, c] = ["a", "c"].map(|url| graph.intern(url));
        graph.set_served(c, ModuleKind::Style);
        graph.set_imports(a, Vec::new(), 8);
        let pruned = graph.take_orphans(9);
        assert_eq!(urls(&graph, &pruned), ["b"]);
    }

    #[test]
    fn an_orphan_that_is_imported_again_in_time_stays() {
        let mut graph = graph(&[("a", &["b"]), ("b", &[])]);
        let (a, b) = (graph.intern("a"), graph.intern("b"));
        graph.set_imports(a, vec![], 1);
        graph.set_imports(a, vec![b], 1);
        assert!(graph.take_orphans(9).is_empty());
    }

    #[test]
    fn what_many_orphans_import_loses_them_all() {
        let mut graph = graph(&[
            ("page", &["a", "kept"]),
            ("a", &["b", "c", "kept"]),
            ("b", &["c", "shared", "kept"]),
            ("c", &["shared", "never-served", "kept"]),
            ("shared", &[]),
            ("kept", &[]),
        ]);
        let (page, kept) = (graph.intern("page"), graph.intern("kept"));
        graph.set_imports(page, vec![kept], 1);
        let pruned = graph.take_orphans(9);
        assert_eq!(urls(&graph, &pruned), ["a", "b", "c", "shared"]);
        assert_eq!(graph.importers(kept), [page]);
        assert!(pruned.iter().all(|&id| graph.imports(id).is_empty()));
        let all: Vec<_> = graph.ids().collect();
        assert!(
            all.iter()
                .all(|&id| id == kept || graph.importers(id).is_empty())
        );
    }

    #[test]
    fn changes_are_told_from_a_version_on() {
        let mut graph = graph(&[("a", &[]), ("b", &[]), ("c", &[])]);
        let [a, b, c] = ["a", "b", "c"].map(|url| graph.intern(url));
        graph.set_changed(c, 7);
        graph.set_changed(a, 8);
        assert_eq!([a, b, c].map(|id| graph.changed_at(id)), [8, 0, 7]);
        assert_eq!(graph.changed_since(6).collect::<Vec<_>>(), [a, c]);
        assert_eq!(graph.changed_since(7).collect::<Vec<_>>(), [a]);
    }

    #[test]
    fn self_imports_and_cycles_are_edges_like_others() {
        let mut graph = graph(&[("a", &["a", "b"]), ("b", &["a"])]);
        let a = graph.intern("a");
        assert_eq!(graph.importers(a).len(), 2);
        graph.set_imports(a, vec![], 1);
        assert_eq!(graph.importers(a).len(), 1);
    }
}
