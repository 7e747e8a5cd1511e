//! A module as a shell around a body.
//!
//! The **body** is the module's own text as a function. Imports are taken out, and references to them lead through
//! parameters. A function that the body hands out before it runs reads the exports. The **shell** is the module that a
//! browser loads: it imports natively, has live exports, and runs the first body. Updates carry bodies alone.
//!
//! ```js
//! ;function*$hot_b($hot_m,$hot_x,$hot_0){"use strict";
//! $hot_x.link($hot_n=>{switch($hot_n){case"k":return k;}});yield;;
//!        let k = $hot_0.a;
//! }import{define as $hot}from"/client.js";import*as $hot_0 from"./x.js";import{a as $hot_0_0}from"./x.js";
//! export{$hot_e0 as k};function $hot_d(){return $hot(import.meta,{…},[$hot_0],$hot_b)}
//! const $hot_g=$hot_d();$hot_g.run();let $hot_e0;$hot_g.attach(…);
//! ```
//!
//! All that stands before the module's own code is on its first line, so no line of the code moves. It is as wide in a
//! shell as in the parentheses in which a page evaluates a body: a place means the same in both.
//!
//! Knows plans, which [`super::analyze`] makes, and source text. Must not know urls, versions, or who runs a body.

mod text;

use compact_str::CompactString;

use super::edit::Edit;

pub use text::{Entrance, Native, Shell, entrance, function, shell};

/// How a module's text becomes a body. The plan belongs to one source and is of no use with another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyPlan {
    /// What all generated names start with. It is nowhere in the source.
    pub(super) prefix: CompactString,
    pub(super) imports: Box<[BodyImport]>,
    pub(super) locals: Box<[Local]>,
    pub(super) indirect: Box<[Indirect]>,
    pub(super) is_async: bool,
    /// Whether the default export is a function without a name.
    pub(super) names_default: bool,
    /// The edits of the own code, sorted; none overlaps another.
    pub(super) edits: Box<[Edit]>,
}

impl BodyPlan {
    /// One entry an import or re-export statement, in source order.
    pub fn imports(&self) -> &[BodyImport] {
        &self.imports
    }

    /// The exports that are variables of the module itself, one entry a name.
    pub fn locals(&self) -> &[Local] {
        &self.locals
    }

    /// The exports that are variables of other modules, `export *` left out.
    pub fn indirect(&self) -> &[Indirect] {
        &self.indirect
    }

    /// The `export * from …`, as indices into [`Self::imports`].
    pub fn stars(&self) -> impl Iterator<Item = usize> + '_ {
        let imports = self.imports.iter().enumerate();
        imports
            .filter(|(_, import)| import.kind == ImportKind::Star)
            .map(|(index, _)| index)
    }

    /// Where in the source a place of the module's shell, or of its evaluated body, is: a byte offset, `None` after the
    /// module's own code. `line` and `column` count from 1, columns in UTF-16 code units.
    pub fn origin(&self, source: &str, line: u32, column: u32) -> Option<usize> {
        text::origin(source, self, line, column)
    }

    /// Whether the body is an async function: the module awaits at its top level.
    pub fn is_async(&self) -> bool {
        self.is_async
    }

    /// What every generated name starts with: `$hot`, or `$hot` with a number when the source has that.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }
}

/// An import or re-export statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyImport {
    /// The specifier, escapes decoded.
    pub specifier: String,
    /// The import attributes, keys and values decoded, in source order.
    pub attributes: Vec<(String, String)>,
    /// What kind of statement it is.
    pub kind: ImportKind,
    /// The names that the other module has to export, each once, in source order; `default` included.
    pub names: Vec<String>,
}

impl BodyImport {
    /// The value of the attribute `type`: `css` in `with { type: 'css' }`.
    pub fn attribute_type(&self) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        let (_, value) = attributes.find(|(key, _)| key == "type")?;
        Some(value)
    }
}

/// The kinds of statements that import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportKind {
    /// `import … from`, `import '…'`.
    Import,
    /// `export { … } from`, `export * as … from`.
    Reexport,
    /// `export * from`.
    Star,
}

/// An export that is a variable of the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Local {
    /// The name that importers use.
    pub exported: CompactString,
    /// The variable; a generated one when the default export has no name.
    pub local: CompactString,
    /// How the variable is declared.
    pub declared: Declared,
}

/// How a variable is declared, which decides what importers can read before the module has run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Declared {
    /// A function declaration: there from the start.
    Function,
    /// `var`: undefined at the start.
    Var,
    /// Anything else: not to be read before its declaration has run.
    Lexical,
}

/// An export that is another module's variable, or its namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indirect {
    /// The name that importers use.
    pub exported: CompactString,
    /// The index of the import.
    pub import: usize,
    /// The other module's name for it; `None` for the namespace.
    pub name: Option<CompactString>,
}

/// Why a valid module cannot be a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoBody {
    /// `import defer`, `import source`, `import.defer(…)` or `import.source(…)`, which only native code can do.
    #[error("it imports in another phase than evaluation")]
    ImportPhase,
    /// Code in a direct `eval(…)` may import, by name or by `import()`, and text that is not there yet cannot be changed.
    #[error("it has a direct eval")]
    Eval,
    /// The body would be out of all proportion: long names of imports or exports are used again and again.
    #[error("its body would be many times as long")]
    TooLarge,
}
