//! Early errors that the parser does not report: code that no browser runs, though its grammar is right.
//!
//! The rules are the ["Static Semantics: Early Errors"](https://tc39.es/ecma262/) of modules, which are strict.
//! Patterns of regular expressions and escapes in contextual keywords are left to the browser.
//!
//! Knows the statements of a module's top level. The rest of the code is the folder's.

mod classes;
mod code;
mod names;

use std::collections::HashSet;

use swc_core::atoms::Atom;
use swc_core::common::{BytePos, Spanned};
use swc_core::ecma::ast::{
    Decl, ExportSpecifier, Expr, Ident, ImportDecl, ImportSpecifier, Lit, Module, ModuleDecl,
    ModuleExportName, ModuleItem, NamedExport, ObjectLit, PropName, PropOrSpread,
};
use swc_core::ecma::visit::VisitWith;

use super::collect::key_name;
use super::{SyntaxError, scopes};
use code::Code;

/// The first early error of a module.
pub(super) fn early_error(source: &str, module: &Module) -> Option<SyntaxError> {
    let mut code = Code::new(source);
    let declared = declared(module);
    code.in_scope(&declared, |code| {
        for item in &module.body {
            match item {
                ModuleItem::Stmt(statement) => statement.visit_with(code),
                ModuleItem::ModuleDecl(declaration) => {
                    statement(code, declaration);
                    declaration.visit_with(code);
                }
            }
        }
    });
    exports(&mut code, module, &declared);
    code.first
}

/// The names that the top level declares, `var`s left out.
fn declared(module: &Module) -> Vec<Ident> {
    let mut declared = Vec::new();
    for item in &module.body {
        if let ModuleItem::ModuleDecl(ModuleDecl::Import(import)) = item {
            let names = import.specifiers.iter().map(ImportSpecifier::local);
            declared.extend(names.cloned());
        }
        scopes::in_item(item, &mut |name, _| declared.push(name.clone()));
    }
    declared
}

// -- what is exported --------------------------------------------------------------------------------

/// Checks that each name is exported once, and that it is one.
fn exports(code: &mut Code, module: &Module, declared: &[Ident]) {
    let mut known: HashSet<Atom> = declared.iter().map(|name| name.sym.clone()).collect();
    scopes::vars(module, &mut |name| {
        known.insert(name.sym.clone());
    });
    let mut exported: HashSet<Atom> = HashSet::new();
    let mut export = |code: &mut Code, at: BytePos, name: &Atom| {
        if !exported.insert(name.clone()) {
            code.report(at, || format!("`{name}` is exported twice"));
        }
    };
    for item in &module.body {
        let ModuleItem::ModuleDecl(declaration) = item else {
            continue;
        };
        match declaration {
            ModuleDecl::ExportDecl(one) => match &one.decl {
                Decl::Var(variables) => scopes::declarators(&variables.decls, &mut |name| {
                    export(code, name.span.lo, &name.sym);
                }),
                other => scopes::declared(other, &mut |name, _| {
                    export(code, name.span.lo, &name.sym);
                }),
            },
            ModuleDecl::ExportDefaultDecl(_) | ModuleDecl::ExportDefaultExpr(_) => {
                export(code, declaration.span_lo(), &Atom::from("default"));
            }
            ModuleDecl::ExportNamed(list) => {
                for specifier in &list.specifiers {
                    let name = match specifier {
                        ExportSpecifier::Named(named) => {
                            named.exported.as_ref().unwrap_or(&named.orig)
                        }
                        ExportSpecifier::Namespace(all) => &all.name,
                        ExportSpecifier::Default(_) => continue,
                    };
                    export(code, name.span_lo(), &name.atom());
                }
                undeclared(code, list, &known);
            }
            _ => {}
        }
    }
}

/// Checks that the variables of a list of exports are there.
fn undeclared(code: &mut Code, list: &NamedExport, known: &HashSet<Atom>) {
    if list.src.is_some() {
        return;
    }
    for specifier in &list.specifiers {
        if let ExportSpecifier::Named(named) = specifier
            && let ModuleExportName::Ident(name) = &named.orig
            && !known.contains(&name.sym)
        {
            code.report(name.span.lo, || {
                format!("`{}` is exported, but not declared", name.sym)
            });
        }
    }
}

// -- the statements themselves -----------------------------------------------------------------------

fn statement(code: &mut Code, declaration: &ModuleDecl) {
    match declaration {
        ModuleDecl::Import(import) => {
            imported_names(code, import);
            attributes(code, import.with.as_deref());
            code.ends(import.span);
        }
        ModuleDecl::ExportNamed(export) => {
            for specifier in &export.specifiers {
                match specifier {
                    ExportSpecifier::Named(named) => {
                        well_formed(code, Some(&named.orig));
                        well_formed(code, named.exported.as_ref());
                    }
                    ExportSpecifier::Namespace(all) => well_formed(code, Some(&all.name)),
                    ExportSpecifier::Default(_) => {}
                }
            }
            attributes(code, export.with.as_deref());
            code.ends(export.span);
        }
        ModuleDecl::ExportAll(export) => {
            attributes(code, export.with.as_deref());
            code.ends(export.span);
        }
        _ => {}
    }
}

fn imported_names(code: &mut Code, import: &ImportDecl) {
    for specifier in &import.specifiers {
        code.restricted(specifier.local());
        if let ImportSpecifier::Named(named) = specifier {
            well_formed(code, named.imported.as_ref());
        }
    }
}

/// Checks that a name is text, and not half of a surrogate pair.
fn well_formed(code: &mut Code, name: Option<&ModuleExportName>) {
    if let Some(ModuleExportName::Str(name)) = name
        && name.value.as_atom().is_none()
    {
        code.report(name.span.lo, || {
            "the name has half of a surrogate pair".to_owned()
        });
    }
}

/// Checks import attributes: strings, each key once.
fn attributes(code: &mut Code, with: Option<&ObjectLit>) {
    let mut keys: HashSet<String> = HashSet::new();
    for property in with.iter().flat_map(|with| &with.props) {
        let pair = match property {
            PropOrSpread::Prop(property) => property.as_key_value(),
            PropOrSpread::Spread(_) => None,
        };
        let pair = pair.filter(|pair| {
            matches!(pair.key, PropName::Ident(_) | PropName::Str(_))
                && matches!(&*pair.value, Expr::Lit(Lit::Str(_)))
        });
        let Some(pair) = pair else {
            let at = property.span_lo();
            code.report(at, || {
                "import attributes are pairs of a name and a string".to_owned()
            });
            continue;
        };
        if let Some(key) = key_name(&pair.key)
            && !keys.insert(key.clone())
        {
            code.report(pair.key.span_lo(), || {
                format!("the import attribute `{key}` is there twice")
            });
        }
    }
}
