//! Cases as text files: a source, and what is made of it.
//!
//! A file holds cases of `# source: <title>` and `# output`. Its inner extension is the dialect (`accept.js.txt`).

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use hotgraph_core::syntax::analyze::Dialect;

const SOURCE: &str = "# source: ";
const OUTPUT: &str = "# output";

struct Case {
    title: String,
    source: String,
    output: String,
}

/// Checks the cases of a folder in `specs`, or writes their outputs anew when the environment has `UPDATE`.
/// Returns how many there are.
#[expect(clippy::disallowed_methods, reason = "the cases are files")]
pub fn check(folder: &str, run: impl Fn(&str, Dialect) -> String) -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/specs")
        .join(folder);
    let update = std::env::var_os("UPDATE").is_some();
    let mut failures = String::new();
    let mut count = 0;
    for file in files_of(&folder) {
        let stem = file.with_extension("");
        let dialect = Dialect::from_extension(&stem).expect("an inner extension");
        let mut cases = parse(&fs::read_to_string(&file).expect("a readable file"));
        for case in &mut cases {
            count += 1;
            let output = hide(&run(&reveal(&case.source), dialect));
            if output != case.output && !update {
                let Case {
                    title,
                    source,
                    output: expected,
                } = case;
                let name = file.file_name().unwrap_or_default().display();
                writeln!(
                    failures,
                    "-- {name}: {title}\n{source}\n-- expected\n{expected}\n-- got\n{output}"
                )
                .expect("a string");
            }
            case.output = output;
        }
        if update {
            fs::write(&file, print(&cases)).expect("a writable file");
        }
    }
    assert!(failures.is_empty(), "{failures}");
    count
}

/// Control characters in a spec would be hard to see: some are written as `<BOM>` and the like.
const INVISIBLE: [(&str, &str); 4] = [
    ("<BOM>", "\u{feff}"),
    ("<CR>", "\r"),
    ("<LS>", "\u{2028}"),
    ("<NBSP>", "\u{a0}"),
];

fn reveal(source: &str) -> String {
    INVISIBLE
        .iter()
        .fold(source.to_owned(), |text, (name, it)| text.replace(name, it))
}

fn hide(output: &str) -> String {
    let text = INVISIBLE
        .iter()
        .fold(output.to_owned(), |text, (name, it)| text.replace(it, name));
    text.trim_end().to_owned()
}

fn files_of(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of specs");
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    files
}

fn parse(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut in_output = false;
    for line in text.lines() {
        if let Some(title) = line.strip_prefix(SOURCE) {
            in_output = false;
            let (source, output) = (String::new(), String::new());
            cases.push(Case {
                title: title.to_owned(),
                source,
                output,
            });
        } else if line == OUTPUT {
            in_output = true;
        } else if let Some(case) = cases.last_mut() {
            let part = if in_output {
                &mut case.output
            } else {
                &mut case.source
            };
            part.push_str(line);
            part.push('\n');
        }
    }
    for case in &mut cases {
        case.source = case.source.trim_end().to_owned();
        case.output = case.output.trim_end().to_owned();
    }
    cases
}

fn print(cases: &[Case]) -> String {
    let blocks: Vec<String> = cases
        .iter()
        .map(
            |Case {
                 title,
                 source,
                 output,
             }| format!("{SOURCE}{title}\n{source}\n{OUTPUT}\n{output}\n"),
        )
        .collect();
    blocks.join("\n")
}
