//! Imports that show what the other module exports now, in a module that accepts it and does not run again: its
//! callback counts on them (Bun).
//!
//! Knows source text and where such imports and their uses stand in it. Must not know who keeps the current
//! namespaces. No line moves.
//!
//! Nobody can assign an import, so that each use asks the page, which has something newer after an update:
//! `dep` becomes `globalThis.__hotgraph__.imported("/dep.js",__hot$l0,"dep")`, where `__hot$l0` is the namespace that
//! the module imported. The other module stays as it is.

use super::analyze::{Import, LiveImport, LiveUse, ModuleRecord, UsePlace};
use super::edit::Edit;
use super::literal::literal;
use super::patch::{attributes, insertion};

/// The variable that stands for an imported namespace, followed by the import's number.
const NAMESPACE: &str = "__hot$l";

/// What the namespace of a record's import is called.
pub fn namespace(import: usize) -> String {
    format!("{NAMESPACE}{import}")
}

/// The edits that make a module's uses ask. `url` names the module that a specifier of the record leads to; uses of
/// what cannot be named stay as they are.
pub fn uses(record: &ModuleRecord, url: &dyn Fn(&str) -> Option<String>) -> Vec<Edit> {
    let named = named(record, url);
    named
        .flat_map(|(live, _, url)| live.uses.iter().map(move |one| edit(live, one, &url)))
        .collect()
}

/// The imports of the namespaces, each in front of the import whose names are used: modules run in the order that
/// the source has. `stamp` gives what to import for a specifier.
pub fn statements(
    record: &ModuleRecord,
    url: &dyn Fn(&str) -> Option<String>,
    stamp: &dyn Fn(&str) -> Option<String>,
) -> Vec<Edit> {
    let statement = |(live, import, _): (&LiveImport, &Import, String)| {
        let stamped = stamp(&import.specifier);
        let from = literal(stamped.as_deref().unwrap_or(&import.specifier));
        let (name, attributes) = (namespace(live.import), attributes(import));
        let text = format!("import*as {name} from{from}{attributes};");
        insertion(live.statement, text)
    };
    named(record, url).map(statement).collect()
}

fn named<'a>(
    record: &'a ModuleRecord,
    url: &'a dyn Fn(&str) -> Option<String>,
) -> impl Iterator<Item = (&'a LiveImport, &'a Import, String)> {
    record.live_imports.iter().filter_map(move |live| {
        let import = record.imports.get(live.import)?;
        Some((live, import, url(&import.specifier)?))
    })
}

fn edit(live: &LiveImport, one: &LiveUse, url: &str) -> Edit {
    let namespace = namespace(live.import);
    let name = one
        .name
        .as_deref()
        .map_or_else(String::new, |name| format!(",{}", literal(name)));
    let value = format!(
        "globalThis.__hotgraph__.imported({},{namespace}{name})",
        literal(url)
    );
    Edit {
        span: one.span,
        text: match &one.place {
            UsePlace::Expression => value,
            UsePlace::Constructor => format!("({value})"),
            UsePlace::Shorthand(key) => format!("{key}:{value}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use crate::syntax::analyze::{Dialect, analyze, analyze_fully};
    use crate::syntax::carry::{Carriage, carry};
    use crate::syntax::rewrite::{Rewrite, rewrite};

    const ACCEPT: &str = "import.meta.hot.accept('./x.js', () => go());";

    #[track_caller]
    fn check(source: &str, expected: &str) {
        let source = format!("{source}\n{ACCEPT}");
        let record = analyze(&source, Dialect::JavaScript).expect("the test's source parses");
        let how = Rewrite {
            preamble: None,
            patch: None,
            stamp: &|_| None,
            identify: &|specifier| Some(specifier.replace("./", "/")),
        };
        let code = rewrite(&source, &record, &how).unwrap_or(source);
        assert_eq!(
            code.replace(
                "globalThis.__hotgraph__.imported(\"/x.js\",__hot$l0",
                "now("
            ),
            format!("{expected}\n{ACCEPT}")
        );
        analyze(&code, Dialect::JavaScript).expect("what is made of it parses");
    }

    #[test]
    fn uses_ask_the_page() {
        check(
            "import { a, b as c } from './x.js'; export const go = () => a + c.d(a);",
            "import*as __hot$l0 from\"./x.js\";import { a, b as c } from './x.js'; \
             export const go = () => now(,\"a\") + now(,\"b\").d(now(,\"a\"));",
        );
        check(
            "import a from './x.js'; export const go = () => a`${a()}`;",
            "import*as __hot$l0 from\"./x.js\";import a from './x.js'; \
             export const go = () => now(,\"default\")`${now(,\"default\")()}`;",
        );
        check(
            "import * as x from './x.js'; export function go() { return x.a; }",
            "import*as __hot$l0 from\"./x.js\";import * as x from './x.js'; \
             export function go() { return now().a; }",
        );
    }

    #[test]
    fn places_with_a_grammar_of_their_own() {
        check(
            "import { A } from './x.js'; export const go = () => ({ A, B: new A(), C: new A.B(A), D: class extends A {} });",
            "import*as __hot$l0 from\"./x.js\";import { A } from './x.js'; export const go = () => ({ A:now(,\"A\"), \
             B: new (now(,\"A\"))(), C: new (now(,\"A\")).B(now(,\"A\")), D: class extends now(,\"A\") {} });",
        );
        check(
            "import { a } from './x.js'; export default a; const go = (x = a) => typeof a && !a && a?.b;",
            "import*as __hot$l0 from\"./x.js\";import { a } from './x.js'; export default now(,\"a\"); \
             const go = (x = now(,\"a\")) => typeof now(,\"a\") && !now(,\"a\") && now(,\"a\")?.b;",
        );
        check(
            "import a from './x.js' with { type: 'json' }; const go = () => a;",
            "import*as __hot$l0 from\"./x.js\" with{type:\"json\"};import a from './x.js' with { type: 'json' }; \
             const go = () => now(,\"default\");",
        );
    }

    #[test]
    fn other_things_of_that_name_stay() {
        check(
            "import { a } from './x.js'; const go = (a) => { const { b } = a; x.a; ({ a: 1 }); for (const a of y) a(); };",
            "import { a } from './x.js'; const go = (a) => { const { b } = a; x.a; ({ a: 1 }); for (const a of y) a(); };",
        );
        check(
            "import { a } from './x.js'; const go = () => { { let a; a++; } const b = a; return b; };",
            "import*as __hot$l0 from\"./x.js\";import { a } from './x.js'; \
             const go = () => { { let a; a++; } const b = now(,\"a\"); return b; };",
        );
    }

    #[test]
    fn only_what_a_callback_counts_on() {
        let source = "import { a } from './x.js'; import { b } from './y.js'; import css from './z.css' with { type: 'css' };\n\
                      import.meta.hot.accept('./y.js', (y) => a(y)); import.meta.hot.accept('./z.css', () => css);\n\
                      b(a);";
        let record = analyze(source, Dialect::JavaScript).expect("the test's source parses");
        assert_eq!(record.live_imports, []);
    }

    #[test]
    fn carried_code_asks_too() {
        let source =
            "import { a } from './x.js';\nimport.meta.hot.accept('./x.js', () => a());\nnew a();";
        let record = analyze_fully(source, Dialect::JavaScript).expect("the test's source parses");
        let urls = ["/x.js".to_owned()];
        let code = carry(source, &record, &Carriage::default(), &urls).expect("it can be carried");
        assert!(
            code.contains("__hot$r=>{a=__hot$r(\"a\");__hot$l0=__hot$r();}"),
            "{code}"
        );
        assert!(code.contains("let a,__hot$l0;"), "{code}");
        let used = "() => globalThis.__hotgraph__.imported(\"/x.js\",__hot$l0,\"a\")()";
        assert!(code.contains(used), "{code}");
    }
}
