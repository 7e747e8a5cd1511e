//! Source text in, facts out: what a module imports and exports, and what it does with
//! `import.meta.hot`.
//!
//! Knows JavaScript's grammar by way of swc, which only this file and the folder next to it may name.
//! Must not know modules' urls, other modules, or what is done with the facts.
//!
//! The source is untrusted, and swc recurses. So parsing runs on a stack that is known beforehand to suffice (`depth`).
//! TypeScript is parsed only when the time it could take is bounded (`effort`). A panic inside the parser comes back as
//! an error.

mod bind;
mod collect;
mod depth;
mod early;
mod effort;
mod hot;
mod misuse;
mod names;
mod plan;
mod reach;
mod scan;
mod scopes;
mod value;
mod visit;
mod walk;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use compact_str::CompactString;
use swc_core::common::{BytePos, Spanned};
use swc_core::ecma::ast::{EsVersion, Module, ModuleDecl, ModuleItem};
use swc_core::ecma::parser::error::Error as ParseError;
use swc_core::ecma::parser::error::SyntaxError as Problem;
use swc_core::ecma::parser::lexer::Lexer;
use swc_core::ecma::parser::{EsSyntax, Parser, StringInput, Syntax, TsSyntax};

use super::body::{BodyPlan, NoBody};
pub use scan::{may_import_later, may_use_hot, needs_rewrite};

/// A range of UTF-8 byte offsets into the analysed source; `end` is exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
}

/// The grammar to read a source by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// What browsers run. Decorators are let through, for engines and plugins that know them.
    JavaScript,
    /// JavaScript with JSX.
    Jsx,
    /// TypeScript.
    TypeScript,
    /// TypeScript with JSX.
    Tsx,
}

impl Dialect {
    /// The dialect that a file's name promises: `.js`, `.mjs`, `.cjs`, `.jsx`, `.ts`, `.mts`, `.cts` and
    /// `.tsx`, in lower case. `None` for any other name.
    pub fn from_extension(path: impl AsRef<Path>) -> Option<Self> {
        match path.as_ref().extension()?.to_str()? {
            "js" | "mjs" | "cjs" => Some(Self::JavaScript),
            "jsx" => Some(Self::Jsx),
            "ts" | "mts" | "cts" => Some(Self::TypeScript),
            "tsx" => Some(Self::Tsx),
            _ => None,
        }
    }

    /// How swc reads it.
    pub fn syntax(self) -> Syntax {
        match self {
            Self::JavaScript | Self::Jsx => Syntax::Es(EsSyntax {
                jsx: self == Self::Jsx,
                decorators: true,
                decorators_before_export: true,
                auto_accessors: true,
                import_attributes: true,
                explicit_resource_management: true,
                ..EsSyntax::default()
            }),
            Self::TypeScript | Self::Tsx => Syntax::Typescript(TsSyntax {
                tsx: self == Self::Tsx,
                decorators: true,
                // Most of these are errors of types, which do not matter here.
                no_early_errors: true,
                ..TsSyntax::default()
            }),
        }
    }
}

/// What one module's source says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModuleRecord {
    /// Static imports and re-exports, in source order; types left out.
    pub imports: Vec<Import>,
    /// Every `import(…)`, by the place of its argument.
    pub dynamic_imports: Vec<DynamicImport>,
    /// The specifiers of imports, dynamic ones included, whose attributes ask for data: JSON, or text.
    pub data_imports: Vec<String>,
    /// What a worker's script loads by `importScripts(…)`, as far as that is literal.
    pub scripts: Vec<String>,
    /// What the module does with `import.meta.hot`.
    pub hot: HotUse,
    /// The names that the module exports itself, `default` included, in source order.
    pub exports: Vec<CompactString>,
    /// Whether there is an `export * from …`, whose names another module knows.
    pub reexports_all: bool,
    /// Whether the module has no code of its own: nothing but imports, and exports of what it imports.
    pub is_barrel: bool,
    /// Whether `exports` has `default`.
    pub has_default_export: bool,
    /// How the module becomes a body, when [`analyze_fully`] was asked of JavaScript.
    pub body: Option<Result<Arc<BodyPlan>, NoBody>>,
}

/// One `import … from '…'`, `import '…'` or `export … from '…'`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The specifier, escapes decoded.
    pub specifier: String,
    /// The string literal, quotes included.
    pub span: Span,
    /// The `type` of the import's attributes: `css` in `with { type: 'css' }`.
    pub attribute_type: Option<String>,
    /// The other module's exports that are used, by their names there; `*` stands for all of them.
    pub names: Vec<String>,
}

/// One `import(…)` expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DynamicImport {
    /// The first argument.
    pub argument: Span,
    /// Its decoded value and the literal, quotes included, when it is a string or a template without
    /// substitutions.
    pub literal: Option<(String, Span)>,
    /// The `type` of the import's attributes: `css` in `{ with: { type: 'css' } }`.
    pub attribute_type: Option<String>,
    /// Whether there is a second argument, which may say that no script is imported.
    pub has_options: bool,
}

/// What a module does with `import.meta.hot`, as far as its text shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HotUse {
    /// The module reaches `import.meta.hot`, `.webpackHot` or `.dispose`, or hands `import.meta` on.
    pub used: bool,
    /// It accepts itself by `accept()`, `accept(cb)` or `accept({ bubbles: true })`.
    pub accepts_self: Option<SelfAccept>,
    /// The dependencies it accepts, in source order.
    pub accepts: Vec<AcceptedDep>,
    /// The names given to `acceptExports` (Vite), over all calls.
    pub accepts_exports: Option<Vec<String>>,
    /// It calls `decline()`.
    pub declines: bool,
    /// It throws whenever it runs, before the end of its text.
    pub throws: bool,
    /// It writes into `data` (Bun: counts as self-accepting).
    pub writes_data: bool,
    /// It uses `import.meta.hot` in a way that the text does not settle: what is accepted must be asked of
    /// the running page.
    pub opaque: bool,
    /// Calls that cannot do what they say, in source order.
    pub misuses: Vec<Misuse>,
}

/// A call of one of the functions of `import.meta.hot` that cannot do what it says, however the program runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Misuse {
    /// What is wrong.
    pub kind: MisuseKind,
    /// The function, or the argument that is wrong.
    pub span: Span,
}

/// What is wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MisuseKind {
    /// It accepts updates, where no code ever runs.
    Unreachable,
    /// It accepts updates of the module, which declines them whenever it runs.
    Declined {
        /// The call of `decline`.
        by: Span,
    },
    /// It gives up an update whenever the module runs.
    AlwaysInvalidates,
    /// A dependency is something else than a string.
    NotASpecifier,
    /// The list of dependencies has none.
    NoDependencies,
    /// The argument in the callback's place is no function.
    NotACallback,
    /// The callback stands in the dependency's place, and the dependency after it.
    CallbackFirst,
}

/// How a module accepts itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SelfAccept {
    /// At least one call gives a callback, which decides what importers see.
    pub callback: bool,
    /// At least one call has `{ bubbles: true }` (ESM-HMR of `@web/dev-server`): the update goes on to
    /// importers all the same.
    pub bubbles: bool,
}

/// One dependency in a call of `accept` or `acceptDeps`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedDep {
    /// The specifier, escapes decoded.
    pub specifier: String,
    /// The literal, quotes included.
    pub span: Span,
}

/// Why there are no facts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnalyzeError {
    /// The source is not a module of its dialect.
    #[error(transparent)]
    Syntax(SyntaxError),
    /// Reading the source could take more stack, more memory for labels, or more time, than is sane.
    #[error("the module is nested too deeply, or is too large, to be analysed")]
    TooDeep,
    /// The parser failed, which is a defect of the parser and says nothing about the source.
    #[error("the parser failed on this module")]
    Parser,
}

/// A mistake in a source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxError {
    /// What is wrong, in the parser's words.
    pub message: String,
    /// Where, as a byte offset into the source.
    pub offset: usize,
    /// What to do about it, where that is known.
    pub remedy: Option<&'static str>,
}

impl SyntaxError {
    /// A mistake, without a word of what to do.
    pub fn new(message: impl Into<String>, offset: usize) -> Self {
        Self {
            message: message.into(),
            offset,
            remedy: None,
        }
    }
}

/// Finds out what a module imports, exports and does with `import.meta.hot`.
///
/// # Errors
///
/// [`AnalyzeError::Syntax`] when the source is not a module of the dialect. Otherwise see
/// [`AnalyzeError`]. Never panics and never exhausts the stack, whatever the source.
pub fn analyze(source: &str, dialect: Dialect) -> Result<ModuleRecord, AnalyzeError> {
    analyze_safely(source, dialect, false)
}

/// As [`analyze`], with all that can be found out. It finds the variables of the exports whether or not the module uses
/// `import.meta.hot`, and the parts of the text that only a module can have.
///
/// # Errors
///
/// As [`analyze`].
pub fn analyze_fully(source: &str, dialect: Dialect) -> Result<ModuleRecord, AnalyzeError> {
    analyze_safely(source, dialect, true)
}

fn analyze_safely(
    source: &str,
    dialect: Dialect,
    is_full: bool,
) -> Result<ModuleRecord, AnalyzeError> {
    guarded(source, dialect, || read(source, dialect, is_full))
}

/// Runs `read`, which parses `source` and walks the tree, if time and stack that it could take are bounded, and where
/// they suffice.
///
/// # Errors
///
/// What `read` returns, [`AnalyzeError::TooDeep`], and [`AnalyzeError::Parser`] when it panics.
pub fn guarded<T>(
    source: &str,
    dialect: Dialect,
    read: impl FnOnce() -> Result<T, AnalyzeError>,
) -> Result<T, AnalyzeError> {
    if matches!(dialect, Dialect::TypeScript | Dialect::Tsx) && !effort::is_bounded(source, dialect)
    {
        return Err(AnalyzeError::TooDeep);
    }
    // A panic can come from swc, or from a stack that the system refuses.
    catch_unwind(AssertUnwindSafe(|| {
        depth::with_enough_stack(source, dialect, read)
    }))
    .unwrap_or(Err(AnalyzeError::Parser))
}

/// Parses, walks and drops the tree, all of which recurse.
fn read(source: &str, dialect: Dialect, is_full: bool) -> Result<ModuleRecord, AnalyzeError> {
    let module = parse(source, dialect)
        .map_err(|error| AnalyzeError::Syntax(explain(error, source, dialect)))?;
    if let Some(offset) = misplaced_decorator(source, &module) {
        let error = SyntaxError::new("Only classes can have decorators", offset);
        return Err(AnalyzeError::Syntax(error));
    }
    let is_early = is_full && dialect == Dialect::JavaScript;
    if is_early && let Some(error) = early::early_error(source, &module) {
        return Err(AnalyzeError::Syntax(error));
    }
    let mut record = walk::walk(source, &module);
    // As many of these are kept as there are modules.
    record.exports.shrink_to_fit();
    if is_full && dialect == Dialect::JavaScript {
        record.body = Some(plan::plan(source, &module).map(Arc::new));
    }
    Ok(record)
}

fn parse(source: &str, dialect: Dialect) -> Result<Module, ParseError> {
    // The parser takes a byte order mark for white space, and allows no `#!` after that.
    let text = source.strip_prefix('\u{feff}').unwrap_or(source);
    let position = |offset| FIRST + BytePos(u32::try_from(offset).unwrap_or(u32::MAX - FIRST.0));
    let start = position(source.len() - text.len());
    let input = StringInput::new(text, start, position(source.len()));
    let lexer = Lexer::new(dialect.syntax(), EsVersion::EsNext, input, None);
    let mut parser = Parser::new_from(lexer);
    let module = parser.parse_module()?;
    // Mistakes that the parser could read past are mistakes all the same.
    match parser.take_errors().into_iter().next() {
        Some(error) => Err(error),
        None => Ok(module),
    }
}

/// The place of a decorator that belongs to no class. swc reads past those after `export`, and forgets them.
fn misplaced_decorator(source: &str, module: &Module) -> Option<usize> {
    let exports = module.body.iter().filter_map(|item| match item {
        ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => {
            (!export.decl.is_class()).then_some(export.span)
        }
        ModuleItem::ModuleDecl(ModuleDecl::ExportDefaultDecl(export)) => {
            (!export.decl.is_class()).then_some(export.span)
        }
        ModuleItem::ModuleDecl(
            export @ (ModuleDecl::ExportNamed(_)
            | ModuleDecl::ExportAll(_)
            | ModuleDecl::ExportDefaultExpr(_)),
        ) => Some(export.span()),
        _ => None,
    });
    let mut decorated = exports.filter_map(|span| {
        let end = offset_of(span.hi);
        let rest = source.get(offset_of(span.lo)..end)?;
        let rest = behind_blank(rest.strip_prefix("export")?);
        let rest = rest.strip_prefix("default").map_or(rest, behind_blank);
        rest.starts_with('@').then(|| end - rest.len())
    });
    decorated.next()
}

/// Code without the white space and comments in front of it.
fn behind_blank(mut code: &str) -> &str {
    loop {
        code = code.trim_start_matches(|char: char| char.is_whitespace() || char == '\u{feff}');
        let rest = if let Some(comment) = code.strip_prefix("/*") {
            comment.split_once("*/")
        } else if let Some(comment) = code.strip_prefix("//") {
            comment.split_once(['\n', '\r', '\u{2028}', '\u{2029}'])
        } else {
            return code;
        };
        code = rest.map_or("", |(_, rest)| rest);
    }
}

/// The position of a source's first byte: swc keeps 0 for nodes without a place.
const FIRST: BytePos = BytePos(1);

fn span_of(node: &impl Spanned) -> Span {
    let span = node.span();
    Span {
        start: offset_of(span.lo),
        end: offset_of(span.hi),
    }
}

fn offset_of(position: BytePos) -> usize {
    position.0.saturating_sub(FIRST.0) as usize
}

/// What the parser says is wrong. Positions count from 1, as [`SourceMap`](swc_core::common::SourceMap) counts them.
pub fn explain(error: ParseError, source: &str, dialect: Dialect) -> SyntaxError {
    let mut offset = offset_of(error.span().lo);
    let mut problem = error.into_kind();
    while let Problem::WithLabel { inner, .. } = problem {
        offset = offset_of(inner.span().lo);
        problem = inner.into_kind();
    }
    SyntaxError {
        remedy: remedy_of(source, dialect),
        ..SyntaxError::new(problem.msg(), offset.min(source.len()))
    }
}

/// What to do about a source that is none of its dialect, where it is one of another.
fn remedy_of(source: &str, dialect: Dialect) -> Option<&'static str> {
    let has_tags = source.contains("</") || source.contains("/>");
    let (other, remedy) = match dialect {
        Dialect::JavaScript => (
            Dialect::Jsx,
            "this is JSX: name the file .jsx, also where it is imported",
        ),
        Dialect::TypeScript => (
            Dialect::Tsx,
            "this is JSX: name the file .tsx, also where it is imported",
        ),
        Dialect::Jsx | Dialect::Tsx => return None,
    };
    (has_tags && parse(source, other).is_ok()).then_some(remedy)
}
