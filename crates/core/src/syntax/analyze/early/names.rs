//! Names that scopes declare.
//!
//! Knows scopes, one at a time. Must not know the statements in them.

use std::collections::HashSet;

use swc_core::atoms::Atom;
use swc_core::ecma::ast::{FunctionBody, Ident, Pat, Stmt};
use swc_core::ecma::visit::VisitWith;

use super::code::Code;
use crate::syntax::analyze::scopes::{self, Binding};

impl Code<'_> {
    /// Visits a scope that declares names, other than by `var`.
    pub(super) fn in_scope<'n>(
        &mut self,
        names: impl IntoIterator<Item = &'n Ident>,
        visit: impl FnOnce(&mut Self),
    ) {
        let mut declared: HashSet<Atom> = HashSet::new();
        for name in names {
            self.restricted(name);
            if declared.insert(name.sym.clone()) {
                *self.lexical.entry(name.sym.clone()).or_default() += 1;
            } else {
                self.twice(name);
            }
        }
        visit(self);
        for name in declared {
            if let Some(count) = self.lexical.get_mut(&name) {
                *count -= 1;
            }
        }
    }

    /// Visits a block, whose functions are its own.
    pub(super) fn in_block<'s>(
        &mut self,
        statements: impl IntoIterator<Item = &'s Stmt>,
        visit: impl FnOnce(&mut Self),
    ) {
        let mut names = Vec::new();
        scopes::in_block(statements, &mut |name, _| names.push(name.clone()));
        self.in_scope(&names, visit);
    }

    /// Visits code that is a function's or like one: neither `var`s nor labels reach across its edge.
    pub(super) fn in_function(
        &mut self,
        parameters: &[Ident],
        statements: &[Stmt],
        visit: impl FnOnce(&mut Self),
    ) {
        let outer = (
            std::mem::take(&mut self.lexical),
            std::mem::take(&mut self.labels),
        );
        let mut taken: HashSet<Atom> = HashSet::new();
        for name in parameters {
            self.restricted(name);
            if !taken.insert(name.sym.clone()) {
                self.report(name.span.lo, || {
                    format!("two parameters have the name `{}`", name.sym)
                });
            }
        }
        let (mut lexical, mut functions) = (Vec::new(), Vec::new());
        scopes::in_block(statements, &mut |name, binding| match binding {
            Binding::Lexical => lexical.push(name.clone()),
            // They are as good as `var`s here.
            Binding::Function => functions.push(name.clone()),
        });
        for name in lexical.iter().filter(|name| taken.contains(&name.sym)) {
            self.twice(name);
        }
        self.in_scope(&lexical, |code| {
            for name in &functions {
                code.var(name);
            }
            visit(code);
        });
        (self.lexical, self.labels) = outer;
    }

    pub(super) fn function_body(&mut self, parameters: &[Ident], body: Option<&FunctionBody>) {
        let statements = body.map_or(&[][..], |body| &body.stmts);
        self.in_function(parameters, statements, |code| {
            statements.visit_with(code);
        });
    }

    /// Checks a name that `var` declares for the function around it.
    pub(super) fn var(&mut self, name: &Ident) {
        self.restricted(name);
        if self.lexical.get(&name.sym).is_some_and(|count| *count > 0) {
            self.twice(name);
        }
    }

    /// Checks a name that is declared or assigned.
    pub(super) fn restricted(&mut self, name: &Ident) {
        if matches!(&*name.sym, "eval" | "arguments") {
            self.report(name.span.lo, || {
                format!("`{}` cannot be declared or assigned", name.sym)
            });
        }
    }

    /// Visits a block that is the scope of a parameter too, which it must not declare again.
    pub(super) fn catch_block(&mut self, parameters: &[Ident], block: &[Stmt]) {
        let taken: HashSet<&Atom> = parameters.iter().map(|name| &name.sym).collect();
        scopes::in_block(block, &mut |name, _| {
            if taken.contains(&name.sym) {
                self.twice(name);
            }
        });
        self.in_block(block, |code| block.visit_with(code));
    }

    fn twice(&mut self, name: &Ident) {
        self.report(name.span.lo, || format!("`{}` is declared twice", name.sym));
    }
}

/// The names that patterns bind.
pub(super) fn bound<'p>(patterns: impl IntoIterator<Item = &'p Pat>) -> Vec<Ident> {
    let mut names = Vec::new();
    for pattern in patterns {
        scopes::bound(pattern, &mut |name| names.push(name.clone()));
    }
    names
}
