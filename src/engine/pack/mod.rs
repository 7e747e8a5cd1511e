//! Packs: a page load in a few requests. A module that imports nothing but bodies is served as an entrance to the pack
//! that holds these: it imports what brings the bodies, links them in the page, and runs them in the order of the
//! language. What cannot be packed is asked for as ever, and so is what imports that: so nothing runs earlier or later
//! than it would.
//!
//! Knows what was served. Must not read files: what is not known is not packed.

mod chunks;
mod gather;

use std::sync::{Arc, MutexGuard, PoisonError};

use xxhash_rust::xxh3::xxh3_64;

use super::change::bodies::hex;
use super::{Engine, Shared};
pub use chunks::Chunks;
use chunks::Piece;
pub use gather::Hopeless;
use gather::Member;
use hotgraph_core::graph::{ModuleId, url};
use hotgraph_core::syntax::body::{self, Entrance};

/// A module alone is as well served as its shell.
const FEWEST: usize = 2;

impl Engine {
    /// What to serve of a script that was just taken in, as the entrance to its pack; `None` where its pack is not known
    /// or it is none.
    pub fn entrance(&self, request: &str, source: &str) -> Option<String> {
        if !self.shared.options.packs {
            return None;
        }
        let (module_url, _) = url::identify(request);
        let id = self.shared.state().graph.get(&module_url)?;
        self.shared.entrance(id, xxh3_64(source.as_bytes()))
    }

    /// The text of a module that brings bodies, by its name.
    pub fn chunk(&self, name: &str) -> Option<Arc<str>> {
        self.shared.chunks().get(name).cloned()
    }

    /// The urls of the scripts that a module imports and whose code this run has not seen.
    pub fn unknown_imports(&self, request: &str) -> Vec<String> {
        let id = self.module_of(request);
        id.map_or_else(Vec::new, |id| self.shared.unknown_imports(id))
    }

    /// A module was served with all that it imports although no page has asked: the page that does gets it in a pack.
    pub fn read_ahead(&self, request: &str) {
        if let Some(id) = self.module_of(request) {
            self.shared.read_ahead(id);
        }
    }

    fn module_of(&self, request: &str) -> Option<ModuleId> {
        let (module_url, _) = url::identify(request);
        self.shared.state().graph.get(&module_url)
    }
}

impl Shared {
    fn entrance(&self, id: ModuleId, hash: u64) -> Option<String> {
        let record = self.state().module(id).record.clone()?;
        let plan = record.body.as_ref()?.as_deref().ok()?;
        // Only native imports pass on the exports of others.
        if !plan.indirect().is_empty() || plan.stars().next().is_some() {
            return None;
        }
        let pack = self.gather(id)?;
        let definition = &pack.members.first()?.definition;
        if pack.members.len() < FEWEST || definition.hash != hex(hash) {
            return None;
        }
        let waits = pack.members.iter().any(|one| one.definition.is_async);
        let pieces: Vec<Piece> = pack.members.iter().map_while(Member::piece).collect();
        if pieces.len() != pack.members.len() {
            return None;
        }
        let names = self.chunks().put(id, pieces);
        let (folder, _) = self.options.client_url.rsplit_once('/')?;
        let urls: Vec<String> = names
            .iter()
            .map(|name| format!("{folder}/{name}"))
            .collect();
        let definition = serde_json::to_string(definition).ok()?;
        let entrance = Entrance {
            client_url: &self.options.client_url,
            definition: &definition,
            chunks: &urls,
            natives: &pack.natives,
            waits,
        };
        Some(body::entrance(plan, &entrance))
    }

    fn chunks(&self) -> MutexGuard<'_, Chunks> {
        self.chunks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
