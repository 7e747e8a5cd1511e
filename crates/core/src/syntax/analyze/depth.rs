//! How much stack it could take to parse, walk and drop a source, and a stack of that size.
//!
//! Knows bytes, and what the parser uses for each level of nesting. Must not know what is parsed for.
//!
//! The parser recurses for each bracket, prefix, arrow and the like, and the tree it builds is walked and dropped by
//! recursion too. A sender of `((((…` could end the process. Only the parser can tell which brackets are code and which
//! are text, so nothing is ever taken off. The bound is the stack that all tokens would take if each stood inside the
//! one before. Stack that is reserved and not touched costs next to nothing.

use super::{AnalyzeError, Dialect};

/// Runs `read`, which parses `source`, where the stack suffices: here or on a new one.
pub(super) fn with_enough_stack<T>(
    source: &str,
    dialect: Dialect,
    read: impl FnOnce() -> Result<T, AnalyzeError>,
) -> Result<T, AnalyzeError> {
    let here = stacker::remaining_stack().unwrap_or_default();
    let most = source.len().saturating_mul(LARGEST_WEIGHT);
    if most.saturating_add(RESERVE) <= here {
        return read();
    }
    let stack =
        bound(source, dialect).filter(|stack| *stack <= LIMIT && source.len() <= MAX_LENGTH);
    let stack = stack.ok_or(AnalyzeError::TooDeep)?;
    stacker::maybe_grow(stack, stack, read)
}

/// The largest stack to ask for. Minified bundles of several megabytes stay below; systems that count
/// reserved memory refuse more than they have.
const LIMIT: usize = if usize::BITS < 64 { 256 << 20 } else { 4 << 30 };

/// swc counts positions in 32 bits.
const MAX_LENGTH: usize = (u32::MAX / 2) as usize;

/// Labels and open braces that are let through. swc compares each label with all around it and keeps an error for each
/// equal pair. More labels could take all memory. No honest code comes near.
const MAX_LABELS: usize = 2_000;
/// See [`MAX_LABELS`].
const MAX_OPEN_BRACES: usize = 4_000;

/// `else` that are let through: the parser takes time that grows with the square of how many follow one another.
const MAX_ELSES: usize = 20_000;

/// How many open parentheses and square brackets, and how many assignments and arrows in a row, are let through where
/// types or JSX may be. There, both take time that grows with the square of their number.
const MAX_OPEN_BRACKETS: usize = 4_000;
/// See [`MAX_OPEN_BRACKETS`].
const MAX_CHAIN: usize = 10_000;

/// Stack for what is independent of nesting.
const RESERVE: usize = pick(256 << 10, 1 << 20);

// Bytes of stack per token. Measured with swc_ecma_parser 47 on x86-64 and multiplied by at least 1.5.
// `nesting_of_any_kind_is_survived` tests them.
const OPENER: usize = pick(5_500, 32_000);
const ANGLE: usize = pick(4_000, 20_000);
const ARROW: usize = pick(4_000, 18_000);
const KEYWORD: usize = pick(2_400, 14_000);
const COLON: usize = pick(1_800, 13_000);
const ASSIGNMENT: usize = pick(1_800, 4_500);
const PREFIX: usize = pick(800, 3_000);
const OPERATOR: usize = pick(500, 2_500);

const LARGEST_WEIGHT: usize = OPENER;

/// Frames of unoptimised code are several times larger.
const fn pick(optimised: usize, unoptimised: usize) -> usize {
    if cfg!(debug_assertions) {
        unoptimised
    } else {
        optimised
    }
}

/// The bytes of stack that `source` could take, rounded up to whole pages; `None` when it has more
/// labels, braces or branches than are sane.
fn bound(source: &str, dialect: Dialect) -> Option<usize> {
    let bytes = source.as_bytes();
    let is_compiled = dialect != Dialect::JavaScript;
    let angle = if is_compiled { ANGLE } else { OPERATOR };
    let mut stack = RESERVE;
    let mut labels = 0;
    let mut elses = 0;
    let mut open_braces = 0_usize;
    let mut most_open_braces = 0;
    let mut open_brackets = 0_usize;
    let mut most_open_brackets = 0;
    let mut chain = Chain::default();
    // The character in front of the last word, when nothing but blanks came since.
    let mut before_word = None;
    let mut last = b';';
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if is_word(byte) {
            let length = bytes[at..]
                .iter()
                .take_while(|byte| is_word(**byte))
                .count();
            let word = &bytes[at..at + length];
            stack += KEYWORD * keywords(word);
            elses += usize::from(word == b"else");
            chain.word(last);
            before_word = (word != b"default").then_some(last);
            last = if word == b"case" { b'?' } else { b'a' };
            at += length;
            continue;
        }
        at += 1;
        if byte.is_ascii_whitespace() {
            continue;
        }
        if let (b'/', Some(b'/' | b'*')) | (b'*', Some(b'/')) = (byte, bytes.get(at)) {
            // The beginning or end of a comment, most likely.
            stack += OPERATOR;
            at += 1;
            continue;
        }
        stack += match byte {
            b'(' | b'[' | b'{' => OPENER,
            b'<' => angle,
            b'>' if last == b'=' => ARROW,
            b':' => COLON,
            b'=' => ASSIGNMENT,
            b'!' | b'~' | b'+' | b'-' | b'@' | b'?' => PREFIX,
            b'.' | b'*' | b'/' | b'%' | b'&' | b'|' | b'^' | b'>' | b'`' => OPERATOR,
            _ => 0,
        };
        match byte {
            b'{' => {
                open_braces += 1;
                most_open_braces = most_open_braces.max(open_braces);
            }
            b'}' => open_braces = open_braces.saturating_sub(1),
            b'(' | b'[' => {
                open_brackets += 1;
                most_open_brackets = most_open_brackets.max(open_brackets);
            }
            b')' | b']' => open_brackets = open_brackets.saturating_sub(1),
            b'=' => chain.link(),
            // The value of an attribute: another one follows.
            b'"' | b'\'' if last == b'=' => chain.word(last),
            // Not the key of an object, nor the middle of a condition.
            b':' if matches!(before_word, Some(b';' | b'}' | b')' | b':' | b'a')) => labels += 1,
            _ => {}
        }
        if matches!(byte, b';' | b'{' | b'}') {
            chain.length = 0;
        }
        before_word = None;
        last = byte;
    }
    let page = 64 << 10;
    let is_sane = labels <= MAX_LABELS
        && most_open_braces <= MAX_OPEN_BRACES
        && (!is_compiled || most_open_brackets <= MAX_OPEN_BRACKETS)
        && (!is_compiled || chain.longest <= MAX_CHAIN)
        && elses <= MAX_ELSES;
    is_sane.then(|| stack.div_ceil(page) * page)
}

/// Assignments and arrows that follow one another: `a = b.c = (d) => e = 1`, with one operand between two of them.
#[derive(Default)]
struct Chain {
    length: usize,
    longest: usize,
    operands: usize,
}

impl Chain {
    fn word(&mut self, before: u8) {
        self.operands += usize::from(before != b'.');
        if self.operands > 1 {
            self.length = 0;
        }
    }

    fn link(&mut self) {
        self.operands = 0;
        self.length += 1;
        self.longest = self.longest.max(self.length);
    }
}

/// Whether a byte can be in a word, or in an escape in a word.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'\\' | 0x80..)
}

/// How many words of a meaning are in a run of word bytes. Other than ASCII may be white space.
fn keywords(run: &[u8]) -> usize {
    if run.iter().all(u8::is_ascii_lowercase) {
        usize::from((2..=LONGEST_KEYWORD).contains(&run.len()) && is_keyword(run))
    } else if run.iter().any(|byte| *byte == b'\\' || !byte.is_ascii()) {
        let words = run.split(|byte| !byte.is_ascii());
        words
            .filter(|word| word.contains(&b'\\') || is_keyword(word))
            .count()
    } else {
        0
    }
}

const LONGEST_KEYWORD: usize = "constructor".len();

/// Whether a word could mean something to the parser in any dialect, and so make it recurse.
#[rustfmt::skip] // One word a line would be all there is to see of this file.
pub(super) fn is_keyword(word: &[u8]) -> bool {
    matches!(
        word,
        b"abstract" | b"accessor" | b"any" | b"as" | b"assert" | b"asserts" | b"async" | b"await"
            | b"bigint" | b"boolean" | b"break" | b"case" | b"catch" | b"class" | b"const"
            | b"constructor" | b"continue" | b"debugger" | b"declare" | b"default" | b"defer"
            | b"delete" | b"do" | b"else" | b"enum" | b"export" | b"extends" | b"false"
            | b"finally" | b"for" | b"from" | b"function" | b"get" | b"global" | b"if"
            | b"implements" | b"import" | b"in" | b"infer" | b"instanceof" | b"interface"
            | b"intrinsic" | b"is" | b"keyof" | b"let" | b"meta" | b"module" | b"namespace"
            | b"never" | b"new" | b"null" | b"number" | b"object" | b"of" | b"out" | b"override"
            | b"package" | b"private" | b"protected" | b"public" | b"readonly" | b"require"
            | b"return" | b"satisfies" | b"set" | b"source" | b"static" | b"string" | b"super"
            | b"switch" | b"symbol" | b"target" | b"this" | b"throw" | b"true" | b"try" | b"type"
            | b"typeof" | b"undefined" | b"unique" | b"unknown" | b"using" | b"var" | b"void"
            | b"while" | b"with" | b"yield"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_the_square_of_its_length_is_refused() {
        let is_sane = |source: &str| bound(source, Dialect::TypeScript).is_some();
        assert!(!is_sane(&"a = ".repeat(100_000)));
        assert!(!is_sane(&"(a = ".repeat(100_000)));
        assert!(!is_sane(&"(a) => ".repeat(100_000)));
        assert!(!is_sane(&"[".repeat(100_000)));
        assert!(is_sane(&"exports.a = ".repeat(5_000)));
        assert!(is_sane(&"a = 1\n".repeat(100_000)));
        assert!(is_sane(&"let a = b, c = d;".repeat(100_000)));
        assert!(is_sane(&"f((a) => a, [b]);".repeat(100_000)));
        assert!(is_sane(&"<path d=\"M0 0\" fill=\"#fff\"/>".repeat(100_000)));
    }
}
