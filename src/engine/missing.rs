//! Exports that a module has no more while importers that do not run again still use them. Of importers that do
//! run again the browser says so itself.
//!
//! Knows analyses and files. Stops nothing, and says only what is certain.

use std::path::{Path, PathBuf};

use super::coordinator::Coordinator;
use super::state::State;
use crate::core::analyze::{self, Dialect, ModuleRecord};
use crate::core::diagnostic::{Diagnostic, Place, Severity, place_of};
use crate::core::graph::ModuleId;

/// What one importer asks for in vain.
struct Missing {
    importer: String,
    path: Option<PathBuf>,
    names: Vec<String>,
}

impl Coordinator {
    /// What importers of a module that was just served anew keep, since nothing can be put in its place.
    pub(super) fn missing_exports(&self, id: ModuleId) -> Vec<Diagnostic> {
        let (module_url, missing) = {
            let mut state = self.shared.state();
            let missing = state.asked_in_vain(id);
            (state.graph.url(id).to_owned(), missing)
        };
        let describe = |missing: Missing| {
            let names = missing.names.join("\", \"");
            Diagnostic {
                severity: Severity::Warning,
                message: format!(
                    "imports \"{names}\" from {module_url}, which has no such export any more: until this \
                     module runs again, it keeps the last value"
                ),
                remedy: Some("import what is there, or export it again".to_owned()),
                url: missing.importer,
                file: missing.path.as_ref().map(|path| path.display().to_string()),
                place: missing
                    .path
                    .as_deref()
                    .and_then(|path| place_in(path, &missing.names)),
            }
        };
        missing.into_iter().map(describe).collect()
    }
}

impl State {
    fn asked_in_vain(&mut self, id: ModuleId) -> Vec<Missing> {
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
            let Some(importing) = self.module(importer).record.clone() else {
                continue;
            };
            let mut names: Vec<String> = Vec::new();
            for import in &importing.imports {
                if self.resolve(importer, &import.specifier) != Some(id) {
                    continue;
                }
                let is_missing = |name: &&String| *name != "*" && !record.exports.contains(name);
                names.extend(import.names.iter().filter(is_missing).cloned());
            }
            if names.is_empty() {
                continue;
            }
            let file = self.files.of_module(importer);
            found.push(Missing {
                importer: self.graph.url(importer).to_owned(),
                path: file.map(|index| self.files.get(index).path.clone()),
                names,
            });
        }
        found
    }
}

/// Where a file imports all of these names by one statement.
fn place_in(path: &Path, names: &[String]) -> Option<Place> {
    let text = std::fs::read_to_string(path).ok()?;
    let record: ModuleRecord = analyze::analyze(&text, Dialect::from_extension(path)?).ok()?;
    let mut imports = record.imports.iter();
    let import = imports.find(|import| names.iter().all(|name| import.names.contains(name)))?;
    Some(place_of(&text, import.span.start))
}
