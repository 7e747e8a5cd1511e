//! The texts that a plan makes of its source.
//!
//! Knows the names that shells and bodies have for what they call. The runtime knows the same.

use std::fmt::Write;

use super::{BodyImport, BodyPlan, Declared, ImportKind, Indirect};
use crate::syntax::analyze::Span;
use crate::syntax::edit::{self, BYTE_ORDER_MARK, Edit, apply};
use crate::syntax::literal::literal;
use crate::syntax::name::is_identifier_name;

/// What a shell says in addition to the module's own code.
#[derive(Debug, Clone, Copy)]
pub struct Shell<'a> {
    /// The url of the client, which exports `define`.
    pub client_url: &'a str,
    /// What the module is to the page, as JSON.
    pub definition: &'a str,
    /// Whether the shell stands in a `<script>` of a page, where `<` in strings could end it.
    pub is_inline: bool,
}

/// What a module says that runs out of a pack.
#[derive(Debug, Clone, Copy)]
pub struct Entrance<'a> {
    /// The url of the client, which exports `enter`.
    pub client_url: &'a str,
    /// What the module is to the page, as JSON.
    pub definition: &'a str,
    /// The urls of the modules that provide the bodies.
    pub chunks: &'a [String],
    /// What the pack imports and does not hold: JSON, style sheets. It has no code of its own that would run too early.
    pub natives: &'a [Native],
    /// Whether any of its bodies waits at its top level.
    pub waits: bool,
}

/// A module that a pack leaves to the browser.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Native {
    /// Its url.
    pub url: String,
    /// The import attributes, keys and values decoded, in source order.
    pub attributes: Vec<(String, String)>,
}

impl Native {
    /// What names it to the page: its type and its url.
    fn key(&self) -> String {
        let kind = self.attributes.iter().find(|(key, _)| key == "type");
        let kind = kind.map_or("", |(_, value)| value);
        format!("{kind}:{}", self.url)
    }
}

/// What a browser loads of a module whose body is in a pack, together with the bodies of all its imports. It has the
/// same exports as the module's shell. Of a module that passes on what others export there is none: only native imports
/// do that.
pub fn entrance(plan: &BodyPlan, entrance: &Entrance) -> String {
    let p = &plan.prefix;
    let mut text = String::new();
    let client = literal(entrance.client_url);
    add(
        &mut text,
        format_args!("import{{enter as {p}}}from{client};"),
    );
    for chunk in entrance.chunks {
        add(&mut text, format_args!("import{};", literal(chunk)));
    }
    for (index, native) in entrance.natives.iter().enumerate() {
        let from = from_url(&native.url, &native.attributes);
        add(&mut text, format_args!("import*as {p}_{index} {from}"));
    }
    own_exports(&mut text, plan);
    let early = variables(plan, Declared::Var).chain(variables(plan, Declared::Function));
    let early = list(early);
    if !early.is_empty() {
        add(&mut text, format_args!("var {early};"));
    }
    let natives = list(
        (entrance.natives.iter().enumerate())
            .map(|(index, native)| format!("[{},{p}_{index}]", literal(&native.key()))),
    );
    let definition = one_line(entrance.definition);
    let wait = if entrance.waits { "await " } else { "" };
    add(
        &mut text,
        format_args!("const {p}_g={p}(import.meta,{definition},[{natives}]);{wait}{p}_g.run();"),
    );
    text.push_str(&attaching(plan));
    text
}

/// The body: an expression of a function, without parentheses around it. It has as many lines as the source, or one more
/// where that may end in a comment.
pub fn function(source: &str, plan: &BodyPlan) -> String {
    assemble(source, plan, "", |text| text)
}

/// The shell: a module with the same exports. The body comes first: what a module imports and exports is hoisted wherever
/// it stands. So it has as many lines as the body, and what follows in a page keeps its line.
pub fn shell(source: &str, plan: &BodyPlan, shell: &Shell) -> String {
    // No generated code has an operator `<`: every one is in a string.
    let safe = |text: String| match shell.is_inline && text.contains('<') {
        true => text.replace('<', "\\u003c"),
        false => text,
    };
    let mut text = assemble(source, plan, BEFORE_BODY, safe);
    text.push_str(&safe(shell_head(plan, shell)));
    text.push_str(&safe(shell_tail(plan)));
    text
}

/// Takes the place of the parenthesis that stands before a body where a page evaluates it. So the module's own code has
/// the same columns in a shell.
const BEFORE_BODY: &str = ";";

/// `before`, then the body, with the edits made.
fn assemble(
    source: &str,
    plan: &BodyPlan,
    before: &str,
    safe: impl Fn(String) -> String,
) -> String {
    let edits = all_edits(source, plan, before);
    let edits = edits.into_iter().map(|edit| Edit {
        span: edit.span,
        text: safe(edit.text.into_owned()).into(),
    });
    apply(source, edits.collect())
}

/// All that turns a source into a body: `before` and the body's head, the plan's edits, and the closing brace.
fn all_edits(source: &str, plan: &BodyPlan, before: &str) -> Vec<Edit> {
    let mut head = before.to_owned();
    body_head(&mut head, plan);
    let mut edits = Vec::with_capacity(plan.edits.len() + 2);
    edits.push(opening(source, head));
    edits.extend(plan.edits.iter().cloned());
    edits.push(closing(source));
    edits
}

/// Where in the source a place of a shell or of an evaluated body is: a byte offset, `None` after the body. `line` and
/// `column` count from 1, columns in UTF-16 code units.
pub fn origin(source: &str, plan: &BodyPlan, line: u32, column: u32) -> Option<usize> {
    let offset = edit::origin(source, &all_edits(source, plan, BEFORE_BODY), line, column);
    (offset < source.len()).then_some(offset)
}

/// Puts the head in front. A byte order mark goes, and a `#!` line, which is only allowed at the very start of a
/// file, becomes a comment.
fn opening(source: &str, mut head: String) -> Edit {
    let mut end = 0;
    if source.starts_with(BYTE_ORDER_MARK) {
        end = BYTE_ORDER_MARK.len_utf8();
    }
    if source[end..].starts_with("#!") {
        end += "#!".len();
        head.push_str("//");
    }
    let span = Span { start: 0, end };
    Edit {
        span,
        text: head.into(),
    }
}

/// Ends the body, on the last line unless that may end in a comment.
fn closing(source: &str) -> Edit {
    let line_ends = ['\n', '\r', '\u{2028}', '\u{2029}'];
    let last_line = source.rsplit(line_ends).next().unwrap_or_default();
    let may_be_comment = last_line.contains("//") || last_line.contains("#!");
    let span = Span {
        start: source.len(),
        end: source.len(),
    };
    let text = if may_be_comment { "\n}" } else { "}" };
    Edit {
        span,
        text: text.into(),
    }
}

/// Everything of the body in front of the own code.
fn body_head(text: &mut String, plan: &BodyPlan) {
    let p = &plan.prefix;
    let keyword = match plan.is_async {
        true => "async function ",
        false => "function*",
    };
    add(text, format_args!("{keyword}{p}_b({p}_m,{p}_x"));
    for index in 0..plan.imports.len() {
        add(text, format_args!(",{p}_{index}"));
    }
    text.push_str("){\"use strict\";");
    if plan.is_async {
        add(text, format_args!("const {p}_w="));
    }
    add(text, format_args!("{p}_x.link({p}_n=>{{switch({p}_n){{"));
    for local in &plan.locals {
        let (exported, local) = (literal(&local.exported), &local.local);
        add(text, format_args!("case{exported}:return {local};"));
    }
    text.push_str("}});");
    if plan.names_default {
        add(text, format_args!("{p}_x.name({p}_default);"));
    }
    match plan.is_async {
        true => add(text, format_args!("if({p}_w)await {p}_w;")),
        false => text.push_str("yield;"),
    }
}

/// What the shell imports and exports, and the function that defines the module.
fn shell_head(plan: &BodyPlan, shell: &Shell) -> String {
    let p = &plan.prefix;
    let mut text = String::new();
    let client = literal(shell.client_url);
    add(
        &mut text,
        format_args!("import{{define as {p}}}from{client};"),
    );
    let mut indirect: Vec<Vec<&Indirect>> = vec![Vec::new(); plan.imports.len()];
    for one in &plan.indirect {
        indirect[one.import].push(one);
    }
    for (index, indirect) in indirect.iter().enumerate() {
        imports(&mut text, plan, index, indirect);
    }
    own_exports(&mut text, plan);
    let vars = list(variables(plan, Declared::Var));
    if !vars.is_empty() {
        add(&mut text, format_args!("var {vars};"));
    }
    for portal in variables(plan, Declared::Function) {
        add(
            &mut text,
            format_args!("function {portal}(){{return {p}_d()}}"),
        );
    }
    let natives = list((0..plan.imports.len()).map(|index| format!("{p}_{index}")));
    let definition = one_line(shell.definition);
    add(
        &mut text,
        format_args!("function {p}_d(){{return {p}(import.meta,{definition},[{natives}],{p}_b)}}"),
    );
    text
}

/// The exports that are variables of the shell.
fn own_exports(text: &mut String, plan: &BodyPlan) {
    let p = &plan.prefix;
    let locals = plan.locals.iter().enumerate();
    let own = list(
        locals.map(|(index, local)| format!("{p}_e{index} as {}", export_name(&local.exported))),
    );
    if !own.is_empty() {
        add(text, format_args!("export{{{own}}};"));
    }
}

/// What is native of one import: its namespace, its names, and what is exported again.
fn imports(text: &mut String, plan: &BodyPlan, index: usize, indirect: &[&Indirect]) {
    let (p, import) = (&plan.prefix, &plan.imports[index]);
    let from = from(import);
    add(text, format_args!("import*as {p}_{index} {from}"));
    if import.kind == ImportKind::Import && !import.names.is_empty() {
        let names = import.names.iter().enumerate();
        let names = list(
            names.map(|(number, name)| format!("{} as {p}_{index}_{number}", export_name(name))),
        );
        add(text, format_args!("import{{{names}}}{from}"));
    }
    if import.kind == ImportKind::Star {
        add(text, format_args!("export*{from}"));
    }
    for indirect in indirect {
        let exported = export_name(&indirect.exported);
        match &indirect.name {
            Some(name) => {
                let name = export_name(name);
                add(text, format_args!("export{{{name} as {exported}}}{from}"));
            }
            None => add(text, format_args!("export*as {exported} {from}")),
        }
    }
}

/// `from"./x.js"with{type:"json"};`
fn from(import: &BodyImport) -> String {
    from_url(&import.specifier, &import.attributes)
}

fn from_url(specifier: &str, attributes: &[(String, String)]) -> String {
    let specifier = literal(specifier);
    let attributes = attributes.iter();
    let attributes =
        list(attributes.map(|(key, value)| format!("{}:{}", export_name(key), literal(value))));
    match attributes.is_empty() {
        true => format!("from{specifier};"),
        false => format!("from{specifier}with{{{attributes}}};"),
    }
}

/// What the shell runs.
fn shell_tail(plan: &BodyPlan) -> String {
    let p = &plan.prefix;
    let wait = if plan.is_async { "await " } else { "" };
    format!("const {p}_g={p}_d();{wait}{p}_g.run();{}", attaching(plan))
}

/// The shell's variables get their values.
fn attaching(plan: &BodyPlan) -> String {
    let p = &plan.prefix;
    let mut text = String::new();
    let lexical = list(variables(plan, Declared::Lexical));
    if !lexical.is_empty() {
        add(&mut text, format_args!("let {lexical};"));
    }
    add(
        &mut text,
        format_args!("{p}_g.attach(({p}_n,{p}_v)=>{{switch({p}_n){{"),
    );
    for (index, local) in plan.locals.iter().enumerate() {
        let exported = literal(&local.exported);
        add(
            &mut text,
            format_args!("case{exported}:{p}_e{index}={p}_v;break;"),
        );
    }
    text.push_str("}});");
    text
}

/// The shell's variables of the exports that are declared in one way.
fn variables(plan: &BodyPlan, declared: Declared) -> impl Iterator<Item = String> {
    let locals = plan.locals.iter().enumerate();
    locals
        .filter(move |(_, local)| local.declared == declared)
        .map(|(index, _)| format!("{}_e{index}", plan.prefix))
}

/// A name as lists of imports and exports spell it, or keys of attributes.
fn export_name(name: &str) -> String {
    match is_identifier_name(name) {
        true => name.to_owned(),
        false => literal(name),
    }
}

/// JSON as an expression on one line: strings may hold characters that end lines.
fn one_line(json: &str) -> String {
    json.replace(['\n', '\r'], " ")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(",")
}

fn add(text: &mut String, more: std::fmt::Arguments) {
    // Writing to a string does not fail.
    let _ = text.write_fmt(more);
}
