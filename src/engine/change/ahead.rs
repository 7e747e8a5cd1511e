//! Looking ahead: a script is judged before its writer closes it. Its update need not wait for that.
//!
//! Knows nothing for sure, since what is read may be a part. What it finds counts for exactly that content.

use std::path::{Path, PathBuf};

use super::check::check;
use crate::engine::Shared;
use crate::engine::coordinator::Coordinator;
use crate::engine::serve::script::MAX_ANALYSED;
use crate::engine::state::files::FileIndex;
use crate::engine::watch::reading::{self, OnDisk};
use hotgraph_core::diagnostic::Diagnostic;
use hotgraph_core::graph::ModuleKind;
use hotgraph_core::syntax::analyze::{self, Dialect};

/// Longer files, in bytes, are written in parts, and the first part says nothing.
const LONGEST: usize = 64 << 10;

/// What was found in a file that is being written.
pub struct Ahead {
    path: PathBuf,
    content: u64,
    subject: Subject,
    problem: Option<Diagnostic>,
}

/// What a file is judged as. It may become known between a look ahead and the end of the save.
#[derive(Clone, PartialEq)]
struct Subject {
    path: PathBuf,
    kind: ModuleKind,
    url: String,
    served_raw: bool,
}

impl Coordinator {
    /// Judges the one file that is being written, once a save. Many at once are a checkout, which takes its time.
    pub fn look_ahead(&mut self) {
        let Some(path) = self.changes.only_waiting(self.now()) else {
            return;
        };
        let is_known = self.ahead.as_ref().is_some_and(|ahead| ahead.path == path);
        if is_known || Dialect::from_extension(path).is_none() {
            return;
        }
        let path = path.to_path_buf();
        let (index, told) = {
            let state = self.shared.state();
            let Some(index) = state.files.find(&path) else {
                return;
            };
            let entry = state.files.get(index);
            let mut kinds = entry.modules.iter().map(|&id| state.graph.kind(id));
            if !kinds.any(|kind| kind == ModuleKind::Script) {
                return;
            }
            (index, entry.life.told())
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
        if bytes.is_empty() || told == Some(content) || bytes.len() > LONGEST {
            return;
        }
        let subject = self.shared.subject(index);
        let problem = self.shared.problem_of(&subject, content, &bytes);
        self.ahead = Some(Ahead {
            path,
            content,
            subject,
            problem,
        });
    }

    /// The problem with new content of a file, if there is one.
    pub fn problem_with(&self, index: FileIndex, content: u64, bytes: &[u8]) -> Option<Diagnostic> {
        let subject = self.shared.subject(index);
        match &self.ahead {
            Some(ahead) if ahead.subject == subject && ahead.content == content => {
                ahead.problem.clone()
            }
            _ => self.shared.problem_of(&subject, content, bytes),
        }
    }

    /// A file was taken in as it is now. Findings about a part of it are of no use.
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

impl Shared {
    fn subject(&self, index: FileIndex) -> Subject {
        let state = self.state();
        let entry = state.files.get(index);
        let module = entry.modules.first();
        Subject {
            path: entry.path.clone(),
            kind: module.map(|&id| state.graph.kind(id)).unwrap_or_default(),
            url: module.map_or_else(String::new, |&id| state.graph.url(id).to_owned()),
            served_raw: entry.served_raw,
        }
    }

    fn problem_of(&self, subject: &Subject, content: u64, bytes: &[u8]) -> Option<Diagnostic> {
        let Subject {
            path,
            kind,
            url,
            served_raw,
        } = subject;
        if self.is_made_by_plugins(url) {
            return None;
        }
        if *kind == ModuleKind::Script
            && let Ok(source) = std::str::from_utf8(bytes)
            && source.len() <= MAX_ANALYSED
            && let Some(made) = self.made_of_save(url, path, content, source)
        {
            return made.err().map(|problem| *problem);
        }
        // The analysis of what is served as it is is that of the module.
        let refusal = |source: &str, dialect| match dialect {
            Dialect::JavaScript => self.analysis_of(content, source).err(),
            _ => analyze::analyze(source, dialect).err(),
        };
        check(path, bytes, *kind, *served_raw, url, refusal)
    }
}
