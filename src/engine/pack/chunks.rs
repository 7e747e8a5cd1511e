//! Chunks: the modules that bring the bodies of packs. Each is named by its content, so browsers keep it. An edit
//! changes only the chunk that the module is in.
//!
//! A chunk holds modules that the same packs need, split by their urls. So packs share chunks, and a module that comes
//! or goes moves no other.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use xxhash_rust::xxh3::{Xxh3Default, xxh3_64};

use super::gather::Read;
use crate::engine::change::bodies::hex;
use crate::engine::state::Kept;
use hotgraph_core::graph::ModuleId;
use hotgraph_core::syntax::analyze::ModuleRecord;
use hotgraph_core::syntax::body::function;

/// Into so many chunks a pack is divided, more or less. Each costs a request, and is what an edit changes at least.
const DIVISOR: usize = 24;

/// A chunk has about so many modules at least, and at most.
const SMALLEST: usize = 16;
const LARGEST: usize = 128;

/// Packs that are told apart; all others count as one.
const MOST_ROOTS: usize = 63;

/// What a module is served as, in place of its shell.
#[derive(Debug, Clone)]
pub struct Ready {
    /// The hash of the module's text.
    pub hash: u64,
    /// The text.
    pub entrance: Arc<str>,
    /// The files that the pack is made of.
    pub reads: Arc<[Read]>,
}

/// A module of a chunk, and what its text there is made of.
#[derive(Debug, Clone)]
pub struct Piece {
    pub id: ModuleId,
    pub url: String,
    /// What linking needs to know of it, as JSON. It has the hash of the text.
    pub definition: Arc<str>,
    pub text: Kept,
    pub record: Arc<ModuleRecord>,
}

impl Piece {
    /// An array: the definition, and a function.
    fn write(&self) -> Option<String> {
        let plan = self.record.body.as_ref()?.as_ref().ok()?;
        let function = function(&self.text.text(), plan);
        Some(format!("[{},{function}]", self.definition))
    }
}

/// The last pack of one module.
#[derive(Debug, Default)]
struct Known {
    members: HashSet<ModuleId>,
    chunks: Vec<String>,
    ready: Option<Ready>,
}

/// A module that brings bodies. Its text is made when it is asked for, which is once: browsers keep it.
#[derive(Debug)]
struct Chunk {
    name: String,
    pieces: Vec<Piece>,
}

impl Chunk {
    fn text(&self) -> Option<String> {
        let mut text =
            String::from("import{provide as $hot_provide}from\"./main.js\";$hot_provide([\n");
        for (at, piece) in self.pieces.iter().enumerate() {
            if at > 0 {
                text.push_str(",\n");
            }
            text.push_str(&piece.write()?);
        }
        text.push_str("\n]);");
        Some(text)
    }
}

/// All chunks that pages may ask for.
#[derive(Debug, Default)]
pub struct Chunks {
    /// By name, in the order in which they were made.
    all: BTreeMap<u64, Chunk>,
    numbers: HashMap<String, u64>,
    made: u64,
    roots: Vec<ModuleId>,
    packs: HashMap<ModuleId, Known>,
}

impl Chunks {
    /// The text of a chunk.
    pub fn get(&self, name: &str) -> Option<String> {
        self.all.get(self.numbers.get(name)?)?.text()
    }

    /// What was prepared of a module.
    pub fn ready(&self, root: ModuleId) -> Option<&Ready> {
        self.packs.get(&root)?.ready.as_ref()
    }

    /// The names of the chunks that a module's pack is in; none where pages cannot have it.
    pub fn names(&self, root: ModuleId) -> &[String] {
        let known = self.packs.get(&root).filter(|known| known.ready.is_some());
        known.map_or(&[], |known| &known.chunks)
    }

    /// The pack of a module is whole, and pages can have it.
    pub fn prepare(&mut self, root: ModuleId, ready: Ready) {
        self.packs.entry(root).or_default().ready = Some(ready);
    }

    /// A module has no pack any more.
    pub fn forget(&mut self, root: ModuleId) {
        self.packs.remove(&root);
    }

    /// Takes in the pack of a module. Returns the names of its chunks.
    pub fn put(&mut self, root: ModuleId, mut pieces: Vec<Piece>) -> Vec<String> {
        if !self.roots.contains(&root) && self.roots.len() < MOST_ROOTS {
            self.roots.push(root);
        }
        let members = pieces.iter().map(|piece| piece.id).collect();
        self.packs.entry(root).or_default().members = members;
        let size = (pieces.len() / DIVISOR).clamp(SMALLEST, LARGEST);
        let mask = size.next_power_of_two() as u64 - 1;
        pieces.sort_by(|a, b| a.url.cmp(&b.url));
        let mut groups: BTreeMap<u64, Vec<Piece>> = BTreeMap::new();
        for piece in pieces {
            groups
                .entry(self.packs_with(piece.id))
                .or_default()
                .push(piece);
        }
        let mut names = Vec::new();
        for group in groups.into_values() {
            let mut chunk = Vec::new();
            for piece in group {
                let is_last = xxh3_64(piece.url.as_bytes()) & mask == 0;
                chunk.push(piece);
                if is_last {
                    names.push(self.add(std::mem::take(&mut chunk)));
                }
            }
            if !chunk.is_empty() {
                names.push(self.add(chunk));
            }
        }
        self.packs
            .entry(root)
            .or_default()
            .chunks
            .clone_from(&names);
        self.tidy();
        names
    }

    /// Which packs hold a module, a bit each.
    fn packs_with(&self, id: ModuleId) -> u64 {
        let roots = self.roots.iter().enumerate();
        roots
            .filter(|(_, root)| {
                let pack = self.packs.get(root);
                pack.is_some_and(|pack| pack.members.contains(&id))
            })
            .fold(0, |bits, (index, _)| bits | 1 << index)
    }

    /// Its name follows from its content.
    fn add(&mut self, pieces: Vec<Piece>) -> String {
        let mut hasher = Xxh3Default::new();
        hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
        for piece in &pieces {
            hasher.update(piece.definition.as_bytes());
        }
        let name = format!("pack-{}.js", hex(hasher.digest()));
        let known = self.numbers.remove(&name);
        let known = known.and_then(|number| self.all.remove(&number));
        let chunk = known.unwrap_or_else(|| Chunk {
            name: name.clone(),
            pieces,
        });
        self.made += 1;
        self.numbers.insert(name.clone(), self.made);
        self.all.insert(self.made, chunk);
        name
    }

    /// Lets go of the oldest that no pack has, but for as many as packs have: a page may be about to ask for them.
    fn tidy(&mut self) {
        let packs = self.packs.values();
        let in_use: HashSet<&String> = packs.flat_map(|pack| &pack.chunks).collect();
        let unused = self.all.iter();
        let unused = unused.filter(|(_, chunk)| !in_use.contains(&chunk.name));
        let unused: Vec<u64> = unused.map(|(&number, _)| number).collect();
        let surplus = unused.len().saturating_sub(in_use.len());
        for number in unused.into_iter().take(surplus) {
            if let Some(chunk) = self.all.remove(&number) {
                self.numbers.remove(&chunk.name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hotgraph_core::graph::ModuleGraph;
    use hotgraph_core::syntax::analyze::{Dialect, analyze_fully};

    /// Modules with these numbers, all of the same length.
    fn pieces(graph: &mut ModuleGraph, numbers: std::ops::Range<usize>) -> Vec<Piece> {
        numbers
            .map(|number| {
                let url = format!("/module-{number}.js");
                let text = format!("/* {number} */");
                let record = analyze_fully(&text, Dialect::JavaScript);
                Piece {
                    id: graph.intern(&url),
                    url,
                    definition: format!("{{\"{number}\":0}}").into(),
                    text: Kept::new(text.into()),
                    record: Arc::new(record.unwrap_or_default()),
                }
            })
            .collect()
    }

    fn added(before: &[String], after: &[String]) -> usize {
        after.iter().filter(|name| !before.contains(name)).count()
    }

    #[test]
    fn an_edit_changes_one_chunk() {
        let mut graph = ModuleGraph::default();
        let mut chunks = Chunks::default();
        let root = graph.intern("/main.js");
        let before = chunks.put(root, pieces(&mut graph, 0..500));
        assert!(before.len() > 5, "{}", before.len());
        assert_eq!(chunks.put(root, pieces(&mut graph, 0..500)), before);
        let mut edited = pieces(&mut graph, 0..500);
        edited[99].definition = "{}".into();
        let after = chunks.put(root, edited);
        assert_eq!(added(&before, &after), 1);
        let grown = chunks.put(root, pieces(&mut graph, 0..501));
        assert!(added(&before, &grown) <= 1);
        assert!(before.iter().all(|name| chunks.get(name).is_some()));
    }

    #[test]
    fn packs_share_what_both_have() {
        let mut graph = ModuleGraph::default();
        let mut chunks = Chunks::default();
        let (one, other) = (graph.intern("/one.js"), graph.intern("/other.js"));
        chunks.put(one, pieces(&mut graph, 0..300));
        let of_other = chunks.put(other, pieces(&mut graph, 100..400));
        let of_one = chunks.put(one, pieces(&mut graph, 0..300));
        let own = added(&of_other, &of_one);
        assert!(own > 0 && own < of_one.len(), "{own} of {}", of_one.len());
        let text = |name: &String| chunks.get(name);
        let texts: Vec<String> = of_one.iter().chain(&of_other).filter_map(text).collect();
        let has = |number: usize| {
            let mark = format!("/* {number} */");
            let mut having: Vec<&String> =
                texts.iter().filter(|text| text.contains(&mark)).collect();
            having.dedup();
            having
        };
        // Both name the chunk, and it is one.
        let shared = has(200);
        assert!(shared.iter().all(|text| *text == shared[0]));
        assert_eq!(has(50).len(), 1);
    }

    #[test]
    fn what_no_pack_has_goes_in_the_end() {
        let mut graph = ModuleGraph::default();
        let mut chunks = Chunks::default();
        let root = graph.intern("/main.js");
        let mut first = Vec::new();
        for edit in 0..20 {
            let mut all = pieces(&mut graph, 0..10);
            all[0].definition = format!("{{\"edit\":{edit}}}").into();
            let names = chunks.put(root, all);
            if edit == 0 {
                first = names;
            }
        }
        assert!(first.iter().all(|name| chunks.get(name).is_none()));
        assert!(chunks.all.len() <= 4, "{}", chunks.all.len());
        assert_eq!(chunks.all.len(), chunks.numbers.len());
    }
}
