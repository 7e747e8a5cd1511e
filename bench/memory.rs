//! How many bytes a module and an edge of the graph take, by a counting allocator.
#![allow(unsafe_code, reason = "an allocator counts")]
#![allow(clippy::print_stdout, reason = "the numbers are what this is for")]

#[path = "support/big_graph.rs"]
mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use hotgraph_core::graph::{ModuleGraph, ModuleId};
use support::{big_graph, chains};

struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is handed on to the system allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size(), Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The bytes that a graph takes in addition to its urls, and its edges.
fn measure(build: impl Fn() -> (ModuleGraph, Vec<ModuleId>)) -> (f64, f64) {
    let before = LIVE.load(Ordering::Relaxed);
    let (graph, ids) = build();
    drop(ids);
    let bytes = LIVE.load(Ordering::Relaxed) - before;
    let urls: usize = graph.ids().map(|id| graph.url(id).len()).sum();
    let edges: usize = graph.ids().map(|id| graph.imports(id).len()).sum();
    ((bytes - urls) as f64, edges as f64)
}

fn main() {
    // 1,048,577 modules are the worst case: the tables have just doubled.
    for modules in [100_000, 1_000_000, 1_048_577] {
        let (bare, _) = measure(|| big_graph(modules, 0, 0));
        let each = bare / f64::from(modules);
        println!("{modules} modules: {each:.1} bytes each, in addition to urls and edges");
        let of_edges = |name: &str, (bytes, edges): (f64, f64)| {
            println!(
                "  {edges} edges, {name}: {:.1} bytes each",
                (bytes - bare) / edges
            );
        };
        of_edges("one a module", measure(|| big_graph(modules, 1, 0)));
        of_edges("chains of 10 below a page", measure(|| chains(modules, 10)));
        for fan_out in [5, 9, 20] {
            let graph = measure(|| big_graph(modules, fan_out, u32::MAX));
            of_edges(&format!("{fan_out} a module"), graph);
        }
    }
}
