//! What is wrong with a piece of code, and where: a message, a place and a code frame.
//!
//! Knows source text. Must not know who shows a diagnostic.

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The code cannot be served; pages keep what they have.
    Error,
    /// Something will not work as its author seems to expect.
    Warning,
}

/// One finding about one place in a module's source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// One sentence that says what is wrong.
    pub message: String,
    /// What to do about it, where that is known.
    pub remedy: Option<String>,
    /// The module's url.
    pub url: String,
    /// The module's file, an absolute path, when it has one.
    pub file: Option<String>,
    /// The place, when it is known.
    pub place: Option<Place>,
}

/// A place in a source text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// From 1.
    pub line: u32,
    /// From 1, in UTF-16 code units, as JavaScript and editors count.
    pub column: u32,
    /// The lines around it with a mark below the place.
    pub frame: String,
}

/// Lines shown above and below the marked one.
const CONTEXT_LINES: usize = 2;
/// Characters shown of a line; longer ones (minified code) are cut around the mark.
const LINE_WIDTH: usize = 110;

/// The place of a byte offset in a source. An offset past the end or inside a character counts as the
/// nearest character before it.
pub fn place_of(source: &str, offset: usize) -> Place {
    // Browsers and editors show no byte order mark, and count none.
    let text = source.strip_prefix('\u{feff}').unwrap_or(source);
    let offset = offset.saturating_sub(source.len() - text.len());
    let source = text;
    let offset = floor_char_boundary(source, offset);
    let line_start = source[..offset].rfind('\n').map_or(0, |at| at + 1);
    let line_index = source[..line_start].matches('\n').count();
    let prefix = &source[line_start..offset];
    let lines: Vec<&str> = source.lines().collect();
    let first = line_index.saturating_sub(CONTEXT_LINES);
    let last = (line_index + CONTEXT_LINES).min(lines.len().saturating_sub(1));
    let number_width = (last + 1).to_string().len();

    let mut frame = String::new();
    let column_chars = prefix.chars().count();
    let cut = column_chars.saturating_sub(LINE_WIDTH - 30);
    for index in first..=last {
        let marked = index == line_index;
        let line = lines.get(index).copied().unwrap_or_default();
        let shown: String = line
            .chars()
            .skip(if marked { cut } else { 0 })
            .take(LINE_WIDTH)
            .collect();
        let pointer = if marked { '>' } else { ' ' };
        frame.push_str(&format!(
            "{pointer} {:number_width$} | {shown}\n",
            index + 1
        ));
        if marked {
            let indent: String = line
                .chars()
                .skip(cut)
                .take(column_chars - cut)
                .map(keep_tab)
                .collect();
            frame.push_str(&format!("  {:number_width$} | {indent}^\n", ""));
        }
    }
    Place {
        line: line_index as u32 + 1,
        column: prefix.encode_utf16().count() as u32 + 1,
        frame: frame.trim_end().to_owned(),
    }
}

fn keep_tab(character: char) -> char {
    if character == '\t' { '\t' } else { ' ' }
}

fn floor_char_boundary(source: &str, offset: usize) -> usize {
    let mut at = offset.min(source.len());
    while !source.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_lines_from_one_and_columns_in_utf16() {
        let source = "a\nlet 😀 = ;\nb\nc\nd";
        let place = place_of(source, source.find(';').unwrap_or_default());
        assert_eq!((place.line, place.column), (2, 10));
        assert_eq!(
            place.frame,
            "  1 | a\n> 2 | let 😀 = ;\n    |         ^\n  3 | b\n  4 | c"
        );
    }

    #[test]
    fn odd_offsets_and_sources_give_a_place() {
        for (source, offset, expected) in [
            ("", 0, (1, 1)),
            ("", 9, (1, 1)),
            ("a\n", 2, (2, 1)),
            ("ü", 1, (1, 1)),
            ("a\r\nb", 3, (2, 1)),
            ("\u{feff}ab", 4, (1, 2)),
            ("\u{feff}ab", 1, (1, 1)),
            ("\u{feff}", 9, (1, 1)),
        ] {
            let place = place_of(source, offset);
            assert_eq!(
                (place.line, place.column),
                expected,
                "{source:?} at {offset}"
            );
        }
    }

    #[test]
    fn a_long_line_is_cut_around_the_mark() {
        let source = format!("{}!{}", "x".repeat(50_000), "y".repeat(50_000));
        let place = place_of(&source, 50_000);
        assert_eq!(place.column, 50_001);
        assert!(place.frame.len() < 400 && place.frame.contains('!'));
    }
}
