//! From a style sheet's source to what is served: stamps on what it `@import`s.
//!
//! Knows as much of CSS as stands in front of a sheet's first rule. Must not know what was changed.

use super::analyze::Span;
use super::edit::{Edit, apply};
use crate::graph::url::{self, Hosts};

/// The style sheet with all that it imports from this server, which has these hosts, at the given version; `None` when
/// it imports nothing.
///
/// A browser may show what a document has already loaded, whatever became of the file. A new version of a sheet shows
/// new versions of its imports only when these have new addresses.
pub fn stamp_imports(source: &str, version: u64, hosts: &Hosts) -> Option<String> {
    let edits: Vec<Edit> = imports(source)
        .into_iter()
        .filter_map(|span| {
            let address = &source[span.start..span.end];
            url::resolve("/", &url::as_relative(&hosts.localize(address)))?;
            Some(Edit {
                span,
                text: url::stamp(address, version).into(),
            })
        })
        .collect();
    (!edits.is_empty()).then(|| apply(source, edits))
}

/// The addresses of a sheet's `@import` rules, without quotes. One that is written with escapes is left out.
fn imports(source: &str) -> Vec<Span> {
    let mut at = source.len() - source.trim_start_matches('\u{feff}').len();
    let mut found = Vec::new();
    loop {
        at = skip_blank(source, at);
        let rest = &source[at..];
        if let Some(start) = after_keyword(rest, "@import") {
            let start = skip_blank(source, at + start);
            found.extend(address(source, start).filter(|span| {
                let text = &source[span.start..span.end];
                !text.is_empty() && !text.contains('\\')
            }));
        } else if after_keyword(rest, "@charset").is_none()
            && after_keyword(rest, "@layer").is_none()
        {
            return found;
        }
        match end_of_statement(source, at) {
            Some(end) => at = end,
            None => return found,
        }
    }
}

/// Where the address of an `@import` stands: a string, or `url(…)` with or without quotes.
fn address(source: &str, at: usize) -> Option<Span> {
    if source[at..].starts_with(['"', '\'']) {
        let end = end_of_string(source, at)?;
        return Some(Span {
            start: at + 1,
            end: end - 1,
        });
    }
    url_function(source, at)?.0
}

/// The address within the `url(…)` that begins here, if it is one, and the byte after the parenthesis.
fn url_function(source: &str, at: usize) -> Option<(Option<Span>, usize)> {
    if !source[at..].get(..4)?.eq_ignore_ascii_case("url(") {
        return None;
    }
    let inner = &source[at + 4..];
    let start = at + 4 + (inner.len() - inner.trim_start().len());
    if source[start..].starts_with(['"', '\'']) {
        let span = address(source, start)?;
        return Some((Some(span), span.end + source[span.end..].find(')')? + 1));
    }
    let close = start + source[start..].find(')')?;
    let text = source[start..close].trim_end();
    let span = Span {
        start,
        end: start + text.len(),
    };
    let breaks =
        |char: char| char.is_ascii_whitespace() || char.is_control() || "\"'(".contains(char);
    Some(((!text.contains(breaks)).then_some(span), close + 1))
}

/// How long the keyword is, when `text` begins with it and not with a longer one.
fn after_keyword(text: &str, keyword: &str) -> Option<usize> {
    let begins = text.get(..keyword.len())?.eq_ignore_ascii_case(keyword);
    let next = text[keyword.len()..].chars().next();
    let ends = next.is_none_or(|next| !next.is_alphanumeric() && !"-_\\".contains(next));
    (begins && ends).then_some(keyword.len())
}

/// Behind the statement's semicolon; `None` when the statement has a block or does not end.
fn end_of_statement(source: &str, mut at: usize) -> Option<usize> {
    loop {
        at = skip_blank(source, at);
        let rest = &source[at..];
        let next = rest.chars().next()?;
        at = match next {
            ';' => return Some(at + 1),
            '{' | '}' => return None,
            '"' | '\'' => end_of_string(source, at)?,
            // In `url(…)` a semicolon is none.
            _ => match url_function(source, at) {
                Some((_, end)) => end,
                None => at + next.len_utf8(),
            },
        };
    }
}

/// Behind the string's closing quote. A line break ends a string that was not closed.
fn end_of_string(source: &str, at: usize) -> Option<usize> {
    let mut characters = source[at..].char_indices();
    let (_, quote) = characters.next()?;
    while let Some((offset, character)) = characters.next() {
        match character {
            '\\' => {
                characters.next();
            }
            '\n' | '\r' | '\u{c}' => return None,
            _ if character == quote => return Some(at + offset + 1),
            _ => {}
        }
    }
    None
}

/// Behind white space, comments and the HTML comment marks that CSS ignores.
fn skip_blank(source: &str, mut at: usize) -> usize {
    loop {
        let rest = &source[at..];
        let blank = rest.len() - rest.trim_start().len();
        let token = match rest[blank..].get(..2) {
            Some("/*") => rest[blank + 2..]
                .find("*/")
                .map_or(rest.len() - blank, |end| end + 4),
            _ if rest[blank..].starts_with("<!--") => 4,
            _ if rest[blank..].starts_with("-->") => 3,
            _ => 0,
        };
        at += blank + token;
        if token == 0 {
            return at;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::stamp_imports;
    use crate::graph::url::Hosts;

    #[test]
    fn every_form_of_import_is_stamped() {
        let cases = [
            ("@import 'a.css';", "@import 'a.css?__hot=7';"),
            ("@import \"./a.css\" ;", "@import \"./a.css?__hot=7\" ;"),
            (
                "@import url(a.css) screen;",
                "@import url(a.css?__hot=7) screen;",
            ),
            (
                "@import url( '/x/a.css?y=1' );",
                "@import url( '/x/a.css?y=1&__hot=7' );",
            ),
            (
                "@IMPORT URL( ../a.css );",
                "@IMPORT URL( ../a.css?__hot=7 );",
            ),
            (
                "@import/**/'a.css?__hot=3';p{}",
                "@import/**/'a.css?__hot=7';p{}",
            ),
            (
                "@charset \"utf-8\";/* ; */@layer a, b;<!-- @import 'a.css' layer(a) supports(x: \";\");\n@import 'b.css'",
                "@charset \"utf-8\";/* ; */@layer a, b;<!-- @import 'a.css?__hot=7' layer(a) supports(x: \";\");\n@import 'b.css?__hot=7'",
            ),
            (
                "\u{feff}@import 'ä.css';",
                "\u{feff}@import 'ä.css?__hot=7';",
            ),
            (
                "@import url(a b;c.css);@import url(\nb.css\n);",
                "@import url(a b;c.css);@import url(\nb.css?__hot=7\n);",
            ),
            (
                "@import url(data:text/css;x);@import 'a.css';",
                "@import url(data:text/css;x);@import 'a.css?__hot=7';",
            ),
        ];
        for (source, expected) in cases {
            assert_eq!(
                stamp_imports(source, 7, &Hosts::default()).as_deref(),
                Some(expected),
                "{source}"
            );
        }
    }

    #[test]
    fn what_is_no_import_of_this_server_stays() {
        let cases = [
            "",
            "p { color: red }",
            "/* @import 'a.css'; */",
            "/* @import 'a.css';",
            "@import 'https://example.com/a.css';",
            "@import '//example.com/a.css';",
            "@import '';",
            "@import",
            "@import 'a.css",
            "@import url(a.css",
            "@import url(a\n.css);",
            "@import url(a.css\0);",
            "@import url(a'.css);",
            "@import 'a\r.css';",
            "@import url(",
            "@import u",
            "@import '\\61.css';",
            "@imports 'a.css';",
            "p {} @import 'a.css';",
            "@layer a { } @import 'a.css';",
            "@media print { @import 'a.css'; }",
        ];
        for source in cases {
            assert_eq!(
                stamp_imports(source, 7, &Hosts::default()),
                None,
                "{source}"
            );
        }
    }

    #[test]
    fn an_address_on_an_own_host_is_of_this_server() {
        let mut hosts = Hosts::default();
        hosts.note("http://localhost:8000/");
        for (source, expected) in [
            (
                "@import 'http://localhost:8000/a.css';",
                Some("@import 'http://localhost:8000/a.css?__hot=7';"),
            ),
            (
                "@import url(//localhost:8000/a.css#x);",
                Some("@import url(//localhost:8000/a.css?__hot=7#x);"),
            ),
            ("@import 'http://localhost:8001/a.css';", None),
        ] {
            assert_eq!(stamp_imports(source, 7, &hosts).as_deref(), expected);
        }
    }
}
