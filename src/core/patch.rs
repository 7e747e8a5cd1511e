//! Making a module's exports assignable from outside, so that importers that do not run again can be given
//! a new generation's values (Bun's importer patching, on modules that stay modules).
//!
//! Knows source text and where exports stand in it. Must not know who assigns. No line moves.

use super::analyze::{AnonymousDefault, LocalExports, ModuleRecord, Span};
use super::edit::Edit;

/// The name of a default export that has none. `$` keeps it out of most people's way.
const DEFAULT: &str = "__hot$default";

/// A pair of functions for each export that is a variable of the module, nothing for one that is another
/// module's: `{add:[()=>add,__hot$v=>{add=__hot$v}],other:[]}`. To stand in the preamble: they see the
/// variables although these are declared further down.
pub fn accessors(record: &ModuleRecord) -> String {
    let exports = &record.local_exports;
    let entries = record.exports.iter().map(|exported| {
        let name = property_name(exported);
        let is_unnamed = exported == "default" && exports.anonymous_default.is_some();
        let variable = exports
            .variables
            .iter()
            .find(|variable| variable.exported == *exported);
        let local = variable.map(|variable| &*variable.local);
        match local.or(is_unnamed.then_some(DEFAULT)) {
            Some(local) => format!("{name}:[()=>{local},__hot$v=>{{{local}=__hot$v}}]"),
            None => format!("{name}:[]"),
        }
    });
    format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
}

/// What the preamble has to say beside: the export of a default that now has a name.
pub fn export_statement(exports: &LocalExports) -> String {
    match exports.anonymous_default {
        Some(_) => format!("export{{{DEFAULT} as default}};"),
        None => String::new(),
    }
}

/// The edits that make every export a variable that can be assigned.
pub fn edits(source: &str, exports: &LocalExports) -> Vec<Edit> {
    let mut edits: Vec<Edit> = exports
        .constants
        .iter()
        .filter(|keyword| source.get(keyword.start..keyword.end) == Some("const"))
        .map(|&span| Edit {
            span,
            text: "let  ".to_owned(),
        })
        .collect();
    match exports.anonymous_default {
        Some(AnonymousDefault::Expression { export, value }) => {
            // As the value of a property called `default` an unnamed function or class gets the name that
            // the language gives it there.
            let opening = format!(";let {{default:{DEFAULT}}}={{default:");
            edits.push(replacement(source, export, value.start, &opening));
            edits.push(Edit {
                span: Span {
                    start: value.end,
                    end: value.end,
                },
                text: "};".to_owned(),
            });
        }
        Some(AnonymousDefault::Function { export, function }) => {
            edits.push(replacement(source, export, function.start, ";"));
            let at = function_name_place(source, function);
            edits.push(Edit {
                span: Span { start: at, end: at },
                text: format!(" {DEFAULT}"),
            });
        }
        None => {}
    }
    edits
}

/// Replaces a range by a text, and keeps the line breaks that were in it.
fn replacement(source: &str, start: usize, end: usize, text: &str) -> Edit {
    let lines = source
        .get(start..end)
        .unwrap_or_default()
        .matches('\n')
        .count();
    Edit {
        span: Span { start, end },
        text: format!("{text}{}", "\n".repeat(lines)),
    }
}

/// Where the name of an unnamed function goes: behind `function` or `function*`.
fn function_name_place(source: &str, function: Span) -> usize {
    let text = source.get(function.start..function.end).unwrap_or_default();
    let keyword = text.find("function").map_or(0, |at| at + "function".len());
    let rest = text.get(keyword..).unwrap_or_default();
    let before_star = rest.len() - rest.trim_start().len();
    let is_generator = rest.trim_start().starts_with('*');
    function.start + keyword + if is_generator { before_star + 1 } else { 0 }
}

/// A property's name as an object literal can hold any: string module export names may be no identifiers.
fn property_name(name: &str) -> String {
    let is_simple = name
        .chars()
        .all(|character| character.is_ascii_alphanumeric() || "_$".contains(character))
        && !name.starts_with(|character: char| character.is_ascii_digit())
        && name != "__proto__";
    if is_simple {
        name.to_owned()
    } else {
        format!("[{name:?}]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::analyze::{Dialect, analyze};
    use crate::core::edit::apply;

    #[track_caller]
    fn check(source: &str, expected: &str, accessible: &str) {
        let source = format!("{source}\nimport.meta.hot.accept();");
        let record = analyze(&source, Dialect::JavaScript).expect("the test's source parses");
        let exports = &record.local_exports;
        let patched = apply(&source, edits(&source, exports));
        assert_eq!(patched, format!("{expected}\nimport.meta.hot.accept();"));
        let names: Vec<_> = accessors(&record)
            .split("__hot$v=>{")
            .skip(1)
            .map(assigned)
            .collect();
        assert_eq!(names.join(" "), accessible);
        let whole = format!("{}{patched}", export_statement(exports));
        analyze(&whole, Dialect::JavaScript).expect("the patched source parses");
    }

    fn assigned(text: &str) -> String {
        text.split('=').next().unwrap_or_default().to_owned()
    }

    #[test]
    fn declarations_become_assignable() {
        check("export let a = 1;", "export let a = 1;", "a");
        check(
            "export const a = 1, b = 2;",
            "export let   a = 1, b = 2;",
            "a b",
        );
        check(
            "export const { a, b: [c], ...d } = x;",
            "export let   { a, b: [c], ...d } = x;",
            "a c d",
        );
        check("export function f() {}", "export function f() {}", "f");
        check("export class C {}", "export class C {}", "C");
    }

    #[test]
    fn lists_lead_to_their_declarations() {
        check(
            "const a = 1; export { a as b, a };",
            "let   a = 1; export { a as b, a };",
            "a a",
        );
        check(
            "let a; export { a as default };",
            "let a; export { a as default };",
            "a",
        );
        check(
            "import { a } from './a.js'; export { a };",
            "import { a } from './a.js'; export { a };",
            "",
        );
        check(
            "export { a } from './a.js';",
            "export { a } from './a.js';",
            "",
        );
    }

    #[test]
    fn default_exports_get_a_name() {
        check(
            "export default 1 + 1;",
            ";let {default:__hot$default}={default:1 + 1};;",
            "__hot$default",
        );
        check(
            "export default\n  () => 1",
            ";let {default:__hot$default}={default:\n() => 1};",
            "__hot$default",
        );
        check(
            "export default class { m() {} }",
            ";let {default:__hot$default}={default:class { m() {} }};",
            "__hot$default",
        );
        check(
            "export default function () {}",
            ";function __hot$default () {}",
            "__hot$default",
        );
        check(
            "export default async function* () {}",
            ";async function* __hot$default () {}",
            "__hot$default",
        );
        check(
            "export default function f() {}",
            "export default function f() {}",
            "f",
        );
        check(
            "export default class C {}",
            "export default class C {}",
            "C",
        );
    }
}
