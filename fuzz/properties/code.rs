//! Source text: whatever it is, reading it ends well, and what is served and sent of it can be read again.

use std::collections::BTreeSet;

use hotgraph_core::diagnostic::place_of;
use hotgraph_core::graph::url::Hosts;
use hotgraph_core::syntax::analyze::{AnalyzeError, Dialect, ModuleRecord, Span};
use hotgraph_core::syntax::analyze::{analyze, analyze_fully, may_import_later, may_use_hot};
use hotgraph_core::syntax::body::{self, BodyPlan, Shell};
use hotgraph_core::syntax::style;

const VERSION: u64 = 7;

/// Checks a source. The first byte says of which dialect: `0` JavaScript, `1` JSX, `2` TypeScript, `3` TSX, `4` CSS.
pub fn check(data: &[u8]) {
    let Some((&dialect, source)) = data.split_first() else {
        return;
    };
    let Ok(source) = std::str::from_utf8(source) else {
        return;
    };
    match dialect.wrapping_sub(b'0') % 5 {
        0 => check_script(source),
        1 => check_facts(source, Dialect::Jsx),
        2 => check_facts(source, Dialect::TypeScript),
        3 => check_facts(source, Dialect::Tsx),
        _ => check_style(source),
    }
}

/// What is read from a source is within it.
fn check_facts(source: &str, dialect: Dialect) {
    match analyze(source, dialect) {
        Ok(record) => check_spans(source, &record),
        Err(AnalyzeError::Syntax(error)) => {
            let place = place_of(source, error.offset);
            assert!(place.line >= 1 && place.column >= 1);
        }
        Err(_) => {}
    }
}

fn check_spans(source: &str, record: &ModuleRecord) {
    let text = |span: Span| {
        source
            .get(span.start..span.end)
            .expect("a range of the source")
    };
    let is_literal = |span: Span| {
        let literal = text(span);
        let quote = literal.chars().next().expect("a quote");
        assert!("'\"`".contains(quote) && literal.len() >= 2 && literal.ends_with(quote));
    };
    for import in &record.imports {
        is_literal(import.span);
    }
    for import in &record.dynamic_imports {
        text(import.argument);
        if let Some((_, span)) = &import.literal {
            is_literal(*span);
        }
    }
    for accepted in &record.hot.accepts {
        is_literal(accepted.span);
    }
    for misuse in &record.hot.misuses {
        text(misuse.span);
    }
}

fn check_script(source: &str) {
    check_facts(source, Dialect::JavaScript);
    let Ok(record) = analyze_fully(source, Dialect::JavaScript) else {
        return;
    };
    check_search(source, &record);
    // Names of ours may be written with escapes.
    if let Some(Ok(plan)) = &record.body
        && !source.contains("\\u")
    {
        check_function(source, plan);
        check_shell(source, &record, plan);
    }
}

/// What the search of bytes rules out, the parser does not find.
fn check_search(source: &str, record: &ModuleRecord) {
    assert!(
        !record.hot.used || may_use_hot(source),
        "the search missed a use of import.meta.hot"
    );
    assert!(
        record.dynamic_imports.is_empty() || may_import_later(source),
        "the search missed a dynamic import"
    );
}

/// A body is an expression on as many lines, or one more, and imports and exports nothing.
fn check_function(source: &str, plan: &BodyPlan) {
    let function = body::function(source, plan);
    let more = lines(&function) - own_lines(source);
    assert!(more <= 1, "lines of {function:?}");
    let Some(after) = read_again(&format!("export default{{a:{function}}};")) else {
        return;
    };
    assert!(after.imports.is_empty(), "{function:?}");
    assert!(after.dynamic_imports.is_empty(), "{function:?}");
    assert!(!after.hot.used, "{function:?}");
    assert_eq!(after.exports, ["default"], "{function:?}");
}

/// What the server has to say of a module, at its worst.
const DEFINITION: &str = "{\"url\":\"/a</script>'`${\u{2028}\u{2029}\"}";

const CLIENT: &str = "/client.js";

/// A shell is a module on as many lines, or one more, that imports and exports the same.
fn check_shell(source: &str, record: &ModuleRecord, plan: &BodyPlan) {
    for is_inline in [false, true] {
        let how = Shell {
            client_url: CLIENT,
            definition: DEFINITION,
            is_inline,
        };
        let shell = body::shell(source, plan, &how);
        let more = lines(&shell) - own_lines(source);
        assert!(more <= 1, "lines of {shell:?}");
        let openings = |text: &str| text.matches('<').count();
        assert!(
            !is_inline || openings(&shell) <= openings(source),
            "it could end its script: {shell:?}"
        );
        let Some(after) = read_again(&shell) else {
            return;
        };
        let sorted = |record: &ModuleRecord| {
            let mut exports = record.exports.clone();
            exports.sort();
            exports
        };
        assert_eq!(sorted(record), sorted(&after), "{shell:?}");
        assert_eq!(record.reexports_all, after.reexports_all, "{shell:?}");
        let specifiers = |record: &ModuleRecord| -> BTreeSet<_> {
            let imports = record.imports.iter();
            let own = imports.filter(|import| import.specifier != CLIENT);
            own.map(|import| (import.specifier.clone(), import.attribute_type.clone()))
                .collect()
        };
        assert_eq!(specifiers(record), specifiers(&after), "{shell:?}");
    }
}

/// The facts of generated code; `None` when it nests too deep by what was added.
fn read_again(output: &str) -> Option<ModuleRecord> {
    match analyze(output, Dialect::JavaScript) {
        Ok(record) => Some(record),
        Err(AnalyzeError::TooDeep) => None,
        Err(error) => panic!("{error}: {output:?}"),
    }
}

/// How many lines code has with more after it: a line feed joins what ends with a carriage return.
fn own_lines(source: &str) -> usize {
    lines(source) - usize::from(source.ends_with('\r'))
}

/// How many lines a browser counts.
fn lines(text: &str) -> usize {
    let breaks = text.matches(['\n', '\r', '\u{2028}', '\u{2029}']).count();
    breaks - text.matches("\r\n").count()
}

/// A style sheet keeps its lines, and stamping it again changes nothing more.
fn check_style(source: &str) {
    let Some(output) = stamped(source, VERSION) else {
        return;
    };
    assert_eq!(source.matches('\n').count(), output.matches('\n').count());
    assert_eq!(stamped(&output, VERSION).as_ref(), Some(&output));
    let older = stamped(source, VERSION - 1).expect("the same imports");
    assert_eq!(stamped(&older, VERSION), Some(output));
}

fn stamped(source: &str, version: u64) -> Option<String> {
    style::stamp_imports(source, version, &Hosts::default())
}
