//! The walk over a module's code.
//!
//! Knows the grammar. Must not know what scopes and classes check.

use std::collections::HashMap;

use swc_core::atoms::Atom;
use swc_core::common::{BytePos, Span as Place, Spanned};
use swc_core::ecma::ast::*;
use swc_core::ecma::visit::{Visit, VisitWith};

use super::classes::Home;
use super::names::bound;
use crate::syntax::analyze::{SyntaxError, behind_blank, offset_of, scopes};
use crate::syntax::edit::line_ends;

/// The walk, and the first error that it has found.
#[derive(Default)]
pub(super) struct Code<'s> {
    source: &'s str,
    pub(super) first: Option<SyntaxError>,
    /// How many scopes around the place, up to the function's edge, declare a name other than by `var`.
    pub(super) lexical: HashMap<Atom, usize>,
    /// The labels around the place, up to the function's edge, and whether they are those of loops.
    pub(super) labels: Vec<(Atom, bool)>,
    /// How many classes around the place declare a private name.
    pub(super) private: HashMap<Atom, usize>,
    /// Whether the class around the place extends another.
    pub(super) is_derived: bool,
    pub(super) home: Home,
}

impl<'s> Code<'s> {
    pub(super) fn new(source: &'s str) -> Self {
        Self {
            source,
            ..Self::default()
        }
    }

    /// Notes an error. Of several, the first in the text stays.
    pub(super) fn report(&mut self, at: BytePos, message: impl FnOnce() -> String) {
        let offset = offset_of(at);
        if self
            .first
            .as_ref()
            .is_none_or(|first| offset < first.offset)
        {
            let message = message();
            self.first = Some(SyntaxError::new(message, offset));
        }
    }

    /// Checks that a statement ends where the parser says: by a semicolon, at the end of a line or of the code. The
    /// parser does not, of those that begin with `import` or `export`.
    pub(super) fn ends(&mut self, place: Place) {
        let end = offset_of(place.hi);
        let (Some(before), Some(after)) = (self.source.get(..end), self.source.get(end..)) else {
            return;
        };
        let rest = behind_blank(after);
        let blank = &after[..after.len() - rest.len()];
        let is_ended = before.ends_with(';')
            || rest.is_empty()
            || rest.starts_with(['}', ';'])
            || line_ends(blank).next().is_some();
        if !is_ended {
            let length = u32::try_from(blank.len()).unwrap_or_default();
            self.report(place.hi + BytePos(length), || {
                "a semicolon or the end of a line is missing in front of this".to_owned()
            });
        }
    }

    fn function(&mut self, function: &Function, home: Home) {
        function.decorators.visit_with(self);
        let parameters = bound(function.params.iter().map(|parameter| &parameter.pat));
        self.at_home(home, |code| {
            function.params.visit_with(code);
            code.function_body(&parameters, function.body.as_ref());
        });
    }

    fn loop_head(&mut self, head: &ForHead) -> Vec<Ident> {
        let mut names = Vec::new();
        match head {
            ForHead::VarDecl(variables) if variables.kind != VarDeclKind::Var => {
                scopes::declarators(&variables.decls, &mut |name| names.push(name.clone()));
            }
            ForHead::UsingDecl(using) => {
                scopes::declarators(&using.decls, &mut |name| names.push(name.clone()));
            }
            _ => {}
        }
        names
    }

    fn label(&mut self, label: Option<&Ident>, needs_loop: bool) {
        let Some(label) = label else {
            return;
        };
        let mut labels = self.labels.iter().rev();
        match labels.find(|(name, _)| *name == label.sym) {
            None => self.report(label.span.lo, || {
                format!("there is no label `{}` around this", label.sym)
            }),
            Some((_, is_loop)) if needs_loop && !is_loop => self.report(label.span.lo, || {
                format!("`{}` is not the label of a loop", label.sym)
            }),
            Some(_) => {}
        }
    }

    fn field(&mut self, value: Option<&Expr>) {
        if let Some(value) = value {
            self.at_home(Home::METHOD, |code| {
                code.in_function(&[], &[], |code| value.visit_with(code));
            });
        }
    }
}

/// Whether a statement is a loop, labels left aside.
fn is_loop(mut statement: &Stmt) -> bool {
    while let Stmt::Labeled(labeled) = statement {
        statement = &labeled.body;
    }
    matches!(
        statement,
        Stmt::For(_) | Stmt::ForIn(_) | Stmt::ForOf(_) | Stmt::While(_) | Stmt::DoWhile(_)
    )
}

impl Visit for Code<'_> {
    // -- statements ----------------------------------------------------------------------------------

    fn visit_expr_stmt(&mut self, statement: &ExprStmt) {
        let start = self.source.get(offset_of(statement.span.lo)..);
        if start.is_some_and(|code| code.starts_with("import")) {
            self.ends(statement.span);
        }
        statement.visit_children_with(self);
    }

    fn visit_block_stmt(&mut self, block: &BlockStmt) {
        self.in_block(&block.stmts, |code| block.stmts.visit_with(code));
    }

    fn visit_switch_stmt(&mut self, switch: &SwitchStmt) {
        switch.discriminant.visit_with(self);
        let statements = switch.cases.iter().flat_map(|case| &case.cons);
        self.in_block(statements, |code| switch.cases.visit_with(code));
    }

    fn visit_catch_clause(&mut self, clause: &CatchClause) {
        let names = bound(&clause.param);
        let visit = |code: &mut Self| {
            clause.param.visit_with(code);
            code.catch_block(&names, &clause.body.stmts);
        };
        match &clause.param {
            // A `var` in the block may have the name of a parameter that is no pattern.
            None | Some(Pat::Ident(_)) => visit(self),
            Some(_) => self.in_scope(&names, visit),
        }
    }

    fn visit_for_stmt(&mut self, repeat: &ForStmt) {
        let mut names = Vec::new();
        if let Some(VarDeclOrExpr::VarDecl(variables)) = &repeat.init
            && variables.kind != VarDeclKind::Var
        {
            scopes::declarators(&variables.decls, &mut |name| names.push(name.clone()));
        }
        self.in_scope(&names, |code| repeat.visit_children_with(code));
    }

    fn visit_for_in_stmt(&mut self, repeat: &ForInStmt) {
        let names = self.loop_head(&repeat.left);
        self.in_scope(&names, |code| repeat.visit_children_with(code));
    }

    fn visit_for_of_stmt(&mut self, repeat: &ForOfStmt) {
        let names = self.loop_head(&repeat.left);
        self.in_scope(&names, |code| repeat.visit_children_with(code));
    }

    fn visit_labeled_stmt(&mut self, labeled: &LabeledStmt) {
        if let Stmt::Decl(Decl::Fn(function)) = &*labeled.body {
            let at = function.ident.span.lo;
            self.report(at, || {
                "a function declaration cannot have a label".to_owned()
            });
        }
        let label = (labeled.label.sym.clone(), is_loop(&labeled.body));
        self.labels.push(label);
        labeled.body.visit_with(self);
        self.labels.pop();
    }

    fn visit_break_stmt(&mut self, statement: &BreakStmt) {
        self.label(statement.label.as_ref(), false);
    }

    fn visit_continue_stmt(&mut self, statement: &ContinueStmt) {
        self.label(statement.label.as_ref(), true);
    }

    fn visit_var_decl(&mut self, variables: &VarDecl) {
        if variables.kind == VarDeclKind::Var {
            scopes::declarators(&variables.decls, &mut |name| self.var(name));
        }
        variables.visit_children_with(self);
    }

    // -- functions -----------------------------------------------------------------------------------

    fn visit_function(&mut self, function: &Function) {
        self.function(function, Home::FUNCTION);
    }

    fn visit_arrow_expr(&mut self, arrow: &ArrowExpr) {
        let parameters = bound(&arrow.params);
        arrow.params.visit_with(self);
        match &*arrow.body {
            ArrowFunctionBody::FunctionBody(body) => self.function_body(&parameters, Some(body)),
            ArrowFunctionBody::Expr(value) => {
                self.in_function(&parameters, &[], |code| value.visit_with(code));
            }
        }
    }

    fn visit_getter_prop(&mut self, getter: &GetterProp) {
        getter.key.visit_with(self);
        self.function(&getter.function, Home::METHOD);
    }

    fn visit_setter_prop(&mut self, setter: &SetterProp) {
        setter.key.visit_with(self);
        self.function(&setter.function, Home::METHOD);
    }

    fn visit_method_prop(&mut self, method: &MethodProp) {
        method.key.visit_with(self);
        self.function(&method.function, Home::METHOD);
    }

    // -- classes -------------------------------------------------------------------------------------

    fn visit_class(&mut self, class: &Class) {
        self.class(class);
    }

    fn visit_class_method(&mut self, method: &ClassMethod) {
        method.key.visit_with(self);
        self.function(&method.function, Home::METHOD);
    }

    fn visit_private_method(&mut self, method: &PrivateMethod) {
        self.function(&method.function, Home::METHOD);
    }

    fn visit_constructor(&mut self, constructor: &Constructor) {
        let home = Home {
            super_call: self.is_derived,
            ..Home::METHOD
        };
        let patterns = constructor
            .params
            .iter()
            .filter_map(|parameter| match parameter {
                ParamOrTsParamProp::Param(parameter) => Some(&parameter.pat),
                ParamOrTsParamProp::TsParamProp(_) => None,
            });
        let parameters = bound(patterns);
        self.at_home(home, |code| {
            constructor.params.visit_with(code);
            code.function_body(&parameters, constructor.body.as_ref());
        });
    }

    fn visit_static_block(&mut self, block: &StaticBlock) {
        let statements = &block.body.stmts;
        self.at_home(Home::METHOD, |code| {
            code.in_function(&[], statements, |code| statements.visit_with(code));
        });
    }

    fn visit_class_prop(&mut self, field: &ClassProp) {
        field.decorators.visit_with(self);
        field.key.visit_with(self);
        self.field(field.value.as_deref());
    }

    fn visit_private_prop(&mut self, field: &PrivateProp) {
        field.decorators.visit_with(self);
        self.field(field.value.as_deref());
    }

    fn visit_auto_accessor(&mut self, field: &AutoAccessor) {
        field.decorators.visit_with(self);
        field.key.visit_with(self);
        self.field(field.value.as_deref());
    }

    fn visit_private_name(&mut self, name: &PrivateName) {
        self.private_name(name);
    }

    fn visit_super_prop_expr(&mut self, property: &SuperPropExpr) {
        self.needs(self.home.super_property, property.span.lo, "super");
        property.visit_children_with(self);
    }

    fn visit_meta_prop_expr(&mut self, meta: &MetaPropExpr) {
        if meta.kind == MetaPropKind::NewTarget {
            self.needs(self.home.new_target, meta.span.lo, "new.target");
            return;
        }
        let text = self
            .source
            .get(offset_of(meta.span.lo)..offset_of(meta.span.hi));
        // The parser takes an escape for its letter.
        if text.is_some_and(|text| !text.ends_with("meta")) {
            self.report(meta.span.lo, || {
                "`import.meta` must not contain escapes".to_owned()
            });
        }
    }

    // -- expressions ---------------------------------------------------------------------------------

    fn visit_call_expr(&mut self, call: &CallExpr) {
        match &call.callee {
            Callee::Super(keyword) => {
                self.needs(self.home.super_call, keyword.span.lo, "super(…)");
            }
            Callee::Import(_) => {
                if let Some(dots) = call.args.iter().find_map(|argument| argument.spread) {
                    self.report(dots.lo, || {
                        "`import(…)` does not take spread arguments".to_owned()
                    });
                }
            }
            Callee::Expr(callee) => callee.visit_with(self),
        }
        call.args.visit_with(self);
    }

    fn visit_new_expr(&mut self, new: &NewExpr) {
        let mut callee = &*new.callee;
        loop {
            callee = match callee {
                Expr::Member(member) => &member.obj,
                Expr::TaggedTpl(template) => &template.tag,
                Expr::Call(call) => match &call.callee {
                    Callee::Expr(callee) => callee,
                    Callee::Super(_) => break,
                    Callee::Import(keyword) => {
                        self.report(keyword.span.lo, || {
                            "`new` does not take `import(…)` without parentheses".to_owned()
                        });
                        break;
                    }
                },
                _ => break,
            }
        }
        new.visit_children_with(self);
    }

    fn visit_unary_expr(&mut self, unary: &UnaryExpr) {
        if unary.op == UnaryOp::Delete {
            self.deleted(&unary.arg);
        }
        unary.visit_children_with(self);
    }

    fn visit_object_lit(&mut self, object: &ObjectLit) {
        let mut has_prototype = false;
        for property in &object.props {
            let PropOrSpread::Prop(property) = property else {
                continue;
            };
            match &**property {
                Prop::KeyValue(pair) => {
                    let is_prototype = match &pair.key {
                        PropName::Ident(name) => name.sym == "__proto__",
                        PropName::Str(name) => name.value == "__proto__",
                        _ => false,
                    };
                    if is_prototype && has_prototype {
                        self.report(pair.key.span_lo(), || {
                            "`__proto__` is there twice".to_owned()
                        });
                    }
                    has_prototype |= is_prototype;
                }
                Prop::Assign(pair) => self.report(pair.value.span_lo(), || {
                    "only patterns can have default values".to_owned()
                }),
                _ => {}
            }
        }
        object.visit_children_with(self);
    }

    fn visit_assign_pat_prop(&mut self, property: &AssignPatProp) {
        self.restricted(&property.key.id);
        property.value.visit_with(self);
    }
}
