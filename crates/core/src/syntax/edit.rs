//! Edits of a source text by byte ranges: what every change to served code is made of.
//!
//! Knows text. Must not know what it says.

use std::borrow::Cow;

use super::analyze::Span;

/// The replacement of a byte range; an insertion when the range is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What to replace.
    pub span: Span,
    /// What to put there.
    pub text: Cow<'static, str>,
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

/// What a file may start with. It is no part of its text.
pub const BYTE_ORDER_MARK: char = '\u{feff}';

/// Where in the source a place is of the text with the edits made, which are sorted and do not overlap: a byte offset.
/// A place inside the text of an edit is the place of the edit. A place past the end of a line is that end.
///
/// `line` and `column` count from 1, columns in UTF-16 code units. A byte order mark counts for nothing.
pub fn origin(source: &str, edits: &[Edit], line: u32, column: u32) -> usize {
    let mut cursor = Cursor {
        line: 1,
        column: 1,
        after_return: false,
    };
    let mut done = 0;
    let mut last = 0;
    let whole = Span {
        start: source.len(),
        end: source.len(),
    };
    let spans = edits.iter().map(|edit| (edit.span, &*edit.text));
    for (span, text) in spans.chain([(whole, "")]) {
        let kept = source.get(done..span.start).unwrap_or_default();
        let kept = kept
            .char_indices()
            .map(|(at, character)| (done + at, character));
        for (at, character) in kept.chain(text.chars().map(|character| (span.start, character))) {
            if cursor.line > line {
                return last;
            }
            if cursor.line == line && !cursor.is_within_end(character) {
                last = at;
                if cursor.column >= column {
                    return at;
                }
            }
            if at > 0 || character != BYTE_ORDER_MARK {
                cursor.pass(character);
            }
        }
        done = done.max(span.end);
    }
    if cursor.line <= line { done } else { last }
}

/// A place in a text that is read from its start.
struct Cursor {
    line: u32,
    column: u32,
    after_return: bool,
}

impl Cursor {
    /// Whether a character is the second half of the end of a line.
    fn is_within_end(&self, character: char) -> bool {
        character == '\n' && self.after_return
    }

    fn pass(&mut self, character: char) {
        let is_pair = self.is_within_end(character);
        self.after_return = character == '\r';
        match character {
            '\n' if is_pair => {}
            '\n' | '\r' | '\u{2028}' | '\u{2029}' => {
                self.line += 1;
                self.column = 1;
            }
            _ => self.column += character.len_utf16() as u32,
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(source: &str, from: &str, to: &str) -> Edit {
        let start = source.find(from).unwrap_or_default();
        let end = start + from.len();
        let span = Span { start, end };
        let text = to.to_owned().into();
        Edit { span, text }
    }

    #[test]
    fn places_of_an_edited_text_are_found_in_its_source() {
        let source = "import {\n a } from 'x';\r\nlet 😀 = a + b;\nend";
        let edits = [
            edit(source, "import {\n a } from 'x'", "\n "),
            edit(source, "= a", "= $hot_0.a"),
        ];
        let text = apply(source, edits.to_vec());
        for name in ["let", "+", "b;", "end"] {
            let at = text.find(name).unwrap_or_default();
            let before = &text[..at];
            let line = before.matches('\n').count() as u32 + 1;
            let start = before.rfind('\n').map_or(0, |at| at + 1);
            let column = text[start..at].encode_utf16().count() as u32 + 1;
            let expected = source.find(name).unwrap_or_default();
            assert_eq!(origin(source, &edits, line, column), expected, "{name}");
        }
        let generated = source.find("= a").unwrap_or_default();
        assert_eq!(origin(source, &edits, 3, 14), generated);
    }

    #[test]
    fn places_that_are_not_there_are_the_nearest_ones() {
        for (source, line, column, expected) in [
            ("", 1, 1, 0),
            ("", 9, 9, 0),
            ("ab\ncd", 1, 99, 2),
            ("ab\ncd", 2, 99, 5),
            ("ab\ncd", 3, 1, 5),
            ("ab\ncd", 0, 0, 0),
        ] {
            assert_eq!(
                origin(source, &[], line, column),
                expected,
                "{source:?} {line}:{column}"
            );
        }
    }
}
