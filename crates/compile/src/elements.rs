//! Modules that define custom elements: what makes them hot.
//!
//! A module that defines elements accepts itself. At its end it tells the page's side ([`Names::runtime`]) which values
//! are its own, and which values of other modules it has read while it ran. Classes say how to reach their private
//! fields, since nothing else can. Templates are known by their text: one that did not change renders into the DOM that
//! is there. Lines stay where they are.

mod found;

use std::collections::HashMap;

use hotgraph_core::syntax::analyze::{AnalyzeError, Dialect, guarded};
use hotgraph_core::syntax::edit::Edit;
use hotgraph_core::syntax::literal::literal;
use swc_core::common::comments::SingleThreadedComments;
use swc_core::common::{FileName, SourceMap};
use swc_core::ecma::visit::VisitWith;

use crate::script::{at_start, parse};
use found::{Eager, Found, Place, Scope};

/// A name that defines elements: a decorator, a function or a base class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definer {
    /// What it is called, `default` for a default import.
    pub name: String,
    /// The specifiers that it may be imported from; empty for any name in the module.
    pub from: Vec<String>,
}

/// What makes a module one that defines elements, besides `customElements.define()`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Definers {
    /// Decorators of classes.
    pub decorators: Vec<Definer>,
    /// Functions that return classes.
    pub functions: Vec<Definer>,
    /// Base classes.
    pub base_classes: Vec<Definer>,
}

/// What is to be done to a module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Elements {
    /// Sorted, at different places.
    pub edits: Vec<Edit>,
    /// Whether it defines elements, and now accepts itself.
    pub defines: bool,
}

/// The name of the page's side in modules.
const RUNTIME: &str = "$hot_elements";

/// Looks for custom elements in a module.
///
/// `runtime` is the url of the page's side.
///
/// # Errors
///
/// [`AnalyzeError::Syntax`] when the source cannot be parsed; otherwise as [`guarded`].
pub fn find(
    source: &str,
    dialect: Dialect,
    runtime: &str,
    definers: &Definers,
) -> Result<Elements, AnalyzeError> {
    guarded(source, dialect, || {
        let files = SourceMap::default();
        let file = files.new_source_file(FileName::Anon.into(), source.to_owned());
        let module = parse(&file, source, dialect, &SingleThreadedComments::default())?;
        // A byte order mark is no part of what was parsed.
        let place = Place {
            shift: source.len() - file.src.len(),
        };
        let scope = Scope::of(&module, definers);
        let mut found = Found::new(&scope, place);
        module.visit_with(&mut found);
        let mut eager = Eager::new(&scope);
        module.visit_with(&mut eager);
        Ok(edits(source, &scope, found, &eager))
    })
    .map(|mut elements| {
        if !elements.edits.is_empty() || elements.defines {
            let import = format!("import*as {RUNTIME} from{};", literal(runtime));
            elements.edits.push(at_end(source, &import));
        }
        elements
    })
    .map(joined)
}

fn edits(source: &str, scope: &Scope, found: Found, eager: &Eager) -> Elements {
    let mut edits = Vec::new();
    for (end, fields) in &found.fields {
        if source.as_bytes().get(*end) == Some(&b'}') {
            edits.push(insert(*end, &format!(";static{{{}}}", fields_call(fields))));
        }
    }
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for tag in &found.tags {
        let count = seen.entry(&tag.text).or_default();
        edits.push(insert(tag.start, &format!("{RUNTIME}.tag(")));
        edits.push(insert(tag.end, &format!(",import.meta.url,{count})")));
        *count += 1;
    }
    edits.sort_by_key(|edit| edit.span);
    if found.defines {
        edits.insert(
            0,
            at_start(source, &format!("{RUNTIME}.begin(import.meta.url);")),
        );
    }
    if !found.tags.is_empty() {
        edits.insert(
            0,
            at_start(source, &format!("{RUNTIME}.templates(import.meta.url);")),
        );
    }
    if found.defines {
        let own = reads(&scope.own);
        let used = reads(&eager.used);
        let call =
            format!("{RUNTIME}.end(import.meta.url,[{own}],[{used}]);import.meta.hot?.accept();");
        edits.push(at_end(source, &call));
    }
    Elements {
        edits,
        defines: found.defines,
    }
}

/// Tells how to reach the fields of instances of a class: of public accessors the names suffice.
fn fields_call(fields: &[found::Field]) -> String {
    let one = |field: &found::Field| {
        let key = literal(&field.name);
        match field.is_private {
            false => format!("{key}:null"),
            true => format!("{key}:[o=>o.{0},(o,v)=>{{o.{0}=v}}]", field.name),
        }
    };
    let all: Vec<String> = fields.iter().map(one).collect();
    format!("{RUNTIME}.fields(this,{{{}}})", all.join(","))
}

/// Functions that read variables, one each: one may not have a value.
fn reads<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    let all: Vec<String> = names.into_iter().map(|one| format!("()=>{one}")).collect();
    all.join(",")
}

fn insert(at: usize, text: &str) -> Edit {
    Edit {
        span: hotgraph_core::syntax::analyze::Span { start: at, end: at },
        text: text.to_owned().into(),
    }
}

/// At the end, on a line of its own: the last one may be a comment.
fn at_end(source: &str, text: &str) -> Edit {
    let is_line = source.is_empty() || source.ends_with('\n');
    insert(
        source.len(),
        &format!("{}{text}", if is_line { ";" } else { "\n;" }),
    )
}

/// One edit a place.
fn joined(elements: Elements) -> Elements {
    let mut edits: Vec<Edit> = Vec::new();
    for edit in elements.edits {
        match edits.last_mut() {
            Some(last) if last.span == edit.span => last.text.to_mut().push_str(&edit.text),
            _ => edits.push(edit),
        }
    }
    Elements { edits, ..elements }
}

#[cfg(test)]
mod tests;
