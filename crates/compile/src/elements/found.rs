//! What is looked for in a module's syntax tree.

use std::collections::{BTreeSet, HashSet};

use swc_core::common::BytePos;
use swc_core::ecma::ast::{
    ArrowExpr, AutoAccessor, CallExpr, Callee, Class, ClassDecl, ClassExpr, ClassMember,
    ClassMethod, ClassProp, Constructor, Decl, DefaultDecl, ExportSpecifier, Expr, Function,
    GetterProp, Ident, ImportDecl, ImportSpecifier, Key, Lit, MemberExpr, MemberProp, MethodProp,
    Module, ModuleDecl, ModuleExportName, ModuleItem, ObjectLit, Pat, PrivateMethod, PrivateProp,
    Prop, PropName, PropOrSpread, SetterProp, Stmt, TaggedTpl, TsExprWithTypeArgs, TsModuleDecl,
    VarDeclarator,
};
use swc_core::ecma::visit::{Visit, VisitWith};

use super::{Definer, Definers};

/// From places in what was parsed to byte offsets of the source.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Bytes of the source before what was parsed.
    pub shift: usize,
}

impl Place {
    fn of(self, position: BytePos) -> usize {
        (position.0 as usize).saturating_sub(1) + self.shift
    }
}

/// A field of instances that only the class reaches: a private one, or that of an accessor that the class declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// With its `#`.
    pub name: String,
    pub is_private: bool,
}

/// A tag of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    pub start: usize,
    pub end: usize,
    /// The template's own text.
    pub text: String,
}

/// What the module's top level says of names.
#[derive(Debug, Default)]
pub struct Scope {
    /// Local names of imports.
    imported: HashSet<String>,
    /// Those of them that are namespaces.
    namespaces: HashSet<String>,
    /// Local names of template tags whose results Lit renders.
    tags: HashSet<String>,
    decorators: HashSet<String>,
    functions: HashSet<String>,
    base_classes: HashSet<String>,
    /// Names of `customElements`.
    registries: HashSet<String>,
    /// Classes of the module that extend something.
    classes: HashSet<String>,
    /// Variables that others may have got, in source order.
    pub own: Vec<String>,
}

impl Scope {
    pub fn of(module: &Module, definers: &Definers) -> Self {
        let mut scope = Self::default();
        let named = |some: &[Definer]| {
            let free = some.iter().filter(|definer| definer.from.is_empty());
            free.map(|definer| definer.name.clone()).collect()
        };
        scope.decorators = named(&definers.decorators);
        scope.decorators.insert("customElement".to_owned());
        scope.functions = named(&definers.functions);
        scope.base_classes = named(&definers.base_classes);
        scope.registries.insert("customElements".to_owned());
        for item in &module.body {
            match item {
                ModuleItem::ModuleDecl(ModuleDecl::Import(import)) => {
                    scope.import(import, definers);
                }
                ModuleItem::ModuleDecl(decl) => scope.export(decl),
                ModuleItem::Stmt(Stmt::Decl(decl)) => scope.declare(decl),
                ModuleItem::Stmt(_) => {}
            }
        }
        let mut seen = HashSet::new();
        scope.own.retain(|name| seen.insert(name.clone()));
        scope
    }

    fn import(&mut self, import: &ImportDecl, definers: &Definers) {
        if import.type_only {
            return;
        }
        let specifier = import.src.value.to_string_lossy();
        for one in &import.specifiers {
            let (local, imported) = match one {
                ImportSpecifier::Named(named) if named.is_type_only => continue,
                ImportSpecifier::Named(named) => {
                    let imported = match &named.imported {
                        Some(ModuleExportName::Ident(name)) => name.sym.to_string(),
                        Some(ModuleExportName::Str(name)) => name.value.to_string_lossy().into(),
                        None => named.local.sym.to_string(),
                    };
                    (&named.local, imported)
                }
                ImportSpecifier::Default(default) => (&default.local, "default".to_owned()),
                ImportSpecifier::Namespace(namespace) => {
                    self.namespaces.insert(namespace.local.sym.to_string());
                    continue;
                }
            };
            let local = local.sym.to_string();
            let is = |some: &[Definer]| {
                some.iter().any(|definer| {
                    definer.name == imported && definer.from.iter().any(|from| *from == *specifier)
                })
            };
            if is(&definers.decorators) || imported == "customElement" {
                self.decorators.insert(local.clone());
            }
            if is(&definers.functions) {
                self.functions.insert(local.clone());
            }
            if is(&definers.base_classes) {
                self.base_classes.insert(local.clone());
            }
            if is_lit(&specifier) && matches!(imported.as_str(), "html" | "svg" | "mathml") {
                self.tags.insert(local.clone());
            }
            self.imported.insert(local);
        }
    }

    fn export(&mut self, decl: &ModuleDecl) {
        match decl {
            ModuleDecl::ExportDecl(export) => self.declare(&export.decl),
            ModuleDecl::ExportDefaultDecl(export) => match &export.decl {
                DefaultDecl::Class(ClassExpr {
                    ident: Some(name),
                    class,
                }) => self.class(name, class),
                DefaultDecl::Fn(function) => {
                    self.own
                        .extend(function.ident.iter().map(|name| name.sym.to_string()));
                }
                _ => {}
            },
            ModuleDecl::ExportDefaultExpr(export) => {
                if let Expr::Ident(name) = &*export.expr {
                    self.own.push(name.sym.to_string());
                }
            }
            ModuleDecl::ExportNamed(export) if export.src.is_none() && !export.type_only => {
                for one in &export.specifiers {
                    // An imported name is another module's, and may be a type.
                    if let ExportSpecifier::Named(named) = one
                        && let ModuleExportName::Ident(name) = &named.orig
                        && !named.is_type_only
                        && !self.imported.contains(&*name.sym)
                    {
                        self.own.push(name.sym.to_string());
                    }
                }
            }
            _ => {}
        }
    }

    fn declare(&mut self, decl: &Decl) {
        match decl {
            Decl::Class(ClassDecl {
                ident,
                class,
                declare: false,
            }) => self.class(ident, class),
            Decl::Fn(function) if function.function.body.is_some() => {
                self.own.push(function.ident.sym.to_string());
            }
            Decl::Var(var) if !var.declare => {
                for one in &var.decls {
                    let Pat::Ident(name) = &one.name else {
                        continue;
                    };
                    let name = name.sym.to_string();
                    match one.init.as_deref() {
                        Some(Expr::Class(class)) if class.class.super_class.is_some() => {
                            self.classes.insert(name.clone());
                        }
                        Some(init) if self.is_registry(init) => {
                            self.registries.insert(name.clone());
                        }
                        _ => {}
                    }
                    self.own.push(name);
                }
            }
            _ => {}
        }
    }

    fn class(&mut self, name: &Ident, class: &Class) {
        if class.super_class.is_some() {
            self.classes.insert(name.sym.to_string());
        }
        self.own.push(name.sym.to_string());
    }

    /// Whether an expression is `customElements`, by any way to write it.
    fn is_registry(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Ident(name) => self.registries.contains(&*name.sym),
            Expr::Member(member) => is_named(&member.prop, "customElements"),
            Expr::Paren(paren) => self.is_registry(&paren.expr),
            _ => false,
        }
    }

    /// Whether a call defines an element.
    fn defines(&self, call: &CallExpr) -> bool {
        let Callee::Expr(callee) = &call.callee else {
            return false;
        };
        match &**callee {
            Expr::Ident(name) => self.functions.contains(&*name.sym),
            Expr::Member(member) if is_named(&member.prop, "define") => {
                let is_class =
                    matches!(&*member.obj, Expr::Ident(name) if self.classes.contains(&*name.sym));
                self.is_registry(&member.obj)
                    || (is_class && call.args.len() == 1)
                    || call.args.iter().any(|arg| names_an_element(&arg.expr))
            }
            _ => false,
        }
    }

    fn is_definer(&self, expr: &Expr, among: &HashSet<String>) -> bool {
        match expr {
            Expr::Ident(name) => among.contains(&*name.sym),
            Expr::Call(CallExpr {
                callee: Callee::Expr(callee),
                ..
            }) => self.is_definer(callee, among),
            _ => false,
        }
    }

    /// Whether a class is what definers say: by a decorator, or by what it extends, mixins looked through.
    fn is_element(&self, class: &Class) -> bool {
        let decorated = class
            .decorators
            .iter()
            .any(|decorator| self.is_definer(&decorator.expr, &self.decorators));
        let mut base = class.super_class.as_deref();
        while let Some(Expr::Call(call)) = base {
            base = call.args.first().map(|arg| &*arg.expr);
        }
        let extends =
            matches!(base, Some(Expr::Ident(name)) if self.base_classes.contains(&*name.sym));
        decorated || extends
    }
}

/// Packages whose templates are Lit's.
fn is_lit(specifier: &str) -> bool {
    let package = specifier.split('/').next().unwrap_or_default();
    matches!(
        package,
        "lit" | "lit-html" | "lit-element" | "haunted" | "@lit"
    )
}

fn is_named(prop: &MemberProp, expected: &str) -> bool {
    matches!(prop, MemberProp::Ident(name) if name.sym == expected)
}

/// Whether an argument is the name of a custom element, or an object with one.
fn names_an_element(expr: &Expr) -> bool {
    match expr {
        Expr::Lit(Lit::Str(text)) => text.value.to_string_lossy().contains('-'),
        Expr::Object(ObjectLit { props, .. }) => props.iter().any(|prop| {
            let PropOrSpread::Prop(prop) = prop else {
                return false;
            };
            matches!(&**prop, Prop::KeyValue(pair) if is_name(&pair.key) && names_an_element(&pair.value))
        }),
        _ => false,
    }
}

fn is_name(key: &PropName) -> bool {
    matches!(key, PropName::Ident(name) if name.sym == "name")
}

/// What there is to edit.
pub struct Found<'a> {
    scope: &'a Scope,
    place: Place,
    pub defines: bool,
    /// By the place of the class's closing brace.
    pub fields: Vec<(usize, Vec<Field>)>,
    pub tags: Vec<Tag>,
}

impl<'a> Found<'a> {
    pub fn new(scope: &'a Scope, place: Place) -> Self {
        Self {
            scope,
            place,
            defines: false,
            fields: Vec::new(),
            tags: Vec::new(),
        }
    }
}

impl Visit for Found<'_> {
    /// A declaration (`declare`) is not code.
    fn visit_ts_module_decl(&mut self, decl: &TsModuleDecl) {
        if !decl.declare {
            decl.visit_children_with(self);
        }
    }

    fn visit_class_decl(&mut self, decl: &ClassDecl) {
        if !decl.declare {
            decl.visit_children_with(self);
        }
    }

    fn visit_class(&mut self, class: &Class) {
        self.defines |= self.scope.is_element(class);
        let fields: Vec<Field> = class.body.iter().filter_map(field_of).collect();
        if !fields.is_empty() {
            let end = self.place.of(class.span.hi).saturating_sub(1);
            self.fields.push((end, fields));
        }
        class.visit_children_with(self);
    }

    fn visit_call_expr(&mut self, call: &CallExpr) {
        self.defines |= self.scope.defines(call);
        call.visit_children_with(self);
    }

    fn visit_tagged_tpl(&mut self, template: &TaggedTpl) {
        if let Expr::Ident(tag) = &*template.tag
            && self.scope.tags.contains(&*tag.sym)
        {
            let texts: Vec<&str> = template
                .tpl
                .quasis
                .iter()
                .map(|quasi| &*quasi.raw)
                .collect();
            self.tags.push(Tag {
                start: self.place.of(tag.span.lo),
                end: self.place.of(tag.span.hi),
                text: texts.join("\0"),
            });
        }
        template.visit_children_with(self);
    }
}

fn field_of(member: &ClassMember) -> Option<Field> {
    let private = |name: &str| Field {
        name: format!("#{name}"),
        is_private: true,
    };
    match member {
        ClassMember::PrivateProp(field) if !field.is_static => Some(private(&field.key.name)),
        ClassMember::AutoAccessor(accessor) if !accessor.is_static && !accessor.is_abstract => {
            match &accessor.key {
                Key::Private(name) => Some(private(&name.name)),
                Key::Public(PropName::Ident(name)) => Some(Field {
                    name: name.sym.to_string(),
                    is_private: false,
                }),
                Key::Public(_) => None,
            }
        }
        _ => None,
    }
}

/// The imports that the module reads while it runs, and not only in functions. A change of one of them runs the module
/// again.
pub struct Eager<'a> {
    scope: &'a Scope,
    /// As expressions.
    pub used: BTreeSet<String>,
}

impl<'a> Eager<'a> {
    pub fn new(scope: &'a Scope) -> Self {
        Self {
            scope,
            used: BTreeSet::new(),
        }
    }

    fn read(&mut self, name: &Ident) {
        if self.scope.imported.contains(&*name.sym) {
            self.used.insert(name.sym.to_string());
        }
    }
}

impl Visit for Eager<'_> {
    fn visit_expr(&mut self, expr: &Expr) {
        if let Expr::Ident(name) = expr {
            self.read(name);
        }
        expr.visit_children_with(self);
    }

    fn visit_prop(&mut self, prop: &Prop) {
        if let Prop::Shorthand(name) = prop {
            self.read(name);
        }
        prop.visit_children_with(self);
    }

    fn visit_member_expr(&mut self, member: &MemberExpr) {
        if let (Expr::Ident(object), MemberProp::Ident(name)) = (&*member.obj, &member.prop)
            && self.scope.namespaces.contains(&*object.sym)
        {
            self.used.insert(format!("{}.{}", object.sym, name.sym));
        }
        member.visit_children_with(self);
    }

    fn visit_ts_module_decl(&mut self, _: &TsModuleDecl) {}
    /// The interfaces that a class implements are types.
    fn visit_ts_expr_with_type_args(&mut self, _: &TsExprWithTypeArgs) {}
    fn visit_class_decl(&mut self, decl: &ClassDecl) {
        if !decl.declare {
            decl.visit_children_with(self);
        }
    }
    fn visit_function(&mut self, function: &Function) {
        function.decorators.visit_with(self);
    }
    fn visit_arrow_expr(&mut self, _: &ArrowExpr) {}
    fn visit_constructor(&mut self, _: &Constructor) {}
    fn visit_getter_prop(&mut self, getter: &GetterProp) {
        getter.key.visit_with(self);
    }
    fn visit_setter_prop(&mut self, setter: &SetterProp) {
        setter.key.visit_with(self);
    }
    fn visit_method_prop(&mut self, method: &MethodProp) {
        method.key.visit_with(self);
    }
    fn visit_class_method(&mut self, method: &ClassMethod) {
        method.key.visit_with(self);
        method.function.visit_with(self);
    }
    fn visit_private_method(&mut self, method: &PrivateMethod) {
        method.function.visit_with(self);
    }
    fn visit_class_prop(&mut self, field: &ClassProp) {
        field.key.visit_with(self);
        field.decorators.visit_with(self);
        if field.is_static {
            field.value.visit_with(self);
        }
    }
    fn visit_private_prop(&mut self, field: &PrivateProp) {
        if field.is_static {
            field.value.visit_with(self);
        }
    }
    fn visit_auto_accessor(&mut self, accessor: &AutoAccessor) {
        accessor.decorators.visit_with(self);
        if accessor.is_static {
            accessor.value.visit_with(self);
        }
    }
    fn visit_var_declarator(&mut self, declarator: &VarDeclarator) {
        declarator.init.visit_with(self);
    }
}
