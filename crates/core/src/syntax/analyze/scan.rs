//! A search of the text for what makes parsing worth its while.
//!
//! Knows bytes. Must not decide anything: it may say yes where a parser would say no (in comments and
//! strings), never the other way round.

use memchr::memmem;

/// Whether `source` could use `import.meta.hot` or a dynamic import, and so has to be analysed before it
/// is served. `false` is certain.
pub fn needs_rewrite(source: &str) -> bool {
    let bytes = source.as_bytes();
    memmem::find_iter(bytes, b"import").any(|at| {
        // `reimport` is another word. Other than ASCII in front could be white space as well.
        let before = at.checked_sub(1).map(|before| bytes[before]);
        let is_word = before.is_none_or(|before| !before.is_ascii() || !is_word_byte(before));
        is_word && follows_up(&bytes[at + "import".len()..])
    })
}

/// Whether `source` could use `import.meta.hot`, and so has to be analysed before it is served. `false` is certain.
pub fn may_use_hot(source: &str) -> bool {
    let bytes = source.as_bytes();
    memmem::find_iter(bytes, b"import").any(|at| {
        let rest = skip_blank(&bytes[at + "import".len()..]);
        match rest.split_first() {
            Some((b'.', rest)) => match skip_blank(rest).strip_prefix(b"meta") {
                Some(rest) => reaches_hot(skip_blank(rest)),
                None => false,
            },
            Some((byte, _)) => !byte.is_ascii(),
            None => false,
        }
    })
}

/// Whether `source` could hold a dynamic import, or text that becomes one. `false` is certain.
pub fn may_import_later(source: &str) -> bool {
    let bytes = source.as_bytes();
    memmem::find_iter(bytes, b"import").any(|at| {
        let rest = skip_blank(&bytes[at + "import".len()..]);
        match rest.split_first() {
            Some((b'(', _)) => true,
            // `import.defer(…)`
            Some((b'.', rest)) => !skip_blank(rest).starts_with(b"meta"),
            Some((byte, _)) => !byte.is_ascii(),
            None => false,
        }
    })
}

/// Whether `source` could call `importScripts`. `false` is certain, escapes in names left aside.
pub fn loads_scripts(source: &str) -> bool {
    memmem::find(source.as_bytes(), b"importScripts").is_some()
}

/// Whether what follows the word `import` makes it interesting.
fn follows_up(rest: &[u8]) -> bool {
    let rest = skip_blank(rest);
    match rest.first() {
        Some(b'(') => true,
        Some(b'.') => match skip_blank(&rest[1..]).strip_prefix(b"meta") {
            Some(rest) => reaches_hot(skip_blank(rest)),
            // `import.defer(…)`
            None => true,
        },
        Some(byte) => !byte.is_ascii(),
        None => false,
    }
}

/// Whether `import.meta` followed by `rest` is more than a look at an innocent property.
fn reaches_hot(rest: &[u8]) -> bool {
    let rest = rest.strip_prefix(b"?").unwrap_or(rest);
    let Some(rest) = rest.strip_prefix(b".") else {
        return true;
    };
    let rest = skip_blank(rest);
    let length = rest.iter().take_while(|byte| is_word_byte(**byte)).count();
    let is_plain = rest[..length].is_ascii() && rest.get(length) != Some(&b'\\');
    !is_plain || matches!(&rest[..length], b"" | b"hot" | b"webpackHot" | b"dispose")
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

/// Without leading white space and comments. Other than ASCII is left, for the caller to be wary of.
fn skip_blank(mut rest: &[u8]) -> &[u8] {
    loop {
        let blank = rest
            .iter()
            .take_while(|byte| matches!(byte, b' ' | 0x09..=0x0d))
            .count();
        rest = &rest[blank..];
        if rest.starts_with(b"/*") {
            let Some(end) = memmem::find(&rest[2..], b"*/") else {
                return &[];
            };
            rest = &rest[end + 4..];
        } else if rest.starts_with(b"//") {
            // Also ends at U+2028 and U+2029, whose text is then read as code: that can only add a yes,
            // as long as no code is skipped with it.
            let end = rest
                .iter()
                .position(|byte| matches!(byte, b'\n' | b'\r' | 0x80..));
            let Some(end) = end else { return &[] };
            rest = &rest[end..];
        } else {
            return rest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::needs_rewrite;

    #[test]
    fn code_that_may_be_hot_or_import_at_run_time_needs_it() {
        for source in [
            "import.meta.hot",
            "import.meta?.hot",
            "import . meta\n.hot",
            "import/* a */.// b\nmeta/**/./**/hot",
            "import.meta.webpackHot.accept()",
            "import.meta.dispose(f)",
            "import.meta['hot']",
            "f(import.meta)",
            "import.meta.h\\u006ft",
            "import.meta.\\u0068ot",
            "import('./a.js')",
            "import (x)",
            "import/**/(x)",
            "import// é (\n(x)",
            "[...import(x)]",
            "import\u{a0}(x)",
            "import.defer(x)",
            "import\u{2028}.meta.hot",
            "\u{feff}import.meta.hot",
            "a\u{2028}import(x)",
        ] {
            assert!(needs_rewrite(source), "{source:?}");
        }
    }

    #[test]
    fn other_code_does_not() {
        for source in [
            "",
            "import",
            "import './a.js'",
            "import a from 'b'; export * from 'c'",
            "import{a}from'b'",
            "import*as a from 'b'",
            "reimport(x)",
            "$import(x)",
            "importScripts('a')",
            "new URL('./a', import.meta.url)",
            "import.meta.env.MODE",
            "import.meta?.resolve('x')",
            "const imported = 1",
        ] {
            assert!(!needs_rewrite(source), "{source:?}");
        }
    }
}
