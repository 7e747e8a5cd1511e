//! What a pack holds: a module and all that it imports, each as the engine knows it last.

use std::collections::{HashMap, HashSet};
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::UNIX_EPOCH;

use xxhash_rust::xxh3::xxh3_64;

use super::chunks::Piece;
use crate::engine::Shared;
use crate::engine::change::bodies::Content;
use crate::engine::serve::script::INLINE;
use crate::engine::state::{Kept, State};
use crate::protocol::{Definition, ImportKind};
use hotgraph_core::graph::exports::{self, Unit};
use hotgraph_core::graph::{ModuleId, ModuleKind};
use hotgraph_core::syntax::analyze::ModuleRecord;
use hotgraph_core::syntax::body::{BodyPlan, Native};

/// How often a pack is begun anew since something changed meanwhile.
const ATTEMPTS: usize = 3;

/// Why a module is not packed. Each names a module by its url.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unpacked {
    /// Where specifiers lead is each page's own business.
    #[error("pages have different import maps")]
    ImportMap,
    /// Its shell has exports that only native imports can pass on. It is the module itself, or one in a cycle with it.
    #[error("{0} passes on exports of others, and is asked for by itself")]
    PassesOn(String),
    /// A module alone is as well served as its shell.
    #[error("{0} imports no script")]
    Alone(String),
    /// Nobody has been served it yet.
    #[error("{0} has not been served yet")]
    Unknown(String),
    /// It is no script.
    #[error("{0} is no script of a file")]
    NoScript(String),
    /// The page that asks may have it already.
    #[error("{0} was first served to a page that is still loading")]
    Young(String),
    /// Its file cannot be served as it is now.
    #[error("{0} has an error")]
    Broken(String),
    /// It has no body.
    #[error("{0} cannot be a body: {1}")]
    NoBody(String, String),
    /// The page gets what only its request can tell.
    #[error("{0} is made for each request, or changed after hotgraph has seen it")]
    Varies(String),
    /// It imports something of another site.
    #[error("{0} imports {1}, which is not of this server")]
    Foreign(String, String),
    /// It may be another one by now.
    #[error("{0} may have changed since it was read")]
    Changed(String),
    /// A name is missing: the browser says which.
    #[error("a name that is imported below {0} is not there")]
    Unlinked(String),
}

/// The state of everything that packs are made of: while it is the same, nothing else comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Moment {
    version: u64,
    contents: u64,
}

/// A module and all that it imports.
pub struct Pack {
    /// The module first.
    pub members: Vec<Member>,
    /// What is left to the browser: JSON, style sheets.
    pub natives: Vec<Native>,
    /// The files that it is made of.
    pub reads: Vec<Read>,
    /// Which of these there are not.
    pub missing: Vec<usize>,
}

impl Pack {
    /// The module and the members that import it, directly or not: all that are in a cycle with it.
    pub fn cycle(&self) -> impl Iterator<Item = &Member> {
        let mut importers: Vec<Vec<usize>> = vec![Vec::new(); self.members.len()];
        for (importer, member) in self.members.iter().enumerate() {
            for &imported in member.imports.iter().flatten() {
                if let Some(importers) = importers.get_mut(imported) {
                    importers.push(importer);
                }
            }
        }
        let mut found = HashSet::from([0]);
        let mut ways = vec![0];
        while let Some(importers) = ways.pop().and_then(|at| importers.get(at)) {
            ways.extend(importers.iter().filter(|&&one| found.insert(one)));
        }
        let members = self.members.iter().enumerate();
        members.filter_map(move |(at, member)| found.contains(&at).then_some(member))
    }
}

/// A module in a pack.
pub struct Member {
    pub id: ModuleId,
    pub definition: Definition,
    text: Kept,
    hash: u64,
    record: Arc<ModuleRecord>,
    imports: Vec<Option<usize>>,
}

impl Member {
    /// How its text becomes its body.
    pub fn plan(&self) -> Option<&BodyPlan> {
        self.record.body.as_ref()?.as_deref().ok()
    }

    /// The hash of its text.
    pub fn hash(&self) -> u64 {
        self.hash
    }

    /// What brings its body to pages.
    pub fn piece(&self) -> Option<Piece> {
        Some(Piece {
            id: self.id,
            url: self.definition.url.clone(),
            definition: serde_json::to_string(&self.definition).ok()?.into(),
            text: self.text.clone(),
            record: self.record.clone(),
        })
    }
}

/// What a file is to the module that was made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FileState {
    /// It was not written since.
    Current,
    /// It may be another one by now.
    Changed,
    /// There is no file: a plugin makes the module up, or the file is gone.
    Missing,
}

/// What the files of a pack are by now.
pub enum Files {
    /// None was written since, but there are none of the modules at these places in the list.
    Current(Vec<usize>),
    /// The one at this place may be another one.
    Changed(usize),
}

/// Looks at the files of a pack.
pub fn look_at(reads: &[Read]) -> Files {
    let mut missing = Vec::new();
    for (at, read) in reads.iter().enumerate() {
        match read.state() {
            FileState::Current => {}
            FileState::Changed => return Files::Changed(at),
            FileState::Missing => missing.push(at),
        }
    }
    Files::Current(missing)
}

/// Where the file of a module is, and when the module's content was read from it.
#[derive(Debug, Clone)]
pub struct Read {
    /// The module.
    pub id: ModuleId,
    file: PathBuf,
    at: u64,
    /// The hash of what was served last.
    content: Option<u64>,
    /// The version at which that changed last.
    changed_at: u64,
    /// How often pages had said by then what specifiers stand for.
    maps: u64,
}

impl Read {
    /// Whether the file was not written since, as far as it says.
    fn state(&self) -> FileState {
        let written = match self.file.metadata() {
            Ok(found) => found.modified().ok(),
            Err(error) if error.kind() == ErrorKind::NotFound => return FileState::Missing,
            Err(_) => None,
        };
        let written = written.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        match written {
            Some(at) if at.as_millis() <= u128::from(self.at) => FileState::Current,
            _ => FileState::Changed,
        }
    }
}

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
    modules: HashMap<ModuleId, Unpacked>,
    /// The moment, and how many pages had been served.
    at: (Moment, u32),
}

impl Hopeless {
    fn of(&mut self, id: ModuleId, now: (Moment, u32)) -> Option<Unpacked> {
        if self.at != now {
            self.modules.clear();
            self.at = now;
        }
        self.modules.get(&id).cloned()
    }

    fn clear(&mut self) {
        self.modules.clear();
    }
}

impl Shared {
    /// The pack of a module.
    ///
    /// # Errors
    ///
    /// Why there is none: not all that it imports is known and can be packed.
    pub fn gather(&self, root: ModuleId) -> Result<Pack, Unpacked> {
        let mut last = None;
        for _ in 0..ATTEMPTS {
            let before = {
                let state = self.state();
                if !state.has_one_import_map() {
                    return Err(Unpacked::ImportMap);
                }
                state.moment()
            };
            let mut walk = Walk::from(root);
            let pack = self.gather_along(&mut walk, before);
            match pack {
                // Of what changed in between it may hold a part.
                Ok(pack) if self.state().has_still(&pack.reads) => return Ok(pack),
                Ok(_) => {}
                Err(reason) => {
                    let way = walk.way_to_end().into_iter();
                    let way = way.map(|id| (id, reason.clone()));
                    self.hopeless().modules.extend(way);
                    if self.state().moment() == before {
                        return Err(reason);
                    }
                    last = Some(reason);
                }
            }
        }
        let changed = || Unpacked::Changed(self.state().graph.url(root).to_owned());
        Err(last.unwrap_or_else(changed))
    }

    /// The scripts that a module imports, as far as it is known.
    pub fn scripts_of(&self, id: ModuleId) -> Vec<ModuleId> {
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

    /// The modules that are known not to be packable, as long as nothing changes.
    fn hopeless(&self) -> MutexGuard<'_, Hopeless> {
        let hopeless = self.hopeless.lock();
        hopeless.unwrap_or_else(PoisonError::into_inner)
    }

    fn gather_along(&self, walk: &mut Walk, moment: Moment) -> Result<Pack, Unpacked> {
        let mut natives: Vec<Native> = Vec::new();
        let mut members: Vec<Member> = Vec::new();
        let mut reads = Vec::new();
        while let Some(id) = walk.next() {
            let mut state = self.state();
            let now = (moment, state.page_loads);
            if let Some(reason) = self.hopeless().of(id, now) {
                return Err(reason);
            }
            let (text, hash, read) = state.packable(id, self.options.serves_files)?;
            let name = state.graph.url(id).to_owned();
            drop(state);
            // Modules of the same text share an analysis, which goes when one of them is another.
            let known = self.analyses.get(&hash).map(|record| record.clone());
            let record = known.map_or_else(|| self.analysis_of(hash, &text.text()), Ok);
            let record = record.map_err(|_| Unpacked::Broken(name.clone()))?;
            let plan = match &record.body {
                Some(Ok(plan)) => plan,
                Some(Err(reason)) => return Err(Unpacked::NoBody(name, reason.to_string())),
                None => return Err(Unpacked::NoScript(name)),
            };
            let mut state = self.state();
            let definition = state.definition(id, hash, &record, plan);
            let mut imports = Vec::with_capacity(definition.imports.len());
            for (link, import) in definition.imports.iter().zip(plan.imports()) {
                let url = link.url.as_ref().filter(|url| url.starts_with('/'));
                let url =
                    url.ok_or_else(|| Unpacked::Foreign(name.clone(), import.specifier.clone()))?;
                if link.kind == ImportKind::Script {
                    let target = state.graph.get(url);
                    let target = target.ok_or_else(|| Unpacked::Unknown(url.clone()))?;
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
            reads.push(read);
            members.push(Member {
                id,
                definition,
                text,
                hash,
                record: record.clone(),
                imports,
            });
        }
        let name = |member: Option<&Member>| {
            member.map_or_else(String::new, |member| member.definition.url.clone())
        };
        let units: Option<Vec<Unit>> = members
            .iter()
            .map(|member| {
                let (plan, imports) = (member.plan()?, member.imports.clone());
                Some(Unit { plan, imports })
            })
            .collect();
        if !units.is_some_and(|units| exports::link(&units)) {
            return Err(Unpacked::Unlinked(name(members.first())));
        }
        match look_at(&reads) {
            Files::Changed(at) => Err(Unpacked::Changed(name(members.get(at)))),
            Files::Current(missing) => Ok(Pack {
                members,
                natives,
                reads,
                missing,
            }),
        }
    }
}

impl State {
    /// The state of everything that packs are made of.
    fn moment(&self) -> Moment {
        Moment {
            version: self.version,
            contents: self.contents,
        }
    }

    /// Whether modules are what they were when they were put into a pack.
    pub fn has_still(&mut self, reads: &[Read]) -> bool {
        let maps = self.import_map_changes;
        reads.iter().all(|read| {
            let changed_at = self.graph.changed_at(read.id);
            let data = self.module(read.id);
            let is_same = data.content == read.content && changed_at == read.changed_at;
            is_same && maps == read.maps && !data.is_alone
        })
    }

    /// Whether all pages that were served have the same import map, if they have one.
    fn has_one_import_map(&self) -> bool {
        if self.import_maps.is_empty() {
            return true;
        }
        let mut maps = self.import_maps.values();
        let first = maps.next();
        let is_page =
            |id: &ModuleId| self.graph.is_served(*id) && self.graph.kind(*id) == ModuleKind::Page;
        maps.all(|map| Some(map) == first)
            && self
                .graph
                .ids()
                .filter(is_page)
                .all(|id| self.import_maps.contains_key(self.graph.url(id)))
    }

    /// The content of a module that a pack can hold, its hash, and where it was read. A page whose load made the engine
    /// know it has it already.
    fn packable(
        &mut self,
        id: ModuleId,
        serves_files: bool,
    ) -> Result<(Kept, u64, Read), Unpacked> {
        let name = self.graph.url(id).to_owned();
        if !self.graph.is_served(id) {
            return Err(Unpacked::Unknown(name));
        }
        if self.graph.kind(id) != ModuleKind::Script {
            return Err(Unpacked::NoScript(name));
        }
        if self.is_broken(id) {
            return Err(Unpacked::Broken(name));
        }
        let (page_loads, input_changed_at) = (self.page_loads, self.input_changed_at);
        let data = self.module(id);
        if data.is_alone {
            return Err(Unpacked::Varies(name));
        }
        let Some((known_since, source)) = data.known_since.zip(data.source.as_ref()) else {
            return Err(Unpacked::Unknown(name));
        };
        if known_since >= page_loads {
            return Err(Unpacked::Young(name));
        }
        if source.version < input_changed_at {
            return Err(Unpacked::Changed(name));
        }
        let time = source.time;
        let served = source.clone();
        if name.contains(INLINE) || self.is_too_large(id) {
            return Err(Unpacked::NoScript(name));
        }
        let (text, hash) = if served.at == self.graph.changed_at(id) {
            (served.text, served.hash)
        } else if let Content::Text(text) = self.content_of(id, serves_files) {
            let hash = xxh3_64(text.as_bytes());
            (Kept::new(text), hash)
        } else {
            return Err(Unpacked::Changed(name));
        };
        // No event tells of changes of others.
        let Some(index) = self.files.of_module(id) else {
            return Err(Unpacked::NoScript(name));
        };
        let read = Read {
            id,
            file: self.files.get(index).path.clone(),
            at: time,
            content: self.module(id).content,
            changed_at: self.graph.changed_at(id),
            maps: self.import_map_changes,
        };
        Ok((text, hash, read))
    }
}
