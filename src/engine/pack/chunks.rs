//! Chunks: the modules that bring the bodies of packs, named by their content, so that browsers keep them. An edit
//! changes the chunk that the module is in.
//!
//! A chunk holds modules that the same packs need, some of these by their urls: so packs share what they share, and a
//! module that comes or goes moves no other.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use lz4_flex::block::{compress_prepend_size, decompress_size_prepended};
use xxhash_rust::xxh3::xxh3_64;

use super::gather::Read;
use crate::engine::change::bodies::hex;
use hotgraph_core::graph::ModuleId;

/// Into so many chunks a pack is divided, more or less. Each costs a request, and is what an edit changes at least.
const DIVISOR: usize = 24;

/// Fewer modules than this are not divided further.
const SMALLEST: usize = 16;

/// Packs that are told apart; all others count as one.
const MOST_ROOTS: usize = 63;

/// Bytes of chunks that are kept although no pack has them any more, as a multiple of those that packs have. A page may
/// be about to ask for them.
const SURPLUS: usize = 1;

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

/// A module of a chunk.
pub struct Piece {
    pub id: ModuleId,
    pub url: String,
    /// An array: the definition, and a function.
    pub text: String,
}

/// The last pack of one module.
#[derive(Debug, Default)]
struct Known {
    members: HashSet<ModuleId>,
    chunks: Vec<String>,
    ready: Option<Ready>,
}

/// A module that brings bodies. Kept compressed: most are asked for once.
#[derive(Debug)]
struct Chunk {
    name: String,
    text: Box<[u8]>,
}

/// All chunks that pages may ask for.
#[derive(Debug, Default)]
pub struct Chunks {
    /// By name, in the order in which they were made.
    texts: BTreeMap<u64, Chunk>,
    numbers: HashMap<String, u64>,
    made: u64,
    roots: Vec<ModuleId>,
    packs: HashMap<ModuleId, Known>,
}

impl Chunks {
    /// The text of a chunk.
    pub fn get(&self, name: &str) -> Option<String> {
        let chunk = self.texts.get(self.numbers.get(name)?)?;
        let bytes = decompress_size_prepended(&chunk.text).ok()?;
        String::from_utf8(bytes).ok()
    }

    /// What was prepared of a module.
    pub fn ready(&self, root: ModuleId) -> Option<&Ready> {
        self.packs.get(&root)?.ready.as_ref()
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
        let mask = (pieces.len() / DIVISOR).max(SMALLEST).next_power_of_two() as u64 - 1;
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
                chunk.push(piece.text);
                if is_last {
                    names.push(self.add(&std::mem::take(&mut chunk)));
                }
            }
            if !chunk.is_empty() {
                names.push(self.add(&chunk));
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

    fn add(&mut self, pieces: &[String]) -> String {
        let list = pieces.join(",\n");
        let text =
            format!("import{{provide as $hot_provide}}from\"./main.js\";$hot_provide([\n{list}]);");
        let name = format!("pack-{}.js", hex(xxh3_64(text.as_bytes())));
        let known = self.numbers.remove(&name);
        let known = known.and_then(|number| self.texts.remove(&number));
        let chunk = known.unwrap_or_else(|| Chunk {
            name: name.clone(),
            text: compress_prepend_size(text.as_bytes()).into(),
        });
        self.made += 1;
        self.numbers.insert(name.clone(), self.made);
        self.texts.insert(self.made, chunk);
        name
    }

    /// Lets go of the oldest that no pack has.
    fn tidy(&mut self) {
        let in_use: HashSet<&String> = self.packs.values().flat_map(|pack| &pack.chunks).collect();
        let (mut used, mut unused) = (0, 0);
        for Chunk { name, text } in self.texts.values() {
            match in_use.contains(name) {
                true => used += text.len(),
                false => unused += text.len(),
            }
        }
        let mut gone = Vec::new();
        for (&number, Chunk { name, text }) in &self.texts {
            if unused <= SURPLUS * used {
                break;
            }
            if !in_use.contains(name) {
                unused -= text.len();
                gone.push((number, name.clone()));
            }
        }
        for (number, name) in gone {
            self.texts.remove(&number);
            self.numbers.remove(&name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hotgraph_core::graph::ModuleGraph;

    /// Modules with these numbers, all of the same length.
    fn pieces(graph: &mut ModuleGraph, numbers: std::ops::Range<usize>) -> Vec<Piece> {
        numbers
            .map(|number| {
                let url = format!("/module-{number}.js");
                Piece {
                    id: graph.intern(&url),
                    text: format!("[{{}},function*(){{/* {number} */}}]"),
                    url,
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
        edited[99].text.push(' ');
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
            all[0].text.push_str(&" ".repeat(edit));
            let names = chunks.put(root, all);
            if edit == 0 {
                first = names;
            }
        }
        assert!(first.iter().all(|name| chunks.get(name).is_none()));
        assert!(chunks.texts.len() <= 4, "{}", chunks.texts.len());
        assert_eq!(chunks.texts.len(), chunks.numbers.len());
    }
}
