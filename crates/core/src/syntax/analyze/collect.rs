//! The declarations at a module's top level: imports, exports and literals.
//!
//! Knows one declaration at a time. Must not know scopes.

use swc_core::ecma::ast::{
    Decl, DefaultDecl, ExportSpecifier, Expr, ExprOrSpread, ImportSpecifier, Lit, Module,
    ModuleDecl, ModuleExportName, ModuleItem, ObjectLit, ObjectPatProp, Pat, Prop, PropName,
    PropOrSpread, Str,
};

use super::{DynamicImport, Import, ModuleRecord, Span, span_of};

/// Adds what `declaration` imports and exports to `record`.
pub(super) fn declaration(record: &mut ModuleRecord, declaration: &ModuleDecl) {
    match declaration {
        ModuleDecl::Import(import) if !import.type_only => {
            let names = import.specifiers.iter().filter_map(used_name).collect();
            record
                .imports
                .push(import_of(&import.src, import.with.as_deref(), names));
        }
        ModuleDecl::ExportAll(export) if !export.type_only => {
            record.reexports_all = true;
            let names = vec!["*".to_owned()];
            record
                .imports
                .push(import_of(&export.src, export.with.as_deref(), names));
        }
        ModuleDecl::ExportNamed(export) if !export.type_only => {
            let names: Vec<(String, String)> = export
                .specifiers
                .iter()
                .filter_map(exported_names)
                .collect();
            for (_, exported) in &names {
                add_export(record, exported.clone());
            }
            if let Some(source) = &export.src {
                let names = names.into_iter().map(|(original, _)| original).collect();
                record
                    .imports
                    .push(import_of(source, export.with.as_deref(), names));
            }
        }
        ModuleDecl::ExportDecl(export) => {
            declared_names(&export.decl, &mut |name| {
                add_export(record, name.to_owned());
            });
        }
        ModuleDecl::ExportDefaultDecl(export)
            if !matches!(export.decl, DefaultDecl::TsInterfaceDecl(_)) =>
        {
            add_export(record, "default".to_owned());
        }
        ModuleDecl::ExportDefaultExpr(_) => add_export(record, "default".to_owned()),
        _ => {}
    }
}

/// The specifiers of what a module imports as data.
pub(super) fn data_imports(record: &ModuleRecord) -> Vec<String> {
    let is_data = |kind: &Option<String>| kind.as_ref().is_some_and(|kind| kind != "css");
    let statics = record.imports.iter();
    let statics = statics.filter(|import| is_data(&import.attribute_type));
    let dynamics = record.dynamic_imports.iter();
    let dynamics = dynamics.filter(|import| is_data(&import.attribute_type));
    statics
        .map(|import| import.specifier.clone())
        .chain(dynamics.filter_map(|import| Some(import.literal.as_ref()?.0.clone())))
        .collect()
}

/// Whether a module is nothing but imports, and exports of what it imports.
pub(super) fn is_barrel(module: &Module) -> bool {
    let passes_on = |item: &ModuleItem| {
        matches!(
            item,
            ModuleItem::ModuleDecl(
                ModuleDecl::Import(_) | ModuleDecl::ExportAll(_) | ModuleDecl::ExportNamed(_)
            )
        )
    };
    let exports =
        |item: &ModuleItem| !matches!(item, ModuleItem::ModuleDecl(ModuleDecl::Import(_)));
    module.body.iter().all(passes_on) && module.body.iter().any(exports)
}

fn add_export(record: &mut ModuleRecord, name: String) {
    record.has_default_export |= name == "default";
    record.exports.push(name.into());
}

fn import_of(source: &Str, with: Option<&ObjectLit>, names: Vec<String>) -> Import {
    let attribute_type = with.and_then(|with| text_property(with, "type"));
    Import {
        specifier: text(source),
        span: span_of(source),
        attribute_type,
        names,
    }
}

fn used_name(specifier: &ImportSpecifier) -> Option<String> {
    match specifier {
        ImportSpecifier::Named(named) if named.is_type_only => None,
        _ => Some(imported_name(specifier).unwrap_or_else(|| "*".to_owned())),
    }
}

/// What an import's name is called in the other module; `None` for the whole namespace.
pub(super) fn imported_name(specifier: &ImportSpecifier) -> Option<String> {
    match specifier {
        ImportSpecifier::Named(named) => Some(match &named.imported {
            Some(imported) => export_name(imported),
            None => named.local.sym.to_string(),
        }),
        ImportSpecifier::Default(_) => Some("default".to_owned()),
        ImportSpecifier::Namespace(_) => None,
    }
}

/// The name in the other module, or here, and the name it is exported by.
fn exported_names(specifier: &ExportSpecifier) -> Option<(String, String)> {
    match specifier {
        ExportSpecifier::Named(named) if named.is_type_only => None,
        ExportSpecifier::Named(named) => {
            let original = export_name(&named.orig);
            let exported = named
                .exported
                .as_ref()
                .map_or_else(|| original.clone(), export_name);
            Some((original, exported))
        }
        ExportSpecifier::Namespace(namespace) => {
            Some(("*".to_owned(), export_name(&namespace.name)))
        }
        ExportSpecifier::Default(default) => {
            Some(("default".to_owned(), default.exported.sym.to_string()))
        }
    }
}

pub(super) fn export_name(name: &ModuleExportName) -> String {
    name.atom().to_string()
}

/// Calls `found` with each name that a declaration has at run time.
pub(super) fn declared_names(declaration: &Decl, found: &mut dyn FnMut(&str)) {
    match declaration {
        Decl::Class(class) if !class.declare => found(&class.ident.sym),
        Decl::Fn(function) if !function.declare && function.function.body.is_some() => {
            found(&function.ident.sym);
        }
        Decl::Var(variables) if !variables.declare => {
            for declarator in &variables.decls {
                bound_names(&declarator.name, found);
            }
        }
        Decl::TsEnum(item) if !item.declare => found(&item.id.sym),
        Decl::TsModule(module) if !module.declare => {
            if let Some(name) = module.id.as_ident() {
                found(&name.sym);
            }
        }
        _ => {}
    }
}

/// Calls `found` with each name that a pattern binds.
pub(super) fn bound_names(pattern: &Pat, found: &mut dyn FnMut(&str)) {
    match pattern {
        Pat::Ident(name) => found(&name.id.sym),
        Pat::Array(array) => {
            array
                .elems
                .iter()
                .flatten()
                .for_each(|element| bound_names(element, found));
        }
        Pat::Object(object) => {
            for property in &object.props {
                match property {
                    ObjectPatProp::KeyValue(pair) => bound_names(&pair.value, found),
                    ObjectPatProp::Assign(name) => found(&name.key.id.sym),
                    ObjectPatProp::Rest(rest) => bound_names(&rest.arg, found),
                }
            }
        }
        Pat::Assign(with_default) => bound_names(&with_default.left, found),
        Pat::Rest(rest) => bound_names(&rest.arg, found),
        Pat::Expr(_) | Pat::Invalid(_) => {}
    }
}

/// An `import(…)` by its arguments; `None` for what no engine takes: none, or a spread.
pub(super) fn dynamic_import(arguments: &[ExprOrSpread]) -> Option<DynamicImport> {
    let first = arguments.first().filter(|first| first.spread.is_none())?;
    let first = &first.expr;
    let options = arguments
        .get(1)
        .and_then(|options| options.expr.as_object());
    let attribute_type = options
        .and_then(|options| {
            let attributes = property(options, "with").or_else(|| property(options, "assert"))?;
            attributes.as_object()
        })
        .and_then(|attributes| text_property(attributes, "type"));
    Some(DynamicImport {
        argument: span_of(first),
        literal: literal(first),
        attribute_type,
        has_options: arguments.len() > 1,
    })
}

/// The decoded value and place of a string literal or a template without substitutions.
pub(super) fn literal(expression: &Expr) -> Option<(String, Span)> {
    match strip(expression) {
        Expr::Lit(Lit::Str(string)) => Some((text(string), span_of(string))),
        Expr::Tpl(template) if template.exprs.is_empty() => {
            let value = template.quasis.first()?.cooked.as_ref()?;
            Some((value.to_string_lossy().into_owned(), span_of(template)))
        }
        _ => None,
    }
}

/// An expression without the parentheses and type annotations around it.
pub(super) fn strip(mut expression: &Expr) -> &Expr {
    loop {
        expression = match expression {
            Expr::Paren(inner) => &inner.expr,
            Expr::TsAs(inner) => &inner.expr,
            Expr::TsNonNull(inner) => &inner.expr,
            Expr::TsSatisfies(inner) => &inner.expr,
            Expr::TsConstAssertion(inner) => &inner.expr,
            Expr::TsTypeAssertion(inner) => &inner.expr,
            Expr::TsInstantiation(inner) => &inner.expr,
            _ => return expression,
        }
    }
}

/// The value of a property that an object literal spells out.
pub(super) fn property<'a>(object: &'a ObjectLit, name: &str) -> Option<&'a Expr> {
    object.props.iter().find_map(|property| match property {
        PropOrSpread::Prop(property) => match &**property {
            Prop::KeyValue(pair) if key_name(&pair.key).as_deref() == Some(name) => {
                Some(strip(&pair.value))
            }
            _ => None,
        },
        PropOrSpread::Spread(_) => None,
    })
}

fn text_property(object: &ObjectLit, name: &str) -> Option<String> {
    property(object, name)
        .and_then(literal)
        .map(|(value, _)| value)
}

/// The name of a property as far as it is spelled out.
pub(super) fn key_name(key: &PropName) -> Option<String> {
    match key {
        PropName::Ident(name) => Some(name.sym.to_string()),
        PropName::Str(string) => Some(text(string)),
        PropName::Computed(computed) => literal(&computed.expr).map(|(value, _)| value),
        PropName::Num(_) | PropName::BigInt(_) => None,
    }
}

pub(super) fn text(string: &Str) -> String {
    string.value.to_string_lossy().into_owned()
}
