//! Where a module writes to the variables that it exports.
//!
//! Knows names, not scopes: a local variable of the same name counts too, which costs a look and harms
//! nothing.

use std::collections::HashMap;

use swc_core::ecma::ast::{
    AssignExpr, AssignTarget, AssignTargetPat, Expr, ForHead, ForInStmt, ForOfStmt, Module,
    SimpleAssignTarget, Stmt, UpdateExpr, VarDeclKind,
};
use swc_core::ecma::visit::{Visit, VisitWith};

use super::collect::{bound_names, strip};
use super::{ExportWrite, Span, WritePlace, span_of};

/// The writes to variables, which are given by name with the names that they are exported by.
pub(super) fn writes(
    module: &Module,
    exported_as: &HashMap<String, Vec<String>>,
) -> Vec<ExportWrite> {
    let mut walk = Walk {
        exported_as,
        writes: Vec::new(),
    };
    if !exported_as.is_empty() {
        module.visit_with(&mut walk);
    }
    walk.writes.sort_by_key(|write| write.span);
    walk.writes
}

struct Walk<'a> {
    exported_as: &'a HashMap<String, Vec<String>>,
    writes: Vec<ExportWrite>,
}

impl Walk<'_> {
    fn add(&mut self, exported: Vec<String>, span: Span, place: WritePlace) {
        if !exported.is_empty() {
            self.writes.push(ExportWrite {
                span,
                place,
                exported,
            });
        }
    }

    fn exported<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
        let mut exported: Vec<String> = Vec::new();
        for name in names {
            for one in self.exported_as.get(name).into_iter().flatten() {
                if !exported.contains(one) {
                    exported.push(one.clone());
                }
            }
        }
        exported
    }

    fn in_pattern(&self, pattern: &impl VisitWith<Targets>) -> Vec<String> {
        let mut targets = Targets::default();
        pattern.visit_with(&mut targets);
        self.exported(targets.names.iter().map(String::as_str))
    }

    fn visit_loop(&mut self, head: &ForHead, body: &Stmt) {
        let exported = match head {
            ForHead::Pat(pattern) => self.in_pattern(&**pattern),
            ForHead::VarDecl(variables) if variables.kind == VarDeclKind::Var => {
                let mut names = Vec::new();
                for declarator in &variables.decls {
                    bound_names(&declarator.name, &mut |name| names.push(name.to_owned()));
                }
                self.exported(names.iter().map(String::as_str))
            }
            _ => Vec::new(),
        };
        let place = if body.is_block() {
            WritePlace::LoopBlock
        } else {
            WritePlace::LoopStatement
        };
        self.add(exported, span_of(body), place);
    }
}

impl Visit for Walk<'_> {
    fn visit_assign_expr(&mut self, assignment: &AssignExpr) {
        let exported = match &assignment.left {
            AssignTarget::Simple(target) => match target {
                SimpleAssignTarget::Ident(name) => self.exported([&*name.id.sym]),
                SimpleAssignTarget::Paren(paren) => match strip(&paren.expr) {
                    Expr::Ident(name) => self.exported([&*name.sym]),
                    _ => Vec::new(),
                },
                _ => Vec::new(),
            },
            AssignTarget::Pat(AssignTargetPat::Array(pattern)) => self.in_pattern(pattern),
            AssignTarget::Pat(AssignTargetPat::Object(pattern)) => self.in_pattern(pattern),
            AssignTarget::Pat(AssignTargetPat::Invalid(_)) => Vec::new(),
        };
        self.add(exported, span_of(assignment), WritePlace::Expression);
        assignment.visit_children_with(self);
    }

    fn visit_update_expr(&mut self, update: &UpdateExpr) {
        if let Expr::Ident(name) = strip(&update.arg) {
            let exported = self.exported([&*name.sym]);
            self.add(exported, span_of(update), WritePlace::Expression);
        }
        update.visit_children_with(self);
    }

    fn visit_for_of_stmt(&mut self, repeat: &ForOfStmt) {
        self.visit_loop(&repeat.left, &repeat.body);
        repeat.visit_children_with(self);
    }

    fn visit_for_in_stmt(&mut self, repeat: &ForInStmt) {
        self.visit_loop(&repeat.left, &repeat.body);
        repeat.visit_children_with(self);
    }
}

/// The names that a pattern of an assignment assigns. Unlike in a declaration, its leaves may be expressions.
/// Names in default values are taken for targets too.
#[derive(Default)]
struct Targets {
    names: Vec<String>,
}

impl Visit for Targets {
    fn visit_ident(&mut self, name: &swc_core::ecma::ast::Ident) {
        self.names.push(name.sym.to_string());
    }
}
