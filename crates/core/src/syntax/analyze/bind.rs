//! Scopes: which names a block, function or module declares, and what they stand for.
//!
//! Knows declarations and patterns. Must not know what is done with a name.

use swc_core::ecma::ast::{
    Class, Decl, Expr, Function, ObjectPatProp, Pat, Stmt, TsModuleDecl, VarDecl, VarDeclKind,
};
use swc_core::ecma::visit::{Visit, VisitWith};

use super::collect::key_name;
use super::hot;
use super::names::Value;
use super::walk::Walk;

impl Walk {
    /// Visits something in a scope of its own.
    pub(super) fn in_scope(&mut self, visit: impl FnOnce(&mut Self)) {
        self.names.enter();
        visit(self);
        self.names.leave();
    }

    /// Declares the names of a block's statements before it visits any of them: functions further up see them too.
    pub(super) fn hoist<'a>(&mut self, statements: impl IntoIterator<Item = &'a Stmt>) {
        if !self.follows_meta {
            return;
        }
        for statement in statements {
            if let Stmt::Decl(declaration) = statement {
                self.hoist_declaration(declaration);
            }
        }
    }

    /// Declares what one declaration declares, `var`s aside.
    pub(super) fn hoist_declaration(&mut self, declaration: &Decl) {
        match declaration {
            Decl::Var(variables) if variables.kind != VarDeclKind::Var => {
                self.declare_variables(variables);
            }
            Decl::Using(using) => {
                using
                    .decls
                    .iter()
                    .for_each(|declarator| self.bind(&declarator.name, Value::Other));
            }
            Decl::Class(class) => self.names.declare(&class.ident.sym, Value::Other),
            Decl::Fn(function) => self.names.declare(&function.ident.sym, Value::Other),
            Decl::TsEnum(item) => self.names.declare(&item.id.sym, Value::Other),
            _ => {}
        }
    }

    /// Declares the `var`s of a function or module, which may stand in any block of it.
    pub(super) fn hoist_vars(&mut self, body: &impl for<'v> VisitWith<Vars<'v>>) {
        if self.follows_meta {
            body.visit_children_with(&mut Vars(self));
        }
    }

    fn declare_variables(&mut self, variables: &VarDecl) {
        for declarator in &variables.decls {
            let Some(init) = &declarator.init else {
                self.bind(&declarator.name, Value::Other);
                continue;
            };
            let mut value = self.value_of(init);
            if matches!(value, Value::Specifiers(_)) {
                value = Value::Other;
            }
            if variables.kind == VarDeclKind::Const
                && declarator.name.is_ident()
                && let Some(specifiers) = hot::constant(init)
            {
                value = Value::Specifiers(specifiers);
            }
            self.bind(&declarator.name, value);
        }
    }

    /// Declares the names in a pattern that takes `value` apart.
    fn bind(&mut self, pattern: &Pat, value: Value) {
        match pattern {
            Pat::Ident(name) => self.names.declare(&name.id.sym, value),
            Pat::Assign(with_default) => self.bind(&with_default.left, value),
            Pat::Object(object) => {
                for property in &object.props {
                    self.bind_property(property, &value);
                }
            }
            Pat::Array(array) => {
                self.escape(&value);
                array
                    .elems
                    .iter()
                    .flatten()
                    .for_each(|element| self.bind(element, Value::Other));
            }
            Pat::Rest(rest) => self.bind(&rest.arg, Value::Other),
            Pat::Expr(_) | Pat::Invalid(_) => {}
        }
    }

    fn bind_property(&mut self, property: &ObjectPatProp, value: &Value) {
        match property {
            ObjectPatProp::KeyValue(pair) => {
                let name = key_name(&pair.key);
                if name.is_none() {
                    self.escape(value);
                }
                let part = value.property(name.as_deref());
                self.see(&part);
                self.bind(&pair.value, part);
            }
            ObjectPatProp::Assign(name) => {
                let part = value.property(Some(&name.key.id.sym));
                self.see(&part);
                self.names.declare(&name.key.id.sym, part);
            }
            ObjectPatProp::Rest(rest) => {
                self.escape(value);
                self.bind(&rest.arg, Value::Other);
            }
        }
    }

    /// Declares parameters, whose values only callers know.
    pub(super) fn bind_parameters<'a>(&mut self, parameters: impl IntoIterator<Item = &'a Pat>) {
        if self.follows_meta {
            parameters
                .into_iter()
                .for_each(|parameter| self.bind(parameter, Value::Other));
        }
    }

    /// Declares the variables in the head of a loop. Those of `for … in` and `for … of` have no value yet.
    pub(super) fn hoist_head(&mut self, variables: &VarDecl) {
        if self.follows_meta && variables.kind != VarDeclKind::Var {
            self.declare_variables(variables);
        }
    }
}

/// Declares the `var`s below a node, not entering functions.
pub(super) struct Vars<'a>(&'a mut Walk);

impl Visit for Vars<'_> {
    fn visit_var_decl(&mut self, variables: &VarDecl) {
        if variables.kind == VarDeclKind::Var {
            self.0.declare_variables(variables);
        }
    }

    fn visit_expr(&mut self, _: &Expr) {}
    fn visit_function(&mut self, _: &Function) {}
    fn visit_class(&mut self, _: &Class) {}
    fn visit_ts_module_decl(&mut self, _: &TsModuleDecl) {}
}
