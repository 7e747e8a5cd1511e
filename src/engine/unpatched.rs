//! Exports that importers which do not run again cannot be given: a module has them no more, or passes on what another
//! assigns without anybody being told. Of importers that do run again the browser says so itself.
//!
//! Knows analyses and files. Stops nothing, and says only what is certain.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::coordinator::Coordinator;
use super::state::State;
use hotgraph_core::diagnostic::{Diagnostic, Place, Severity, place_of};
use hotgraph_core::graph::ModuleId;
use hotgraph_core::syntax::analyze::{self, Dialect};

/// What one module imports from another, or passes on from there, that is not kept up to date.
struct Unpatched {
    module: String,
    path: Option<PathBuf>,
    /// As they are called there, or, where they are passed on, by those who import them.
    names: Vec<String>,
    from: String,
    /// All that the statement imports which they are in.
    statement: Vec<String>,
    /// Who imports what is passed on; `None` when the module only imports it.
    importers: Option<Vec<String>>,
}

impl Unpatched {
    fn message(&self) -> String {
        let (names, from) = (self.names.join("\", \""), &self.from);
        match &self.importers {
            None => format!(
                "imports \"{names}\" from {from}, which has no such export any more: until this module runs \
                 again, it keeps the last value"
            ),
            Some(importers) => format!(
                "passes on \"{names}\" from {from}, where it is another module's variable, of which pages are not \
                 told: {} will not see what is assigned to it later",
                importers.join(", ")
            ),
        }
    }

    fn remedy(&self) -> &'static str {
        match self.importers {
            None => "import what is there, or export it again",
            Some(_) => "load the page again: from then on it is told",
        }
    }

    fn diagnostic(self) -> Diagnostic {
        let path = self.path.as_deref();
        Diagnostic {
            severity: Severity::Warning,
            message: self.message(),
            remedy: Some(self.remedy().to_owned()),
            file: path.map(|path| path.display().to_string()),
            place: path.and_then(|path| place_in(path, &self.statement)),
            url: self.module,
        }
    }
}

impl Coordinator {
    /// What importers of a module that was just served anew do not get.
    pub(super) fn unpatched_exports(&mut self, id: ModuleId) -> Vec<Diagnostic> {
        // Who imports it is known from what was served before.
        self.work_off_backlog();
        let mut state = self.shared.state();
        let mut found = state.asked_in_vain(id);
        found.extend(state.passed_on_in_vain(id));
        drop(state);
        found.into_iter().map(Unpatched::diagnostic).collect()
    }
}

impl State {
    /// The modules that were served with variables of their own for what this one exports, which it passes on itself
    /// from where pages are not told of it.
    pub(super) fn misled_by(&mut self, id: ModuleId) -> Vec<ModuleId> {
        let mut misled = Vec::new();
        for importer in self.graph.importers(id).to_vec() {
            let own = self.module(importer).own.clone();
            let mut targets = own
                .iter()
                .map(|specifier| self.resolve(importer, specifier));
            if targets.any(|target| target == Some(id)) {
                misled.push(importer);
            }
        }
        if misled.is_empty() || self.is_steady(id, &mut HashSet::new()) {
            return Vec::new();
        }
        misled
    }

    fn asked_in_vain(&mut self, id: ModuleId) -> Vec<Unpatched> {
        let version = self.graph.version(id);
        let Some(record) = self.module(id).record.clone() else {
            return Vec::new();
        };
        // Names behind an `export *` are another module's to tell.
        if version == 0 || record.reexports_all || self.patched(id, &record).is_none() {
            return Vec::new();
        }
        let mut found = Vec::new();
        for importer in self.graph.importers(id).to_vec() {
            // It runs again.
            if self.graph.version(importer) >= version {
                continue;
            }
            let imported = self.imported_from(importer, id);
            let is_missing = |name: &String| name != "*" && !record.exports.contains(name);
            let names: Vec<String> = imported.into_iter().filter(is_missing).collect();
            if !names.is_empty() {
                found.push(self.unpatched(importer, id, names.clone(), names, None));
            }
        }
        found
    }

    fn passed_on_in_vain(&mut self, id: ModuleId) -> Vec<Unpatched> {
        let data = self.module(id);
        let (own, record) = (data.own.clone(), data.record.clone());
        let exports = record.as_ref().and_then(|record| record.bindings.as_ref());
        let Some(exports) = exports else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for specifier in own {
            let Some(target) = self.resolve(id, &specifier) else {
                continue;
            };
            if self.is_steady(target, &mut HashSet::new()) {
                continue;
            }
            let forwarded = exports.forwarded.iter();
            let names: Vec<String> = forwarded
                .filter(|one| one.from == specifier)
                .map(|one| one.exported.clone())
                .collect();
            let is_affected = |name: &String| name == "*" || names.contains(name);
            let mut importers = Vec::new();
            for importer in self.graph.importers(id).to_vec() {
                if self.imported_from(importer, id).iter().any(is_affected) {
                    importers.push(self.graph.url(importer).to_owned());
                }
            }
            if !importers.is_empty() {
                let statement = self.imported_from(id, target);
                found.push(self.unpatched(id, target, names, statement, Some(importers)));
            }
        }
        found
    }

    /// The names of what a module imports from another.
    fn imported_from(&mut self, importer: ModuleId, imported: ModuleId) -> Vec<String> {
        let record = self.module(importer).record.clone();
        let imports = record.iter().flat_map(|record| &record.imports);
        imports
            .filter(|import| self.resolve(importer, &import.specifier) == Some(imported))
            .flat_map(|import| import.names.clone())
            .collect()
    }

    fn unpatched(
        &self,
        module: ModuleId,
        from: ModuleId,
        names: Vec<String>,
        statement: Vec<String>,
        importers: Option<Vec<String>>,
    ) -> Unpatched {
        let file = self.files.of_module(module);
        Unpatched {
            module: self.graph.url(module).to_owned(),
            path: file.map(|index| self.files.get(index).path.clone()),
            names,
            from: self.graph.url(from).to_owned(),
            statement,
            importers,
        }
    }
}

/// Where a file imports all of these names by one statement.
fn place_in(path: &Path, names: &[String]) -> Option<Place> {
    let text = std::fs::read_to_string(path).ok()?;
    let record = analyze::analyze(&text, Dialect::from_extension(path)?).ok()?;
    let mut imports = record.imports.iter();
    let import = imports.find(|import| names.iter().all(|name| import.names.contains(name)))?;
    Some(place_of(&text, import.span.start))
}
