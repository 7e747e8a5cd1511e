//! Text as string literals of JavaScript, each on one line.
//!
//! Knows no code around them.

/// A string literal.
pub fn literal(text: &str) -> String {
    format!("\"{}\"", escape(text, '"'))
}

/// Text as it has to stand between quotes of a kind: `'`, `"` or a backtick.
pub fn escape(text: &str, quote: char) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            // Strings may hold these as they are, but browsers count lines by them.
            '\u{2028}' => escaped.push_str("\\u2028"),
            '\u{2029}' => escaped.push_str("\\u2029"),
            _ => {
                let opens = quote == '`' && character == '$' && characters.peek() == Some(&'{');
                if character == '\\' || character == quote || opens {
                    escaped.push('\\');
                }
                escaped.push(character);
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_is_on_one_line() {
        assert_eq!(literal("a\"b'`${c}\\"), r#""a\"b'`${c}\\""#);
        assert_eq!(
            literal("\r\n\u{2028}\u{2029}\0ü"),
            "\"\\r\\n\\u2028\\u2029\0ü\""
        );
    }

    #[test]
    fn only_the_own_quote_is_escaped() {
        assert_eq!(escape("'\"`$${", '\''), "\\'\"`$${");
        assert_eq!(escape("'\"`$${", '`'), "'\"\\`$\\${");
    }
}
