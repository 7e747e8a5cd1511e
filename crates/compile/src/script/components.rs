//! Components that swc's pass for refreshing leaves out, and the lines of exports, for what is said of them.

use swc_core::common::{DUMMY_SP, SourceMap, Spanned};
use swc_core::ecma::ast::{
    CallExpr, Callee, Class, Decl, DefaultDecl, ExportDecl, ExportSpecifier, Expr, ExprStmt, Ident,
    MemberExpr, MemberProp, Module, ModuleDecl, ModuleExportName, ModuleItem, Pass, Pat, Program,
    Stmt, VarDecl,
};
use swc_core::ecma::utils::{ExprFactory, find_pat_ids, quote_ident, quote_str};
use swc_core::ecma::visit::{Visit, VisitWith};

/// The function that registers a component. It returns the component, and can stand within an expression.
const REGISTER: &str = "$RefreshReg$";

/// Registers functions that are handed to others, as in `const Row = memo(() => …)`, and classes.
///
/// The pass of swc registers the outer component alone where JSX uses it in the same module.
pub struct RegisterMore;

impl Pass for RegisterMore {
    fn process(&mut self, program: &mut Program) {
        if let Program::Module(module) = program {
            register_in(module);
        }
    }
}

fn register_in(module: &mut Module) {
    let mut classes = Vec::new();
    for item in &mut module.body {
        match item {
            ModuleItem::Stmt(Stmt::Decl(declared))
            | ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(ExportDecl {
                decl: declared, ..
            })) => match declared {
                Decl::Var(variables) => register_within(variables),
                Decl::Class(one) if is_component(&one.class) => classes.push(one.ident.clone()),
                _ => {}
            },
            ModuleItem::ModuleDecl(ModuleDecl::ExportDefaultDecl(declared)) => {
                if let DefaultDecl::Class(one) = &declared.decl
                    && is_component(&one.class)
                {
                    classes.extend(one.ident.clone());
                }
            }
            _ => {}
        }
    }
    let registered = classes.into_iter().map(|ident| {
        let name = ident.sym.to_string();
        let expr = Box::new(registering(Box::new(Expr::Ident(ident)), &name));
        let span = DUMMY_SP;
        ModuleItem::Stmt(Stmt::Expr(ExprStmt { span, expr }))
    });
    module.body.extend(registered);
}

fn register_within(variables: &mut VarDecl) {
    for variable in &mut variables.decls {
        if let (Pat::Ident(name), Some(init)) = (&variable.name, &mut variable.init)
            && name.sym.starts_with(|first: char| first.is_uppercase())
            && let Expr::Call(call) = &mut **init
        {
            register_argument(call, &name.sym);
        }
    }
}

/// Registers the function that is the first argument of a call, or of a call within it.
fn register_argument(call: &mut CallExpr, name: &str) {
    let callee = match &call.callee {
        Callee::Expr(callee) => match &**callee {
            Expr::Ident(callee) => callee.sym.to_string(),
            Expr::Member(MemberExpr {
                prop: MemberProp::Ident(callee),
                ..
            }) => callee.sym.to_string(),
            _ => return,
        },
        _ => return,
    };
    let Some(first) = call.args.first_mut() else {
        return;
    };
    let name = format!("{name}${callee}");
    match &mut *first.expr {
        Expr::Call(inner) => register_argument(inner, &name),
        Expr::Fn(_) | Expr::Arrow(_) => {
            let function = std::mem::take(&mut first.expr);
            *first.expr = registering(function, &name);
        }
        _ => {}
    }
}

fn registering(component: Box<Expr>, name: &str) -> Expr {
    Expr::Call(CallExpr {
        callee: quote_ident!(REGISTER).as_callee(),
        args: vec![component.as_arg(), quote_str!(name).as_arg()],
        ..Default::default()
    })
}

/// Whether there are classes that are components.
pub fn has_component_classes(program: &Program) -> bool {
    struct Search(bool);
    impl Visit for Search {
        fn visit_class(&mut self, class: &Class) {
            self.0 |= is_component(class);
        }
    }
    let mut search = Search(false);
    program.visit_with(&mut search);
    search.0
}

fn is_component(class: &Class) -> bool {
    let name = match class.super_class.as_deref() {
        Some(Expr::Ident(name)) => &name.sym,
        Some(Expr::Member(MemberExpr {
            prop: MemberProp::Ident(name),
            ..
        })) => &name.sym,
        _ => return false,
    };
    name.ends_with("Component")
}

/// The names that a module exports, and the line of each.
pub fn exports_of(program: &Program, files: &SourceMap) -> Vec<(String, usize)> {
    let Program::Module(Module { body, .. }) = program else {
        return Vec::new();
    };
    let mut found: Vec<(String, usize)> = Vec::new();
    let mut add = |name: &str, place: &dyn Spanned| {
        let line = files.lookup_char_pos(place.span_lo()).line;
        found.push((name.to_owned(), line));
    };
    for item in body {
        let ModuleItem::ModuleDecl(declared) = item else {
            continue;
        };
        match declared {
            ModuleDecl::ExportDecl(one) => match &one.decl {
                Decl::Class(class) => add(&class.ident.sym, &class.ident),
                Decl::Fn(function) => add(&function.ident.sym, &function.ident),
                Decl::TsEnum(one) => add(&one.id.sym, &one.id),
                Decl::Var(variables) => {
                    for variable in &variables.decls {
                        for ident in find_pat_ids::<_, Ident>(&variable.name) {
                            add(&ident.sym, &ident);
                        }
                    }
                }
                _ => {}
            },
            ModuleDecl::ExportNamed(one) => {
                for specifier in &one.specifiers {
                    if let ExportSpecifier::Named(named) = specifier
                        && let ModuleExportName::Ident(name) =
                            named.exported.as_ref().unwrap_or(&named.orig)
                    {
                        add(&name.sym, name);
                    }
                }
            }
            ModuleDecl::ExportDefaultDecl(one) => add("default", one),
            ModuleDecl::ExportDefaultExpr(one) => add("default", one),
            _ => {}
        }
    }
    found
}
