//! Propagation against a naive account of the same rules, on random graphs: cycles, self-imports, diamonds, pages,
//! style sheets, modules that accept, bubble, decline or gave up, and accepted dependencies.

use std::collections::BTreeSet;

use hotgraph_core::graph::propagate::Propagator;
use hotgraph_core::graph::{AcceptedDependency, ModuleGraph, ModuleId, ModuleKind, SelfAcceptance};
use proptest::prelude::*;

/// A module of a random graph. Numbers are other modules, modulo how many there are.
#[derive(Debug, Clone)]
struct Module {
    kind: ModuleKind,
    acceptance: SelfAcceptance,
    imports: Vec<usize>,
    accepts: Vec<usize>,
}

fn modules() -> impl Strategy<Value = Vec<Module>> {
    let kind = prop_oneof![
        6 => Just(ModuleKind::Script),
        1 => Just(ModuleKind::Style),
        1 => Just(ModuleKind::Page),
    ];
    let acceptance = prop_oneof![
        6 => Just(SelfAcceptance::None),
        2 => Just(SelfAcceptance::Accepts),
        1 => Just(SelfAcceptance::Bubbles),
        1 => Just(SelfAcceptance::Declines),
    ];
    let numbers = |most| prop::collection::vec(0..1000_usize, 0..most);
    let module = (kind, acceptance, numbers(4), numbers(2)).prop_map(
        |(kind, acceptance, imports, accepts)| Module {
            kind,
            acceptance,
            imports,
            accepts,
        },
    );
    prop::collection::vec(module, 1..25)
}

fn build(modules: &[Module]) -> (ModuleGraph, Vec<ModuleId>) {
    let mut graph = ModuleGraph::default();
    let ids: Vec<ModuleId> = (0..modules.len())
        .map(|number| graph.intern(&format!("/{number}.js")))
        .collect();
    let named = |number: &usize| ids[number % ids.len()];
    for (module, &id) in modules.iter().zip(&ids) {
        graph.set_served(id, module.kind);
        graph.set_imports(id, module.imports.iter().map(named).collect(), 1);
        let accepted = module.accepts.iter().map(|number| AcceptedDependency {
            specifier: "./dependency.js".into(),
            target: named(number),
        });
        graph.set_acceptance(id, module.acceptance, accepted.collect());
    }
    (graph, ids)
}

type Pairs = BTreeSet<(ModuleId, ModuleId)>;

/// What the rules say, one after the other, until nothing is added.
fn naive(
    graph: &ModuleGraph,
    ids: &[ModuleId],
    changed: &[ModuleId],
    trail: &[ModuleId],
) -> (BTreeSet<ModuleId>, Pairs, Pairs) {
    use SelfAcceptance::{Accepts, Bubbles, Declines};
    let gave_up = |id| trail.contains(&id);
    let accepts_itself = |id| matches!(graph.acceptance(id), Accepts | Bubbles) && !gave_up(id);
    let goes_on = |id| match graph.acceptance(id) {
        Accepts => gave_up(id),
        _ => true,
    };
    let takes = |importer, module| {
        let swaps = graph.kind(module) == ModuleKind::Style
            && matches!(graph.kind(importer), ModuleKind::Page | ModuleKind::Script);
        swaps || (graph.accepts(importer, module) && !gave_up(importer))
    };
    let edges: Pairs = ids
        .iter()
        .flat_map(|&importer| {
            graph
                .imports(importer)
                .iter()
                .map(move |&one| (importer, one))
        })
        .collect();

    let mut stale: BTreeSet<ModuleId> = changed.iter().copied().collect();
    loop {
        let reached: Vec<ModuleId> = edges
            .iter()
            .filter(|(importer, module)| {
                stale.contains(module) && goes_on(*module) && !takes(*importer, *module)
            })
            .map(|(importer, _)| *importer)
            .filter(|importer| !stale.contains(importer))
            .collect();
        if reached.is_empty() {
            break;
        }
        stale.extend(reached);
    }

    let own = stale
        .iter()
        .filter(|&&id| accepts_itself(id))
        .map(|&id| (id, id));
    let of_others = edges
        .iter()
        .filter(|(importer, module)| {
            stale.contains(module) && goes_on(*module) && takes(*importer, *module)
        })
        .copied();
    let boundaries = own.chain(of_others).collect();
    let has_importers = |id| edges.iter().any(|(_, module)| *module == id);
    let is_end = |id| match graph.acceptance(id) {
        Declines => true,
        _ => goes_on(id) && !accepts_itself(id) && !has_importers(id),
    };
    let ends = stale
        .iter()
        .filter(|&&id| is_end(id))
        .map(|&id| (id, id))
        .collect();
    (stale, boundaries, ends)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn propagation_does_what_its_rules_say(
        modules in modules(),
        changed in prop::collection::vec(0..1000_usize, 1..4),
        trail in prop::collection::vec(0..1000_usize, 0..3),
    ) {
        let (graph, ids) = build(&modules);
        let named = |number: &usize| ids[number % ids.len()];
        let changed: Vec<ModuleId> = changed.iter().map(named).collect();
        let trail: Vec<ModuleId> = trail.iter().map(named).collect();
        let found = Propagator::default().propagate(&graph, &changed, &trail);
        let (stale, boundaries, ends) = naive(&graph, &ids, &changed, &trail);

        let once: BTreeSet<ModuleId> = found.stale.iter().copied().collect();
        prop_assert_eq!(once.len(), found.stale.len(), "each stale module once");
        prop_assert_eq!(once, stale);
        let pairs: Pairs = found.boundaries.iter().map(|one| (one.boundary, one.accepted)).collect();
        prop_assert_eq!(pairs, boundaries);
        let at: Pairs = found.dead_ends.iter().map(|one| (one.at, one.at)).collect();
        prop_assert_eq!(at, ends);
    }
}
