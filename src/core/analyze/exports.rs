//! The variables behind a module's exports, and what keeps each from being assigned.
//!
//! Knows the top level's declarations. Must not know what the facts are for.

use std::collections::HashMap;

use swc_core::common::Spanned;
use swc_core::ecma::ast::{
    Decl, DefaultDecl, ExportSpecifier, Module, ModuleDecl, ModuleItem, Stmt, VarDecl, VarDeclKind,
};

use super::collect::{bound_names, declared_names, export_name};
use super::{AnonymousDefault, ExportedVariable, LocalExports, Span, offset_of, span_of};

/// How the top level declares a name.
enum Declared {
    /// By `let`, `var`, `function` or `class`: assignable.
    Variable,
    /// By `const`, with the place of the keyword.
    Constant(Span),
}

/// Collects the variables that a module exports.
pub(super) fn exports(module: &Module) -> LocalExports {
    let declared = declarations(module);
    let mut exports = LocalExports::default();
    for item in &module.body {
        let ModuleItem::ModuleDecl(declaration) = item else {
            continue;
        };
        match declaration {
            ModuleDecl::ExportDecl(export) => {
                declared_names(&export.decl, &mut |name| {
                    add(&mut exports, &declared, name, name)
                });
            }
            ModuleDecl::ExportNamed(export) if export.src.is_none() => {
                for specifier in &export.specifiers {
                    if let ExportSpecifier::Named(named) = specifier {
                        let local = export_name(&named.orig);
                        let exported = named
                            .exported
                            .as_ref()
                            .map_or_else(|| local.clone(), export_name);
                        add(&mut exports, &declared, &exported, &local);
                    }
                }
            }
            ModuleDecl::ExportDefaultDecl(export) => {
                let start = offset_of(export.span.lo);
                match &export.decl {
                    DefaultDecl::Class(class) => match &class.ident {
                        Some(name) => add(&mut exports, &declared, "default", &name.sym),
                        None => {
                            exports.anonymous_default =
                                Some(expression(start, span_of(&class.class)))
                        }
                    },
                    DefaultDecl::Fn(function) => match &function.ident {
                        Some(name) => add(&mut exports, &declared, "default", &name.sym),
                        None => {
                            exports.anonymous_default = Some(AnonymousDefault::Function {
                                export: start,
                                function: span_of(&function.function),
                            });
                        }
                    },
                    DefaultDecl::TsInterfaceDecl(_) => {}
                }
            }
            ModuleDecl::ExportDefaultExpr(export) => {
                exports.anonymous_default =
                    Some(expression(offset_of(export.span.lo), span_of(&export.expr)));
            }
            _ => {}
        }
    }
    exports
}

fn expression(export: usize, value: Span) -> AnonymousDefault {
    AnonymousDefault::Expression { export, value }
}

fn add(
    exports: &mut LocalExports,
    declared: &HashMap<String, Declared>,
    exported: &str,
    local: &str,
) {
    // What is not declared here is an import that is exported again: another module's variable.
    let Some(declaration) = declared.get(local) else {
        return;
    };
    if let Declared::Constant(keyword) = declaration
        && !exports.constants.contains(keyword)
    {
        exports.constants.push(*keyword);
    }
    exports.variables.push(ExportedVariable {
        exported: exported.to_owned(),
        local: local.to_owned(),
    });
}

fn declarations(module: &Module) -> HashMap<String, Declared> {
    let mut declared = HashMap::new();
    for item in &module.body {
        match item {
            ModuleItem::Stmt(Stmt::Decl(declaration)) => declare(&mut declared, declaration),
            ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => {
                declare(&mut declared, &export.decl)
            }
            ModuleItem::ModuleDecl(ModuleDecl::ExportDefaultDecl(export)) => {
                let name = match &export.decl {
                    DefaultDecl::Class(class) => class.ident.as_ref(),
                    DefaultDecl::Fn(function) => function.ident.as_ref(),
                    DefaultDecl::TsInterfaceDecl(_) => None,
                };
                if let Some(name) = name {
                    declared.insert(name.sym.to_string(), Declared::Variable);
                }
            }
            _ => {}
        }
    }
    declared
}

fn declare(declared: &mut HashMap<String, Declared>, declaration: &Decl) {
    if let Decl::Var(variables) = declaration
        && variables.kind == VarDeclKind::Const
    {
        let keyword = keyword_of(variables);
        for declarator in &variables.decls {
            bound_names(&declarator.name, &mut |name| {
                declared.insert(name.to_owned(), Declared::Constant(keyword));
            });
        }
    } else {
        declared_names(declaration, &mut |name| {
            declared.insert(name.to_owned(), Declared::Variable);
        });
    }
}

fn keyword_of(variables: &VarDecl) -> Span {
    let start = offset_of(variables.span().lo);
    Span {
        start,
        end: start + "const".len(),
    }
}
