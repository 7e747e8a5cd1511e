//! From a module's source to what is served: sorted edits of byte ranges, no code generator.
//!
//! Knows source text and where things stand in it. Must not know versions, urls or who serves the result.
//! Everything goes in on the line where it belongs, so that no line moves and stack traces stay true.

use super::analyze::{ExportBindings, ModuleRecord, Span};
use super::edit::{Edit, apply, line_ends};
use super::literal::escape;
use super::{live, patch};

/// What to make of a module.
pub struct Rewrite<'a> {
    /// Statements for the first line, in front of the code.
    pub preamble: Option<&'a str>,
    /// The exports that importers may have to be given newer ones of: makes these assignable.
    pub patch: Option<&'a ExportBindings>,
    /// A new specifier for a specifier, both decoded. `None` leaves it as it is.
    pub stamp: &'a dyn Fn(&str) -> Option<String>,
    /// The url of the module that a specifier, decoded, leads to.
    pub identify: &'a dyn Fn(&str) -> Option<String>,
}

/// Stands in front of the argument of each `import(…)`: the page's runtime, where there is one, turns what
/// it is given into the url of the current generation.
const DYNAMIC_START: &str = "(globalThis.__hotgraph__?.dynamic??String)(";
/// Stands behind the argument.
const DYNAMIC_END: &str = ",import.meta.url)";
/// The same where the import has options.
const DYNAMIC_END_WITH_OPTIONS: &str = ",import.meta.url,1)";

const META: &str = "import.meta";

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The source with all of `how` done to it; `None` when that changes nothing. `record` must be the
/// source's own.
pub fn rewrite(source: &str, record: &ModuleRecord, how: &Rewrite) -> Option<String> {
    let mut edits = Vec::new();
    if let Some(preamble) = how.preamble {
        edits.push(preamble_edit(source, preamble));
    }
    let stamp = |specifier: &str, literal: Span, edits: &mut Vec<Edit>| {
        if let Some(new) = (how.stamp)(specifier).filter(|new| new != specifier) {
            edits.extend(literal_edit(source, literal, &new));
        }
    };
    if let Some(exports) = how.patch {
        edits.extend(patch::write_closings(exports));
        edits.extend(patch::edits(source, exports));
    }
    edits.extend(live::statements(record, how.identify, how.stamp));
    edits.extend(live::uses(record, how.identify));
    for import in record
        .imports
        .iter()
        .filter(|import| !is_style(&import.attribute_type))
    {
        stamp(&import.specifier, import.span, &mut edits);
    }
    for import in record
        .dynamic_imports
        .iter()
        .filter(|import| !is_style(&import.attribute_type))
    {
        let Span { start, end } = import.argument;
        edits.push(insertion(start, DYNAMIC_START));
        if let Some((specifier, literal)) = &import.literal {
            stamp(specifier, *literal, &mut edits);
        }
        let closing = match import.has_options {
            true => DYNAMIC_END_WITH_OPTIONS,
            false => DYNAMIC_END,
        };
        edits.push(insertion(end, closing));
    }
    if let Some(exports) = how.patch {
        edits.extend(patch::write_openings(exports, META));
    }
    (!edits.is_empty()).then(|| apply(source, edits))
}

/// A style sheet that is imported stays the same object and gets new text, so that it keeps its address.
fn is_style(attribute_type: &Option<String>) -> bool {
    attribute_type.as_deref() == Some("css")
}

fn insertion(at: usize, text: &str) -> Edit {
    Edit {
        span: Span { start: at, end: at },
        text: text.to_owned(),
    }
}

/// Puts the preamble in front of everything but a byte order mark. A `#!` line is only allowed at the very
/// start of a file, so that it becomes a comment.
fn preamble_edit(source: &str, preamble: &str) -> Edit {
    let start = if source.starts_with(BYTE_ORDER_MARK) {
        BYTE_ORDER_MARK.len()
    } else {
        0
    };
    if source[start..].starts_with("#!") {
        return Edit {
            span: Span {
                start,
                end: start + 2,
            },
            text: format!("{preamble}//"),
        };
    }
    insertion(start, preamble)
}

/// Puts `value` between the quotes of a literal, on as many lines as the literal had.
pub(super) fn literal_edit(source: &str, literal: Span, value: &str) -> Option<Edit> {
    let text = source.get(literal.start..literal.end)?;
    let quote = text.chars().next()?;
    let span = Span {
        start: literal.start + quote.len_utf8(),
        end: literal.end.checked_sub(1)?,
    };
    let mut escaped = escape(value, quote);
    for end in line_ends(text) {
        escaped.extend(['\\', end]);
    }
    Some(Edit {
        span,
        text: escaped,
    })
}
