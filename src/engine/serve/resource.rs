//! Everything that is no script: style sheets, pages, data; and what the host tells of specifiers.

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_64;

use super::{Registered, SourceFile};
use crate::engine::Engine;
use crate::engine::message::Message;
use crate::engine::state::State;
use hotgraph_core::graph::ModuleKind;
use hotgraph_core::graph::import_map::ImportMap;
use hotgraph_core::graph::url;
use hotgraph_core::syntax::{analyze, style};

/// How much a module can be known to load. It may make up names without end.
const MOST_LOADS: usize = 10_000;

impl Engine {
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
        if !self.shared.state().is_of_before(&module_url, version) {
            let mut state = self.shared.state();
            // A url that is a module too stays one: as a module, it has more to lose.
            let kind = match state.is_script(&module_url) {
                true => ModuleKind::Script,
                false => kind,
            };
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
        style::stamp_imports(source?, version?, &self.shared.state().hosts)
    }

    /// Takes in an HTML page and the specifiers of its scripts, styles and inline modules. They are relative to `base`:
    /// the whole address of the page, or its path, or what its `<base href>` makes of it.
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
            state.asked_under(base);
            state.page_loads = state.page_loads.saturating_add(1);
            let Registered {
                id, registration, ..
            } = state.register(&module_url, ModuleKind::Page, content, file);
            let loads: Vec<String> = loads
                .iter()
                .filter_map(|reference| state.locate(base, reference))
                .collect();
            let loads = loads.iter().map(|url| state.graph.intern(url)).collect();
            let version = state.version;
            state.graph.set_imports(id, loads, version);
            // Imports of its classic scripts do not show in its code's imports.
            let is_open = source.is_none_or(analyze::may_import_later);
            state.graph.set_open(id, is_open);
            registration
        };
        if let Some(registration) = registration {
            self.leave(registration);
        }
    }

    /// Takes in that code of the module `by` has loaded what `request` asked for in a way that neither a parser nor a
    /// page sees: by a computed `import()` or a `fetch()` in a worker. Both were served before.
    pub fn loaded_by(&self, request: &str, by: &str) {
        let (module_url, _) = url::identify(request);
        let (by_url, _) = url::identify(by);
        let mut state = self.shared.state();
        let Some((loaded, by)) = state.graph.get(&module_url).zip(state.graph.get(&by_url)) else {
            return;
        };
        let mut imports = state.graph.imports(by).to_vec();
        if imports.contains(&loaded) || imports.len() >= MOST_LOADS {
            return;
        }
        imports.push(loaded);
        state.module(by).loads.push(loaded);
        let version = state.version;
        state.graph.set_imports(by, imports, version);
        drop(state);
        self.touched();
    }

    /// Takes in a page's import map, its addresses resolved. Each page has its own; an empty one is none.
    pub fn import_map(&self, page: &str, map: ImportMap) {
        let (page_url, _) = url::identify(page);
        let mut state = self.shared.state();
        let is_none = map == ImportMap::default();
        let before = match is_none {
            true => state.import_maps.remove(&page_url),
            false => state.import_maps.insert(page_url, map.clone()),
        };
        if before.unwrap_or_default() == map {
            return;
        }
        state.contents += 1;
        state.import_map_changes += 1;
        state.link_again();
        drop(state);
        self.touched();
    }

    /// Tells where the host resolves specifiers of a module to: specifier as the code writes it -> what a browser could
    /// import in its place. Accepted specifiers that name no import are reported after this. So a host without a
    /// resolver calls it too, with nothing. Saying the same again changes nothing.
    pub fn link(&self, request: &str, resolved: HashMap<String, String>) {
        let (module_url, _) = url::identify(request);
        let mut state = self.shared.state();
        let Some(id) = state.graph.get(&module_url) else {
            return;
        };
        let data = state.module(id);
        let is_known = |(specifier, target)| data.resolutions.get(specifier) == Some(target);
        if data.is_resolved && resolved.iter().all(is_known) {
            return;
        }
        data.resolutions.extend(resolved);
        data.is_resolved = true;
        state.contents += 1;
        if let Some(record) = state.module(id).record.clone() {
            state.link(id, record);
        }
        drop(state);
        self.touched();
        self.post(Message::Review(id));
    }

    /// A reference with the current version stamp of what it names, seen from `base`. `None` when it has none, which is
    /// the case for all that never changed.
    pub fn stamped(&self, base: &str, reference: &str) -> Option<String> {
        if !self.shared.has_changes() {
            return None;
        }
        let mut state = self.shared.state();
        state.asked_under(base);
        let target = state.locate(base, reference)?;
        let version = state.graph.version(state.graph.get(&target)?);
        (version > 0).then(|| url::stamp(reference, version))
    }
}

impl State {
    /// Whether a module was served as a script that is there.
    fn is_script(&mut self, module_url: &str) -> bool {
        let id = self.graph.get(module_url);
        id.is_some_and(|id| {
            self.graph.kind(id) == ModuleKind::Script && self.module(id).source.is_some()
        })
    }

    /// Whether the content of a resource changed after a page was told to ask for it by this version.
    fn is_of_before(&self, module_url: &str, version: Option<u64>) -> bool {
        let id = self
            .graph
            .get(module_url)
            .filter(|&id| self.graph.is_served(id));
        id.zip(version)
            .is_some_and(|(id, version)| version < self.graph.changed_at(id))
    }
}
