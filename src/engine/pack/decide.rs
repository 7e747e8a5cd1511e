//! Which pages get packs: those that load many modules. Small ones gain nothing by it, and get their modules one by one.
//!
//! This is the one place where packs are switched on. It happens when a page is served: each page knows whether it may
//! get packs. It is for good: from then on all scripts are followed.

use std::collections::HashSet;

use crate::engine::serve::script::LARGEST_KEPT;
use crate::engine::watch::reading;
use crate::engine::{Engine, Shared};
use hotgraph_core::graph::{ModuleKind, url};
use hotgraph_core::syntax::analyze::{Dialect, ModuleRecord, analyze};

/// Which pages get what they load in packs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packs {
    /// None.
    Never,
    /// Those that load at least so many modules.
    From(usize),
    /// All.
    Always,
}

/// Where the script may be that a url with this extension names: compilers leave their own in the code.
const SOURCES: [(&str, &[&str]); 3] = [
    ("js", &["ts", "tsx", "jsx"]),
    ("jsx", &["tsx"]),
    ("mjs", &["mts"]),
];

impl Engine {
    /// A page is about to be served. Returns whether it gets packs.
    ///
    /// `base` is what its references are relative to, `references` are those of its scripts, `inline` the code of those that
    /// stand in it.
    pub fn begin_page(&self, base: &str, references: &[String], inline: &[String]) -> bool {
        let shared = &*self.shared;
        let Packs::From(most) = shared.options.packs else {
            return shared.options.packs == Packs::Always;
        };
        if shared.state().packs {
            return true;
        }
        let mut names: Vec<String> = references.to_vec();
        for code in inline {
            if let Ok(record) = analyze(code, Dialect::JavaScript) {
                let imports = static_imports(&record).filter(|name| !url::is_bare(name));
                names.extend(imports.map(str::to_owned));
            }
        }
        let roots = {
            let mut state = shared.state();
            state.asked_under(base);
            let located = names.iter();
            located.filter_map(|one| state.locate(base, one)).collect()
        };
        let is_large = shared.loads_at_least(most, roots);
        shared.state().packs |= is_large;
        is_large
    }
}

impl Shared {
    /// Whether a page loads so many scripts: as far as they were served, by what that said, and by what is on disk of the
    /// others. That is a guess where only the host knows what specifiers stand for.
    fn loads_at_least(&self, most: usize, roots: Vec<String>) -> bool {
        let mut seen: HashSet<String> = roots.iter().cloned().collect();
        let mut waiting = roots;
        let mut count = 0;
        while let Some(script) = waiting.pop() {
            let found = self.imports_known(&script);
            let Some(imports) = found.or_else(|| self.imports_on_disk(&script)) else {
                continue;
            };
            count += 1;
            if count >= most {
                return true;
            }
            waiting.extend(imports.into_iter().filter(|one| seen.insert(one.clone())));
        }
        false
    }

    /// The urls of what a script imports that was served. Of what it imports dynamically, those that were served too.
    fn imports_known(&self, script: &str) -> Option<Vec<String>> {
        let id = self.state().graph.get(script)?;
        let known = {
            let mut state = self.state();
            if !state.graph.is_served(id) || state.graph.kind(id) != ModuleKind::Script {
                return None;
            }
            state.module(id).record.as_ref()?;
            state.graph.imports(id).to_vec()
        };
        let statically = self.scripts_of(id);
        let state = self.state();
        let is_loaded =
            |id| state.graph.is_served(id) && state.graph.kind(id) == ModuleKind::Script;
        let loaded = known.into_iter().filter(|&id| is_loaded(id));
        let ids: HashSet<_> = loaded.chain(statically).collect();
        let urls = ids.into_iter().map(|id| state.graph.url(id).to_owned());
        Some(urls.collect())
    }

    /// The urls of what the file of a script imports statically, as far as that can be told.
    fn imports_on_disk(&self, script: &str) -> Option<Vec<String>> {
        let file = self.options.folders.file_of(script)?;
        let extension = file.extension()?.to_str()?;
        let others = SOURCES.iter().find(|(name, _)| *name == extension);
        let others = others.iter().flat_map(|(_, others)| *others);
        let mut files = std::iter::once(file.clone())
            .chain(others.map(|extension| file.with_extension(extension)));
        let file = files.find(|file| file.is_file())?;
        let dialect = Dialect::from_extension(&file)?;
        let found = reading::read(&file).ok()?;
        let bytes = found.bytes.filter(|bytes| bytes.len() <= LARGEST_KEPT)?;
        let record = analyze(std::str::from_utf8(&bytes).ok()?, dialect).ok()?;
        let imports = static_imports(&record);
        let urls = imports.filter_map(|specifier| {
            let maker = self.maker.as_ref();
            let rewritten =
                maker.and_then(|maker| maker.rewritten(script, &file, specifier, None).ok()?);
            url::resolve(script, rewritten.as_deref().unwrap_or(specifier))
        });
        Some(urls.collect())
    }
}

/// The specifiers of the scripts that a module imports statically.
fn static_imports(record: &ModuleRecord) -> impl Iterator<Item = &str> {
    let imports = record.imports.iter();
    let scripts = imports.filter(|import| import.attribute_type.is_none());
    scripts.map(|import| import.specifier.as_str())
}
