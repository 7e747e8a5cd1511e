//! Reach: what a page's code imports now, and what it imported once.
//!
//! Knows the graph, which it only reads. Must not know what a page has loaded: that depends on when it was.

use std::collections::{BinaryHeap, HashMap, HashSet};

use super::{ModuleGraph, ModuleId, ModuleKind};

/// Stands for the version up to which something is reached that still is.
pub const STILL: u64 = u64::MAX;

/// Whether some of these modules could have been reached by a page that does not any more: what is above them was
/// imported once where it is not now.
pub fn may_have_departed(graph: &ModuleGraph, modules: impl IntoIterator<Item = ModuleId>) -> bool {
    if !graph.has_former_imports() {
        return false;
    }
    let mut above: Vec<ModuleId> = modules.into_iter().collect();
    let mut seen: HashSet<ModuleId> = above.iter().copied().collect();
    while let Some(id) = above.pop() {
        if graph.was_imported_once(id) {
            return true;
        }
        let importers = graph.importers(id).iter().copied();
        above.extend(importers.filter(|&importer| seen.insert(importer)));
    }
    false
}

/// All that a page ever reached, each with the version up to which it did, [`STILL`] for what it reaches now. `None`
/// when some of its code may import more than is known.
pub fn reach(graph: &ModuleGraph, page: ModuleId) -> Option<HashMap<ModuleId, u64>> {
    let mut reached = HashMap::new();
    // The way that lasted longest comes first.
    let mut ways = BinaryHeap::from([(STILL, page)]);
    while let Some((until, id)) = ways.pop() {
        if reached.contains_key(&id) {
            continue;
        }
        reached.insert(id, until);
        if until == STILL && graph.is_open(id) {
            return None;
        }
        // Another page is loaded by none.
        if id != page && graph.is_served(id) && graph.kind(id) == ModuleKind::Page {
            continue;
        }
        ways.extend(graph.imports(id).iter().map(|&import| (until, import)));
        let former = graph.former_imports(id);
        ways.extend(former.map(|(import, version)| (until.min(version), import)));
    }
    Some(reached)
}

/// Those of these modules, and of all above them, that are no longer reached, each with the version up to which it was.
/// A module that imports one that is no longer reached is not reached either.
pub fn departed(
    graph: &ModuleGraph,
    reached: &HashMap<ModuleId, u64>,
    modules: &[ModuleId],
) -> Vec<(ModuleId, u64)> {
    let mut found = Vec::new();
    let mut above = modules.to_vec();
    let mut seen: HashSet<ModuleId> = above.iter().copied().collect();
    while let Some(id) = above.pop() {
        let Some(&until) = reached.get(&id).filter(|&&until| until != STILL) else {
            continue;
        };
        found.push((id, until));
        let importers = graph.importers(id).iter().copied();
        above.extend(importers.filter(|&importer| seen.insert(importer)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[(&str, &[&str])]) -> ModuleGraph {
        let mut graph = ModuleGraph::default();
        for (version, (module, imports)) in (1..).zip(edges) {
            let id = graph.intern(module);
            let imports = imports.iter().map(|url| graph.intern(url)).collect();
            graph.set_served(id, ModuleKind::Script);
            graph.set_imports(id, imports, version);
        }
        graph
    }

    #[track_caller]
    fn check(edges: &[(&str, &[&str])], expected: &[(&str, u64)]) {
        let mut graph = graph(edges);
        let page = graph.intern("page");
        let reached = reach(&graph, page).unwrap_or_default();
        let mut found: Vec<_> = reached
            .iter()
            .map(|(&id, &until)| (graph.url(id), until))
            .collect();
        found.sort_unstable();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_imported_is_reached_in_cycles_too() {
        check(
            &[
                ("page", &["a"]),
                ("a", &["b"]),
                ("b", &["a"]),
                ("c", &["b"]),
            ],
            &[("a", STILL), ("b", STILL), ("page", STILL)],
        );
    }

    #[test]
    fn only_what_is_below_something_dropped_may_have_departed() {
        let mut graph = graph(&[
            ("page", &["a", "b"]),
            ("a", &["c"]),
            ("b", &["d"]),
            ("c", &["e"]),
            ("a", &[]),
        ]);
        let mut may = |url: &str| {
            let id = graph.intern(url);
            may_have_departed(&graph, [id])
        };
        assert!(may("c") && may("e"));
        assert!(!may("a") && !may("b") && !may("d") && !may("page"));
    }

    #[test]
    fn what_was_imported_once_was_reached_up_to_then() {
        check(
            &[
                ("page", &["a", "b"]),
                ("a", &["c"]),
                ("b", &["c"]),
                ("c", &["d"]),
                ("a", &[]),
                ("b", &[]),
                ("c", &[]),
            ],
            &[
                ("a", STILL),
                ("b", STILL),
                ("c", 6),
                ("d", 6),
                ("page", STILL),
            ],
        );
    }

    #[test]
    fn what_departed_is_told_with_what_is_above_it() {
        let mut graph = graph(&[
            ("page", &["a"]),
            ("a", &["b"]),
            ("b", &["c"]),
            ("c", &["d", "e"]),
            ("other", &["b"]),
            ("a", &[]),
        ]);
        let [page, b, c, d, other] = ["page", "b", "c", "d", "other"].map(|url| graph.intern(url));
        let told = |page, module| {
            let reached = reach(&graph, page).unwrap_or_default();
            departed(&graph, &reached, &[module])
        };
        assert_eq!(told(page, d), [(d, 6), (c, 6), (b, 6)]);
        assert_eq!(told(other, d), []);
    }

    #[test]
    fn what_is_imported_again_is_reached() {
        check(
            &[("page", &["a"]), ("page", &[]), ("page", &["a"])],
            &[("a", STILL), ("page", STILL)],
        );
    }

    #[test]
    fn code_that_may_import_anything_leaves_it_open() {
        let mut graph = graph(&[("page", &["a"]), ("a", &[])]);
        let [page, a] = ["page", "a"].map(|url| graph.intern(url));
        graph.set_open(a, true);
        assert_eq!(reach(&graph, page), None);
        graph.set_imports(page, Vec::new(), 3);
        assert_eq!(
            reach(&graph, page),
            Some(HashMap::from([(page, STILL), (a, 3)]))
        );
    }
}
