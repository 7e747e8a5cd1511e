//! TypeScript and JSX to JavaScript, by swc.
//!
//! What browsers run natively stays as it is written. Types go, and JSX, enums, namespaces, parameter properties and
//! decorators become what they stand for. Types are not checked.

use std::io::{self, Write};
use std::mem;

use hotgraph_core::syntax::analyze::{AnalyzeError, Dialect, Span, explain, guarded};
use hotgraph_core::syntax::edit::Edit;
use swc_core::common::comments::SingleThreadedComments;
use swc_core::common::source_map::SourceMapGenConfig;
use swc_core::common::sync::Lrc;
use swc_core::common::{BytePos, FileName, GLOBALS, Globals, Mark, SourceFile, SourceMap};
use swc_core::ecma::ast::{
    AssignTarget, Class, Decorator, EsVersion, Expr, MemberExpr, MemberProp, Module, Pass, Program,
};
use swc_core::ecma::codegen::text_writer::JsWriter;
use swc_core::ecma::codegen::{Config as Style, Emitter, Node};
use swc_core::ecma::parser::lexer::Lexer;
use swc_core::ecma::parser::{Parser, StringInput};
use swc_core::ecma::transforms::base::fixer::fixer;
use swc_core::ecma::transforms::base::helpers::{HELPERS, Helpers, inject_helpers};
use swc_core::ecma::transforms::base::hygiene::hygiene;
use swc_core::ecma::transforms::base::resolver;
use swc_core::ecma::transforms::proposal::decorator_2023_11::decorator_2023_11;
use swc_core::ecma::transforms::proposal::decorators::{Config as LegacyDecorators, decorators};
use swc_core::ecma::transforms::react::{
    Options as React, RefreshOptions, Runtime, react, refresh,
};
use swc_core::ecma::transforms::typescript::{
    Config as TypeScript, TsImportExportAssignConfig, TsxConfig, tsx, typescript,
};
use swc_core::ecma::visit::{Visit, VisitWith};

use crate::fields::assign_fields;

/// What a `tsconfig.json` says of how code is compiled. The default is TypeScript's for modules of today.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ScriptOptions {
    /// What JSX becomes.
    pub jsx: Jsx,
    /// Which decorators the code means.
    pub decorators: Decorators,
    /// Whether fields are defined, as JavaScript does, and not assigned (`useDefineForClassFields`).
    pub defines_fields: bool,
    /// Whether imports stay that nothing uses (`verbatimModuleSyntax`).
    pub keeps_imports: bool,
    /// Whether components and hooks are registered, by calls of `$RefreshReg$` and `$RefreshSig$`.
    pub refreshes: bool,
}

impl Default for ScriptOptions {
    fn default() -> Self {
        Self {
            jsx: Jsx::default(),
            decorators: Decorators::Standard,
            defines_fields: true,
            keeps_imports: false,
            refreshes: false,
        }
    }
}

/// What JSX becomes (`jsx`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Jsx {
    /// Calls to the functions that this package exports for it (`jsxImportSource`).
    Automatic {
        /// A package, `react`.
        source: String,
    },
    /// Calls of names that the code has (`jsxFactory`, `jsxFragmentFactory`).
    Classic {
        /// What makes an element: `React.createElement`, `h`.
        factory: String,
        /// What a fragment is: `React.Fragment`.
        fragment: String,
    },
}

impl Default for Jsx {
    fn default() -> Self {
        Self::Automatic {
            source: "react".to_owned(),
        }
    }
}

impl Jsx {
    /// Calls as React had them before there was a `jsx-runtime`.
    pub fn classic() -> Self {
        Self::Classic {
            factory: "React.createElement".to_owned(),
            fragment: "React.Fragment".to_owned(),
        }
    }
}

/// Which decorators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Decorators {
    /// Those of the language.
    Standard,
    /// TypeScript's own (`experimentalDecorators`).
    Legacy {
        /// Whether types are kept for them (`emitDecoratorMetadata`).
        has_metadata: bool,
    },
}

/// A script as browsers run it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// The code, without a source map.
    pub code: String,
    /// The source map of [`Script::code`], version 3, as JSON. It has one source, which is inlined.
    pub map: String,
    /// What of it is registered, where something is ([`ScriptOptions::refreshes`]).
    pub refresh: Option<Refresh>,
}

/// What a module registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refresh {
    /// Hooks of its own: edits concern who uses them.
    Registers,
    /// Components: edits can be applied in the module alone.
    Accepts,
}

/// Makes JavaScript of a source.
///
/// `name` is what the source map calls the source.
///
/// # Errors
///
/// [`AnalyzeError::Syntax`] when the source cannot be parsed, or says what no module can; otherwise as
/// [`guarded`]. Never panics and never exhausts the stack.
pub fn compile(
    source: &str,
    dialect: Dialect,
    name: &str,
    options: &ScriptOptions,
) -> Result<Script, AnalyzeError> {
    guarded(source, dialect, || {
        GLOBALS.set(&Globals::new(), || {
            HELPERS.set(&Helpers::new(false), || {
                transform(source, dialect, name, options)
            })
        })
    })
}

fn transform(
    source: &str,
    dialect: Dialect,
    name: &str,
    options: &ScriptOptions,
) -> Result<Script, AnalyzeError> {
    let files = Lrc::<SourceMap>::default();
    let file = files.new_source_file(FileName::Custom(name.to_owned()).into(), source.to_owned());
    let comments = SingleThreadedComments::default();
    let mut program = Program::Module(parse(&file, source, dialect, &comments)?);
    let is_typed = matches!(dialect, Dialect::TypeScript | Dialect::Tsx);
    let has_jsx = matches!(dialect, Dialect::Jsx | Dialect::Tsx);
    let is_decorated = has_decorators(&program);
    let refreshes = options.refreshes;
    let has_classes = refreshes && has_component_classes(&program);
    let (unresolved, top_level) = (Mark::new(), Mark::new());
    let mut apply = |mut pass: Box<dyn Pass>| pass.process(&mut program);

    apply(Box::new(resolver(unresolved, top_level, is_typed)));
    match options.decorators {
        _ if !is_decorated => {}
        Decorators::Standard => apply(Box::new(decorator_2023_11())),
        Decorators::Legacy { has_metadata } => apply(Box::new(decorators(LegacyDecorators {
            legacy: true,
            emit_metadata: has_metadata,
            use_define_for_class_fields: options.defines_fields,
        }))),
    }
    if is_typed {
        let config = TypeScript {
            verbatim_module_syntax: options.keeps_imports,
            native_class_properties: options.defines_fields,
            no_empty_export: true,
            import_export_assign_config: TsImportExportAssignConfig::EsNext,
            ..TypeScript::default()
        };
        if has_jsx {
            let jsx = match &options.jsx {
                Jsx::Automatic { .. } => TsxConfig::default(),
                Jsx::Classic { factory, fragment } => TsxConfig {
                    pragma: Some(factory.clone().into()),
                    pragma_frag: Some(fragment.clone().into()),
                },
            };
            let comments = comments.clone();
            apply(Box::new(tsx(
                files.clone(),
                config,
                jsx,
                comments,
                unresolved,
                top_level,
            )));
        } else {
            apply(Box::new(typescript(config, unresolved, top_level)));
        }
        if !options.defines_fields {
            apply(Box::new(assign_fields()));
        }
    }
    if refreshes {
        apply(Box::new(refresh(
            true,
            Some(RefreshOptions::default()),
            files.clone(),
            Some(comments.clone()),
            top_level,
        )));
    }
    if has_jsx {
        let options = jsx_options(&options.jsx);
        let comments = Some(comments.clone());
        apply(Box::new(react(
            files.clone(),
            comments,
            options,
            top_level,
            unresolved,
        )));
    }
    apply(Box::new(inject_helpers(top_level)));
    apply(Box::new(hygiene()));
    apply(Box::new(fixer(Some(&comments))));
    let script = print(&files, &program, &comments, source)?;
    let has = |call: &str| refreshes && script.code.contains(call);
    let (has_components, has_hooks) = (has("$RefreshReg$("), has("$RefreshSig$("));
    // What begins with a capital is a component only where there is JSX.
    let refresh = match has_jsx {
        true if has_components || has_classes => Some(Refresh::Accepts),
        _ => (has_components || has_hooks).then_some(Refresh::Registers),
    };
    Ok(Script { refresh, ..script })
}

/// Whether there are classes that are components. The pass for refreshing does not register them: their exports do.
fn has_component_classes(program: &Program) -> bool {
    struct Search(bool);
    impl Visit for Search {
        fn visit_class(&mut self, class: &Class) {
            let name = match class.super_class.as_deref() {
                Some(Expr::Ident(name)) => Some(&name.sym),
                Some(Expr::Member(MemberExpr {
                    prop: MemberProp::Ident(name),
                    ..
                })) => Some(&name.sym),
                _ => None,
            };
            self.0 |= name.is_some_and(|name| name.ends_with("Component"));
        }
    }
    let mut search = Search(false);
    program.visit_with(&mut search);
    search.0
}

/// Whether code may define hooks: functions with names such as `useCount`.
pub fn may_define_hooks(source: &str) -> bool {
    source.match_indices("use").any(|(at, _)| {
        let rest = &source[at + 3..];
        let is_hook = rest.starts_with(|first: char| first.is_ascii_uppercase());
        let name = rest.trim_start_matches(|one: char| one.is_alphanumeric() || one == '_');
        let before = source[..at].trim_end();
        is_hook && (before.ends_with("function") || name.trim_start().starts_with('='))
    })
}

/// Whether there are decorators. The pass for those of the language changes other classes too.
fn has_decorators(program: &Program) -> bool {
    struct Search(bool);
    impl Visit for Search {
        fn visit_decorator(&mut self, _: &Decorator) {
            self.0 = true;
        }
    }
    let mut search = Search(false);
    program.visit_with(&mut search);
    search.0
}

pub(crate) fn parse(
    file: &SourceFile,
    source: &str,
    dialect: Dialect,
    comments: &SingleThreadedComments,
) -> Result<Module, AnalyzeError> {
    let refuse = |error| AnalyzeError::Syntax(explain(error, source));
    let input = StringInput::from(file);
    let lexer = Lexer::new(dialect.syntax(), EsVersion::EsNext, input, Some(comments));
    let mut parser = Parser::new_from(lexer);
    let module = parser.parse_module().map_err(refuse)?;
    match mem::take(&mut parser.take_errors()).into_iter().next() {
        Some(error) => Err(refuse(error)),
        None => Ok(module),
    }
}

#[expect(
    deprecated,
    reason = "an unused field of the library's options is deprecated"
)]
fn jsx_options(jsx: &Jsx) -> React {
    let options = React {
        use_builtins: None,
        ..React::default()
    };
    match jsx {
        Jsx::Automatic { source } => React {
            runtime: Some(Runtime::Automatic),
            import_source: Some(source.as_str().into()),
            ..options
        },
        Jsx::Classic { factory, fragment } => React {
            runtime: Some(Runtime::Classic),
            pragma: Some(factory.clone().into()),
            pragma_frag: Some(fragment.clone().into()),
            ..options
        },
    }
}

fn print(
    files: &Lrc<SourceMap>,
    program: &Program,
    comments: &SingleThreadedComments,
    source: &str,
) -> Result<Script, AnalyzeError> {
    let mut places = Vec::new();
    let mut code = Bounded {
        bytes: Vec::new(),
        most: LEAST_LIMIT + source.len() * MOST_GROWTH,
    };
    let mut emitter = Emitter {
        cfg: Style::default(),
        cm: files.clone(),
        comments: Some(comments),
        wr: JsWriter::new(files.clone(), "\n", &mut code, Some(&mut places)),
    };
    let printed = program.emit_with(&mut emitter);
    printed.map_err(|_| AnalyzeError::TooDeep)?;
    let code = String::from_utf8(code.bytes).map_err(|_| AnalyzeError::Parser)?;
    let mut map = Vec::new();
    let built = files.build_source_map(&places, None, Mapping);
    built
        .to_writer(&mut map)
        .map_err(|_| AnalyzeError::Parser)?;
    let map = String::from_utf8(map).map_err(|_| AnalyzeError::Parser)?;
    Ok(Script {
        code,
        map,
        refresh: None,
    })
}

/// How many bytes code may become for each of its source, and how many in any case. Lines are indented by how deep they are
/// nested, so that there could be far more.
const MOST_GROWTH: usize = 50;
/// See [`MOST_GROWTH`].
const LEAST_LIMIT: usize = 1 << 20;

/// Takes what is printed, up to a limit.
struct Bounded {
    bytes: Vec<u8>,
    most: usize,
}

impl Write for Bounded {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + more.len() > self.most {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(more);
        Ok(more.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Where JavaScript reads `process.env.NODE_ENV`, which browsers do not have. Where it assigns that, it means a variable of
/// its own.
pub fn node_env(code: &str) -> Vec<Span> {
    if !code.contains("NODE_ENV") {
        return Vec::new();
    }
    let found = guarded(code, Dialect::JavaScript, || {
        let files = SourceMap::default();
        let file = files.new_source_file(FileName::Anon.into(), code.to_owned());
        let module = parse(
            &file,
            code,
            Dialect::JavaScript,
            &SingleThreadedComments::default(),
        )?;
        let mut search = NodeEnv::default();
        module.visit_with(&mut search);
        Ok(search.found)
    });
    found.unwrap_or_default()
}

#[derive(Default)]
struct NodeEnv {
    found: Vec<Span>,
}

impl Visit for NodeEnv {
    fn visit_assign_target(&mut self, target: &AssignTarget) {
        if !matches!(target, AssignTarget::Simple(_)) {
            target.visit_children_with(self);
        }
    }

    fn visit_member_expr(&mut self, member: &MemberExpr) {
        let is = |name: &MemberProp, expected: &str| matches!(name, MemberProp::Ident(name) if name.sym == expected);
        if is(&member.prop, "NODE_ENV")
            && let Expr::Member(env) = &*member.obj
            && is(&env.prop, "env")
            && let Expr::Ident(process) = &*env.obj
            && process.sym == "process"
        {
            let at = |position: BytePos| position.0.saturating_sub(1) as usize;
            self.found.push(Span {
                start: at(member.span.lo),
                end: at(member.span.hi),
            });
            return;
        }
        member.visit_children_with(self);
    }
}

/// Puts a statement in front of all others of a module, on their line. A hashbang has to come first.
pub fn at_start(code: &str, statement: &str) -> Edit {
    let is_hashbang = code.trim_start_matches('\u{feff}').starts_with("#!");
    let at = match is_hashbang {
        true => code.find('\n').map_or(code.len(), |end| end + 1),
        false => code.len() - code.trim_start_matches('\u{feff}').len(),
    };
    Edit {
        span: Span { start: at, end: at },
        text: statement.to_owned(),
    }
}

/// How source maps are written.
struct Mapping;

impl SourceMapGenConfig for Mapping {
    fn file_name_to_source(&self, file: &FileName) -> String {
        file.to_string()
    }

    fn inline_sources_content(&self, _: &FileName) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compiled(source: &str, dialect: Dialect, options: &ScriptOptions) -> String {
        match compile(source, dialect, "a.ts", options) {
            Ok(script) => script.code,
            Err(error) => panic!("{source}: {error}"),
        }
    }

    fn typescript(source: &str) -> String {
        compiled(source, Dialect::TypeScript, &ScriptOptions::default())
    }

    #[test]
    fn types_go_and_what_runs_stays() {
        for (source, expected) in [
            ("const a: number = 1;", "const a = 1;\n"),
            ("interface A {}\nexport type B = A;", ""),
            (
                "import type { A } from './a'; import { B, c } from './b'; let x: B = c;",
                "import { c } from './b';\nlet x = c;\n",
            ),
            ("import { type A } from './a';", ""),
            ("import './a';", "import './a';\n"),
            (
                "export type { A } from './a'; export { b } from './b';",
                "export { b } from './b';\n",
            ),
            (
                "let a = <any>b; let c = d as E; f!.g; h satisfies I;",
                "let a = b;\nlet c = d;\nf.g;\nh;\n",
            ),
            (
                "enum A { B, C = 'c' }",
                "var A = /*#__PURE__*/ function(A) {\n    A[A[\"B\"] = 0] = \"B\";\n    A[\"C\"] = \"c\";\n    return A;\n}(A || {});\n",
            ),
            (
                "declare const a: number; abstract class B { abstract c(): void; declare d: string; e?: number; }",
                "class B {\n    e;\n}\n",
            ),
            (
                "function f(this: X, a?: number): asserts a is number {}",
                "function f(a) {}\n",
            ),
            ("export default interface A {}", ""),
            (
                "class A<T> extends B<T> implements C { private x: number = 1; constructor(public y: T) { super(); } }",
                "class A extends B {\n    y;\n    x = 1;\n    constructor(y){\n        super(), this.y = y;\n    }\n}\n",
            ),
        ] {
            assert_eq!(typescript(source), expected, "{source}");
        }
    }

    #[test]
    fn fields_are_assigned_where_typescript_says_so() {
        let options = ScriptOptions {
            defines_fields: false,
            ..ScriptOptions::default()
        };
        for (source, expected) in [
            (
                "class A { a: number; b = 1; #c = this.b; static d = 2; static e; }",
                "class A {\n    #c;\n    static{\n        this.d = 2;\n    }\n    constructor(){\n        this.b = 1;\n        this.#c = this.b;\n    }\n}\n",
            ),
            (
                "class A extends B { b = 1; constructor() { super(); this.c = 2; } }",
                "class A extends B {\n    constructor(){\n        super(), this.b = 1;\n        this.c = 2;\n    }\n}\n",
            ),
            (
                "class A extends B { b = c; constructor(c) { super(c); } }",
                "class A extends B {\n    constructor(c1){\n        super(c1), this.b = c;\n    }\n}\n",
            ),
            (
                "class A extends B { 'b-c' = 1; [d] = 2; 3 = 4 }",
                "class A extends B {\n    [d] = 2;\n    constructor(...args){\n        super(...args), this['b-c'] = 1, this[3] = 4;\n    }\n}\n",
            ),
            (
                "class A { constructor(private b: number) {} c = this.b; }",
                "class A {\n    constructor(b){\n        this.b = b;\n        this.c = this.b;\n    }\n}\n",
            ),
        ] {
            assert_eq!(
                compiled(source, Dialect::TypeScript, &options),
                expected,
                "{source}"
            );
        }
    }

    #[test]
    fn jsx_becomes_calls() {
        let automatic = |source: &str| ScriptOptions {
            jsx: Jsx::Automatic {
                source: source.to_owned(),
            },
            ..ScriptOptions::default()
        };
        let classic = ScriptOptions {
            jsx: Jsx::Classic {
                factory: "h".to_owned(),
                fragment: "F".to_owned(),
            },
            ..ScriptOptions::default()
        };
        for (source, options, expected) in [
            (
                "const a = <b c={d}>e</b>;",
                automatic("react"),
                "import { jsx as _jsx } from \"react/jsx-runtime\";\nconst a = /*#__PURE__*/ _jsx(\"b\", {\n    c: d,\n    children: \"e\"\n});\n",
            ),
            (
                "const a = <></>;",
                automatic("preact"),
                "import { jsx as _jsx, Fragment as _Fragment } from \"preact/jsx-runtime\";\nconst a = /*#__PURE__*/ _jsx(_Fragment, {});\n",
            ),
            (
                "/** @jsxImportSource solid */ const a = <B />;",
                automatic("react"),
                "import { jsx as _jsx } from \"solid/jsx-runtime\";\n/** @jsxImportSource solid */ const a = /*#__PURE__*/ _jsx(B, {});\n",
            ),
            (
                "import { h, F } from 'preact'; const a = <><b/></>;",
                classic.clone(),
                "import { h, F } from 'preact';\nconst a = /*#__PURE__*/ h(F, null, /*#__PURE__*/ h(\"b\", null));\n",
            ),
        ] {
            for dialect in [Dialect::Jsx, Dialect::Tsx] {
                assert_eq!(compiled(source, dialect, &options), expected, "{source}");
            }
        }
    }

    #[test]
    fn components_are_registered() {
        for (source, expected) in [
            ("export function useA() {}", true),
            ("const useA = () => {}", true),
            ("useA(); user = 1; reuse(useB)", false),
        ] {
            assert_eq!(may_define_hooks(source), expected, "{source}");
        }
        let options = ScriptOptions {
            refreshes: true,
            ..ScriptOptions::default()
        };
        let found = |source: &str, dialect| {
            let script = compile(source, dialect, "a.tsx", &options);
            script.map(|script| (script.refresh, script.code))
        };
        for (source, expected) in [
            (
                "export function A() { return <b/>; }",
                Some(Refresh::Accepts),
            ),
            ("export default () => <b/>;", None),
            ("export default function () { return <b/>; }", None),
            (
                "export class A extends React.Component {}",
                Some(Refresh::Accepts),
            ),
            ("export const A = memo(() => <b/>);", Some(Refresh::Accepts)),
            (
                "export function useA() { return useState(1); }",
                Some(Refresh::Registers),
            ),
            ("export const a = <b/>;", None),
        ] {
            let found = found(source, Dialect::Tsx).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(found.0, expected, "{source}: {}", found.1);
        }
        let Ok((_, code)) = found(
            "export function A() { const [b] = useState(1); return b; }",
            Dialect::Jsx,
        ) else {
            panic!("it compiles");
        };
        assert!(code.contains("_s = $RefreshSig$()"), "{code}");
        assert!(code.contains("$RefreshReg$(_c, \"A\")"), "{code}");
        // Whether that is a component, nobody can tell.
        let found = found("export function A() {}", Dialect::TypeScript);
        assert_eq!(found.map(|found| found.0), Ok(Some(Refresh::Registers)));
    }

    #[test]
    fn decorators_of_both_kinds() {
        let source = "class A { @b c: string = ''; @d e(f: number) {} }";
        let legacy = |has_metadata| ScriptOptions {
            decorators: Decorators::Legacy { has_metadata },
            ..ScriptOptions::default()
        };
        let code = compiled(source, Dialect::TypeScript, &legacy(false));
        assert!(code.contains("function _ts_decorate("), "{code}");
        assert!(!code.contains("design:type"), "{code}");
        let code = compiled(source, Dialect::TypeScript, &legacy(true));
        assert!(
            code.contains("\"design:paramtypes\", [\n        Number\n    ]"),
            "{code}"
        );
        let code = compiled(source, Dialect::TypeScript, &ScriptOptions::default());
        assert!(code.contains("_apply_decs_"), "{code}");
        // Also of the language alone, which browsers do not run yet.
        let code = compiled(
            "@a class B {}",
            Dialect::JavaScript,
            &ScriptOptions::default(),
        );
        assert!(code.contains("_apply_decs_"), "{code}");
    }

    #[test]
    fn the_map_names_each_place() {
        let source = "interface A {\n  b: string;\n}\nexport const c = (d: number): number => {\n  throw new Error(`é ${d}`);\n};\n";
        let script = compile(
            source,
            Dialect::TypeScript,
            "src/a.ts",
            &ScriptOptions::default(),
        );
        let Ok(Script { code, map, .. }) = script else {
            panic!("it compiles");
        };
        let map: serde_json::Value = serde_json::from_str(&map).unwrap_or_default();
        assert_eq!(map["version"], 3);
        assert_eq!(map["sources"], serde_json::json!(["src/a.ts"]));
        assert_eq!(map["sourcesContent"], serde_json::json!([source]));
        assert_eq!(code.lines().nth(1), Some("    throw new Error(`é ${d}`);"));
    }

    #[test]
    fn the_mode_is_found_where_it_is_read() {
        let found = |code: &str| {
            let spans = node_env(code).into_iter();
            let texts: Vec<&str> = spans.map(|span| &code[span.start..span.end]).collect();
            texts.join("|")
        };
        for (code, expected) in [
            (
                "if (process.env.NODE_ENV !== 'production') {}",
                "process.env.NODE_ENV",
            ),
            ("'process.env.NODE_ENV' // process.env.NODE_ENV", ""),
            ("é; f(process . env\n.NODE_ENV)", "process . env\n.NODE_ENV"),
            (
                "a.process.env.NODE_ENV; process.env.NODE_ENV2; process.env[NODE_ENV]",
                "",
            ),
            ("process.env.NODE_ENV = 'test'", ""),
            ("globalThis.process?.env.NODE_ENV", ""),
        ] {
            assert_eq!(found(code), expected, "{code}");
        }
    }

    #[test]
    fn mistakes_have_a_place() {
        for (source, dialect, message, offset) in [
            ("let a = ;", Dialect::TypeScript, "Expression expected", 8),
            ("let a: = 1;", Dialect::TypeScript, "Expected", 7),
            (
                "<a></b>",
                Dialect::Tsx,
                "Expected corresponding JSX closing tag",
                5,
            ),
            ("const a = <b", Dialect::Jsx, "", 12),
        ] {
            match compile(source, dialect, "a.ts", &ScriptOptions::default()) {
                Err(AnalyzeError::Syntax(error)) => {
                    assert!(
                        error.message.contains(message),
                        "{source}: {}",
                        error.message
                    );
                    assert_eq!(error.offset, offset, "{source}: {}", error.message);
                }
                other => panic!("{source}: {other:?}"),
            }
        }
    }

    #[test]
    fn nesting_of_any_kind_is_survived() {
        for (open, close) in [
            ("(", ")"),
            ("[", "]"),
            ("{a:", "}"),
            ("!", ""),
            ("()=>", ""),
            ("`${", "}`"),
            ("a?b:", ""),
            ("<a>", "</a>"),
            ("a=", ""),
        ] {
            for count in [100, 2_000] {
                let source = format!("x = {}1{};", open.repeat(count), close.repeat(count));
                for dialect in [Dialect::Tsx, Dialect::Jsx] {
                    let _ = compile(&source, dialect, "a.ts", &ScriptOptions::default());
                }
            }
        }
    }
}
