//! Sources that nest deeply, of every kind of nesting: whatever comes out, the process lives on.
//!
//! A stack overflow ends the whole test run, which is how these tests fail.

use std::sync::{Mutex, PoisonError};

use hotgraph_core::syntax::analyze::{AnalyzeError, Dialect, ModuleRecord, analyze, analyze_fully};

/// Less than any thread has that could come to analyse something.
const SMALL_STACK: usize = 256 << 10;

/// Keeps the analyser from seeing that it need not enter the code.
const INTERESTING: &str = "import.meta.hot;import(0);";

/// One at a time: without optimisation the deepest take more than a gigabyte of stack.
static TURN: Mutex<()> = Mutex::new(());

/// A source of so many levels: what stands in front, what opens and closes a level, what is within.
struct Nest {
    dialect: Dialect,
    levels: usize,
    parts: [&'static str; 5],
}

impl Nest {
    fn analyze(&self) -> Result<ModuleRecord, AnalyzeError> {
        let [before, open, within, close, after] = self.parts;
        let (open, close) = (open.repeat(self.levels), close.repeat(self.levels));
        let source = format!("{INTERESTING}{before}{open}{within}{close}{after}");
        let dialect = self.dialect;
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        std::thread::Builder::new()
            .stack_size(SMALL_STACK)
            .spawn(move || match dialect {
                // All walks, those for bodies included.
                Dialect::JavaScript => analyze_fully(&source, dialect),
                _ => analyze(&source, dialect),
            })
            .expect("a thread")
            .join()
            .expect("no panic")
    }
}

#[track_caller]
fn survives(dialect: Dialect, levels: usize, nests: &[[&'static str; 5]]) {
    for parts in nests {
        let few = Nest {
            dialect,
            levels: 30,
            parts: *parts,
        }
        .analyze();
        assert!(few.is_ok(), "{dialect:?} {parts:?}: {few:?}");
        let many = Nest {
            dialect,
            levels,
            parts: *parts,
        }
        .analyze();
        assert_ne!(
            many.err(),
            Some(AnalyzeError::Parser),
            "{dialect:?} {parts:?}"
        );
        // Cut off in the middle, which takes the parser's ways of failing.
        let [before, open, _, _, _] = *parts;
        let cut = Nest {
            dialect,
            levels,
            parts: [before, open, "", "", ""],
        }
        .analyze();
        assert_ne!(
            cut.err(),
            Some(AnalyzeError::Parser),
            "{dialect:?} {parts:?}, cut off"
        );
    }
}

const LEVELS: usize = 100_000;

#[test]
fn brackets() {
    let nests = [
        ["", "(", "1", ")", ""],
        ["", "[", "1", "]", ""],
        ["", "{", "", "}", ""],
        ["var ", "[", "a", "]", "=1"],
        ["x=", "{a:", "1", "}", ""],
        ["(", "{a:", "b", "}", "=1)"],
        ["x=", "{[", "1", "]:1}", ""],
        ["x=", "[...", "a", "]", ""],
        ["", "f(", "a", ")", ""],
        ["", "a[", "a", "]", ""],
        ["", "new a(", "1", ")", ""],
        ["", "import(", "a", ")", ""],
        ["", "`${", "a", "}`", ""],
        ["", "(a,", "1", ")", ""],
        ["", "async(", "1", ")", ""],
        ["", "import.meta.hot.accept(", "1", ")", ""],
    ];
    survives(Dialect::JavaScript, LEVELS, &nests);
}

#[test]
fn functions_and_classes() {
    let nests = [
        ["", "a=>", "1", "", ""],
        ["", "()=>", "1", "", ""],
        ["", "async a=>", "1", "", ""],
        ["", "(a=", "1", ")=>1", ""],
        ["", "()=>{", "", "}", ""],
        ["", "function a(){", "", "}", ""],
        ["x=", "function(a=", "1", "){}", ""],
        ["x=", "async function*(){yield ", "1", "}", ""],
        ["x=", "{a(){x=", "1", "}}", ""],
        ["x=", "{get a(){x=", "1", "}}", ""],
        ["x=", "class extends ", "a", "{}", ""],
        ["x=", "class{a=", "1", "}", ""],
        ["", "class A{a(){", "", "}}", ""],
        ["", "class A{static{", "", "}}", ""],
        ["x=", "class{[", "1", "](){}}", ""],
        ["x=", "@a(", "1", ")class{}", ""],
        ["import a from'';", "a(", "1", ")", ""],
        ["import*as a from'';x=", "a[", "1", "]", ""],
        ["import*as a from'';", "new a(", "1", ")", ""],
        ["export let a;x=()=>", "a=", "1", "", ""],
        ["export let a;x=()=>", "(a=", "1", ")", ""],
        ["export let a;x=()=>", "[a=", "[]", "]", "=b"],
        ["export let a;x=()=>(", "{a:", "a", "}", "=b)"],
        ["export let a;x=()=>", "[a]=", "1", "", ""],
        ["export let a;x=()=>{", "for(a of b)", "c", "", "}"],
        ["x=", "class{#a=", "1", "}", ""],
        ["", "x=class{static #a(){", "", "}}", ""],
        ["", "x=class extends class{constructor(){", "", "}}{}", ""],
        ["", "try{}catch({a}){", "", "}", ""],
        ["", "for(let a of b){", "", "}", ""],
    ];
    survives(Dialect::JavaScript, LEVELS, &nests);
}

#[test]
fn operators_and_chains() {
    let nests = [
        ["", "!", "a", "", ""],
        ["", "- ", "a", "", ""],
        ["", "typeof ", "a", "", ""],
        ["", "void ", "a", "", ""],
        ["", "await ", "a", "", ""],
        ["function*f(){", "yield ", "a", "", "}"],
        ["", "new ", "a", "", ""],
        ["", "a?b:", "c", "", ""],
        ["", "a?", "c", ":b", ""],
        ["", "a=", "a", "", ""],
        ["", "a+", "a", "", ""],
        ["", "a**", "a", "", ""],
        ["", "a&&", "a", "", ""],
        ["", "a??", "a", "", ""],
        ["", "a<", "a", "", ""],
        ["", "a==", "a", "", ""],
        ["", "a in ", "a", "", ""],
        ["", "a,", "a", "", ""],
        ["a", ".b", "", "", ""],
        ["a", "?.b", "", "", ""],
        ["a", "[0]", "", "", ""],
        ["a", "()", "", "", ""],
        ["a", ".b()", "", "", ""],
        ["a", "``", "", "", ""],
        ["import.meta.hot.data", ".b", "", "", "=1"],
        ["import.meta.hot", "||a", "", "", ""],
        ["", "a+(", "a", ")", ""],
    ];
    survives(Dialect::JavaScript, LEVELS, &nests);
}

#[test]
fn statements() {
    let nests = [
        ["", "if(a)", "c", "", ""],
        ["", "if(a){", "c", "}", ""],
        ["", "if(a){}else{", "c", "}", ""],
        ["", "for(;;)", "c", "", ""],
        ["", "for(a of b)", "c", "", ""],
        ["", "while(a)", "c", "", ""],
        ["", "do ", "c", "\nwhile(1)", ""],
        ["", "switch(a){case 1:", "c", "}", ""],
        ["", "try{", "c", "}finally{}", ""],
        ["", "try{}catch(a){", "c", "}", ""],
        ["", "a;", "a", "", ""],
    ];
    survives(Dialect::JavaScript, LEVELS, &nests);
    // The parser takes time that grows with the square of these.
    survives(
        Dialect::JavaScript,
        5_000,
        &[["", "if(a)b;else ", "c", "", ""]],
    );
}

#[test]
fn labels_are_refused_before_they_take_all_memory() {
    for open in ["a:", "a: ", "a/**/:", "a:if(b)", "a:{", "ä:"] {
        let parts = ["", open, "c", "", ""];
        let result = Nest {
            dialect: Dialect::JavaScript,
            levels: LEVELS,
            parts,
        }
        .analyze();
        assert_eq!(result.err(), Some(AnalyzeError::TooDeep), "{open}");
    }
}

#[test]
fn branches_are_refused_before_they_take_all_time() {
    let parts = ["", "if(a)b;else ", "c", "", ""];
    let result = Nest {
        dialect: Dialect::JavaScript,
        levels: LEVELS,
        parts,
    }
    .analyze();
    assert_eq!(result.err(), Some(AnalyzeError::TooDeep));
}

#[test]
fn what_could_be_types_is_refused_before_it_takes_all_time() {
    // Each takes the parser a multiple of the time of the one within.
    let opens = [
        "a<(b=",
        "a<({b=",
        "a<([b=",
        "a< (b=",
        "a<(\")\",",
        "a<(/[\"/]\"/,",
        "a<(/* ) */",
        "a<(`)`,",
        "a<{[b]:",
        "1<{",
        "{[a<",
        "a<{get [",
        "<a>b+(",
        "<a>[",
        "<a>(b=",
        "async<a>(b=",
        "a<b>`${",
        "a?(b):c=>",
        "a?(b):{[",
        "(a:({b=c as",
        "infer a extends(",
    ];
    for open in opens {
        is_refused(Dialect::TypeScript, open);
    }
    for open in ["(async <(", "<a extends b>("] {
        is_refused(Dialect::Tsx, open);
    }
}

fn is_refused(dialect: Dialect, open: &'static str) {
    for levels in [24, LEVELS] {
        let parts = ["", open, "", "", ""];
        let result = Nest {
            dialect,
            levels,
            parts,
        }
        .analyze();
        assert_eq!(result.err(), Some(AnalyzeError::TooDeep), "{open}");
    }
}

#[test]
fn types_as_people_write_them_are_not_refused() {
    let source = "
        export class Store<K extends string, V> extends Map<K, Array<{ at: number; value: V }>> {
          read?: <T>(key: K) => Promise<T>
          load(url = `${base}/it's`): Promise<Map<K, V>> {
            const found = this.list.filter((one) => one.at < now && (one.value as { ok?: boolean }).ok)
            const half = (a + b) / 2, text = found.map((one) => `${one.at / 2}px`).join(')')
            return half > 1 ? (found) : text.replace(/[(<'\"]/g, '') as unknown as Promise<Map<K, V>>
          }
        }
        type Inner<T> = T extends Promise<infer U extends object> ? Inner<U> : T
        ";
    let elements = "
        export const List = <T,>({ items }: { items: Array<T> }) => (
          <ul className={items.length < 3 ? 'few' : 'many'}>
            {items.map((item) => <li key={item.id} onClick={() => { pick<T>(item) }}>Don't {item.name}</li>)}
          </ul>
        );
        ";
    for (source, dialect) in [(source, Dialect::TypeScript), (elements, Dialect::Tsx)] {
        for times in [1, 1_000] {
            let source = source.replace("export ", "").repeat(times);
            let result = analyze(&source, dialect);
            assert!(
                !matches!(result, Err(AnalyzeError::TooDeep)),
                "{times} times"
            );
            assert!(times > 1 || result.is_ok(), "{result:?}");
        }
    }
}

#[test]
fn what_only_looks_like_labels_is_not_refused() {
    for open in [
        "x={a:1,b:2};",
        "x=a?b:c;",
        "switch(a){case b:case 1:default:}",
        "x={'a':1};",
    ] {
        let parts = ["", open, "", "", ""];
        let result = Nest {
            dialect: Dialect::JavaScript,
            levels: 10_000,
            parts,
        }
        .analyze();
        assert!(result.is_ok(), "{open}: {result:?}");
    }
}

#[test]
fn typescript() {
    let nests = [
        ["", "(", "1", ")", ""],
        ["", "{", "", "}", ""],
        ["", "a=>", "1", "", ""],
        ["a", " as a", "", "", ""],
        ["a", "!", "", "", ""],
        ["type a=", "(", "b", ")", ""],
        ["type a=", "[", "b", "]", ""],
        ["type a=", "{a:", "b", "}", ""],
        ["type a=b", "[]", "", "", ""],
        ["type a=", "keyof ", "b", "", ""],
        ["type a=", "()=>", "b", "", ""],
        ["type a=", "a extends b?c:", "b", "", ""],
        ["type a=", "{[k in ", "b", "]:1}", ""],
        ["type a=", "`${", "b", "}`", ""],
        ["namespace a", ".b", "", "", "{}"],
        ["", "namespace a{", "", "}", ""],
    ];
    survives(Dialect::TypeScript, LEVELS, &nests);
    // More than these are refused.
    let nests = [
        ["", "<T>", "1", "", ""],
        ["", "<T>()=>", "1", "", ""],
        ["", "a<", "a", "", ""],
        ["", "a<(b+c)&&", "d", "", ""],
        ["type a=", "A<", "b", ">", ""],
    ];
    survives(Dialect::TypeScript, 200, &nests);
}

#[test]
fn jsx() {
    let nests = [
        ["x=", "<a>", "", "</a>", ""],
        ["x=", "<>", "", "</>", ""],
        ["x=", "<a>{", "1", "}</a>", ""],
        ["x=", "<a b={", "1", "}/>", ""],
        ["x=", "<a b=", "<c/>", "/>", ""],
        ["x=<a", ".b", "", "", "/>"],
    ];
    survives(Dialect::Jsx, LEVELS, &nests);
    survives(Dialect::Tsx, LEVELS, &nests);
}
