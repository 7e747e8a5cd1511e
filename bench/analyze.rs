//! How long the analysis of real modules takes. The modules come from the packages in `node_modules`.

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hotgraph_core::syntax::analyze::{Dialect, analyze, analyze_fully, needs_rewrite};
use hotgraph_core::syntax::body::{Shell, shell};

const MODULES: [(&str, &str); 4] = [
    (
        "lit-element",
        "node_modules/lit-element/development/lit-element.js",
    ),
    ("lit-html", "node_modules/lit-html/development/lit-html.js"),
    ("vue", "node_modules/vue/dist/vue.esm-browser.js"),
    ("three", "node_modules/three/build/three.core.js"),
];

fn analysis(criterion: &mut Criterion) {
    // One export a module: the repetition is valid.
    let small: String = (0..8)
        .map(|index| {
            SMALL
                .replace("view", &format!("view{index}"))
                .replace("{ html", &format!("{{ html as html{index}"))
                .replace("{ format", &format!("{{ format as format{index}"))
        })
        .collect();
    let mut sources = vec![("a small hot module".to_owned(), small)];
    for (name, path) in MODULES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        match std::fs::read_to_string(&path) {
            Ok(source) => sources.push((name.to_owned(), source)),
            Err(error) => eprintln!("{}: {error}; run npm ci", path.display()),
        }
    }
    for (name, source) in &sources {
        let mut group = criterion.benchmark_group(format!("{name}, {} kB", source.len() / 1000));
        group.throughput(Throughput::Bytes(source.len() as u64));
        group.bench_function("analyze", |bencher| {
            bencher.iter(|| analyze(black_box(source), Dialect::JavaScript));
        });
        group.bench_function("analyze fully", |bencher| {
            bencher.iter(|| analyze_fully(black_box(source), Dialect::JavaScript));
        });
        let record = analyze_fully(source, Dialect::JavaScript).ok();
        if let Some(Ok(plan)) = record.and_then(|record| record.body) {
            let around = Shell {
                client_url: "/client.js",
                definition: "{}",
                is_inline: false,
            };
            group.bench_function("write the shell", |bencher| {
                bencher.iter(|| shell(black_box(source), &plan, &around));
            });
        }
        group.bench_function("is an analysis needed", |bencher| {
            bencher.iter(|| needs_rewrite(black_box(source)));
        });
        group.finish();
    }
}

/// About 310 bytes of everyday code.
const SMALL: &str = "import { html } from './lib.js';
import { format } from './format.js';
export function view(state, dispatch) {
  const items = state.items.filter((item) => !item.done).map((item) => format(item.name, { upper: true }));
  return html`<ul>${items.map((text) => html`<li @click=${() => dispatch(text)}>${text}</li>`)}</ul>`;
}
import.meta.hot?.accept();
";

criterion_group!(benches, analysis);
criterion_main!(benches);
