//! Looking ahead: a script is analysed while its writer has not closed it yet, so that its update need not wait.
//!
//! Knows nothing for sure, since what is read may be a part. Keeps the analysis alone, by the hash of what was read.

use std::path::{Path, PathBuf};

use crate::engine::coordinator::Coordinator;
use crate::engine::watch::reading::{self, OnDisk};
use hotgraph_core::graph::ModuleKind;
use hotgraph_core::syntax::analyze::Dialect;

/// Longer files, in bytes, are written in parts, and the first part says nothing.
const LONGEST: usize = 64 << 10;

/// What was analysed of a file that is being written.
pub struct Ahead {
    path: PathBuf,
    content: u64,
}

impl Coordinator {
    /// Analyses the one file that is being written, once a save. Many at once are a checkout, which takes its time.
    pub fn look_ahead(&mut self) {
        let Some(path) = self.changes.only_waiting(self.now()) else {
            return;
        };
        let is_known = self.ahead.as_ref().is_some_and(|ahead| ahead.path == path);
        if is_known || Dialect::from_extension(path) != Some(Dialect::JavaScript) {
            return;
        }
        let path = path.to_path_buf();
        let known = {
            let state = self.shared.state();
            let Some(index) = state.files.find(&path) else {
                return;
            };
            let entry = state.files.get(index);
            let mut kinds = entry.modules.iter().map(|&id| state.graph.kind(id));
            let is_read = entry.served_raw || self.shared.options.resolves_only;
            if !is_read || !kinds.any(|kind| kind == ModuleKind::Script) {
                return;
            }
            entry.life.told()
        };
        let Ok(OnDisk {
            hash: content,
            bytes: Some(bytes),
            ..
        }) = reading::read(&path)
        else {
            return;
        };
        // Emptied to be written, or not touched yet.
        if bytes.is_empty() || known == Some(content) || bytes.len() > LONGEST {
            return;
        }
        if let Ok(text) = std::str::from_utf8(&bytes) {
            // What is wrong with it is said of the whole.
            let _ = self.shared.analysis_of(content, text);
        }
        self.ahead = Some(Ahead { path, content });
    }

    /// A file was taken in as it is now: the analysis of what was only a part of it is of no use.
    pub fn looked_ahead(&mut self, path: &Path) {
        let Some(ahead) = self.ahead.take_if(|ahead| ahead.path == path) else {
            return;
        };
        let state = self.shared.state();
        let found = state.files.find(path);
        let told = found.and_then(|index| state.files.get(index).life.told());
        drop(state);
        if told != Some(ahead.content) {
            self.shared.analyses.remove(&ahead.content);
        }
    }
}
