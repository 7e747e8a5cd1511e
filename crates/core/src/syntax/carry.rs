//! A module as a function: how its code rides along with an update, to be run without being fetched.
//!
//! Knows source text and where module syntax stands in it. Must not know urls, versions or who runs it. No line
//! moves.
//!
//! The function is a generator. Its first step declares everything and hands out setters for what the module
//! imports and a function that reads what it exports; its second step runs the module's code:
//!
//! ```js
//! (function*(__hot$m,__hot$t,__hot$w,__hot$){"use strict";let a;
//! yield[[__hot$r=>{a=__hot$r("a");}],__hot$n=>{switch(__hot$n){case"b":return b;}}];  const b = a + 1;
//! })
//! ```
//!
//! A setter gets such a function of the other module; without a name it returns the namespace.
//!
//! Imports are variables that are assigned whenever the other module's change, so that the code itself stays what
//! it was, names, columns and all. The function's parameters are the module's `import.meta` and the three
//! functions of the client that preambles import elsewhere.

use super::analyze::{ForwardedSource, ModuleRecord, ModuleSyntax, Span};
use super::edit::{Edit, apply};
use super::literal::literal;
use super::{live, patch, rewrite};

/// What the function calls its `import.meta`.
pub const META: &str = "__hot$m";
/// The client's function that keeps exports up to date in importers that do not run again.
pub const TRACK: &str = "__hot$t";
/// The client's function that makes `import.meta.hot`.
pub const CREATE: &str = "__hot$";

/// What a module needs of the client.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Carriage {
    /// Whether its exports are assigned from outside: it accepts updates.
    pub tracked: bool,
    /// The urls of the modules whose own variables it exports then, since nobody can keep copies equal to these.
    pub native: Vec<String>,
    /// Whether it uses `import.meta.hot`.
    pub hot: bool,
    /// Whether the page is to report what it accepts.
    pub reports: bool,
}

/// The source as such a function. `None` when the code means something else in one, or was not analysed fully.
/// `record` must be the source's own; `imported` names what the module imports for the page, in the record's order.
pub fn carry(
    source: &str,
    record: &ModuleRecord,
    carriage: &Carriage,
    imported: &[String],
) -> Option<String> {
    carry_stamped(source, record, carriage, imported, &|_| None)
}

/// The same, with stamps on what it imports dynamically: for pages that are not at that version yet.
fn carry_stamped(
    source: &str,
    record: &ModuleRecord,
    carriage: &Carriage,
    imported: &[String],
    stamp: &dyn Fn(&str) -> Option<String>,
) -> Option<String> {
    let syntax = record.syntax.as_ref()?;
    let exports = record.bindings.as_ref()?;
    if syntax.needs_module {
        return None;
    }
    let mut edits = vec![opening(source, &head(record, syntax, carriage)?)];
    edits.extend(patch::write_closings(exports));
    if carriage.tracked {
        edits.extend(patch::constants(source, exports));
    }
    edits.extend(patch::default_export(source, exports));
    let statements = syntax.statements.iter();
    edits.extend(statements.map(|at| patch::replacement(source, at.start, at.end, ";")));
    let keywords = syntax.keywords.iter();
    edits.extend(keywords.map(|at| patch::replacement(source, at.start, at.end, &blank(*at))));
    edits.extend(syntax.metas.iter().map(|&span| Edit {
        span,
        text: META.to_owned(),
    }));
    for import in &record.dynamic_imports {
        let is_style = import.attribute_type.as_deref() == Some("css");
        let function = if is_style {
            "__hot$m.resolve("
        } else {
            "__hot$m.current("
        };
        edits.push(patch::insertion(import.argument.start, function));
        if let Some((specifier, literal)) = import.literal.as_ref().filter(|_| !is_style)
            && let Some(stamped) = stamp(specifier)
        {
            edits.extend(rewrite::literal_edit(source, *literal, &stamped));
        }
        let closing = match import.has_options && !is_style {
            true => ",1)",
            false => ")",
        };
        edits.push(patch::insertion(import.argument.end, closing));
    }
    edits.extend(live::uses(record, &|specifier| {
        let mut imports = record.imports.iter().zip(imported);
        let (_, url) = imports.find(|(import, _)| import.specifier == specifier)?;
        Some(url.clone())
    }));
    edits.extend(patch::write_openings(exports, META));
    edits.push(patch::insertion(source.len(), "\n})"));
    Some(apply(source, edits))
}

/// A module around such a function: it has the exports that the page's instance of the module has, and makes that
/// instance where there is none. For native code in browsers that could not be led to the page's instance.
///
/// `imported` is as in [`carry`], `stamp` as in [`super::rewrite::Rewrite`]. `None` as in [`carry`].
pub fn share(
    source: &str,
    record: &ModuleRecord,
    carriage: &Carriage,
    imported: &[String],
    stamp: &dyn Fn(&str) -> Option<String>,
) -> Option<String> {
    let function = carry_stamped(source, record, carriage, imported, stamp)?;
    let (mut imports, mut names) = (String::new(), Vec::new());
    let stars = record.syntax.as_ref().map_or(&[][..], |it| &it.stars);
    for (index, import) in record.imports.iter().enumerate() {
        let is_style = import.attribute_type.as_deref() == Some("css");
        let stamped = stamp(&import.specifier).filter(|_| !is_style);
        let specifier = literal(stamped.as_deref().unwrap_or(&import.specifier));
        let attributes = patch::attributes(import);
        imports.push_str(&format!("import*as n{index} from{specifier}{attributes};"));
        if stars.contains(&index) {
            imports.push_str(&format!("export*from{specifier};"));
        }
        let name = literal(imported.get(index)?);
        names.push(format!("[{name},n{index}]"));
    }
    let (mut declared, mut listed, mut exported) = (Vec::new(), Vec::new(), Vec::new());
    let mut setter = String::new();
    for (index, name) in record.exports.iter().enumerate() {
        let name = literal(name);
        declared.push(format!("e{index}"));
        listed.push(format!("e{index} as {name}"));
        setter.push_str(&format!("e{index}=r({name});"));
        exported.push(name);
    }
    if !declared.is_empty() {
        imports.push_str(&format!("let {};", declared.join(",")));
    }
    Some(format!(
        "{imports}export{{{}}};globalThis.__hotgraph__.share(import.meta.url,[{}],[{}],r=>{{{setter}}},{function});",
        listed.join(","),
        names.join(","),
        exported.join(",")
    ))
}

/// As many columns as there were, and the end of a statement that had none.
fn blank(keyword: Span) -> String {
    format!(";{}", " ".repeat(keyword.end - keyword.start - 1))
}

/// Everything in front of the module's own code.
fn head(record: &ModuleRecord, syntax: &ModuleSyntax, carriage: &Carriage) -> Option<String> {
    let exports = record.bindings.as_ref()?;
    let mut variables: Vec<String> = Vec::new();
    let mut setters: Vec<String> = vec![String::new(); record.imports.len()];
    let mut reexported = exports
        .forwarded
        .iter()
        .enumerate()
        .filter(|(_, forwarded)| !matches!(forwarded.source, ForwardedSource::Imported(_)))
        .map(|(index, _)| format!("{}{index}", patch::IMPORTED));
    for variable in &syntax.variables {
        let local = match &variable.local {
            Some(local) => local.clone(),
            None => reexported.next()?,
        };
        let value = match &variable.exported {
            Some(name) => format!("__hot$r({})", literal(name)),
            None => "__hot$r()".to_owned(),
        };
        let setter = setters.get_mut(variable.import)?;
        setter.push_str(&format!("{local}={value};"));
        variables.push(local);
    }
    for live in &record.live_imports {
        let namespace = live::namespace(live.import);
        let setter = setters.get_mut(live.import)?;
        setter.push_str(&format!("{namespace}=__hot$r();"));
        variables.push(namespace);
    }
    if carriage.tracked {
        variables.push(patch::ACCESSORS.to_owned());
        variables
            .extend((0..exports.forwarded.len()).map(|at| format!("{}{at}", patch::FORWARDED)));
    }
    let setters: Vec<String> = setters
        .iter()
        .map(|setter| match setter.is_empty() {
            true => "0".to_owned(),
            false => format!("__hot$r=>{{{setter}}}"),
        })
        .collect();
    let mut head = format!(
        "(function*({META},{TRACK},{},{CREATE}){{\"use strict\";",
        patch::WRITTEN
    );
    if !variables.is_empty() {
        head.push_str(&format!("let {};", variables.join(",")));
    }
    head.push_str(&format!(
        "yield[[{}],{}];",
        setters.join(","),
        patch::reader(exports, carriage.tracked)
    ));
    if carriage.tracked {
        let accessors = format!("{}={}", patch::ACCESSORS, patch::accessors(exports));
        let of = format!("{META},\"\"");
        head.push_str(&patch::tracking(TRACK, &of, &accessors, &carriage.native));
    }
    if carriage.hot {
        head.push_str(&format!(
            "{CREATE}({META},{},\"\");",
            u8::from(carriage.reports)
        ));
    }
    Some(head)
}

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Puts the head in front. A byte order mark goes, and a `#!` line, which is only allowed at the very start of a
/// file, becomes a comment.
fn opening(source: &str, head: &str) -> Edit {
    let start = if source.starts_with(BYTE_ORDER_MARK) {
        BYTE_ORDER_MARK.len()
    } else {
        0
    };
    let is_command = source[start..].starts_with("#!");
    Edit {
        span: Span {
            start: 0,
            end: if is_command { start + 2 } else { start },
        },
        text: format!("{head}{}", if is_command { "//" } else { "" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::analyze::{Dialect, analyze_fully};

    fn carried(source: &str, carriage: Carriage) -> Option<String> {
        let record = analyze_fully(source, Dialect::JavaScript).expect("the test's source parses");
        let code = carry(source, &record, &carriage, &[])?;
        let module = format!("export default {code};");
        analyze_fully(&module, Dialect::JavaScript).expect("what is made of it parses");
        let lines = |text: &str| text.matches('\n').count();
        assert_eq!(lines(&code), lines(source) + 1, "{code}");
        Some(code)
    }

    /// Of the code only the head behind the parameters, and of that `variables|setters|getters|calls`, and the body.
    #[track_caller]
    fn check(source: &str, head: &str, body: &str) {
        check_with(source, Carriage::default(), head, body);
    }

    #[track_caller]
    fn check_with(source: &str, carriage: Carriage, head: &str, body: &str) {
        let code = carried(source, carriage).expect("it can be carried");
        let start = "(function*(__hot$m,__hot$t,__hot$w,__hot$){\"use strict\";";
        let rest = code.strip_prefix(start).expect("the parameters come first");
        let at = rest.find("}}];").expect("a head") + "}}];".len();
        assert_eq!(&rest[..at], head);
        assert_eq!(rest[at..].strip_suffix("\n})"), Some(body));
    }

    #[test]
    fn imports_are_variables() {
        check(
            "import a, { b, c as d, 'e f' as g } from './x.js'; import * as h from 'y';\nimport './z.js'; a(b);",
            "let a,b,d,g,h;yield[[__hot$r=>{a=__hot$r(\"default\");b=__hot$r(\"b\");\
             d=__hot$r(\"c\");g=__hot$r(\"e f\");},__hot$r=>{h=__hot$r();},0],__hot$n=>{switch(__hot$n){}}];",
            "; ;\n; a(b);",
        );
    }

    #[test]
    fn exports_are_getters() {
        check(
            "export const a = 1, { b } = x;\nexport function f() {}\nlet c; export { c as d };",
            "yield[[],__hot$n=>{switch(__hot$n){case\"a\":return a;case\"b\":return b;case\"f\":return f;case\"d\":return c;}}];",
            ";      const a = 1, { b } = x;\n;      function f() {}\nlet c; ;",
        );
        check(
            "export default\n  class C {}",
            "yield[[],__hot$n=>{switch(__hot$n){case\"default\":return C;}}];",
            ";                \nclass C {}",
        );
        check(
            "export default 1 + 1;",
            "yield[[],__hot$n=>{switch(__hot$n){case\"default\":return __hot$default;}}];",
            ";let {default:__hot$default}={default:1 + 1};;",
        );
    }

    #[test]
    fn reexports_are_both() {
        check(
            "import { a } from './x.js';\nexport { a as b };\nexport { c, default as d } from './y.js';\nexport * as e from './z.js';\nexport * from './w.js';",
            "let a,__hot$i1,__hot$i2,__hot$i3;yield[[__hot$r=>{a=__hot$r(\"a\");},__hot$r=>{__hot$i1=__hot$r(\"c\");\
             __hot$i2=__hot$r(\"default\");},__hot$r=>{__hot$i3=__hot$r();},0],__hot$n=>{switch(__hot$n){case\"b\":return a;case\"c\":return __hot$i1;case\"d\":return __hot$i2;case\"e\":return __hot$i3;}}];",
            ";\n;\n;\n;\n;",
        );
    }

    #[test]
    fn accepting_modules_are_tracked() {
        let carriage = Carriage {
            tracked: true,
            native: Vec::new(),
            hot: true,
            reports: false,
        };
        let code = carried(
            "import { a } from './x.js'; export const b = a; export { a };\nimport.meta.hot.accept();",
            carriage,
        );
        assert_eq!(
            code.as_deref(),
            Some(
                "(function*(__hot$m,__hot$t,__hot$w,__hot$){\"use strict\";let a,__hot$a,__hot$e0;\
                 yield[[__hot$r=>{a=__hot$r(\"a\");}],__hot$n=>{switch(__hot$n){\
                 case\"b\":return b;case\"a\":return __hot$e0;case 0:return __hot$a;}}];\
                 __hot$t(__hot$m,\"\",__hot$a={b:[()=>b,__hot$v=>{b=__hot$v}],\
                 a:[()=>__hot$e0,__hot$v=>{__hot$e0=__hot$v},()=>a]});\
                 __hot$(__hot$m,0,\"\");; ;      let   b = a; ;\n__hot$m.hot.accept();\n})"
            )
        );
    }

    #[test]
    fn what_a_function_has_not_is_replaced() {
        check(
            "#!/usr/bin/env node\nlet a; export { a };\na = import.meta.url; import(a + './x.js');",
            "yield[[],__hot$n=>{switch(__hot$n){case\"a\":return a;}}];",
            "///usr/bin/env node\nlet a; ;\n__hot$w(__hot$m,a = __hot$m.url,[\"a\"]); import(__hot$m.current(a + './x.js'));",
        );
        check(
            "\u{feff}import('./x.css', { with: { type: 'css' } })",
            "yield[[],__hot$n=>{switch(__hot$n){}}];",
            "import(__hot$m.resolve('./x.css'), { with: { type: 'css' } })",
        );
    }

    #[test]
    fn a_shared_module_has_the_same_exports() {
        let source = "import { a } from './a.js';\nimport b from './b.json' with { type: 'json' };\n\
                      export * from './a.js'; export default a; export { b };";
        let record = analyze_fully(source, Dialect::JavaScript).expect("the test's source parses");
        let stamp = |specifier: &str| (specifier == "./a.js").then(|| "./a.js?__hot=5".to_owned());
        let urls = ["/a.js", "/b.json", "/a.js"].map(str::to_owned);
        let shared =
            share(source, &record, &Carriage::default(), &urls, &stamp).expect("it can be shared");
        let made = analyze_fully(&shared, Dialect::JavaScript).expect("what is made of it parses");
        let head = "import*as n0 from\"./a.js?__hot=5\";import*as n1 from\"./b.json\" with{type:\"json\"};\
                    import*as n2 from\"./a.js?__hot=5\";export*from\"./a.js?__hot=5\";let e0,e1;\
                    export{e0 as \"default\",e1 as \"b\"};globalThis.__hotgraph__.share(import.meta.url,\
                    [[\"/a.js\",n0],[\"/b.json\",n1],[\"/a.js\",n2]],[\"default\",\"b\"],r=>{e0=r(\"default\");e1=r(\"b\");},(function*(";
        assert!(shared.starts_with(head), "{shared}");
        assert_eq!((made.exports, made.reexports_all), (record.exports, true));
    }

    #[test]
    fn some_code_must_be_a_module() {
        for source in ["await 1;", "for await (const a of b);", "{ await 1; }"] {
            assert_eq!(carried(source, Carriage::default()), None, "{source}");
        }
        for source in [
            "async () => await 1; async function f() { for await (const a of b); }",
            "class C { static { (async () => await 1)(); } }",
        ] {
            assert!(carried(source, Carriage::default()).is_some(), "{source}");
        }
    }
}
