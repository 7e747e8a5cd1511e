//! Generated modules: whatever a valid one says, its body and its shell are valid too, line by line.
//!
//! That edits overlap nowhere is an assertion of `edit::apply`.

use hotgraph_core::syntax::analyze::{Dialect, analyze_fully};
use hotgraph_core::syntax::body::{self, BodyPlan, Shell};
use hotgraph_core::syntax::edit::line_ends;
use proptest::prelude::*;

/// Names that mean something at the top level, and some that do not.
const NAMES: [&str; 9] = ["a", "b", "ns", "k", "l", "d", "x", "$hot", "arguments"];

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(&NAMES[..]).prop_map(str::to_owned)
}

/// White space as people write it, comments and odd ends of lines included.
fn blank() -> impl Strategy<Value = &'static str> {
    prop::sample::select(
        &[
            " ", " ", " ", "\n", "\r\n", "/* c */ ", " // c\n", "\u{2028}",
        ][..],
    )
}

fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        4 => name(),
        1 => name().prop_map(|it| format!("{it}.z")),
        1 => Just("1".to_owned()),
        1 => Just("import.meta".to_owned()),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let one = (inner.clone(), 0..26_usize).prop_map(|(it, form)| match form {
            0 => format!("({it})"),
            1 => format!("({it})()"),
            2 => format!("({it})`x`"),
            3 => format!("new ({it})()"),
            4 => format!("{{ k: {it} }}"),
            5 => format!("[{it}]"),
            6 => format!("(k = {it})"),
            7 => format!("() => {it}"),
            8 => format!("async (a = {it}) => {{ k = {it} }}"),
            9 => format!("function k(b) {{ return {it} }}"),
            10 => format!("class extends ({it}) {{ [k] = {it}; static a = {it} }}"),
            11 => format!("import({it})"),
            12 => format!("`${{{it}}}`"),
            13 => format!("typeof ({it})"),
            14 => format!("k ??= {it}"),
            15 => format!("[k, a = {it}] = x"),
            16 => format!("({{ k, a }} = {it})"),
            17 => format!("{{ a, k, [{it}]: 1, m() {{ {it} }} }}"),
            18 => format!("await {it}"),
            19 => format!("{it}?.z"),
            20 => format!("{it}()"),
            21 => format!("new {it}"),
            22 => format!("delete {it}.z"),
            23 => "k++".to_owned(),
            24 => format!("{it}`x`"),
            _ => format!("{it}.z"),
        });
        let two = (inner.clone(), inner, 0..5_usize).prop_map(|(one, two, form)| match form {
            0 => format!("{one}, {two}"),
            1 => format!("({one}) + ({two})"),
            2 => format!("({one}) ? {two} : {two}"),
            3 => format!("({one})({two}, ...{two})"),
            _ => format!("({one})[{two}]"),
        });
        prop_oneof![3 => one, 1 => two]
    })
}

fn statement() -> impl Strategy<Value = String> {
    let end = prop::sample::select(&["\n", "\n", ";", " ;\r\n", " // c\n"][..]);
    let leaf =
        (expression(), name(), end, 0..10_usize).prop_map(|(value, name, end, form)| match form {
            0 => format!("let {name} = {value}{end}"),
            1 => format!("var {{ x: y = {value} }} = x{end}"),
            2 => format!("throw {value}{end}"),
            3 => format!("debugger{end}"),
            4 => format!("for ({name} of {value}) {value}{end}"),
            5 => format!("function {name}({name}) {{ return {value}{end} }}\n"),
            6 => format!("if ({value}) k++\nelse {value}{end}"),
            _ => format!("{value}{end}"),
        });
    leaf.prop_recursive(3, 12, 3, |inner| {
        let list = prop::collection::vec(inner, 0..3).prop_map(|all| all.concat());
        (list, name(), 0..9_usize).prop_map(|(list, name, form)| match form {
            0 => format!("{{ {list} }}"),
            1 => format!("for ({name} of x) {{ {list} }}\n"),
            2 => format!("function f({name}) {{ {list} }}\n"),
            3 => format!("try {{ {list} }} catch ({name}) {{ {list} }}\n"),
            4 => format!("switch (x) {{ case a: {list} }}\n"),
            5 => format!("class C {{ m({name}) {{ {list} }} f = k++\n static {{ {list} }} }}\n"),
            6 => format!("for (let {name} in x) {{ {list} }}\n"),
            7 => format!("() => {{ {list} }};\n"),
            _ => format!("while (x) {{ {list} }}\n"),
        })
    })
}

fn item() -> impl Strategy<Value = String> {
    let export = (expression(), blank(), 0..8_usize).prop_map(|(value, blank, form)| match form {
        0 => format!("export default{blank}{value}\n"),
        1 => format!("export{blank}let m = {value}\n"),
        2 => format!("export default{blank}function{blank}({{ a = {value} }}){{}}\n"),
        3 => format!("export default async{blank}function{blank}*{blank}(){{ {value} }}"),
        4 => format!("export{blank}default{blank}class{blank}{{ f = {value} }}"),
        5 => format!("export{blank}*{blank}from 'y'\n"),
        6 => format!("export {{ a as p,{blank}x as 'q q' }} from 'z';"),
        _ => format!("export{blank}class D {{ f = {value} }}"),
    });
    prop_oneof![3 => statement(), 1 => export]
}

fn module() -> impl Strategy<Value = String> {
    let start = prop::sample::select(&["", "", "\u{feff}", "#!x\n", "\u{feff}#!x\r\n"][..]);
    let items = prop::collection::vec(item(), 0..5);
    (start, blank(), items).prop_map(|(start, blank, items)| {
        let items = items.concat();
        format!(
            "{start}import d, {{ a, b }}{blank}from 'x';import * as ns from{blank}'y'\nexport let k, l;{blank}export {{ k as n }}\n{items}"
        )
    })
}

fn plan_of(source: &str) -> Option<std::sync::Arc<BodyPlan>> {
    analyze_fully(source, Dialect::JavaScript).ok()?.body?.ok()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn bodies_and_shells_of_valid_modules_are_valid(source in module()) {
        if let Some(plan) = plan_of(&source) {
            let lines = |code: &str| line_ends(code).count();
            let function = body::function(&source, &plan);
            let module = format!("export default {function};");
            let parsed = analyze_fully(&module, Dialect::JavaScript);
            prop_assert!(parsed.is_ok(), "{parsed:?}\n{function}");
            prop_assert!(lines(&function) - lines(&source) <= 1, "{}", function);
            let shell = Shell { client_url: "/c", definition: "{}", is_inline: false };
            let shell = body::shell(&source, &plan, &shell);
            let parsed = analyze_fully(&shell, Dialect::JavaScript);
            prop_assert!(parsed.is_ok(), "{parsed:?}\n{shell}");
            prop_assert_eq!(lines(&shell), lines(&function), "{}", shell);
        }
    }
}

#[test]
fn enough_of_the_generated_modules_are_valid() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let valid = (0..300).filter(|_| {
        let tree = module().new_tree(&mut runner).expect("a module");
        plan_of(&tree.current()).is_some()
    });
    let count = valid.count();
    assert!(count > 60, "only {count} of 300");
}
