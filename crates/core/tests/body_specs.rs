//! Runs the cases in `specs/body`, `specs/shell` and `specs/early`: a source, and the body, the shell or the early error.
//!
//! `UPDATE=1 cargo test --test body_specs` writes the outputs anew; review the difference before you keep it.

use hotgraph_core::syntax::analyze::{AnalyzeError, Dialect, analyze_fully};
use hotgraph_core::syntax::body::{self, BodyPlan, ImportKind, Shell};

mod support;

#[test]
fn every_module_gives_its_body() {
    let count = support::check("body", |source, dialect| {
        planned(source, dialect, |plan| {
            let code = function_of(source, plan);
            format!("{}=> {}", facts(plan), own_code(&code))
        })
    });
    assert!(count > 100, "only {count} cases were found");
}

#[test]
fn every_module_gives_its_shell() {
    let count = support::check("shell", |source, dialect| {
        planned(source, dialect, |plan| shell_of(source, plan))
    });
    assert!(count > 10, "only {count} cases were found");
}

#[test]
fn every_early_error_is_found() {
    let count = support::check("early", |source, dialect| {
        planned(source, dialect, |_| "valid".to_owned())
    });
    assert!(count > 100, "only {count} cases were found");
}

#[test]
fn a_place_means_the_same_in_a_shell_and_in_an_evaluated_body() {
    let sources = [
        "MARK",
        "\u{feff}MARK",
        "#!/usr/bin/env node\nMARK",
        "/* 😀 */ MARK; await 1",
        "import { a } from 'x'; a(); MARK",
        "import { a } from 'x'; a(); a(); export const k = a, l = MARK",
        "export function f() {} export default () => MARK",
        "let a;\nimport b from 'y'; b.c(b,\n  b, MARK)",
    ];
    for source in sources {
        planned(source, Dialect::JavaScript, |plan| {
            let evaluated = format!("({})", function_of(source, plan));
            for code in [shell_of(source, plan), evaluated] {
                let before = &code[..code.find("MARK").expect("the code has it")];
                let line = before.matches('\n').count() + 1;
                let column = before
                    .rsplit('\n')
                    .next()
                    .unwrap_or("")
                    .encode_utf16()
                    .count()
                    + 1;
                let origin = plan.origin(source, line as u32, column as u32);
                assert_eq!(origin, source.find("MARK"), "{code}");
            }
            String::new()
        });
    }
}

fn planned(source: &str, dialect: Dialect, show: impl Fn(&BodyPlan) -> String) -> String {
    match analyze_fully(source, dialect) {
        Ok(record) => match record.body.expect("all that can be found out") {
            Ok(plan) => show(&plan),
            Err(reason) => format!("no body: {reason}"),
        },
        Err(AnalyzeError::Syntax(error)) => {
            let text = source[error.offset..].split_whitespace().next();
            format!("{}: {}", text.unwrap_or("the end"), error.message)
        }
        Err(error) => format!("error: {error}"),
    }
}

/// The body, after a look at whether it is one.
fn function_of(source: &str, plan: &BodyPlan) -> String {
    let code = body::function(source, plan);
    let module = format!("export default {code};");
    let parsed = analyze_fully(&module, Dialect::JavaScript);
    assert!(parsed.is_ok(), "{parsed:?}:\n{code}");
    assert!(lines(&code) - lines(source) <= 1, "{code}");
    code
}

fn shell_of(source: &str, plan: &BodyPlan) -> String {
    let shell = Shell {
        client_url: "/hot.js",
        definition: "{\"url\":\"/</a>\u{2028}.js\"}",
        is_inline: source.contains("inline"),
    };
    let code = body::shell(source, plan, &shell);
    let parsed = analyze_fully(&code, Dialect::JavaScript);
    assert!(parsed.is_ok(), "{parsed:?}:\n{code}");
    assert!(lines(&code) - lines(source) <= 1, "{code}");
    code
}

fn lines(code: &str) -> usize {
    hotgraph_core::syntax::edit::line_ends(code).count()
}

/// A body without what is the same in all.
fn own_code(code: &str) -> &str {
    let start = ["yield;", "await $hot_w;"]
        .iter()
        .filter_map(|end| Some(code.find(end)? + end.len()))
        .min();
    let code = &code[start.unwrap_or_default()..];
    let code = code.strip_suffix('}').unwrap_or(code);
    code.strip_suffix('\n').unwrap_or(code)
}

fn facts(plan: &BodyPlan) -> String {
    let mut lines: Vec<String> = Vec::new();
    for import in plan.imports() {
        let kind = match import.kind {
            ImportKind::Import => "import",
            ImportKind::Reexport => "reexport",
            ImportKind::Star => "star",
        };
        let kind_of = match import.attribute_type() {
            Some(of) => format!(" of type {of}"),
            None => String::new(),
        };
        let names = import.names.join(", ");
        lines.push(format!(
            "{kind} {{{names}}} from {:?}{kind_of}",
            import.specifier
        ));
    }
    for local in plan.locals() {
        let declared = format!("{:?}", local.declared).to_lowercase();
        lines.push(format!(
            "export {declared} {} as {:?}",
            local.local, local.exported
        ));
    }
    for indirect in plan.indirect() {
        let name = indirect.name.as_deref().unwrap_or("*");
        lines.push(format!(
            "export {name:?} of import {} as {:?}",
            indirect.import, indirect.exported
        ));
    }
    let stars: Vec<usize> = plan.stars().collect();
    if !stars.is_empty() {
        lines.push(format!("stars {stars:?}"));
    }
    if plan.is_async() {
        lines.push("async".to_owned());
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}
