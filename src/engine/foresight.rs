//! What has to be known of the modules below one before it can be decided what that one forwards.
//!
//! Knows what was served and not analysed yet, and the files of what is yet to be served: a module is served before
//! what it imports is asked for. Must not decide ([`State::native`]).

use std::collections::HashSet;
use std::sync::Arc;

use super::Shared;
use super::serve::LARGEST_KEPT;
use super::state::State;
use hotgraph_core::graph::ModuleId;
use hotgraph_core::graph::folders::Folders;
use hotgraph_core::syntax::analyze::{self, Dialect, ModuleRecord};

impl State {
    /// The modules that have to be analysed before [`Self::native`] can tell. `looked_at` are those whose files were
    /// looked at already.
    fn unknown_below(
        &mut self,
        id: ModuleId,
        record: &Arc<ModuleRecord>,
        looked_at: &HashSet<ModuleId>,
    ) -> Vec<Unknown> {
        let mut unknown = Vec::new();
        let mut seen = HashSet::from([id]);
        let mut ways = vec![(id, record.clone())];
        while let Some((from, record)) = ways.pop() {
            let exports = record.bindings.as_ref();
            for specifier in exports.map_or(&[][..], |exports| &exports.forwarded_from) {
                let Some(target) = self.resolve(from, specifier) else {
                    continue;
                };
                if !seen.insert(target) {
                    continue;
                }
                if !self.graph.is_served(target) {
                    if !looked_at.contains(&target) {
                        let url = self.graph.url(target).to_owned();
                        unknown.push(Unknown::Unserved(target, url));
                    } else if let Some(record) = self.foreseen.get(&target) {
                        ways.push((target, record.clone()));
                    }
                    continue;
                }
                let data = self.module(target);
                match (&data.record, data.content, &data.source) {
                    (Some(record), ..) => ways.push((target, record.clone())),
                    (None, Some(content), Some(source)) => {
                        unknown.push(Unknown::Served(target, content, source.text.clone()));
                    }
                    _ => {}
                }
            }
        }
        unknown
    }
}

/// A module of which there is no analysis.
enum Unknown {
    /// With the hash of what was served of it, and that.
    Served(ModuleId, u64, Arc<str>),
    /// With its url.
    Unserved(ModuleId, String),
}

impl Shared {
    /// Analyses what [`State::native`] needs to know of a module that is being served or carried.
    pub(super) fn learn_below(&self, id: ModuleId, record: &Arc<ModuleRecord>) {
        let mut looked_at = HashSet::new();
        loop {
            let unknown = self.state().unknown_below(id, record, &looked_at);
            let mut is_known = true;
            for one in unknown {
                match one {
                    Unknown::Served(target, content, source) => {
                        // What cannot be parsed does not run, and is reported by whoever comes to it.
                        let Ok(record) = self.analysis_of(content, &source) else {
                            continue;
                        };
                        let mut state = self.state();
                        if state.module(target).content == Some(content) {
                            state.link(target, record);
                            is_known = false;
                        }
                    }
                    Unknown::Unserved(target, url) => {
                        let record = foresee(&self.options.folders, &url);
                        is_known &= record.is_none();
                        looked_at.insert(target);
                        let mut state = self.state();
                        match record {
                            Some(record) => state.foreseen.insert(target, Arc::new(record)),
                            None => state.foreseen.remove(&target),
                        };
                    }
                }
            }
            if is_known {
                return;
            }
        }
    }
}

/// What a module that nobody has asked for yet will most likely be, by the file of its name.
fn foresee(folders: &Folders, module_url: &str) -> Option<ModuleRecord> {
    let file = folders.file_of(module_url)?;
    let dialect = Dialect::from_extension(&file)?;
    if file.metadata().ok()?.len() > LARGEST_KEPT as u64 {
        return None;
    }
    let source = std::fs::read_to_string(&file).ok()?;
    analyze::analyze_fully(&source, dialect).ok()
}
