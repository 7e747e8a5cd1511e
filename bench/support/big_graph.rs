//! Graphs of the size of large projects, the same at every run.

use hotgraph_core::graph::{ModuleGraph, ModuleId, ModuleKind, SelfAcceptance};

/// A graph of `modules` modules in which each imports the next one and `fan_out - 1` of the `reach` after it, or none.
/// Module 0 is the page, which reaches everything. Edges are drawn by a fixed linear congruence.
pub fn big_graph(modules: u32, fan_out: u32, reach: u32) -> (ModuleGraph, Vec<ModuleId>) {
    let mut graph = ModuleGraph::default();
    let ids: Vec<ModuleId> = (0..modules)
        .map(|index| graph.intern(&format!("/src/area-{}/module-{index}.js", index % 97)))
        .collect();
    let mut seed = 0x2545_f491u64;
    let mut random = |below: u32| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((seed >> 33) % u64::from(below.max(1))) as u32
    };
    for index in 0..modules {
        let id = ids[index as usize];
        let rest = modules - index - 1;
        // The next module is always imported: a change of the last one reaches the page.
        let next = ids.get(index as usize + 1).filter(|_| fan_out > 0);
        let mut imports: Vec<ModuleId> = next.copied().into_iter().collect();
        imports.extend((1..fan_out.min(rest)).map(|_| {
            let distance = 1 + random(rest.min(reach));
            ids[(index + distance) as usize]
        }));
        graph.set_served(
            id,
            if index == 0 {
                ModuleKind::Page
            } else {
                ModuleKind::Script
            },
        );
        graph.set_imports(id, imports, 1);
    }
    (graph, ids)
}

/// A graph of `modules` modules that hangs below one page in chains of `depth`, each with a self-accepting
/// module on top.
pub fn chains(modules: u32, depth: u32) -> (ModuleGraph, Vec<ModuleId>) {
    let mut graph = ModuleGraph::default();
    let page = graph.intern("/index.html");
    let ids: Vec<ModuleId> = (0..modules)
        .map(|index| graph.intern(&format!("/src/chain-{index}.js")))
        .collect();
    for (index, &id) in ids.iter().enumerate() {
        let is_bottom = (index as u32 + 1).is_multiple_of(depth);
        graph.set_served(id, ModuleKind::Script);
        let below = ids.get(index + 1).copied().filter(|_| !is_bottom);
        graph.set_imports(id, below.into_iter().collect(), 1);
        if (index as u32).is_multiple_of(depth) {
            graph.set_acceptance(id, SelfAcceptance::Accepts, Vec::new());
        }
    }
    let tops = ids.iter().copied().step_by(depth as usize).collect();
    graph.set_served(page, ModuleKind::Page);
    graph.set_imports(page, tops, 1);
    (graph, ids)
}
