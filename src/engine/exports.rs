//! Whose exports the pages keep up to date in importers that do not run again, and whose they cannot.
//!
//! Knows the graph, and what was served with the accessors that this takes. Must not know how pages do it.
//!
//! A module is served as it is as long as nobody needs its exports. Where that changes later, pages that run it have
//! it as it was: a module that forwards its exports then has to leave them the other module's own variables.

use std::collections::HashSet;
use std::sync::Arc;

use super::state::State;
use hotgraph_core::graph::url;
use hotgraph_core::graph::{ModuleId, ModuleKind};
use hotgraph_core::syntax::analyze::{ExportBindings, ModuleRecord};

/// What a module forwards that has to stay other modules' variables.
#[derive(Debug, Default)]
pub struct Native {
    /// The specifiers of named exports that are assigned without anybody being told.
    pub specifiers: Vec<String>,
    /// The urls of their modules, and of those whose exports it has by `export *`.
    pub urls: Vec<String>,
}

impl State {
    /// A module was served. Without accessors (`is_tracked`), pages are not told of what it assigns.
    pub fn served_as(&mut self, id: ModuleId, is_tracked: bool) {
        if !is_tracked {
            let version = self.graph.version(id);
            self.module(id).plain_at = Some(version);
        }
    }

    /// Whether some page has the present generation of a module without being told of its exports.
    fn is_plain(&mut self, id: ModuleId) -> bool {
        let version = self.graph.version(id);
        self.module(id).plain_at == Some(version)
    }

    /// Marks the modules whose exports a module's importers see through it, and through those modules.
    pub(super) fn follow(&mut self, id: ModuleId, record: &Arc<ModuleRecord>) {
        let mut followers = vec![(id, record.clone())];
        while let Some((id, record)) = followers.pop() {
            for target in self.forwarded_by(id, &record) {
                let data = self.module(target);
                let was_followed = std::mem::replace(&mut data.is_followed, true);
                if let Some(record) = data.record.clone().filter(|_| !was_followed) {
                    followers.push((target, record));
                }
            }
        }
    }

    /// The modules whose exports importers that do not run again see through a module.
    fn forwarded_by(&mut self, id: ModuleId, record: &ModuleRecord) -> Vec<ModuleId> {
        let Some(exports) = &record.bindings else {
            return Vec::new();
        };
        let is_patched = self.patched(id, record).is_some();
        let accepts = |specifier: &String| {
            let mut accepted = record.hot.accepts.iter();
            accepted.any(|accepted| accepted.specifier == *specifier)
        };
        let forwarded = exports.forwarded_from.iter();
        forwarded
            .filter(|specifier| is_patched || accepts(specifier))
            .filter_map(|specifier| self.resolve(id, specifier))
            .collect()
    }

    /// The export bindings of a module whose importers may have to be given a newer generation's: not of one
    /// whose importers always run again.
    pub fn patched<'a>(
        &mut self,
        id: ModuleId,
        record: &'a ModuleRecord,
    ) -> Option<&'a ExportBindings> {
        let hot = &record.hot;
        let accepts = hot.accepts_self.is_some() || hot.accepts_exports.is_some();
        let is_patched = accepts || hot.writes_data || hot.opaque || self.module(id).is_followed;
        let is_followed = self.module(id).is_followed;
        let exports_any = is_followed || !record.exports.is_empty() || record.reexports_all;
        record
            .bindings
            .as_ref()
            .filter(|_| is_patched && exports_any)
    }

    /// Whether nobody needs to look again at what a module exports once it has run: the page is told of all
    /// changes, or there are none. `steady` are modules that are known to be so, and gets more.
    pub(super) fn is_steady(&mut self, id: ModuleId, steady: &mut HashSet<ModuleId>) -> bool {
        let mut seen = Vec::from_iter(steady.insert(id).then_some(id));
        let mut next = 0;
        while let Some(&id) = seen.get(next) {
            next += 1;
            let Some(forwarded) = self.steady_but_for(id) else {
                // What came before was taken for steady since its own assignments are told of.
                for id in seen {
                    steady.remove(&id);
                }
                return false;
            };
            seen.extend(forwarded.into_iter().filter(|&id| steady.insert(id)));
        }
        true
    }

    /// The modules that a module's exports are steady with; `None` when they are not in any case.
    fn steady_but_for(&mut self, id: ModuleId) -> Option<Vec<ModuleId>> {
        if !self.graph.is_served(id) {
            return Some(self.foreseen_steady_but_for(id));
        }
        if self.graph.kind(id) != ModuleKind::Script {
            return Some(Vec::new());
        }
        let record = self.module(id).record.clone()?;
        let exports = record.bindings.as_ref()?;
        let is_told = self.patched(id, &record).is_some() && !self.is_plain(id);
        if !is_told && !exports.writes.is_empty() {
            return None;
        }
        let forwarded = exports.forwarded_from.iter();
        forwarded
            .map(|specifier| self.resolve(id, specifier))
            .collect()
    }

    /// The same of a module that is yet to be served: its own assignments will be told of, but what it forwards may
    /// have been loaded long before.
    fn foreseen_steady_but_for(&mut self, id: ModuleId) -> Vec<ModuleId> {
        let Some(record) = self.foreseen.get(&id).cloned() else {
            // Most likely a specifier without extension, read off a file.
            let stem = self.graph.url(id).to_owned();
            return self.served_where(|url| {
                let rest = url.strip_prefix(&stem);
                rest.is_some_and(|rest| rest.starts_with('.') || rest.starts_with("/index."))
            });
        };
        let forwarded = record.bindings.iter().flat_map(|it| &it.forwarded_from);
        let mut targets = Vec::new();
        for specifier in forwarded {
            match self.resolve(id, specifier) {
                Some(target) => targets.push(target),
                None => {
                    let folder = format!("/node_modules/{}/", url::package_of(specifier));
                    targets.extend(self.served_where(|url| url.contains(&folder)));
                }
            }
        }
        targets
    }

    /// The modules that were served and have such urls.
    fn served_where(&self, matches: impl Fn(&str) -> bool) -> Vec<ModuleId> {
        let ids = self.graph.ids();
        ids.filter(|&id| self.graph.is_served(id) && matches(self.graph.url(id)))
            .collect()
    }

    /// What a module has to leave other modules' variables, where importers may have to be given newer exports. Keeps
    /// what it does not leave: it is about to be served so.
    pub fn native(&mut self, id: ModuleId, record: &ModuleRecord) -> Native {
        let mut native = Native::default();
        let mut own = Vec::new();
        let Some(exports) = self.patched(id, record) else {
            self.module(id).own = own;
            return native;
        };
        let named: HashSet<&String> = exports.forwarded.iter().map(|one| &one.from).collect();
        for specifier in &exports.forwarded_from {
            let target = self.resolve(id, specifier);
            let is_native = named.contains(specifier)
                && !target.is_some_and(|target| self.is_steady(target, &mut HashSet::new()));
            if is_native {
                native.specifiers.push(specifier.clone());
            } else if named.contains(specifier) {
                own.push(specifier.clone());
            }
            if is_native || exports.stars.contains(specifier) {
                let url = target.map_or(specifier.as_str(), |target| self.graph.url(target));
                native.urls.push(url.to_owned());
            }
        }
        self.module(id).own = own;
        native
    }
}
