//! How long a change takes to find everything stale.

#[path = "support/big_graph.rs"]
mod support;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use hotgraph::core::propagate::Propagator;
use support::{big_graph, chains};

fn propagate(criterion: &mut Criterion) {
    let (graph, ids) = big_graph(100_000, 4);
    let mut propagator = Propagator::default();
    let last = ids[ids.len() - 1];
    let stale = propagator.propagate(&graph, &[last], &[]).stale.len();
    criterion.bench_function(
        &format!("whole graph: {stale} of 100,000 modules, 500,000 edges"),
        |bencher| {
            bencher.iter(|| black_box(propagator.propagate(&graph, black_box(&[last]), &[])));
        },
    );

    let (graph, ids) = chains(100_000, 10);
    let bottom = ids[50_009];
    let stale = propagator.propagate(&graph, &[bottom], &[]).stale.len();
    criterion.bench_function(
        &format!("a bubble of depth {stale} in 100,000 modules"),
        |bencher| {
            bencher.iter(|| black_box(propagator.propagate(&graph, black_box(&[bottom]), &[])));
        },
    );
}

criterion_group!(benches, propagate);
criterion_main!(benches);
