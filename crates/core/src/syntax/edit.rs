//! Edits of a source text by byte ranges: what every change to served code is made of.
//!
//! Knows text. Must not know what it says.

use super::analyze::Span;

/// The replacement of a byte range; an insertion when the range is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What to replace.
    pub span: Span,
    /// What to put there.
    pub text: String,
}

/// The characters of a text that end its lines as JavaScript counts them, one a line.
pub fn line_ends(text: &str) -> impl Iterator<Item = char> {
    let mut characters = text.chars().peekable();
    std::iter::from_fn(move || {
        loop {
            match characters.next()? {
                '\r' if characters.peek() == Some(&'\n') => {}
                end @ ('\n' | '\r' | '\u{2028}' | '\u{2029}') => return Some(end),
                _ => {}
            }
        }
    })
}

/// The source with the edits made. They may come in any order; of edits at the same place the first stays
/// first. No two may overlap: of two that do, the one further back is left out. So is one that does not fall
/// on characters of the source.
pub fn apply(source: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| edit.span);
    let added: usize = edits.iter().map(|edit| edit.text.len()).sum();
    let mut result = String::with_capacity(source.len() + added);
    let mut done = 0;
    for Edit { span, text } in edits {
        let kept = source.get(done..span.start);
        let is_sound = kept.is_some() && source.get(span.start..span.end).is_some();
        debug_assert!(
            is_sound,
            "an edit at {span:?} overlaps another or splits a character"
        );
        if let (Some(kept), true) = (kept, is_sound) {
            result.push_str(kept);
            result.push_str(&text);
            done = span.end;
        }
    }
    result.push_str(source.get(done..).unwrap_or_default());
    result
}
