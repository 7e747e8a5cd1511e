//! What declares which names in which scope. Modules are strict: a function in a block is the block's.
//!
//! Knows declarations and patterns. Must not know what the names are for.

use swc_core::ecma::ast::{
    Class, Decl, DefaultDecl, Expr, Function, Ident, ModuleDecl, ModuleItem, ObjectPatProp, Pat,
    Stmt, VarDecl, VarDeclKind, VarDeclarator,
};
use swc_core::ecma::visit::{Visit, VisitWith};

/// How a scope gets a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Binding {
    /// By a function declaration.
    Function,
    /// By `let`, `const`, `using` or a class.
    Lexical,
}

/// Calls `found` with each name that a pattern binds.
pub(super) fn bound(pattern: &Pat, found: &mut dyn FnMut(&Ident)) {
    match pattern {
        Pat::Ident(name) => found(&name.id),
        Pat::Array(array) => {
            for element in array.elems.iter().flatten() {
                bound(element, found);
            }
        }
        Pat::Object(object) => {
            for property in &object.props {
                match property {
                    ObjectPatProp::KeyValue(pair) => bound(&pair.value, found),
                    ObjectPatProp::Assign(name) => found(&name.key.id),
                    ObjectPatProp::Rest(rest) => bound(&rest.arg, found),
                }
            }
        }
        Pat::Assign(with_default) => bound(&with_default.left, found),
        Pat::Rest(rest) => bound(&rest.arg, found),
        Pat::Expr(_) | Pat::Invalid(_) => {}
    }
}

/// Calls `found` with each name that some declarators bind.
pub(super) fn declarators(declarators: &[VarDeclarator], found: &mut dyn FnMut(&Ident)) {
    for declarator in declarators {
        bound(&declarator.name, found);
    }
}

/// Calls `found` with each name that a declaration gives to the block it stands in, which `var` does not.
pub(super) fn declared(declaration: &Decl, found: &mut dyn FnMut(&Ident, Binding)) {
    match declaration {
        Decl::Var(variables) if variables.kind != VarDeclKind::Var => {
            declarators(&variables.decls, &mut |name| found(name, Binding::Lexical));
        }
        Decl::Using(using) => {
            declarators(&using.decls, &mut |name| found(name, Binding::Lexical));
        }
        Decl::Class(class) => found(&class.ident, Binding::Lexical),
        Decl::Fn(function) => found(&function.ident, Binding::Function),
        _ => {}
    }
}

/// The same of a list of statements.
pub(super) fn in_block<'a>(
    statements: impl IntoIterator<Item = &'a Stmt>,
    found: &mut dyn FnMut(&Ident, Binding),
) {
    for statement in statements {
        if let Stmt::Decl(declaration) = statement {
            declared(declaration, found);
        }
    }
}

/// The same of an item of a module; of imports nothing.
pub(super) fn in_item(item: &ModuleItem, found: &mut dyn FnMut(&Ident, Binding)) {
    match item {
        ModuleItem::Stmt(Stmt::Decl(declaration)) => declared(declaration, found),
        ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => declared(&export.decl, found),
        ModuleItem::ModuleDecl(ModuleDecl::ExportDefaultDecl(export)) => match &export.decl {
            DefaultDecl::Class(class) => {
                if let Some(name) = &class.ident {
                    found(name, Binding::Lexical);
                }
            }
            DefaultDecl::Fn(function) => {
                if let Some(name) = &function.ident {
                    found(name, Binding::Function);
                }
            }
            DefaultDecl::TsInterfaceDecl(_) => {}
        },
        _ => {}
    }
}

/// Calls `found` with each name that a `var` in `code` declares for the function or module around it.
pub(super) fn vars(code: &impl for<'a> VisitWith<Vars<'a>>, found: &mut dyn FnMut(&Ident)) {
    code.visit_with(&mut Vars(found));
}

/// The visit of [`vars`].
pub(super) struct Vars<'a>(&'a mut dyn FnMut(&Ident));

impl Visit for Vars<'_> {
    fn visit_var_decl(&mut self, variables: &VarDecl) {
        if variables.kind == VarDeclKind::Var {
            declarators(&variables.decls, self.0);
        }
    }
    // No expression declares anything for the statement around it.
    fn visit_expr(&mut self, _: &Expr) {}
    fn visit_pat(&mut self, _: &Pat) {}
    fn visit_function(&mut self, _: &Function) {}
    fn visit_class(&mut self, _: &Class) {}
}
