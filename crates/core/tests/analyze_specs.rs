//! Runs the cases in `specs/analyze`: a source, and what is read from it and made of it.
//!
//! Each file holds cases of `# source: <title>` and `# output`. Its inner extension is the dialect
//! (`accept.js.txt`). `UPDATE=1 cargo test --test analyze_specs` writes the outputs anew; review the
//! difference before you keep it.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use hotgraph_core::syntax::analyze::{
    AnalyzeError, Dialect, MisuseKind, ModuleRecord, Span, analyze,
};
use hotgraph_core::syntax::rewrite::{Rewrite, rewrite};

const SOURCE: &str = "# source: ";
const OUTPUT: &str = "# output";

struct Case {
    title: String,
    source: String,
    output: String,
}

#[test]
fn every_case_gives_its_output() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/specs/analyze");
    let update = std::env::var_os("UPDATE").is_some();
    let mut failures = String::new();
    let mut count = 0;
    for file in files_of(&folder) {
        let stem = file.with_extension("");
        let dialect = Dialect::from_extension(&stem).expect("an inner extension");
        let mut cases = parse(&fs::read_to_string(&file).expect("a readable file"));
        for case in &mut cases {
            count += 1;
            let output = run(&case.source, dialect);
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
    assert!(count > 100, "only {count} cases were found");
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

/// Control characters in a spec would be hard to see, so that some are written as `<BOM>` and the like.
const INVISIBLE: [(&str, &str); 4] = [
    ("<BOM>", "\u{feff}"),
    ("<CR>", "\r"),
    ("<LS>", "\u{2028}"),
    ("<NBSP>", "\u{a0}"),
];

fn run(source: &str, dialect: Dialect) -> String {
    let source = INVISIBLE
        .iter()
        .fold(source.to_owned(), |text, (name, it)| text.replace(name, it));
    let text = match analyze(&source, dialect) {
        Ok(record) => {
            let preamble = record.hot.used.then_some("hot();");
            let code = rewrite(
                &source,
                &record,
                &Rewrite {
                    preamble,
                    patch: None,
                    stamp: &stamp,
                    identify: &|_| None,
                },
            );
            let facts = facts(&source, &record);
            match code {
                Some(code) if facts.is_empty() => format!("=> {code}"),
                Some(code) => format!("{facts}=> {code}"),
                None => facts,
            }
        }
        Err(AnalyzeError::Syntax(error)) => {
            format!("syntax error at {}: {}", error.offset, error.message)
        }
        Err(error) => format!("error: {error}"),
    };
    let text = INVISIBLE
        .iter()
        .fold(text, |text, (name, it)| text.replace(it, name));
    text.trim_end().to_owned()
}

fn stamp(specifier: &str) -> Option<String> {
    if specifier.contains("hostile") {
        return Some(format!("{specifier}'\"`${{x}}$\\\n\r\u{2028}"));
    }
    specifier
        .contains("changed")
        .then(|| format!("{specifier}?v=1"))
}

fn facts(source: &str, record: &ModuleRecord) -> String {
    let text = |span: Span| &source[span.start..span.end];
    let mut lines: Vec<String> = Vec::new();
    let of_type = |kind: &Option<String>| {
        kind.as_ref()
            .map_or(String::new(), |kind| format!(" of type {kind}"))
    };
    for import in &record.imports {
        let (names, kind) = (import.names.join(", "), of_type(&import.attribute_type));
        lines.push(format!(
            "import {{{names}}} from {:?} at {}{kind}",
            import.specifier,
            text(import.span)
        ));
    }
    for import in &record.dynamic_imports {
        let literal = import
            .literal
            .as_ref()
            .map_or(String::new(), |(value, span)| {
                format!(" = {value:?} at {}", text(*span))
            });
        let kind = of_type(&import.attribute_type);
        lines.push(format!("import({}){literal}{kind}", text(import.argument)));
    }
    for script in &record.scripts {
        lines.push(format!("importScripts {script:?}"));
    }
    if !record.exports.is_empty() {
        lines.push(format!("export {{{}}}", record.exports.join(", ")));
    }
    assert_eq!(
        record.has_default_export,
        record.exports.iter().any(|name| name == "default")
    );
    if record.reexports_all {
        lines.push("export *".to_owned());
    }
    let hot = &record.hot;
    if let Some(accept) = hot.accepts_self {
        let callback = if accept.callback {
            " with a callback"
        } else {
            ""
        };
        let bubbles = if accept.bubbles { ", bubbles" } else { "" };
        lines.push(format!("accepts itself{callback}{bubbles}"));
    }
    for accepted in &hot.accepts {
        lines.push(format!(
            "accepts {:?} at {}{}",
            accepted.specifier,
            text(accepted.span),
            if accepted.by_import {
                ", by import"
            } else {
                ""
            }
        ));
    }
    if let Some(names) = &hot.accepts_exports {
        lines.push(format!("accepts exports {{{}}}", names.join(", ")));
    }
    for misuse in &hot.misuses {
        let kind = match misuse.kind {
            MisuseKind::Declined { by } => format!("Declined by {}", text(by)),
            kind => format!("{kind:?}"),
        };
        lines.push(format!("{kind} at {}", text(misuse.span)));
    }
    for (is, what) in [
        (hot.declines, "declines"),
        (hot.writes_data, "writes data"),
        (hot.opaque, "opaque"),
        (
            hot.used
                && hot
                    == &(hotgraph_core::syntax::analyze::HotUse {
                        used: true,
                        ..Default::default()
                    }),
            "hot",
        ),
        (
            !hot.used && hot != &Default::default(),
            "BUG: not marked as used",
        ),
    ] {
        if is {
            lines.push(what.to_owned());
        }
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}
