//! How long a change takes to find everything stale, and what was pruned.

#[path = "support/big_graph.rs"]
mod support;

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use hotgraph_core::graph::propagate::Propagator;
use support::{big_graph, chains};

/// Imports of modules nearby, as most are, and of modules from everywhere, which no cache holds.
const REACHES: [(&str, u32); 2] = [("nearby", 2_000), ("anywhere", u32::MAX)];

/// A change of the module below all others makes all of them stale.
fn whole_graph(criterion: &mut Criterion) {
    for modules in [100_000, 1_000_000] {
        for (name, reach) in REACHES {
            let (graph, ids) = big_graph(modules, 5, reach);
            let mut propagator = Propagator::default();
            let last = [ids[ids.len() - 1]];
            let stale = propagator.propagate(&graph, &last, &[]).stale.len();
            let mut group = criterion.benchmark_group("whole graph");
            group.sample_size(20);
            group.bench_function(
                format!("{stale} of {modules} modules, 5 edges each, {name}"),
                |bencher| {
                    bencher.iter(|| propagator.propagate(&graph, black_box(&last), &[]));
                },
            );
        }
    }
}

/// A change at the bottom of a chain of 10 below a module that accepts itself.
fn bubble(criterion: &mut Criterion) {
    for modules in [1_000, 100_000, 1_000_000] {
        let (graph, ids) = chains(modules, 10);
        let mut propagator = Propagator::default();
        let bottom = [ids[modules as usize / 2 + 9]];
        let stale = propagator.propagate(&graph, &bottom, &[]).stale.len();
        criterion.bench_function(
            &format!("a bubble of depth {stale} in {modules} modules"),
            |bencher| {
                bencher.iter(|| propagator.propagate(&graph, black_box(&bottom), &[]));
            },
        );
    }
}

/// The page imports nothing any more.
fn prune(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("prune");
    group.sample_size(10);
    group.bench_function("100000 modules, 5 edges each", |bencher| {
        bencher.iter_batched(
            || big_graph(100_000, 5, 2_000),
            |(mut graph, ids)| {
                graph.set_imports(ids[0], Vec::new(), 1);
                assert_eq!(graph.take_orphans(1).len(), ids.len() - 1);
                graph
            },
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

criterion_group!(benches, whole_graph, bubble, prune);
criterion_main!(benches);
