//! The variables behind a module's exports, and what keeps each from being assigned.
//!
//! Knows the top level's declarations. Must not know what the facts are for.

use std::collections::HashMap;

use swc_core::common::Spanned;
use swc_core::ecma::ast::{
    Class, Decl, DefaultDecl, ExportNamedSpecifier, ExportSpecifier, Expr, Function, ImportDecl,
    ImportSpecifier, Module, ModuleDecl, ModuleItem, NamedExport, Stmt, Str, VarDecl, VarDeclKind,
};
use swc_core::ecma::visit::{Visit, VisitWith};

use super::collect::{bound_names, declared_names, export_name, text};
use super::writes::writes;
use super::{
    AnonymousDefault, ExportBindings, ExportedVariable, ForwardedExport, ForwardedSource,
    Forwarding, Span, offset_of, span_of,
};

/// How the top level declares a name.
enum Declared {
    /// By `let`, `var`, `function` or `class`: assignable.
    Variable,
    /// By `const`, with the place of the keyword.
    Constant(Span),
    /// By an import from the module of this specifier.
    Import(String),
}

/// Collects the variables that a module exports.
pub(super) fn bindings(module: &Module) -> ExportBindings {
    let declared = declarations(module);
    let mut exports = ExportBindings::default();
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
            ModuleDecl::ExportNamed(export) if export.type_only => {}
            ModuleDecl::ExportNamed(export) => match &export.src {
                Some(source) => forward(&mut exports, export, source),
                None => {
                    for specifier in &export.specifiers {
                        if let ExportSpecifier::Named(named) = specifier {
                            add_listed(&mut exports, &declared, named);
                        }
                    }
                }
            },
            ModuleDecl::ExportAll(export) if !export.type_only => {
                let specifier = text(&export.src);
                add_source(&mut exports, &specifier);
                exports.stars.push(specifier);
            }
            ModuleDecl::ExportDefaultDecl(export) => {
                let start = offset_of(export.span.lo);
                match &export.decl {
                    DefaultDecl::Class(class) => match &class.ident {
                        Some(name) => add(&mut exports, &declared, "default", &name.sym),
                        // Decorators, which no browser runs, may stand in front of all of it.
                        None if class.class.decorators.is_empty() => {
                            exports.anonymous_default =
                                Some(expression(start, span_of(&class.class)))
                        }
                        None => {}
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
    let mut exported_as: HashMap<String, Vec<String>> = HashMap::new();
    for variable in &exports.variables {
        let is_constant = matches!(declared.get(&variable.local), Some(Declared::Constant(_)));
        if !is_constant {
            let names = exported_as.entry(variable.local.clone()).or_default();
            names.push(variable.exported.clone());
        }
    }
    exports.writes = writes(module, &exported_as);
    exports
}

/// `export { x as y } from …`, `export * as ns from …`.
fn forward(exports: &mut ExportBindings, export: &NamedExport, source: &Str) {
    let before = exports.forwarded.len();
    let from = text(source);
    for specifier in &export.specifiers {
        let (exported, source) = match specifier {
            ExportSpecifier::Named(named) if !named.is_type_only => (
                exported_name(named),
                ForwardedSource::Named(span_of(&named.orig)),
            ),
            ExportSpecifier::Namespace(all) => (export_name(&all.name), ForwardedSource::Namespace),
            _ => continue,
        };
        exports.forwarded.push(ForwardedExport {
            exported,
            span: span_of(specifier),
            source,
            from: from.clone(),
        });
    }
    if exports.forwarded.len() > before {
        let start = offset_of(export.span.lo);
        let keyword = Span {
            start,
            end: start + "export".len(),
        };
        add_source(exports, &from);
        exports.forwards.push(Forwarding { keyword, from });
    }
}

fn add_listed(
    exports: &mut ExportBindings,
    declared: &HashMap<String, Declared>,
    named: &ExportNamedSpecifier,
) {
    if named.is_type_only {
        return;
    }
    let local = export_name(&named.orig);
    if let Some(Declared::Import(specifier)) = declared.get(&local) {
        exports.forwarded.push(ForwardedExport {
            exported: exported_name(named),
            span: span_of(named),
            source: ForwardedSource::Imported(local),
            from: specifier.clone(),
        });
        add_source(exports, specifier);
    } else {
        add(exports, declared, &exported_name(named), &local);
    }
}

fn exported_name(named: &ExportNamedSpecifier) -> String {
    export_name(named.exported.as_ref().unwrap_or(&named.orig))
}

fn add_source(exports: &mut ExportBindings, specifier: &str) {
    if !exports
        .forwarded_from
        .iter()
        .any(|known| known == specifier)
    {
        exports.forwarded_from.push(specifier.to_owned());
    }
}

fn expression(export: usize, value: Span) -> AnonymousDefault {
    AnonymousDefault::Expression { export, value }
}

fn add(
    exports: &mut ExportBindings,
    declared: &HashMap<String, Declared>,
    exported: &str,
    local: &str,
) {
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
            ModuleItem::Stmt(statement) => declare_all(&mut declared, statement),
            ModuleItem::ModuleDecl(ModuleDecl::Import(import)) if !import.type_only => {
                declare_imports(&mut declared, import);
            }
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

/// A statement of the top level. A `var` further down in it is the top level's too.
fn declare_all(declared: &mut HashMap<String, Declared>, statement: &Stmt) {
    match statement {
        Stmt::Decl(declaration) => declare(declared, declaration),
        other => hoisted_vars(other, &mut |name| {
            declared.insert(name.to_owned(), Declared::Variable);
        }),
    }
}

/// Calls `found` with each name that a `var` inside a statement declares, functions left out.
fn hoisted_vars(statement: &Stmt, found: &mut dyn FnMut(&str)) {
    struct Vars<'a>(&'a mut dyn FnMut(&str));
    impl Visit for Vars<'_> {
        fn visit_var_decl(&mut self, variables: &VarDecl) {
            if variables.kind == VarDeclKind::Var {
                for declarator in &variables.decls {
                    bound_names(&declarator.name, self.0);
                }
            }
        }
        // No expression declares anything for the statement around it.
        fn visit_expr(&mut self, _: &Expr) {}
        fn visit_function(&mut self, _: &Function) {}
        fn visit_class(&mut self, _: &Class) {}
    }
    statement.visit_with(&mut Vars(found));
}

fn declare_imports(declared: &mut HashMap<String, Declared>, import: &ImportDecl) {
    for specifier in &import.specifiers {
        let local = match specifier {
            ImportSpecifier::Named(named) if named.is_type_only => continue,
            ImportSpecifier::Named(named) => &named.local,
            ImportSpecifier::Default(default) => &default.local,
            ImportSpecifier::Namespace(namespace) => &namespace.local,
        };
        let source = Declared::Import(text(&import.src));
        declared.insert(local.sym.to_string(), source);
    }
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
