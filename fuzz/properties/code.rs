//! Source text: whatever it is, reading it ends well, and what is served means what was written.

use hotgraph::engine::{Engine, EngineOptions};
use hotgraph_core::diagnostic::place_of;
use hotgraph_core::graph::folders::Folders;
use hotgraph_core::syntax::analyze::{AnalyzeError, Dialect, HotUse, ModuleRecord, Span};
use hotgraph_core::syntax::analyze::{analyze, needs_rewrite};
use hotgraph_core::syntax::rewrite::{Rewrite, rewrite};
use hotgraph_core::{graph::url, syntax::style};

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
    if OURS.iter().any(|ours| source.contains(ours)) {
        return;
    }
    let Ok(record) = analyze(source, Dialect::JavaScript) else {
        return;
    };
    let is_plain = !record.hot.used && record.dynamic_imports.is_empty();
    assert!(
        is_plain || needs_rewrite(source),
        "the search of bytes missed it"
    );

    let unchanged = rewritten(source, &record, &|_| None);
    let wraps = record
        .dynamic_imports
        .iter()
        .any(|import| !is_style(&import.attribute_type));
    assert_eq!(
        unchanged.is_some(),
        wraps,
        "only dynamic imports are wrapped"
    );
    if let Some(output) = &unchanged {
        let bare = without_closings(&output.replace(OPENING, ""));
        assert_eq!(bare, without_closings(source));
        same_facts(source, &record, output, &|specifier| specifier.to_owned());
    }

    let stamp = |specifier: &str| url::stamp(specifier, VERSION);
    let hostile = |specifier: &str| format!("{specifier}'\"`${{x}}$\\\n\r\u{2028}\u{2029}");
    for change in [&stamp as &dyn Fn(&str) -> String, &hostile] {
        if let Some(output) = rewritten(source, &record, &|specifier| Some(change(specifier))) {
            same_facts(source, &record, &output, change);
        }
    }
    check_served(source);
}

/// What stands around the argument of a dynamic import.
const OPENING: &str = "(globalThis.__hotgraph__?.dynamic??String)(";
const CLOSINGS: [&str; 2] = [",import.meta.url)", ",import.meta.url,1)"];

fn without_closings(text: &str) -> String {
    CLOSINGS
        .iter()
        .fold(text.to_owned(), |text, closing| text.replace(closing, ""))
}

fn rewritten(
    source: &str,
    record: &ModuleRecord,
    stamp: &dyn Fn(&str) -> Option<String>,
) -> Option<String> {
    let how = Rewrite {
        preamble: None,
        patch: None,
        stamp,
        identify: &|_| None,
    };
    rewrite(source, record, &how)
}

fn is_style(attribute_type: &Option<String>) -> bool {
    attribute_type.as_deref() == Some("css")
}

/// The output is a module on as many lines with the same imports, but for what was done to their specifiers, and
/// the same of everything else.
fn same_facts(source: &str, record: &ModuleRecord, output: &str, change: &dyn Fn(&str) -> String) {
    assert_eq!(lines(source), lines(output), "lines of {output:?}");
    let after = match analyze(output, Dialect::JavaScript) {
        Ok(after) => after,
        // The wrapper nests deeper.
        Err(AnalyzeError::TooDeep) => return,
        Err(error) => panic!("{error}: {output:?}"),
    };
    let specifiers = |record: &ModuleRecord, change: &dyn Fn(&str) -> String| -> Vec<_> {
        let imports = record.imports.iter();
        imports
            .map(|import| {
                let is_kept = is_style(&import.attribute_type);
                let specifier = &import.specifier;
                let specifier = if is_kept {
                    specifier.clone()
                } else {
                    change(specifier)
                };
                (
                    specifier,
                    import.attribute_type.clone(),
                    import.names.clone(),
                )
            })
            .collect()
    };
    let keep = |specifier: &str| specifier.to_owned();
    assert_eq!(
        specifiers(record, change),
        specifiers(&after, &keep),
        "{output:?}"
    );
    assert_eq!(
        record.dynamic_imports.len(),
        after.dynamic_imports.len(),
        "{output:?}"
    );
    let (exports, exports_after) = (&record.exports, &after.exports);
    assert_eq!(
        (exports, record.reexports_all),
        (exports_after, after.reexports_all)
    );
    assert_eq!(accepted(&record.hot), accepted(&after.hot), "{output:?}");
}

type Accepted<'a> = (
    bool,
    bool,
    bool,
    bool,
    Vec<&'a str>,
    Option<&'a Vec<String>>,
);

fn accepted(hot: &HotUse) -> Accepted<'_> {
    let specifiers = hot
        .accepts
        .iter()
        .map(|accepted| accepted.specifier.as_str());
    (
        hot.used,
        hot.accepts_self.is_some(),
        hot.declines,
        hot.opaque,
        specifiers.collect(),
        hot.accepts_exports.as_ref(),
    )
}

/// How many lines a browser counts.
fn lines(text: &str) -> usize {
    let breaks = text.matches(['\n', '\r', '\u{2028}', '\u{2029}']).count();
    breaks - text.matches("\r\n").count()
}

/// Names that hotgraph brings along. A module that has them itself is not expected to work.
const OURS: [&str; 2] = ["__hot$", "__hotgraph__"];

/// An engine serves it, to an importer that counts on its exports, as a module on as many lines that exports the same.
fn check_served(source: &str) {
    // Names of ours may be written with escapes.
    if source.contains("\\u") {
        return;
    }
    let options = EngineOptions {
        folders: Folders::below("/"),
        client_url: "/client.js".to_owned(),
        watch: hotgraph::engine::Watching::Off,
        carries: false,
        serves_files: false,
        snapshot: None,
    };
    let engine = Engine::start(options, std::sync::Arc::new(|_, _| {})).expect("a thread");
    let importer = "export * from './a.js'; import.meta.hot.accept()";
    engine.serve_script("/top.js", importer, None);
    let Some(output) = engine.serve_script("/a.js", source, None).code else {
        return;
    };
    assert_eq!(lines(source), lines(&output), "lines of {output:?}");
    let after = match analyze(&output, Dialect::JavaScript) {
        Ok(after) => after,
        Err(AnalyzeError::TooDeep) => return,
        Err(error) => panic!("{error}: {output:?}"),
    };
    let before = analyze(source, Dialect::JavaScript).expect("it was read before");
    let sorted = |record: &ModuleRecord| {
        let mut exports = record.exports.clone();
        exports.sort();
        exports
    };
    assert_eq!(sorted(&before), sorted(&after), "{output:?}");
    let specifiers = |record: &ModuleRecord| {
        let imports = record.imports.iter().map(|import| import.specifier.clone());
        let mut specifiers: Vec<_> = imports.filter(|name| name != "/client.js").collect();
        specifiers.sort();
        specifiers.dedup();
        specifiers
    };
    if !before
        .imports
        .iter()
        .any(|import| import.specifier == "/client.js")
    {
        assert_eq!(specifiers(&before), specifiers(&after), "{output:?}");
    }
}

/// A style sheet keeps its lines, and stamping it again changes nothing more.
fn check_style(source: &str) {
    let Some(output) = style::stamp_imports(source, VERSION) else {
        return;
    };
    assert_eq!(source.matches('\n').count(), output.matches('\n').count());
    assert_eq!(
        style::stamp_imports(&output, VERSION).as_ref(),
        Some(&output)
    );
    let older = style::stamp_imports(source, VERSION - 1).expect("the same imports");
    assert_eq!(style::stamp_imports(&older, VERSION), Some(output));
}
