//! How many bytes a module and an edge of the graph take, by a counting allocator.

#[path = "support/big_graph.rs"]
mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use hotgraph::core::graph::ModuleGraph;
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

fn bytes_of(name: &str, build: impl Fn() -> ModuleGraph) {
    let before = LIVE.load(Ordering::Relaxed);
    let graph = build();
    let bytes = LIVE.load(Ordering::Relaxed) - before;
    let modules = graph.len();
    let urls: usize = graph.ids().map(|id| graph.url(id).len()).sum();
    let edges: usize = graph.ids().map(|id| graph.imports(id).len()).sum();
    println!(
        "{name}: {modules} modules, {edges} edges: {} bytes a module beside its url",
        (bytes - urls) / modules
    );
}

fn main() {
    bytes_of("5 edges a module", || big_graph(100_000, 4).0);
    bytes_of("1 edge a module", || chains(100_000, 10).0);
}
