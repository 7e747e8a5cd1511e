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
    // Functions within calls, and classes, are registered too, also where JSX uses them in the module.
    let source = "const A = memo(b.c(() => useB(1)));\nclass D extends Component {}\nexport function E() { return <><A/><D/></>; }\nexport const f = 1, { g } = f;\nexport { f as h, D as default };";
    let Ok(script) = compile(source, Dialect::Jsx, "a.jsx", &options) else {
        panic!("it compiles");
    };
    for expected in ["\"A$memo$c\")", "$RefreshReg$(D, \"D\")", "\"A\")"] {
        assert!(script.code.contains(expected), "{}", script.code);
    }
    let names: Vec<_> = script
        .exports
        .iter()
        .map(|(name, line)| (&**name, *line))
        .collect();
    assert_eq!(
        names,
        [("E", 3), ("f", 4), ("g", 4), ("h", 5), ("default", 5)]
    );
    // This may be a component or not: the code does not tell.
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
fn accessors_become_what_browsers_have() {
    let source =
        "export class A { accessor b: number = 1; static accessor c = 2; @d accessor e = 3; }";
    let plain = source.replace("@d ", "");
    for decorators in [
        Decorators::Standard,
        Decorators::Legacy {
            has_metadata: false,
        },
    ] {
        let options = ScriptOptions {
            decorators,
            ..ScriptOptions::default()
        };
        for source in [source, &plain] {
            let code = compiled(source, Dialect::TypeScript, &options);
            for name in ["b", "c", "e"] {
                assert!(!code.contains(&format!("accessor {name}")), "{code}");
                assert!(code.contains(&format!("get {name}()")), "{code}");
            }
        }
        assert_eq!(strip(&plain, &options), None);
    }
    let name = "const accessor: number = 1; export { accessor };";
    assert!(strip(name, &ScriptOptions::default()).is_some());
}

#[test]
fn what_cannot_be_compiled_says_what_to_do() {
    let refused =
        |source: &str, dialect| match compile(source, dialect, "a", &ScriptOptions::default()) {
            Err(AnalyzeError::Syntax(error)) => Some((error.offset, error.remedy?)),
            _ => None,
        };
    for (source, dialect, offset, remedy) in [
        (
            "class A {\n  @b accessor #c = 1;\n}",
            Dialect::TypeScript,
            12,
            "without \"#\"",
        ),
        (
            "f(class { @b static accessor #c; });",
            Dialect::JavaScript,
            10,
            "without \"#\"",
        ),
        (
            "const a: A = <p>text</p>;",
            Dialect::TypeScript,
            21,
            "name the file .tsx",
        ),
    ] {
        let found = refused(source, dialect);
        assert!(
            found.is_some_and(|(at, said)| at == offset && said.contains(remedy)),
            "{source}: {found:?}"
        );
    }
    // What is wrong in either language, and what is right.
    assert_eq!(refused("const a = <p>text</p", Dialect::JavaScript), None);
    for source in [
        "class A { accessor #c = 1; @b accessor d; }",
        "class A { @b #c = 1; }",
    ] {
        let made = compile(source, Dialect::TypeScript, "a", &ScriptOptions::default());
        assert!(made.is_ok(), "{source}");
    }
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
        (
            "a[process.env.NODE_ENV] = process.env['NODE_ENV']",
            "process.env.NODE_ENV|process.env['NODE_ENV']",
        ),
        (
            "global.process.env.NODE_ENV ?? globalThis.process?.env.NODE_ENV.length",
            "global.process.env.NODE_ENV|globalThis.process?.env.NODE_ENV",
        ),
        ("process?.env?.NODE_ENV", "process?.env?.NODE_ENV"),
        ("self.process.env.NODE_ENV; global.env.NODE_ENV", ""),
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
