//! What a pack holds: a module and all that it imports, each as the engine knows it last.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::UNIX_EPOCH;

use xxhash_rust::xxh3::xxh3_64;

use super::chunks::Piece;
use crate::engine::Shared;
use crate::engine::change::bodies::Content;
use crate::engine::state::State;
use crate::protocol::{Definition, ImportKind};
use hotgraph_core::graph::exports::{self, Unit};
use hotgraph_core::graph::{ModuleId, ModuleKind};
use hotgraph_core::syntax::analyze::ModuleRecord;
use hotgraph_core::syntax::body::{BodyPlan, Native, function};

/// How often a pack is begun anew since something changed meanwhile.
const ATTEMPTS: usize = 3;

/// A module and all that it imports.
pub struct Pack {
    /// The module first.
    pub members: Vec<Member>,
    /// What is left to the browser: JSON, style sheets.
    pub natives: Vec<Native>,
}

/// A module in a pack.
pub struct Member {
    pub id: ModuleId,
    pub definition: Definition,
    text: Arc<str>,
    record: Arc<ModuleRecord>,
    imports: Vec<Option<usize>>,
}

impl Member {
    fn plan(&self) -> Option<&BodyPlan> {
        self.record.body.as_ref()?.as_deref().ok()
    }

    /// What brings its body to pages.
    pub fn piece(&self) -> Option<Piece> {
        let definition = serde_json::to_string(&self.definition).ok()?;
        let function = function(&self.text, self.plan()?);
        Some(Piece {
            id: self.id,
            url: self.definition.url.clone(),
            text: format!("[{definition},{function}]"),
        })
    }
}

/// Where the file of a module is, and when the module's content was read from it.
type Read = (PathBuf, u64);

/// A walk from a module to all that it imports, nearest first.
struct Walk {
    /// Each with the number of one that imports it; the first is the root.
    order: Vec<(ModuleId, usize)>,
    numbers: HashMap<ModuleId, usize>,
    /// How many were visited.
    visited: usize,
    /// Whether all were.
    is_over: bool,
}

impl Walk {
    fn from(root: ModuleId) -> Self {
        Self {
            order: vec![(root, 0)],
            numbers: HashMap::from([(root, 0)]),
            visited: 0,
            is_over: false,
        }
    }

    fn next(&mut self) -> Option<ModuleId> {
        let next = self.order.get(self.visited);
        self.is_over = next.is_none();
        self.visited += 1;
        next.map(|&(id, _)| id)
    }

    /// The module that is visited imports another. Returns its number.
    fn reach(&mut self, id: ModuleId) -> usize {
        let next = self.order.len();
        let number = *self.numbers.entry(id).or_insert(next);
        if number == next {
            self.order.push((id, self.visited.saturating_sub(1)));
        }
        number
    }

    /// The module that the walk ended at, and those that led there; the root alone when it did not end before all was
    /// visited.
    fn way_to_end(&self) -> Vec<ModuleId> {
        let mut way = Vec::new();
        let mut number = match self.is_over {
            true => 0,
            false => self.visited.saturating_sub(1),
        };
        while let Some(&(id, from)) = self.order.get(number) {
            way.push(id);
            if number == 0 {
                break;
            }
            number = from;
        }
        way
    }
}

/// Modules that cannot be packed, since they import something that cannot. Found out once: thousands may import it.
#[derive(Debug, Default)]
pub struct Hopeless {
    modules: HashSet<ModuleId>,
    /// The version, and how many pages had been served.
    at: (u64, u32),
}

impl Hopeless {
    fn has(&mut self, id: ModuleId, now: (u64, u32)) -> bool {
        if self.at != now {
            self.modules.clear();
            self.at = now;
        }
        self.modules.contains(&id)
    }

    fn clear(&mut self) {
        self.modules.clear();
    }

    fn extend(&mut self, modules: Vec<ModuleId>) {
        self.modules.extend(modules);
    }
}

impl Shared {
    /// The pack of a module; `None` when not all that it imports is known and can be packed.
    pub fn gather(&self, root: ModuleId) -> Option<Pack> {
        let mut attempts = 0..ATTEMPTS;
        attempts.find_map(|_| {
            let before = self.state().version;
            let pack = self.try_to_gather(root);
            // It may hold a part of what changed in between.
            (self.state().version == before).then_some(pack)
        })?
    }

    /// The scripts that a module imports, as far as it is known.
    fn scripts_of(&self, id: ModuleId) -> Vec<ModuleId> {
        let mut state = self.state();
        let record = state.module(id).record.clone();
        let plan = record
            .as_ref()
            .and_then(|record| record.body.as_ref()?.as_ref().ok());
        let imports = plan.iter().flat_map(|plan| plan.imports());
        let scripts = imports.filter(|import| import.attribute_type().is_none());
        scripts
            .filter_map(|import| state.resolve(id, &import.specifier))
            .collect()
    }

    /// The urls of the scripts that a module imports and whose code this run has not seen.
    pub fn unknown_imports(&self, id: ModuleId) -> Vec<String> {
        let scripts = self.scripts_of(id);
        let mut state = self.state();
        let is_unknown = |&script: &ModuleId| state.module(script).source.is_none();
        let unknown: Vec<ModuleId> = scripts.into_iter().filter(is_unknown).collect();
        let urls = unknown.into_iter().map(|script| state.graph.url(script));
        urls.map(str::to_owned).collect()
    }

    /// A module was read ahead with all that it imports: no page has them, and packs can hold them.
    pub fn read_ahead(&self, root: ModuleId) {
        let mut seen = HashSet::from([root]);
        let mut ways = vec![root];
        while let Some(id) = ways.pop() {
            self.state().module(id).known_since = Some(0);
            ways.extend(
                self.scripts_of(id)
                    .into_iter()
                    .filter(|&script| seen.insert(script)),
            );
        }
        self.hopeless().clear();
    }

    fn try_to_gather(&self, root: ModuleId) -> Option<Pack> {
        let mut walk = Walk::from(root);
        let pack = self.gather_along(&mut walk);
        if pack.is_none() {
            self.hopeless().extend(walk.way_to_end());
        }
        pack
    }

    /// The modules that are known not to be packable, as long as nothing changes.
    fn hopeless(&self) -> MutexGuard<'_, Hopeless> {
        let hopeless = self.hopeless.lock();
        hopeless.unwrap_or_else(PoisonError::into_inner)
    }

    fn gather_along(&self, walk: &mut Walk) -> Option<Pack> {
        let mut natives: Vec<Native> = Vec::new();
        let mut members: Vec<Member> = Vec::new();
        let mut files = Vec::new();
        while let Some(id) = walk.next() {
            let mut state = self.state();
            if self.hopeless().has(id, (state.version, state.page_loads)) {
                return None;
            }
            let (text, hash, read) = state.packable(id, self.options.serves_files)?;
            drop(state);
            // Modules of the same text share an analysis, which goes when one of them is another.
            let record = self.analysis_of(hash, &text).ok()?;
            let plan = record.body.as_ref()?.as_ref().ok()?;
            let mut state = self.state();
            let definition = state.definition(id, hash, &record, plan);
            let mut imports = Vec::with_capacity(definition.imports.len());
            for (link, import) in definition.imports.iter().zip(plan.imports()) {
                let url = link.url.as_ref().filter(|url| url.starts_with('/'))?;
                if link.kind == ImportKind::Script {
                    let target = state.graph.get(url)?;
                    imports.push(Some(walk.reach(target)));
                } else {
                    let native = Native {
                        url: url.clone(),
                        attributes: import.attributes.clone(),
                    };
                    if !natives.contains(&native) {
                        natives.push(native);
                    }
                    imports.push(None);
                }
            }
            drop(state);
            files.push(read);
            members.push(Member {
                id,
                definition,
                text,
                record: record.clone(),
                imports,
            });
        }
        let units: Option<Vec<Unit>> = members
            .iter()
            .map(|member| {
                let (plan, imports) = (member.plan()?, member.imports.clone());
                Some(Unit { plan, imports })
            })
            .collect();
        let is_whole = exports::link(&units?) && files.iter().all(is_as_read);
        is_whole.then_some(Pack { members, natives })
    }
}

/// Whether a file was not written since a module was made of it, as far as it says.
fn is_as_read((file, read): &Read) -> bool {
    let written = file.metadata().and_then(|found| found.modified());
    let written = written
        .ok()
        .and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    written.is_some_and(|at| at.as_millis() <= u128::from(*read))
}

impl State {
    /// The content of a module that a pack can hold, its hash, and where it was read. A page whose load made the engine
    /// know it has it already.
    fn packable(&mut self, id: ModuleId, serves_files: bool) -> Option<(Arc<str>, u64, Read)> {
        let is_script = self.graph.kind(id) == ModuleKind::Script && self.graph.is_served(id);
        if !is_script || !self.import_maps.is_empty() || self.is_broken(id) {
            return None;
        }
        let (page_loads, input_changed_at) = (self.page_loads, self.input_changed_at);
        let data = self.module(id);
        let (known_since, source) = (data.known_since?, data.source.as_ref()?);
        if known_since >= page_loads || source.version < input_changed_at {
            return None;
        }
        let time = source.time;
        let Content::Text(text) = self.content_of(id, serves_files) else {
            return None;
        };
        let hash = xxh3_64(text.as_bytes());
        // What is no file may be another one each time that it is asked for.
        let file = self.files.get(self.files.of_module(id)?);
        Some((text, hash, (file.path.clone(), time)))
    }
}
