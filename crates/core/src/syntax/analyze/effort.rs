//! How long it could take to parse TypeScript.
//!
//! Knows brackets, and what the parser reads more than once. Must not know what is parsed for.
//!
//! Only its end shows what `a<{…` means. The parser takes it for types first, and reads it again when that fails. Each
//! time it reads the inner constructs twice or more. A hundred bytes, thirty deep, would take days. So each bracket
//! here knows how often what it holds could be read, and the sum over all bytes is the bound. All factors are those of
//! the worst source that was found, rounded up.

use super::Dialect;
use super::depth::{is_keyword, is_word};

/// Whether a source is parsed in bounded time, about that of the longest JavaScript that is parsed at all.
pub(super) fn is_bounded(source: &str, dialect: Dialect) -> bool {
    let mut scan = Scan {
        bytes: source.as_bytes(),
        has_elements: dialect == Dialect::Tsx,
        at: 0,
        brackets: vec![Bracket::new(b';', 1)],
        open: [0, 0, 0, 1],
        last: b';',
        last_is_keyword: false,
        last_is_name: false,
        last_is_head: false,
        before_word: b';',
        trust: Trust::Full,
        reads: 0,
    };
    scan.run()
}

/// Bytes that may be read, again and again included.
const LIMIT: u64 = 256 << 20;

/// The text after an open `<`, in brackets that begin there.
const ANGLE: u64 = 9;
/// An arrow function, or the brackets after `? (…):`.
const CONDITIONAL: u64 = 3;
/// Brackets within a parenthesis that could be the parameters of a function's type.
const PATTERN: u64 = 3;
/// A template after type arguments.
const TEMPLATE: u64 = 3;

/// The state of the text that has been read, line by line. A `/` may begin an expression, in which quotes mean nothing.
#[derive(Clone, Copy, PartialEq)]
enum Trust {
    Full,
    /// The rest of the line may be text. Closing brackets there close nothing.
    NotThisLine,
    /// All the rest may be text too.
    Lost,
}

/// An open bracket.
struct Bracket {
    /// The character that closes it; `;` for the whole source.
    close: u8,
    /// How often it is read, by what is around it.
    outer: u64,
    /// The same, with what came before in it.
    reads: u64,
    /// How many `<` after an operand are open.
    angles: u64,
    /// `<` in front of an operand, and `infer`: what follows is read again whether or not it was closed.
    prefixes: u64,
    /// Whether a `?` came.
    asks: bool,
    /// Whether a `):` came after that.
    answers: bool,
    /// Whether it is a parenthesis that calls nothing.
    is_group: bool,
    /// Whether it is the parenthesis of an `if` or a loop.
    is_head: bool,
}

impl Bracket {
    fn new(close: u8, reads: u64) -> Self {
        Self {
            close,
            outer: reads,
            reads,
            angles: 0,
            prefixes: 0,
            asks: false,
            answers: false,
            is_group: false,
            is_head: false,
        }
    }

    /// How often what comes now is read.
    fn now(&self) -> u64 {
        let angles = self.angles.saturating_mul(self.angles);
        let prefixes = (1 + self.prefixes).saturating_mul(1 + self.prefixes);
        self.reads
            .saturating_mul(angles.saturating_mul(ANGLE).max(1))
            .saturating_mul(prefixes)
    }

    /// The text that comes is no part of the text before.
    fn part(&mut self) {
        self.reads = self.outer;
        self.asks = false;
        self.answers = false;
    }

    /// The text that comes is no part of the text before, nor of anything that an attempt could have begun with.
    fn end(&mut self) {
        self.part();
        self.angles = 0;
        self.prefixes = 0;
    }
}

/// Which of the four kinds of brackets one is.
fn kind_of(close: u8) -> usize {
    match close {
        b')' => 0,
        b']' => 1,
        b'}' => 2,
        _ => 3,
    }
}

/// Whether a word is in neither types nor expressions.
fn begins_statement(word: &[u8]) -> bool {
    matches!(
        word,
        b"break"
            | b"case"
            | b"catch"
            | b"continue"
            | b"debugger"
            | b"do"
            | b"else"
            | b"export"
            | b"finally"
            | b"for"
            | b"if"
            | b"return"
            | b"switch"
            | b"throw"
            | b"try"
            | b"var"
            | b"while"
    )
}

/// Whether a keyword does not go on with what stands in front of it, if that is an operand.
fn begins_declaration(word: &[u8]) -> bool {
    matches!(
        word,
        b"class"
            | b"const"
            | b"declare"
            | b"enum"
            | b"function"
            | b"import"
            | b"let"
            | b"namespace"
            | b"private"
            | b"protected"
            | b"public"
            | b"readonly"
            | b"static"
            | b"type"
    )
}

/// Whether a line break comes. In strings, some of these are other characters, which makes no difference.
fn ends_line(rest: &[u8]) -> bool {
    matches!(rest, [b'\n' | b'\r', ..] | [0xe2, 0x80, 0xa8 | 0xa9, ..])
}

struct Scan<'a> {
    bytes: &'a [u8],
    has_elements: bool,
    at: usize,
    brackets: Vec<Bracket>,
    /// How many of each kind are open.
    open: [usize; 4],
    /// The last byte that means something: `a` for words, a quote for strings.
    last: u8,
    last_is_keyword: bool,
    /// Whether the last word may be a name, although it is a keyword elsewhere.
    last_is_name: bool,
    /// Whether the last word, or the parenthesis that was closed last, is that of an `if` or a loop.
    last_is_head: bool,
    /// What stands in front of the last word.
    before_word: u8,
    trust: Trust,
    reads: u64,
}

impl Scan<'_> {
    fn run(&mut self) -> bool {
        while let Some(&byte) = self.bytes.get(self.at) {
            let start = self.at;
            let now = self.top().now();
            self.token(byte);
            let length = (self.at - start) as u64;
            self.reads = self.reads.saturating_add(now.saturating_mul(length));
            if self.reads > LIMIT {
                return false;
            }
        }
        true
    }

    fn top(&mut self) -> &mut Bracket {
        let last = self.brackets.len() - 1;
        &mut self.brackets[last]
    }

    fn token(&mut self, byte: u8) {
        if self.top().close == b'`' && self.trust != Trust::Lost {
            return self.text(byte);
        }
        if self.trust == Trust::NotThisLine && matches!(byte, b'\n' | b'\r') {
            self.trust = Trust::Full;
        }
        if is_word(byte) {
            return self.word();
        }
        self.at += 1;
        match byte {
            b'\n' | b'\r' | b' ' | b'\t' => return,
            b'/' => return self.slash(),
            b'"' | b'\'' => self.string(byte),
            b'`' => self.open(b'`'),
            b'(' => {
                let is_group = !self.is_behind_operand();
                let is_head = self.last == b'a' && self.last_is_head;
                self.open(b')');
                self.top().is_group = is_group;
                self.top().is_head = is_head;
            }
            b'[' => self.open(b']'),
            b'{' => self.open(b'}'),
            b')' | b']' | b'}' => self.close(byte),
            b'<' => self.angle(),
            b'>' if self.last == b'=' => self.arrow(),
            b'?' => self.top().asks = true,
            b':' if self.last == b')' => self.top().answers = self.top().asks,
            // A character that may be text ends nothing.
            _ if self.trust != Trust::Full => {}
            b'>' => self.top().angles = self.top().angles.saturating_sub(1),
            b',' if self.top().angles == 0 => self.top().part(),
            b';' => self.top().end(),
            _ => {}
        }
        self.last = byte;
        self.last_is_keyword = false;
    }

    fn word(&mut self) {
        let start = self.at;
        let length = self.bytes[start..]
            .iter()
            .take_while(|byte| is_word(**byte))
            .count();
        let word = &self.bytes[start..start + length];
        self.at += length;
        let is_plain = word.iter().all(|byte| byte.is_ascii() && *byte != b'\\');
        let is_keyword = is_keyword(word);
        let begins = !is_keyword || begins_declaration(word);
        match word {
            b"infer" => self.top().prefixes += 1,
            // `<T extends U>(` in front of an operand, where else an element would be.
            b"extends" if self.has_elements && matches!(self.before_word, b'<' | b',') => {
                self.top().prefixes += 1;
            }
            // White space or escapes may hide it.
            _ if !is_plain => self.top().prefixes += 1,
            _ if self.trust != Trust::Full => {}
            _ if begins_statement(word)
                || begins && self.last != b'!' && self.is_behind_operand() =>
            {
                self.top().end();
            }
            _ => {}
        }
        self.before_word = self.last;
        self.last = b'a';
        self.last_is_keyword = is_keyword;
        self.last_is_name = !matches!(
            word,
            b"await" | b"case" | b"default" | b"else" | b"of" | b"return" | b"throw" | b"yield"
        );
        self.last_is_head = matches!(word, b"if" | b"while" | b"for" | b"await" | b"with");
    }

    fn is_behind_operand(&self) -> bool {
        match self.last {
            b'a' => !self.last_is_keyword,
            b')' | b']' | b'}' | b'"' | b'\'' | b'`' | b'!' => true,
            _ => false,
        }
    }

    fn push(&mut self, close: u8, reads: u64) {
        self.open[kind_of(close)] += 1;
        self.brackets.push(Bracket::new(close, reads));
    }

    fn open(&mut self, close: u8) {
        let last = self.last;
        let top = self.top();
        let mut reads = top.now();
        if top.answers {
            reads = reads.saturating_mul(CONDITIONAL);
        }
        if top.is_group && last == b'(' && matches!(close, b'}' | b']') {
            reads = reads.saturating_mul(PATTERN);
        }
        if close == b'`' && last == b'>' {
            reads = reads.saturating_mul(TEMPLATE);
        }
        self.push(close, reads);
    }

    fn close(&mut self, close: u8) {
        if self.trust != Trust::Full || self.open[kind_of(close)] == 0 {
            return;
        }
        // The characters in between were text.
        while let Some(open) = self.brackets.pop() {
            self.open[kind_of(open.close)] -= 1;
            if open.close == close {
                self.last_is_head = open.is_head;
                return;
            }
        }
    }

    fn angle(&mut self) {
        // The end of an element.
        if self.has_elements && self.bytes.get(self.at) == Some(&b'/') {
            let rest = &self.bytes[self.at + 1..];
            let is_name = |byte: &&u8| is_word(**byte) || matches!(byte, b'.' | b'-' | b':');
            let name = rest.iter().take_while(is_name).count();
            if rest.get(name) == Some(&b'>') {
                self.at += name + 1;
                return;
            }
        }
        let is_prefix = !self.is_behind_operand();
        // `async <T>(` is none.
        let is_element =
            self.has_elements && is_prefix && !(self.last == b'a' && self.last_is_name);
        let top = self.top();
        if is_element && top.angles == 0 {
            // Elements are read once.
            return;
        }
        top.angles += 1;
        top.prefixes += u64::from(is_prefix);
    }

    fn arrow(&mut self) {
        let top = self.top();
        if top.answers {
            top.reads = top.reads.saturating_mul(CONDITIONAL);
            top.answers = false;
        }
    }

    /// The text of a template.
    fn text(&mut self, byte: u8) {
        self.at += 1;
        match byte {
            b'\\' => self.at = (self.at + 1).min(self.bytes.len()),
            b'`' => {
                self.close(b'`');
                self.last = b'`';
            }
            b'$' if self.bytes.get(self.at) == Some(&b'{') => {
                self.at += 1;
                self.last = b'{';
                let reads = self.top().now();
                self.push(b'}', reads);
            }
            _ => {}
        }
    }

    fn string(&mut self, quote: u8) {
        if self.trust == Trust::Full {
            match self.until(quote, false) {
                Some(end) => self.at = end,
                // The text of an element, most likely.
                None => self.doubt(),
            }
        }
    }

    /// A comment, a regular expression, or a division.
    fn slash(&mut self) {
        let before = std::mem::replace(&mut self.last, b'/');
        if self.trust != Trust::Full {
            return;
        }
        match self.bytes.get(self.at) {
            Some(b'/') => {
                self.at += self.line().len();
                self.last = before;
                return;
            }
            Some(b'*') => {
                let comment = &self.bytes[self.at + 1..];
                let end = comment.windows(2).position(|end| end == b"*/");
                self.at = end.map_or(self.bytes.len(), |end| self.at + 1 + end + 2);
                self.last = before;
                return;
            }
            _ => {}
        }
        let divides = match before {
            b'a' => !self.last_is_keyword,
            b')' => !self.last_is_head,
            b']' | b'"' | b'\'' | b'`' => true,
            _ => false,
        };
        if divides {
            return;
        }
        let expects_operand = b"(,=:[&|?{;".contains(&before);
        match self.until(b'/', true).filter(|_| expects_operand) {
            Some(end) => {
                self.at = end;
                self.last = b'a';
                self.last_is_keyword = false;
            }
            None => self.doubt(),
        }
    }

    /// From here to the end of the line it may be text or not, and what begins there may end anywhere.
    fn doubt(&mut self) {
        let rest = self.line();
        let begins_text = rest.contains(&b'`') || rest.windows(2).any(|two| two == b"/*");
        self.trust = if begins_text {
            Trust::Lost
        } else {
            Trust::NotThisLine
        };
    }

    fn line(&self) -> &[u8] {
        let rest = &self.bytes[self.at..];
        let end = (0..rest.len()).find(|at| ends_line(&rest[*at..]));
        &rest[..end.unwrap_or(rest.len())]
    }

    /// Where the text that ends with `end` on this line is over.
    fn until(&self, end: u8, has_classes: bool) -> Option<usize> {
        let mut in_class = false;
        let mut at = self.at;
        while let Some(&byte) = self.bytes.get(at) {
            match byte {
                _ if ends_line(&self.bytes[at..]) => return None,
                b'\\' => at += 1,
                b'[' if has_classes => in_class = true,
                b']' if has_classes => in_class = false,
                _ if byte == end && !in_class => return Some(at + 1),
                _ => {}
            }
            at += 1;
        }
        None
    }
}
