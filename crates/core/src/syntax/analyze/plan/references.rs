//! References to imports, and the state of the walk that finds them.
//!
//! Knows names and scopes. Must not know statements that import or export.

use std::collections::HashMap;

use swc_core::common::{BytePos, Span as Place};
use swc_core::ecma::ast::{Expr, FunctionBody, Ident, MemberExpr, MetaPropExpr, Pat, Stmt};
use swc_core::ecma::visit::VisitWith;

use super::edits::Edits;
use crate::syntax::analyze::{scopes, span_of};
use crate::syntax::edit::line_ends;
use crate::syntax::literal::literal;
use crate::syntax::name::is_identifier_name;

/// What a name of the top level stands for, as far as references to it are edited.
pub(super) enum Meaning {
    /// A variable of another module.
    Imported {
        /// The index of the import.
        import: usize,
        /// The other module's name for it; `None` for the namespace.
        name: Option<String>,
    },
    /// A variable of the module, with the names that it is exported by.
    Exported(Vec<String>),
}

/// The walk, and what it has found so far.
pub(super) struct References<'a> {
    pub(super) edits: Edits,
    /// Whether the top level waits for promises.
    pub(super) is_async: bool,
    /// Whether there is a direct `eval(…)`.
    pub(super) has_eval: bool,
    /// Whether something is imported in another phase.
    pub(super) has_phase: bool,
    pub(super) source: &'a str,
    pub(super) prefix: &'a str,
    pub(super) meanings: &'a HashMap<String, Meaning>,
    /// Names with a meaning that the scopes around the place declare, innermost last.
    pub(super) shadows: Vec<&'a str>,
    /// How many of these scopes declare a name.
    pub(super) shadowed: HashMap<&'a str, usize>,
    /// How many functions are around the place.
    pub(super) functions: usize,
    /// How many of them have `arguments`.
    pub(super) own_arguments: usize,
    /// Where the last statement of a list starts, if it is an expression: what stands there could belong to the line
    /// before.
    pub(super) statement: BytePos,
    /// Where the callee of the last `new` starts: calls in it would take the place of the construction.
    pub(super) constructor: BytePos,
    /// Where the last write ends that a call was put around: calls can go on where writes could not.
    pub(super) written: BytePos,
}

impl<'a> References<'a> {
    pub(super) fn new(
        source: &'a str,
        prefix: &'a str,
        meanings: &'a HashMap<String, Meaning>,
    ) -> Self {
        Self {
            edits: Edits::new(source),
            is_async: false,
            has_eval: false,
            has_phase: false,
            source,
            prefix,
            meanings,
            shadows: Vec::new(),
            shadowed: HashMap::new(),
            functions: 0,
            own_arguments: 0,
            statement: BytePos(0),
            constructor: BytePos(0),
            written: BytePos(0),
        }
    }

    // -- names ---------------------------------------------------------------------------------------

    pub(super) fn meaning(&self, name: &Ident) -> Option<&'a Meaning> {
        if self.edits.is_full() {
            return None;
        }
        let meaning = self.meanings.get(&*name.sym)?;
        let shadows = self.shadowed.get(&*name.sym).copied();
        (shadows.unwrap_or_default() == 0).then_some(meaning)
    }

    /// Declares a name in the scope around the place.
    pub(super) fn shadow(&mut self, name: &Ident) {
        if let Some((name, _)) = self.meanings.get_key_value(&*name.sym) {
            self.shadows.push(name);
            *self.shadowed.entry(name).or_default() += 1;
        }
    }

    pub(super) fn shadow_pattern(&mut self, pattern: &Pat) {
        scopes::bound(pattern, &mut |name| self.shadow(name));
    }

    pub(super) fn shadow_block<'s>(&mut self, statements: impl IntoIterator<Item = &'s Stmt>) {
        scopes::in_block(statements, &mut |name, _| self.shadow(name));
    }

    pub(super) fn in_scope(&mut self, visit: impl FnOnce(&mut Self)) {
        let outer = self.shadows.len();
        visit(self);
        for name in self.shadows.drain(outer..) {
            if let Some(count) = self.shadowed.get_mut(name) {
                *count -= 1;
            }
        }
    }

    /// Visits a function, which is a scope of its own.
    pub(super) fn in_function(&mut self, has_arguments: bool, visit: impl FnOnce(&mut Self)) {
        self.functions += 1;
        self.own_arguments += usize::from(has_arguments);
        self.in_scope(visit);
        self.own_arguments -= usize::from(has_arguments);
        self.functions -= 1;
    }

    // -- references ----------------------------------------------------------------------------------

    /// The property that reads an imported variable. A property of a namespace, which no code can assign.
    pub(super) fn property(&self, import: usize, name: &str) -> String {
        let prefix = self.prefix;
        match is_identifier_name(name) {
            true => format!("{prefix}_{import}.{name}"),
            false => format!("{prefix}_{import}[{}]", literal(name)),
        }
    }

    /// What stands for a name where any expression can; `None` for the name itself.
    pub(super) fn substitute(&self, name: &Ident) -> Option<String> {
        match self.meaning(name) {
            Some(Meaning::Imported {
                import,
                name: Some(imported),
            }) => Some(self.property(*import, imported)),
            Some(Meaning::Imported { import, name: None }) => {
                let prefix = self.prefix;
                Some(format!("{prefix}_x.ns({import})"))
            }
            Some(Meaning::Exported(_)) => None,
            None => {
                let is_ours = &*name.sym == "arguments" && self.own_arguments == 0;
                is_ours.then(|| format!("{}_arguments", self.prefix))
            }
        }
    }

    /// The index of the import whose namespace an expression is the name of.
    pub(super) fn namespace(&self, expression: &Expr) -> Option<usize> {
        let Expr::Ident(name) = expression else {
            return None;
        };
        match self.meaning(name)? {
            Meaning::Imported { import, name: None } => Some(*import),
            _ => None,
        }
    }

    pub(super) fn replace(&mut self, place: Place, text: String) {
        self.edits.replace(span_of(&place), text);
    }

    /// `name` as an expression.
    pub(super) fn reference(&mut self, name: &Ident) {
        let Some(mut text) = self.substitute(name) else {
            return;
        };
        if name.span.lo == self.constructor && text.ends_with(')') {
            text = format!("({text})");
        }
        self.replace(name.span, text);
    }

    /// `import.meta`, with something around what replaces it.
    pub(super) fn meta(&mut self, meta: &MetaPropExpr, before: &str, after: &str) {
        let span = span_of(meta);
        let mut text = format!("{before}{}_m{after}", self.prefix);
        text.extend(line_ends(
            self.source.get(span.start..span.end).unwrap_or_default(),
        ));
        self.edits.replace(span, text);
    }

    /// The callee, or a template's tag. It must not become the property of an object that would be `this`.
    pub(super) fn callee(&mut self, callee: &Expr) {
        match callee {
            Expr::Paren(inner) => self.callee(&inner.expr),
            Expr::Member(member) => self.whole_member(member),
            Expr::Ident(name) => match self.substitute(name) {
                Some(text) if text.ends_with(')') => self.reference(name),
                Some(text) => {
                    let is_first = name.span.lo == self.statement;
                    let end = if is_first { ";" } else { "" };
                    self.replace(name.span, format!("{end}(0,{text})"));
                }
                None => {}
            },
            _ => callee.visit_with(self),
        }
    }

    /// A property that is more than read. Its object matters.
    pub(super) fn whole_member(&mut self, member: &MemberExpr) {
        member.obj.visit_with(self);
        member.prop.visit_with(self);
    }

    /// `name` in an object, as the property of that name.
    pub(super) fn shorthand(&mut self, name: &Ident, value: Option<String>) {
        let Some(value) = value else {
            return;
        };
        if &*name.sym == "__proto__" {
            self.replace(name.span, format!("[\"__proto__\"]:{value}"));
        } else {
            self.edits.close(name.span.hi, format!(":{value}"));
        }
    }

    // -- functions -----------------------------------------------------------------------------------

    pub(super) fn function_body(&mut self, body: &FunctionBody) {
        scopes::vars(body, &mut |name| self.shadow(name));
        self.shadow_block(&body.stmts);
        body.stmts.visit_with(self);
    }

    /// Visits the value of a field, which is evaluated as a method's body is.
    pub(super) fn field(&mut self, value: Option<&Expr>) {
        if let Some(value) = value {
            self.in_function(true, |walk| value.visit_with(walk));
        }
    }
}
