//! Runs the cases in `specs/analyze`: a source, and what is read from it.
//!
//! `UPDATE=1 cargo test --test analyze_specs` writes the outputs anew; review the
//! difference before you keep it.

use hotgraph_core::syntax::analyze::{
    AnalyzeError, Dialect, MisuseKind, ModuleRecord, Span, analyze,
};

mod support;

#[test]
fn every_case_gives_its_output() {
    let count = support::check("analyze", run);
    assert!(count > 100, "only {count} cases were found");
}

fn run(source: &str, dialect: Dialect) -> String {
    match analyze(source, dialect) {
        Ok(record) => facts(source, &record),
        Err(AnalyzeError::Syntax(error)) => {
            format!("syntax error at {}: {}", error.offset, error.message)
        }
        Err(error) => format!("error: {error}"),
    }
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
            "accepts {:?} at {}",
            accepted.specifier,
            text(accepted.span)
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
