//! The module graph: who imports whom, who accepts what, and which version is current.
//!
//! Knows modules by url and edges by id. Must not know files, code or pages. Urls are interned once;
//! everything else is small integers, which is what keeps a traversal of 100,000 modules in the
//! low milliseconds.

use std::collections::HashMap;
use std::sync::Arc;

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
    /// What importers use of the module. `*` is more than anybody can list.
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

#[derive(Debug)]
struct Node {
    url: Arc<str>,
    imports: Vec<ModuleId>,
    importers: Vec<ModuleId>,
    accepted: Vec<AcceptedDependency>,
    version: u64,
    changed_at: u64,
    kind: ModuleKind,
    acceptance: SelfAcceptance,
    served: bool,
}

/// The graph. All methods that take a [`ModuleId`] expect one that this graph gave out.
#[derive(Debug, Default)]
pub struct ModuleGraph {
    ids: HashMap<Arc<str>, ModuleId>,
    nodes: Vec<Node>,
    orphans: Vec<ModuleId>,
    /// Of the few modules that accept some exports only.
    accepted_exports: HashMap<ModuleId, AcceptedExports>,
}

impl ModuleGraph {
    /// The id of a url, made when it is new.
    pub fn intern(&mut self, url: &str) -> ModuleId {
        if let Some(&id) = self.ids.get(url) {
            return id;
        }
        let id = ModuleId(self.nodes.len() as u32);
        let url: Arc<str> = Arc::from(url);
        self.ids.insert(url.clone(), id);
        self.nodes.push(Node {
            url,
            imports: Vec::new(),
            importers: Vec::new(),
            accepted: Vec::new(),
            version: 0,
            changed_at: 0,
            kind: ModuleKind::default(),
            acceptance: SelfAcceptance::default(),
            served: false,
        });
        id
    }

    /// The id of a url that is known.
    pub fn get(&self, url: &str) -> Option<ModuleId> {
        self.ids.get(url).copied()
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
        self.nodes[id.index()].kind
    }

    /// Whether the module was ever served, as opposed to only imported.
    pub fn is_served(&self, id: ModuleId) -> bool {
        self.nodes[id.index()].served
    }

    /// What the module does with updates of itself.
    pub fn acceptance(&self, id: ModuleId) -> SelfAcceptance {
        self.nodes[id.index()].acceptance
    }

    /// The stamp to import the module by; 0 when it never was stale.
    pub fn version(&self, id: ModuleId) -> u64 {
        self.nodes[id.index()].version
    }

    /// The version of the batch in which its content changed last; 0 when it never did.
    pub fn changed_at(&self, id: ModuleId) -> u64 {
        self.nodes[id.index()].changed_at
    }

    /// What the module imports, each once, in source order.
    pub fn imports(&self, id: ModuleId) -> &[ModuleId] {
        &self.nodes[id.index()].imports
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
        self.accepted(importer)
            .iter()
            .any(|dependency| dependency.target == module)
    }

    /// The exports whose updates the module accepts, when it accepts those of some only.
    pub fn accepted_exports(&self, id: ModuleId) -> Option<&AcceptedExports> {
        self.accepted_exports.get(&id)
    }

    /// Records that the module was served as `kind`. A script stays one when somebody else takes it for data:
    /// a page may import what another loads as a classic script or a worker.
    pub fn set_served(&mut self, id: ModuleId, kind: ModuleKind) {
        let node = &mut self.nodes[id.index()];
        let was_script = node.served && node.kind == ModuleKind::Script;
        node.served = true;
        if !(was_script && kind == ModuleKind::Asset) {
            node.kind = kind;
        }
    }

    /// Replaces what the module accepts.
    pub fn set_acceptance(
        &mut self,
        id: ModuleId,
        acceptance: SelfAcceptance,
        accepted: Vec<AcceptedDependency>,
    ) {
        let node = &mut self.nodes[id.index()];
        node.acceptance = acceptance;
        node.accepted = accepted;
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

    /// Replaces the module's imports as one set. Modules that thereby lose their last importer are
    /// remembered until [`Self::take_orphans`].
    pub fn set_imports(&mut self, id: ModuleId, imports: Vec<ModuleId>) {
        if self.nodes[id.index()].imports == imports {
            return;
        }
        let before = std::mem::take(&mut self.nodes[id.index()].imports);
        let mut unique: Vec<ModuleId> = Vec::with_capacity(imports.len());
        let mut seen = std::collections::HashSet::with_capacity(imports.len());
        unique.extend(imports.into_iter().filter(|import| seen.insert(*import)));
        let kept: std::collections::HashSet<ModuleId> = before.iter().copied().collect();
        for &added in unique.iter().filter(|import| !kept.contains(import)) {
            self.nodes[added.index()].importers.push(id);
        }
        for &removed in before.iter().filter(|import| !seen.contains(import)) {
            let importers = &mut self.nodes[removed.index()].importers;
            importers.retain(|&importer| importer != id);
            if importers.is_empty() {
                self.orphans.push(removed);
            }
        }
        self.nodes[id.index()].imports = unique;
    }

    /// Gives modules a new stamp.
    pub fn raise(&mut self, ids: &[ModuleId], version: u64) {
        for id in ids {
            self.nodes[id.index()].version = version;
        }
    }

    /// Records in which batch a module's content changed.
    pub fn set_changed(&mut self, id: ModuleId, version: u64) {
        self.nodes[id.index()].changed_at = version;
    }

    /// The modules that lost their last importer since the last call and did not get one again, with
    /// those that only they kept alive, in that order. Their own imports are forgotten and they get
    /// `version`, so that whoever imports one again evaluates it again.
    pub fn take_orphans(&mut self, version: u64) -> Vec<ModuleId> {
        let mut pruned = Vec::new();
        while !self.orphans.is_empty() {
            for id in std::mem::take(&mut self.orphans) {
                let node = &self.nodes[id.index()];
                if node.importers.is_empty() && node.served && !pruned.contains(&id) {
                    pruned.push(id);
                    self.set_imports(id, Vec::new());
                }
            }
        }
        self.raise(&pruned, version);
        pruned
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
            graph.set_imports(id, imports);
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
        graph.set_imports(ids[0], vec![ids[2]]);
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
        graph.set_imports(a, vec![d]);
        let pruned = graph.take_orphans(9);
        assert_eq!(urls(&graph, &pruned), ["b", "c"]);
        assert_eq!(graph.version(pruned[0]), 9);
        assert_eq!(graph.importers(d), [a]);
        assert!(graph.take_orphans(10).is_empty());
    }

    #[test]
    fn an_orphan_that_is_imported_again_in_time_stays() {
        let mut graph = graph(&[("a", &["b"]), ("b", &[])]);
        let (a, b) = (graph.intern("a"), graph.intern("b"));
        graph.set_imports(a, vec![]);
        graph.set_imports(a, vec![b]);
        assert!(graph.take_orphans(9).is_empty());
    }

    #[test]
    fn self_imports_and_cycles_are_edges_like_others() {
        let mut graph = graph(&[("a", &["a", "b"]), ("b", &["a"])]);
        let a = graph.intern("a");
        assert_eq!(graph.importers(a).len(), 2);
        graph.set_imports(a, vec![]);
        assert_eq!(graph.importers(a).len(), 1);
    }
}
