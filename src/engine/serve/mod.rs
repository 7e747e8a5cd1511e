//! The request path: what to serve, now.
//!
//! Knows state and analysis. Must not wait: it holds the lock for microseconds, parses only when the answer depends on
//! it, and leaves all else to the coordinator.

pub mod backlog;
mod resource;
pub mod script;

use std::path::Path;
use std::sync::Arc;

use hotgraph_core::graph::url;
use hotgraph_core::graph::{ModuleId, ModuleKind};

use super::state::State;
use super::state::files::SourceFile;
use super::watch::reading::Stamp;
use super::{Engine, PACKAGES};
use backlog::Registration;
pub use script::ServedScript;

impl Engine {
    /// The version of the batch in which the content of what `request` asks for changed last, 0 when it
    /// never did. A cache of transformed code that has this in its key never serves stale code.
    pub fn content_version(&self, request: &str) -> u64 {
        if !self.shared.has_changes() {
            return 0;
        }
        let (module_url, _) = url::identify(request);
        let state = self.shared.state();
        let changed_at = state.graph.get(&module_url);
        let changed_at = changed_at.map_or(0, |id| state.graph.changed_at(id));
        changed_at.max(state.input_changed_at)
    }

    /// The text of the last complete save of a file, once it was saved. To be read instead of the file, which
    /// may already hold the beginning of the next save. With `only_raw` only of a file that was served as it
    /// is on disk.
    pub fn saved_source(&self, file: &Path, only_raw: bool) -> Option<Arc<str>> {
        if !self.shared.has_changes() {
            return None;
        }
        let state = self.shared.state();
        let entry = state.files.get(state.files.find(file)?);
        entry
            .saved
            .clone()
            .filter(|_| entry.served_raw || !only_raw)
    }
}

impl Engine {
    /// Whether the engine knows a file as it is on disk now: it changed since the start, and the last change was taken
    /// in. Of any other file only the disk can tell.
    pub fn is_taken_in(&self, file: &Path) -> bool {
        if !self.shared.has_changes() {
            return false;
        }
        let seen = {
            let state = self.shared.state();
            let index = state.files.find(file);
            index.and_then(|index| state.files.get(index).seen)
        };
        seen.is_some_and(|seen| Stamp::of(file).is_none_or(|now| now == seen))
    }
}

/// How many modules a file may be, one for each query, unless code names them.
const MOST_QUERIES: usize = 100;

/// What the first look at a served module found.
struct Registered {
    id: ModuleId,
    /// The content that it had before, when it has another now.
    outdated: Option<u64>,
    /// What the coordinator has to look at, if anything: a file that is new, or content that is.
    registration: Option<Registration>,
}

impl State {
    /// Records that a module was served. If a file was asked for by very many queries, a further one that no code names
    /// counts as [`url::others_of`] it. Anyone can make up queries, and a save would have to tell of each.
    fn register(
        &mut self,
        module_url: &str,
        kind: ModuleKind,
        content: Option<u64>,
        file: Option<SourceFile>,
    ) -> Registered {
        let is_one_more = |path: &Path| {
            let index = self.files.find(path);
            index.is_some_and(|index| self.files.get(index).modules.len() >= MOST_QUERIES)
        };
        let is_known = self.graph.get(module_url).is_some();
        let id = match !is_known && file.as_ref().is_some_and(|file| is_one_more(&file.path)) {
            true => self.graph.intern(&url::others_of(module_url)),
            false => self.graph.intern(module_url),
        };
        // A page that code fetches too stays a page.
        let is_page = self.graph.is_served(id) && self.graph.kind(id) == ModuleKind::Page;
        if !(is_page && kind == ModuleKind::Asset) {
            self.graph.set_served(id, kind);
        }
        let page_loads = self.page_loads;
        let data = self.module(id);
        data.known_since.get_or_insert(page_loads);
        let is_new_content = content.is_some() && data.content != content;
        let outdated = if is_new_content {
            data.reported = None;
            data.loads.clear();
            std::mem::replace(&mut data.content, content)
        } else {
            None
        };
        self.contents += u64::from(is_new_content);
        let mut registration = Registration::of(id, content.unwrap_or_default());
        let mut is_new_file = false;
        if let Some(file) = file {
            let (index, is_new) = self.files.add(&file.path, id);
            is_new_file = is_new;
            let entry = self.files.get_mut(index);
            // A file is back, and served before the engine has looked at it. So it still counts as what it was before
            // it vanished.
            let is_told = entry.served_raw && content.is_some() && entry.life.told() == content;
            if entry.life.problem().is_some() && !is_told {
                entry.life.doubt();
            }
            if is_new {
                entry.is_linked = is_linked(&file.path);
            }
            registration.file = Some((index, file, is_new));
        }
        Registered {
            id,
            outdated,
            registration: (is_new_file || is_new_content).then_some(registration),
        }
    }
}

/// Whether a file has a path through `node_modules` and lies elsewhere.
fn is_linked(path: &Path) -> bool {
    let is_below = |path: &Path| path.components().any(|part| part.as_os_str() == PACKAGES);
    is_below(path) && dunce::canonicalize(path).is_ok_and(|real| !is_below(&real))
}
