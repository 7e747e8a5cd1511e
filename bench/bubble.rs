//! One change at the bottom of a chain of 10, to count its instructions:
//!
//! ```sh
//! cargo bench --no-default-features --bench bubble --no-run # says where the program is
//! valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect='*one_walk*' <program> 1000000
//! ```
#![allow(clippy::print_stdout, reason = "the numbers are what this is for")]

#[path = "support/big_graph.rs"]
#[allow(dead_code)]
mod support;

use std::hint::black_box;

use hotgraph_core::graph::propagate::{Propagation, Propagator};
use hotgraph_core::graph::{ModuleGraph, ModuleId};
use support::chains;

#[inline(never)]
fn one_walk(propagator: &mut Propagator, graph: &ModuleGraph, bottom: ModuleId) -> Propagation {
    propagator.propagate(graph, &[bottom], &[])
}

fn main() {
    let sizes = std::env::args().filter_map(|argument| argument.parse().ok());
    for modules in sizes {
        let (graph, ids) = chains(modules, 10);
        let mut propagator = Propagator::default();
        let bottom = ids[modules as usize / 2 + 9];
        // The first walk makes the scratch tables and tidies up the allocator.
        drop(propagator.propagate(&graph, &[bottom], &[]));
        let found = black_box(one_walk(&mut propagator, &graph, bottom));
        println!("{} of {modules} modules are stale", found.stale.len());
    }
}
