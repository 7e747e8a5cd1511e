//! Packs: a page load in a few requests. A module that imports nothing but bodies is served as an entrance to the pack
//! that holds these. It imports the chunks that bring the bodies, links them in the page, and runs them in the order of
//! the language. Modules that cannot be packed have requests of their own, and so have their importers. So nothing runs
//! earlier or later than it would.
//!
//! Knows what was served. Must not read files: what is not known is not packed.

mod chunks;
mod decide;
mod gather;

use std::collections::HashSet;
use std::sync::{Arc, MutexGuard, PoisonError};

use xxhash_rust::xxh3::xxh3_64;

use super::{Engine, Shared};
pub use chunks::Chunks;
use chunks::{Piece, Ready};
pub use decide::Packs;
use gather::{Files, Member, Read, look_at};
pub use gather::{Hopeless, Unpacked};
use hotgraph_core::graph::{ModuleId, url};
use hotgraph_core::syntax::body::{self, BodyPlan, Entrance};

/// What a pack holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Packed {
    /// How many modules.
    pub modules: usize,
    /// The urls of those that are no files. Only the host can tell whether they are what they were.
    pub made_up: Vec<String>,
}

/// A module alone is as well served as its shell.
const FEWEST: usize = 2;

impl Engine {
    /// Makes the pack of a script that is about to be served: [`Self::entrance`] has it then. Takes as long as it takes to
    /// look at all that the script imports.
    ///
    /// # Errors
    ///
    /// Why there is no pack, and the script is served alone.
    pub fn pack(&self, request: &str) -> Result<Packed, Unpacked> {
        let (module_url, _) = url::identify(request);
        let id = self.shared.state().graph.get(&module_url);
        let id = id.ok_or(Unpacked::Unknown(module_url))?;
        let made = self.shared.pack(id);
        if made.is_err() {
            self.shared.chunks().forget(id);
        }
        made
    }

    /// What to serve of a script that was just taken in, as the entrance to its pack; `None` where there is no pack, or
    /// something has changed since it was made.
    pub fn entrance(&self, request: &str, source: &str) -> Option<Arc<str>> {
        let id = self.module_of(request)?;
        let ready = self.shared.chunks().ready(id)?.clone();
        let is_current = ready.hash == xxh3_64(source.as_bytes());
        (is_current && self.shared.state().has_still(&ready.reads)).then_some(ready.entrance)
    }

    /// The text of a module that brings bodies, by its name.
    pub fn chunk(&self, name: &str) -> Option<String> {
        self.shared.chunks().get(name)
    }

    /// The urls of the scripts that a module imports.
    pub fn imports_of(&self, request: &str) -> Vec<String> {
        let Some(id) = self.module_of(request) else {
            return Vec::new();
        };
        let scripts = self.shared.scripts_of(id).into_iter();
        let state = self.shared.state();
        scripts.map(|id| state.graph.url(id).to_owned()).collect()
    }

    /// The urls of the scripts that a module which has a pack, or one in that pack, may import later, by `import(…)` of a
    /// string. Those that are in the pack are left out.
    pub fn later_imports_of(&self, request: &str) -> Vec<String> {
        let ready = self
            .module_of(request)
            .and_then(|id| self.shared.chunks().ready(id).cloned());
        let Some(Ready { reads, .. }) = ready else {
            return Vec::new();
        };
        let mut known: HashSet<ModuleId> = reads.iter().map(|read| read.id).collect();
        let mut state = self.shared.state();
        let mut later = Vec::new();
        for read in reads.iter() {
            let Some(record) = state.module(read.id).record.clone() else {
                continue;
            };
            let scripts = record.dynamic_imports.iter();
            let scripts = scripts.filter(|import| import.attribute_type.is_none());
            for (specifier, _) in scripts.filter_map(|import| import.literal.as_ref()) {
                let target = state.resolve(read.id, specifier);
                if let Some(target) = target.filter(|target| known.insert(*target)) {
                    later.push(state.graph.url(target).to_owned());
                }
            }
        }
        later
    }

    /// The urls of the modules that bring the bodies of a module's pack; none where it has no pack.
    pub fn chunks_of(&self, request: &str) -> Vec<String> {
        let Some(id) = self.module_of(request) else {
            return Vec::new();
        };
        let chunks = self.shared.chunks();
        self.shared.chunk_urls(chunks.names(id))
    }

    /// A module was served with all that it imports although no page has asked: the page that does gets it in a pack.
    pub fn read_ahead(&self, request: &str) {
        if let Some(id) = self.module_of(request) {
            self.shared.read_ahead(id);
        }
    }

    /// Pages do not always get the script that the engine sees: others change it after that, or it is made for each
    /// visitor. No pack holds it, until the opposite is said.
    pub fn keep_alone(&self, request: &str, is_alone: bool) {
        if let Some(id) = self.module_of(request) {
            let mut state = self.shared.state();
            let was_alone = std::mem::replace(&mut state.module(id).is_alone, is_alone);
            state.contents += u64::from(was_alone != is_alone);
        }
    }

    fn module_of(&self, request: &str) -> Option<ModuleId> {
        let (module_url, _) = url::identify(request);
        self.shared.state().graph.get(&module_url)
    }
}

/// Whether a module exports what others export: only native imports pass that on.
fn passes_on(plan: &BodyPlan) -> bool {
    !plan.indirect().is_empty() || plan.stars().next().is_some()
}

impl Shared {
    fn pack(&self, id: ModuleId) -> Result<Packed, Unpacked> {
        let known = self.chunks().ready(id).cloned();
        let reads = known.map(|known| known.reads);
        let reads = reads.filter(|reads| self.state().has_still(reads));
        if let Some(reads) = reads
            && let Files::Current(missing) = look_at(&reads)
        {
            return Ok(self.packed(&reads, &missing));
        }
        let name = self.state().graph.url(id).to_owned();
        let record = self.state().module(id).record.clone();
        let known = record
            .as_ref()
            .and_then(|record| record.body.as_ref()?.as_deref().ok());
        if known.is_some_and(passes_on) {
            return Err(Unpacked::PassesOn(name));
        }
        let pack = self.gather(id)?;
        if pack.members.len() < FEWEST {
            return Err(Unpacked::Alone(name));
        }
        let changed = || Unpacked::Changed(name.clone());
        let root = pack.members.first().ok_or_else(changed)?;
        let hash = root.hash();
        let plan = root.plan().ok_or_else(changed)?;
        // A page may ask for any module of a cycle first, and that decides in which order they run.
        let shell = pack
            .cycle()
            .find(|member| member.plan().is_some_and(passes_on));
        if let Some(url) = shell.map(|shell| shell.definition.url.clone()) {
            return Err(Unpacked::PassesOn(url));
        }
        let waits = pack.members.iter().any(|one| one.definition.is_async);
        let pieces: Vec<Piece> = pack.members.iter().map_while(Member::piece).collect();
        if pieces.len() != pack.members.len() {
            return Err(changed());
        }
        let definition = serde_json::to_string(&root.definition).map_err(|_| changed())?;
        let names = self.chunks().put(id, pieces);
        let urls = self.chunk_urls(&names);
        let entrance = Entrance {
            client_url: &self.options.client_url,
            definition: &definition,
            chunks: &urls,
            natives: &pack.natives,
            waits,
        };
        let ready = Ready {
            hash,
            entrance: body::entrance(plan, &entrance).into(),
            reads: pack.reads.into(),
        };
        let packed = self.packed(&ready.reads, &pack.missing);
        self.chunks().prepare(id, ready);
        Ok(packed)
    }

    fn packed(&self, reads: &[Read], missing: &[usize]) -> Packed {
        let state = self.state();
        let missing = missing.iter().filter_map(|&at| reads.get(at));
        Packed {
            modules: reads.len(),
            made_up: missing
                .map(|read| state.graph.url(read.id).to_owned())
                .collect(),
        }
    }

    /// Chunks are next to the client.
    fn chunk_urls(&self, names: &[String]) -> Vec<String> {
        let (folder, _) = self.options.client_url.rsplit_once('/').unwrap_or_default();
        let names = names.iter();
        names.map(|name| format!("{folder}/{name}")).collect()
    }

    fn chunks(&self) -> MutexGuard<'_, Chunks> {
        self.chunks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
