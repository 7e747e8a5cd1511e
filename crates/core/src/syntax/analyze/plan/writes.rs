//! Writes. Those to imports must fail as they do in the browser. Importers are told of those to exports.
//!
//! Knows what is assigned where. Must not know who is told.

use std::collections::HashSet;

use swc_core::common::{BytePos, Span as Place, Spanned};
use swc_core::ecma::ast::{
    ArrayPat, AssignTarget, AssignTargetPat, Expr, ForHead, Ident, ObjectPat, ObjectPatProp, Pat,
    SimpleAssignTarget, Stmt, VarDeclKind,
};
use swc_core::ecma::visit::VisitWith;

use super::references::{Meaning, References};
use crate::syntax::analyze::collect::strip;
use crate::syntax::analyze::scopes;
use crate::syntax::literal::literal;

impl References<'_> {
    /// What is assigned where `name` is; `None` for the name itself.
    pub(super) fn assignee(&self, name: &Ident) -> Option<String> {
        match self.meaning(name)? {
            Meaning::Imported {
                import,
                name: Some(imported),
            } => Some(self.property(*import, imported)),
            // A call is nothing that can be assigned.
            Meaning::Imported { import, name: None } => {
                let prefix = self.prefix;
                Some(format!("{prefix}_x.constant({import}).ns"))
            }
            Meaning::Exported(_) => None,
        }
    }

    /// Visits an expression that is assigned, updated or deleted.
    pub(super) fn target(&mut self, target: &Expr) {
        match target {
            Expr::Paren(inner) => self.target(&inner.expr),
            Expr::Member(member) => self.whole_member(member),
            Expr::Ident(name) => self.assigned(name),
            _ => target.visit_with(self),
        }
    }

    pub(super) fn assigned(&mut self, name: &Ident) {
        if let Some(text) = self.assignee(name) {
            self.replace(name.span, text);
        }
    }

    /// Visits a pattern that assigns, rather than declares.
    pub(super) fn target_pattern(&mut self, pattern: &Pat) {
        match pattern {
            Pat::Ident(name) => self.assigned(&name.id),
            Pat::Expr(target) => self.target(target),
            Pat::Array(array) => self.target_array(array),
            Pat::Object(object) => self.target_object(object),
            Pat::Rest(rest) => self.target_pattern(&rest.arg),
            Pat::Assign(with_default) => {
                self.target_pattern(&with_default.left);
                with_default.right.visit_with(self);
            }
            Pat::Invalid(_) => {}
        }
    }

    pub(super) fn target_array(&mut self, array: &ArrayPat) {
        for element in array.elems.iter().flatten() {
            self.target_pattern(element);
        }
    }

    pub(super) fn target_object(&mut self, object: &ObjectPat) {
        for property in &object.props {
            match property {
                ObjectPatProp::KeyValue(pair) => {
                    pair.key.visit_with(self);
                    self.target_pattern(&pair.value);
                }
                ObjectPatProp::Assign(shorthand) => {
                    let name = &shorthand.key.id;
                    self.shorthand(name, self.assignee(name));
                    shorthand.value.visit_with(self);
                }
                ObjectPatProp::Rest(rest) => self.target_pattern(&rest.arg),
            }
        }
    }

    /// The arguments for the names that are exported of what is written, each with a comma in front.
    pub(super) fn exported<'n>(
        &self,
        names: impl IntoIterator<Item = &'n Ident>,
    ) -> Option<String> {
        if self.functions == 0 {
            return None;
        }
        let mut variables: HashSet<&str> = HashSet::new();
        let mut arguments = String::new();
        for name in names {
            if let Some(Meaning::Exported(exported)) = self.meaning(name)
                && variables.insert(&name.sym)
            {
                for one in exported {
                    arguments.push(',');
                    arguments.push_str(&literal(one));
                }
            }
        }
        (!arguments.is_empty()).then_some(arguments)
    }

    /// Visits an expression that writes, and puts a call around it that tells what.
    pub(super) fn writing<'n>(
        &mut self,
        place: Place,
        names: impl IntoIterator<Item = &'n Ident>,
        visit: impl FnOnce(&mut Self),
    ) {
        let Some(arguments) = self.exported(names) else {
            return visit(self);
        };
        let prefix = self.prefix;
        self.edits.open(place.lo, format!("{prefix}_x.wrote("));
        visit(self);
        self.edits.close(place.hi, format!("{arguments})"));
        self.written = place.hi;
    }

    /// Ends a statement that had no semicolon, or a field, when a call is at its end.
    pub(super) fn end(&mut self, place: Place) {
        if place.hi == self.written {
            self.edits.close(place.hi, ";");
        }
    }

    /// Visits the body of a loop whose head has been visited.
    pub(super) fn loop_body(&mut self, head: &ForHead, body: &Stmt) {
        let mut names = Vec::new();
        if let ForHead::Pat(pattern) = head {
            in_pattern(pattern, &mut names);
        }
        let arguments = self.exported(names);
        let Some(arguments) = arguments else {
            return body.visit_with(self);
        };
        let call = format!("{}_x.wrote(0{arguments});", self.prefix);
        if let Stmt::Block(block) = body {
            self.edits.open(block.span.lo + BytePos(1), call);
            return body.visit_with(self);
        }
        self.edits.open(body.span_lo(), format!("{{{call}"));
        body.visit_with(self);
        self.edits.close(body.span_hi(), "}");
    }

    pub(super) fn loop_head(&mut self, head: &ForHead) {
        match head {
            ForHead::VarDecl(variables) => {
                if variables.kind != VarDeclKind::Var {
                    scopes::declarators(&variables.decls, &mut |name| self.shadow(name));
                }
                variables.visit_with(self);
            }
            ForHead::UsingDecl(using) => {
                scopes::declarators(&using.decls, &mut |name| self.shadow(name));
                using.visit_with(self);
            }
            ForHead::Pat(pattern) => self.target_pattern(pattern),
        }
    }
}

/// The names that an assignment assigns.
pub(super) fn assigned(target: &AssignTarget) -> Vec<&Ident> {
    let mut names = Vec::new();
    match target {
        AssignTarget::Simple(SimpleAssignTarget::Ident(name)) => names.push(&name.id),
        AssignTarget::Simple(SimpleAssignTarget::Paren(inner)) => {
            names.extend(strip(&inner.expr).as_ident());
        }
        AssignTarget::Simple(_) => {}
        AssignTarget::Pat(AssignTargetPat::Array(array)) => in_array(array, &mut names),
        AssignTarget::Pat(AssignTargetPat::Object(object)) => in_object(object, &mut names),
        AssignTarget::Pat(AssignTargetPat::Invalid(_)) => {}
    }
    names
}

fn in_pattern<'a>(pattern: &'a Pat, names: &mut Vec<&'a Ident>) {
    match pattern {
        Pat::Ident(name) => names.push(&name.id),
        Pat::Expr(target) => names.extend(strip(target).as_ident()),
        Pat::Array(array) => in_array(array, names),
        Pat::Object(object) => in_object(object, names),
        Pat::Rest(rest) => in_pattern(&rest.arg, names),
        Pat::Assign(with_default) => in_pattern(&with_default.left, names),
        Pat::Invalid(_) => {}
    }
}

fn in_array<'a>(array: &'a ArrayPat, names: &mut Vec<&'a Ident>) {
    for element in array.elems.iter().flatten() {
        in_pattern(element, names);
    }
}

fn in_object<'a>(object: &'a ObjectPat, names: &mut Vec<&'a Ident>) {
    for property in &object.props {
        match property {
            ObjectPatProp::KeyValue(pair) => in_pattern(&pair.value, names),
            ObjectPatProp::Assign(shorthand) => names.push(&shorthand.key.id),
            ObjectPatProp::Rest(rest) => in_pattern(&rest.arg, names),
        }
    }
}
