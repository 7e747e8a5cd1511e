use super::*;
use hotgraph_core::syntax::edit::apply;

fn hot(source: &str, dialect: Dialect, definers: &Definers) -> (String, bool) {
    match find(source, dialect, "/e.js", definers) {
        Ok(Elements { edits, defines }) => (apply(source, edits), defines),
        Err(error) => panic!("{source}: {error}"),
    }
}

fn defines(source: &str) -> bool {
    hot(source, Dialect::TypeScript, &Definers::default()).1
}

#[test]
fn modules_that_define_elements_are_found() {
    for source in [
        "class A extends HTMLElement {}\ncustomElements.define('a-a', A);",
        "window.customElements.define(A.is, A)",
        "globalThis.customElements.define(name, class extends HTMLElement {})",
        "const ce = customElements; ce.define(name, A)",
        "if (!customElements.get('a-a')) customElements.define('a-a', A)",
        "registry.define('a-a', A)",
        "@customElement('a-a') class A extends LitElement {}",
        "import { customElement as element } from 'lit/decorators.js'; @element('a-a') export class A extends B {}",
        "class A extends FASTElement {} A.define({ name: 'a-a' })",
        "class A extends FASTElement {} A.define(definition)",
        "FASTElement.define(A, { name: 'a-a', template })",
        "export function register() { customElements.define('a-a', A) }",
    ] {
        assert!(defines(source), "{source}");
    }
}

#[test]
fn others_are_left_alone() {
    for source in [
        "",
        "define('a-a', A)",
        "requirejs.define('a', b)",
        "export class Base extends LitElement {}",
        "// customElements.define('a-a', A)\n'customElements.define(1)'",
        "declare class A { #a }",
        "import type { html } from 'lit'",
        "const html = String.raw; html`<p>`",
    ] {
        let (code, defines) = hot(source, Dialect::TypeScript, &Definers::default());
        assert_eq!((code.as_str(), defines), (source, false));
    }
}

#[test]
fn what_goes_into_a_module_keeps_its_lines() {
    let source = "import { html, LitElement } from 'lit';
import { Base, mix, late } from './base.js';
import * as all from './all.js';
export class A extends mix(all.Base, Base) {
  #count = 0;
  accessor open = false;
  static #none = 1;
  render() { return late(html`<p>${html`<b>`}`, html`<b>`) }
}
export const [b] = [1], c = 2;
customElements.define('a-a', A); // end";
    let (code, _) = hot(source, Dialect::JavaScript, &Definers::default());
    let tag = |at: usize| format!("$hot_elements.tag(html,import.meta.url,{at})");
    let expected = source
        .replace("html`<p>", &format!("{}`<p>", tag(0)))
        .replace("${html`<b>`}", &format!("${{{}`<b>`}}", tag(0)))
        .replace(", html`<b>`", &format!(", {}`<b>`", tag(1)))
        .replace(
            "}\n}\nexport",
            "}\n;static{$hot_elements.fields(this,{\"#count\":[o=>o.#count,(o,v)=>{o.#count=v}],\"open\":null})}}\nexport",
        );
    let start = "$hot_elements.templates(import.meta.url);$hot_elements.begin(import.meta.url);";
    let end = "\n;$hot_elements.end(import.meta.url,[()=>A,()=>c],[()=>Base,()=>all.Base,()=>mix]);import.meta.hot?.accept();\n;import*as $hot_elements from\"/e.js\";";
    assert_eq!(code, format!("{start}{expected}{end}"));
}

#[test]
fn types_are_not_read() {
    let source = "import { A, B, type C, D } from './a';
class E extends B<A> implements A { a: A = <A>b; }
declare class F extends A {}
interface G extends A {}
type H = typeof A;
export { A, E };
customElements.define('e-e', E as unknown as D);
";
    let (code, _) = hot(source, Dialect::TypeScript, &Definers::default());
    let end = "$hot_elements.end(import.meta.url,[()=>E],[()=>B]);";
    assert!(code.contains(end), "{code}");
}

#[test]
fn names_of_the_projects_own_define_elements() {
    let definer = |name: &str, from: &[&str]| Definer {
        name: name.to_owned(),
        from: from.iter().map(|&one| one.to_owned()).collect(),
    };
    let definers = Definers {
        decorators: vec![definer("element", &["./decorators.js"])],
        functions: vec![definer("default", &["./component.js"])],
        base_classes: vec![definer("Base", &[])],
    };
    for (source, expected) in [
        (
            "import { element } from './decorators.js'; @element class A {}",
            true,
        ),
        (
            "import { element } from './other.js'; @element class A {}",
            false,
        ),
        (
            "import component from './component.js'; export const A = component(() => {})",
            true,
        ),
        (
            "import component from './other.js'; export const A = component(() => {})",
            false,
        ),
        ("class A extends mixin(Base) {}", true),
        ("class A extends Other {}", false),
    ] {
        assert_eq!(
            hot(source, Dialect::JavaScript, &definers).1,
            expected,
            "{source}"
        );
    }
}

#[test]
fn a_mark_at_the_start_moves_nothing() {
    let source = "\u{feff}class A extends HTMLElement { #a }";
    let (code, _) = hot(source, Dialect::JavaScript, &Definers::default());
    assert!(
        code.starts_with("\u{feff}class A extends HTMLElement { #a ;static{"),
        "{code}"
    );
}

#[test]
fn what_comes_out_can_be_read_again() {
    let lit = "import { html } from 'lit';";
    for source in [
        "#!/usr/bin/env node\nclass A extends B { #a }\ncustomElements.define('a-a', A)",
        "class A extends B {\r\n  #a = class { #a = 1 };\r\n  accessor #b = 2\r\n}\r\n",
        &format!("{lit} const a = <T>(b: T) => html<T>`<p>${{html`<b>`}}`;"),
        &format!("{lit} html\n`<p>`; (html)`<p>`; html`é${{1}}😀`;"),
        "class A { static #a = 1; #b() {} get #c() { return 1 } #d }",
        "export default class extends B { #a }\ncustomElements.define('a-a', class {})",
        "abstract class A extends B { abstract accessor a: number; #b?: string; declare c: 1 }",
        "namespace N { export class A { #a } }",
        "class A extends B { #a } // }",
        "for (const a of []) { customElements.define('a-a', class extends B { #é }) }",
    ] {
        let (code, _) = hot(source, Dialect::TypeScript, &Definers::default());
        assert_ne!(code, source);
        let again = find(&code, Dialect::TypeScript, "/e.js", &Definers::default());
        assert!(again.is_ok(), "{code}: {again:?}");
        for (before, after) in source.lines().zip(code.lines()) {
            let mut rest = after.chars();
            let is_in = before.chars().all(|one| rest.any(|other| other == one));
            assert!(is_in, "{after} has to contain {before}");
        }
    }
}
