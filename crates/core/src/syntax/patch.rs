//! Making a module's exports assignable from outside, so that importers that do not run again can be given
//! a new generation's values (Bun's importer patching, on modules that stay modules).
//!
//! Knows source text and where exports stand in it. Must not know who assigns. No line moves.
//!
//! Three things are done to a module. A constant or unnamed export becomes a variable. An export of another
//! module's variable becomes a variable of this one, since nobody can assign what is not his; the page keeps
//! it equal to the other. And wherever the module assigns what it exports, it tells the page.

use super::analyze::{
    AnonymousDefault, ExportBindings, ExportWrite, ForwardedSource, Import, Span, WritePlace,
};
use super::edit::{Edit, line_ends};
use super::literal::literal;

/// The name of a default export that has none. `$` keeps it out of most people's way.
const DEFAULT: &str = "__hot$default";
/// The variable that stands for an export of another module's, followed by its number.
pub const FORWARDED: &str = "__hot$e";
/// What such an export is imported by.
pub const IMPORTED: &str = "__hot$i";
/// What a carried module calls its [`accessors`].
pub const ACCESSORS: &str = "__hot$a";
/// The client's function that is told of writes.
pub const WRITTEN: &str = "__hot$w";

/// What the page needs to read and assign the exports, as an object literal for the preamble: it stands above
/// the variables, and sees them all the same.
///
/// For each export a getter and a setter, `add:[()=>add,__hot$v=>{add=__hot$v}]`; a third function reads the
/// other module's variable where it is one.
pub fn accessors(exports: &ExportBindings) -> String {
    let accessor = |local: &str, source: Option<&str>| {
        let variable = format!("()=>{local},__hot$v=>{{{local}=__hot$v}}");
        match source {
            Some(source) => format!("[{variable},()=>{source}]"),
            None => format!("[{variable}]"),
        }
    };
    let mut entries: Vec<String> = Vec::new();
    for variable in &exports.variables {
        let name = property_name(&variable.exported);
        entries.push(format!("{name}:{}", accessor(&variable.local, None)));
    }
    if exports.anonymous_default.is_some() {
        entries.push(format!("default:{}", accessor(DEFAULT, None)));
    }
    for (index, forwarded) in exports.forwarded.iter().enumerate() {
        let name = property_name(&forwarded.exported);
        let source = match &forwarded.source {
            ForwardedSource::Imported(local) => local.clone(),
            _ => format!("{IMPORTED}{index}"),
        };
        let variable = format!("{FORWARDED}{index}");
        entries.push(format!("{name}:{}", accessor(&variable, Some(&source))));
    }
    format!("{{{}}}", entries.join(","))
}

/// The page's function that gets them, called: `of` is the module's `import.meta` and what else names it, `accessors`
/// an expression. `native` are the urls of the modules whose own variables it exports.
pub fn tracking(function: &str, of: &str, accessors: &str, native: &[String]) -> String {
    let native: Vec<String> = native.iter().map(|url| literal(url)).collect();
    let list = match native.is_empty() {
        true => String::new(),
        false => format!(",[{}]", native.join(",")),
    };
    format!("{function}({of},{accessors}{list});")
}

/// A function that reads an export by its name. Of modules that are not `tracked` it reads other modules' variables
/// themselves, where these are exported. Of those that are, it has the [`ACCESSORS`] in it, which thereby last as long
/// as any code of the module.
pub fn reader(exports: &ExportBindings, tracked: bool) -> String {
    let mut cases: Vec<String> = Vec::new();
    let mut case = |name: &str, variable: &str| {
        cases.push(format!("case{}:return {variable};", literal(name)));
    };
    for variable in &exports.variables {
        case(&variable.exported, &variable.local);
    }
    if exports.anonymous_default.is_some() {
        case("default", DEFAULT);
    }
    for (index, forwarded) in exports.forwarded.iter().enumerate() {
        match &forwarded.source {
            _ if tracked => case(&forwarded.exported, &format!("{FORWARDED}{index}")),
            ForwardedSource::Imported(local) => case(&forwarded.exported, local),
            _ => case(&forwarded.exported, &format!("{IMPORTED}{index}")),
        }
    }
    if tracked {
        cases.push(format!("case 0:return {ACCESSORS};"));
    }
    format!("__hot$n=>{{switch(__hot$n){{{}}}}}", cases.concat())
}

/// What the preamble has to say beside: the variables that have no declaration of their own.
pub fn statement(exports: &ExportBindings) -> String {
    let mut listed: Vec<String> = Vec::new();
    if exports.anonymous_default.is_some() {
        listed.push(format!("{DEFAULT} as default"));
    }
    let mut variables: Vec<String> = Vec::new();
    for (index, forwarded) in exports.forwarded.iter().enumerate() {
        let variable = format!("{FORWARDED}{index}");
        if !matches!(forwarded.source, ForwardedSource::Imported(_)) {
            listed.push(format!("{variable} as {}", list_name(&forwarded.exported)));
        }
        variables.push(variable);
    }
    let mut statement = String::new();
    if !variables.is_empty() {
        statement = format!("let {};", variables.join(","));
    }
    if !listed.is_empty() {
        statement.push_str(&format!("export{{{}}};", listed.join(",")));
    }
    statement
}

/// The edits that make every export a variable that can be assigned.
pub fn edits(source: &str, exports: &ExportBindings) -> Vec<Edit> {
    let mut edits = constants(source, exports);
    edits.extend(exports.forwards.iter().map(|forwarding| Edit {
        span: forwarding.keyword,
        text: "import".to_owned(),
    }));
    for (index, forwarded) in exports.forwarded.iter().enumerate() {
        let text = match &forwarded.source {
            ForwardedSource::Imported(_) => {
                format!("{FORWARDED}{index} as {}", list_name(&forwarded.exported))
            }
            ForwardedSource::Named(name) => {
                let name = source.get(name.start..name.end).unwrap_or_default();
                format!("{name} as {IMPORTED}{index}")
            }
            ForwardedSource::Namespace => format!("* as {IMPORTED}{index}"),
        };
        let Span { start, end } = forwarded.span;
        edits.push(replacement(source, start, end, &text));
    }
    edits.extend(default_export(source, exports));
    edits
}

/// The edits that make variables of constants.
pub fn constants(source: &str, exports: &ExportBindings) -> Vec<Edit> {
    let is_const = |keyword: &&Span| source.get(keyword.start..keyword.end) == Some("const");
    let keywords = exports.constants.iter().filter(is_const);
    let as_let = |&span: &Span| Edit {
        span,
        text: "let  ".to_owned(),
    };
    keywords.map(as_let).collect()
}

/// The edits that give an unnamed default export a variable.
pub fn default_export(source: &str, exports: &ExportBindings) -> Vec<Edit> {
    match exports.anonymous_default {
        Some(AnonymousDefault::Expression { export, value }) => {
            // As the value of a property called `default` an unnamed function or class gets the name that
            // the language gives it there.
            let opening = format!(";let {{default:{DEFAULT}}}={{default:");
            vec![
                replacement(source, export, value.start, &opening),
                insertion(value.end, "};"),
            ]
        }
        Some(AnonymousDefault::Function { export, function }) => {
            let at = function_name_place(source, function);
            vec![
                replacement(source, export, function.start, ";"),
                insertion(at, format!(" {DEFAULT}")),
            ]
        }
        None => Vec::new(),
    }
}

/// The beginnings of the edits that tell of writes: `x = 1` becomes `__hot$w(import.meta,x = 1,["x"])`, where
/// `meta` is what the code calls its `import.meta`. To be made after all others at their place.
pub fn write_openings<'a>(
    exports: &'a ExportBindings,
    meta: &'a str,
) -> impl Iterator<Item = Edit> + 'a {
    exports.writes.iter().map(move |write| {
        let Span { start, .. } = write.span;
        let names = names_of(write);
        match write.place {
            WritePlace::Expression => insertion(start, format!("{WRITTEN}({meta},")),
            WritePlace::LoopBlock => insertion(start + 1, format!("{WRITTEN}({meta},0,{names});")),
            WritePlace::LoopStatement => {
                insertion(start, format!("{{{WRITTEN}({meta},0,{names});"))
            }
        }
    })
}

/// Their ends. To be made before all others at their place.
pub fn write_closings(exports: &ExportBindings) -> impl Iterator<Item = Edit> + '_ {
    // Of several that end at one place the innermost started last.
    exports.writes.iter().rev().filter_map(|write| {
        let end = write.span.end;
        match write.place {
            // The names come last: some browsers refuse a destructuring assignment behind an array.
            WritePlace::Expression => Some(insertion(end, format!(",{})", names_of(write)))),
            WritePlace::LoopBlock => None,
            WritePlace::LoopStatement => Some(insertion(end, "}")),
        }
    })
}

/// The list of the exports that are written.
fn names_of(write: &ExportWrite) -> String {
    let names: Vec<String> = write.exported.iter().map(|name| literal(name)).collect();
    format!("[{}]", names.join(","))
}

pub fn insertion(at: usize, text: impl Into<String>) -> Edit {
    Edit {
        span: Span { start: at, end: at },
        text: text.into(),
    }
}

/// An exported name as a list can hold any.
fn list_name(name: &str) -> String {
    if is_identifier(name) {
        name.to_owned()
    } else {
        literal(name)
    }
}

/// Replaces a range by a text on as many lines.
pub fn replacement(source: &str, start: usize, end: usize, text: &str) -> Edit {
    let replaced = source.get(start..end).unwrap_or_default();
    Edit {
        span: Span { start, end },
        text: format!("{text}{}", "\n".repeat(line_ends(replaced).count())),
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
    if is_identifier(name) && name != "__proto__" {
        name.to_owned()
    } else {
        format!("[{}]", literal(name))
    }
}

/// Whether a name can stand without quotes. Such of other scripts get quotes, which does no harm.
fn is_identifier(name: &str) -> bool {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "_$".contains(character);
    name.chars().all(is_plain) && !name.starts_with(|first: char| first.is_ascii_digit())
}

/// An import's attributes as they stand behind the specifier; nothing when it has none.
pub fn attributes(import: &Import) -> String {
    let name = import.attribute_type.as_deref();
    name.map_or_else(String::new, |name| {
        format!(" with{{type:{}}}", literal(name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::analyze::{Dialect, analyze};
    use crate::syntax::rewrite::{Rewrite, rewrite};

    #[track_caller]
    fn check(source: &str, expected: &str, accessible: &str) {
        let source = format!("{source}\nimport.meta.hot.accept();");
        let record = analyze(&source, Dialect::JavaScript).expect("the test's source parses");
        let exports = record.bindings.as_ref().expect("hot code has them");
        let patched = rewrite(
            &source,
            &record,
            &Rewrite {
                preamble: None,
                patch: Some(exports),
                stamp: &|_| None,
                identify: &|_| None,
            },
        );
        let patched = patched.as_deref().unwrap_or(&source);
        assert_eq!(patched, format!("{expected}\nimport.meta.hot.accept();"));
        let names: Vec<_> = accessors(exports)
            .split("__hot$v=>{")
            .skip(1)
            .map(assigned)
            .collect();
        assert_eq!(names.join(" "), accessible);
        let whole = format!("{}{patched}", statement(exports));
        analyze(&whole, Dialect::JavaScript).expect("the patched source parses");
    }

    fn assigned(text: &str) -> String {
        text.split('=').next().unwrap_or_default().to_owned()
    }

    #[test]
    fn a_class_keeps_its_decorators() {
        for source in ["export default @d class {}", "@d export default class {}"] {
            check(source, source, "");
        }
    }

    #[test]
    fn what_is_replaced_takes_as_many_lines() {
        for (replaced, lines) in [("\n\r\n", 2), ("\r\r\n\r", 3), ("\u{2028}\u{2029}", 2)] {
            let edit = replacement(replaced, 0, replaced.len(), ";");
            assert_eq!(edit.text, format!(";{}", "\n".repeat(lines)));
        }
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
    }

    #[test]
    fn other_modules_variables_become_own_ones() {
        check(
            "let z; import { a } from './a.js'; export { a as b, z };",
            "let z; import { a } from './a.js'; export { __hot$e0 as b, z };",
            "z __hot$e0",
        );
        check(
            "import a, * as all from './a.js'; export { a as default, all as 'x y' };",
            "import a, * as all from './a.js'; export { __hot$e0 as default, __hot$e1 as \"x y\" };",
            "__hot$e0 __hot$e1",
        );
        check(
            "export { a, default as b,\n 'c d' as e } from './a.js';",
            "import { a as __hot$i0, default as __hot$i1,\n 'c d' as __hot$i2 } from './a.js';",
            "__hot$e0 __hot$e1 __hot$e2",
        );
        check(
            "export * as all from './a.js';",
            "import * as __hot$i0 from './a.js';",
            "__hot$e0",
        );
        check("export * from './a.js';", "export * from './a.js';", "");
        check("export {} from './a.js';", "export {} from './a.js';", "");
    }

    #[test]
    fn writes_are_told() {
        let told = |write: &str, names: &str| format!("__hot$w(import.meta,{write},[{names}])");
        let a = "\"a\"";
        check(
            "export let a = 1; a = 2; a++; [a] = b; ({ a, x: a } = b);",
            &format!(
                "export let a = 1; {}; {}; {}; ({});",
                told("a = 2", a),
                told("a++", a),
                told("[a] = b", a),
                told("{ a, x: a } = b", a)
            ),
            "a",
        );
        check(
            "let a, c; export { a as b, a as default, c }; a = c = () => c ??= 1",
            &format!(
                "let a, c; export {{ a as b, a as default, c }}; {}",
                told(
                    &format!(
                        "a = {}",
                        told(&format!("c = () => {}", told("c ??= 1", "\"c\"")), "\"c\"")
                    ),
                    "\"b\",\"default\""
                )
            ),
            "a a c",
        );
        check(
            "export let a; for (a of b) { f(); }",
            &format!("export let a; for (a of b) {{{}; f(); }}", told("0", a)),
            "a",
        );
        check(
            "export let a; for ([a] of b) a = 1",
            &format!(
                "export let a; for ([a] of b) {{{};{}}}",
                told("0", a),
                told("a = 1", a)
            ),
            "a",
        );
        check(
            "if (x) { var a = 1; } export { a }; export default (a = 2);",
            &format!(
                "if (x) {{ var a = 1; }} export {{ a }}; ;let {{default:__hot$default}}={{default:({})}};;",
                told("a = 2", a)
            ),
            "a __hot$default",
        );
        check(
            "let a; export const b = (a = 1);",
            "let a; export let   b = (a = 1);",
            "b",
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
