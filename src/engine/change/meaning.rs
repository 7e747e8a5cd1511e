//! What an edit means: the host may narrow that, or replace it.
//!
//! Knows files and the modules that are made of them. Must not know the host's plugins.

use std::collections::HashSet;
use std::path::PathBuf;

use super::pull::{Pending, Task};
use crate::engine::coordinator::Coordinator;
use crate::protocol::{EditedFile, HostEvent};
use hotgraph_core::graph::{ModuleId, ModuleKind, url};

/// A file that was edited, and the modules that are made of it.
pub struct Edited {
    /// The file.
    pub file: PathBuf,
    /// What is stale by it.
    pub modules: Vec<ModuleId>,
}

impl Coordinator {
    /// Goes on with an update, once the host has said what the edits mean, where it wants to be asked.
    pub fn interpret(&mut self, pending: Pending, mut edited: Vec<Edited>) {
        {
            let state = self.shared.state();
            for one in &mut edited {
                // A file whose modules are unknown reloads the pages.
                one.modules
                    .retain(|&id| state.graph.kind(id) != ModuleKind::Input);
            }
        }
        edited.retain(|one| !one.modules.is_empty());
        if !self.shared.options.asks_meaning || edited.is_empty() {
            return self.advance(pending);
        }
        let files = edited.iter().map(|one| EditedFile {
            file: one.file.display().to_string(),
            modules: self.urls(&one.modules),
        });
        let files = files.collect();
        let question = self.expect_answer(Task::Interpret(Box::new(pending), edited));
        self.shared
            .tell_host(&HostEvent::HotUpdate { question, files });
    }

    /// The host has said what edits mean; nothing of what it did not answer for.
    pub fn hot_updated(&mut self, question: u32, meanings: Vec<Option<Vec<String>>>) {
        let Some(Task::Interpret(pending, edited)) = self.take_errand(question) else {
            return;
        };
        self.interpreted(*pending, edited, meanings);
    }

    /// Goes on with an update that means this.
    pub fn interpreted(
        &mut self,
        mut pending: Pending,
        edited: Vec<Edited>,
        meanings: Vec<Option<Vec<String>>>,
    ) {
        let asked: HashSet<ModuleId> = edited
            .iter()
            .flat_map(|one| &one.modules)
            .copied()
            .collect();
        let mut stale: Vec<ModuleId> = Vec::new();
        let mut meanings = meanings.into_iter();
        for one in edited {
            let Some(urls) = meanings.next().flatten() else {
                stale.extend(one.modules);
                continue;
            };
            let state = self.shared.state();
            let found = urls
                .iter()
                .filter_map(|named| state.graph.get(&url::identify(named).0));
            for id in found {
                if !asked.contains(&id) {
                    pending.remade.insert(id);
                }
                stale.push(id);
            }
        }
        let dropped: Vec<ModuleId> = {
            let kept: HashSet<&ModuleId> = stale.iter().collect();
            asked
                .iter()
                .filter(|id| !kept.contains(id))
                .copied()
                .collect()
        };
        pending.changed.retain(|id| !asked.contains(id));
        pending.changed.extend(stale);
        let mut seen = HashSet::new();
        pending.changed.retain(|&id| seen.insert(id));
        if !dropped.is_empty() {
            // Pages that load them later get what they are now.
            let mut state = self.shared.state();
            let version = state.next_version();
            self.shared.expect_changes();
            for id in dropped {
                state.graph.set_changed(id, version);
            }
            drop(state);
            self.touched();
        }
        self.advance(pending);
    }
}
