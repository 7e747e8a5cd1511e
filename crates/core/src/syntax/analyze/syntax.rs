//! Where a module's text is only a module's: what must change for it to run as the body of a function.
//!
//! Knows the grammar. Must not know what the text becomes.

use swc_core::ecma::ast::{
    ArrowExpr, AwaitExpr, Decl, DefaultDecl, ExportSpecifier, ForOfStmt, Function,
    Import as ImportKeyword, ImportPhase, MetaPropExpr, MetaPropKind, Module, ModuleDecl,
    ModuleItem, UsingDecl,
};
use swc_core::ecma::visit::{Visit, VisitWith};

use super::collect::{export_name, imported_name};
use super::{ImportedVariable, ModuleSyntax, Span, offset_of, span_of};

/// Collects the places.
pub(super) fn syntax(module: &Module) -> ModuleSyntax {
    let mut walk = Walk {
        found: ModuleSyntax::default(),
        imports: 0,
        functions: 0,
    };
    for item in &module.body {
        if let ModuleItem::ModuleDecl(declaration) = item {
            walk.declaration(declaration);
        }
    }
    module.visit_with(&mut walk);
    walk.found
}

struct Walk {
    found: ModuleSyntax,
    /// How many imports the record has up to here.
    imports: usize,
    /// How many functions are around the place.
    functions: usize,
}

impl Walk {
    fn declaration(&mut self, declaration: &ModuleDecl) {
        match declaration {
            ModuleDecl::Import(import) if !import.type_only => {
                self.found.needs_module |= import.phase != ImportPhase::Evaluation;
                for specifier in &import.specifiers {
                    let local = specifier.local().sym.to_string();
                    self.bind(Some(local), imported_name(specifier));
                }
                self.found.statements.push(span_of(declaration));
                self.imports += 1;
            }
            ModuleDecl::ExportAll(_) => {
                self.found.stars.push(self.imports);
                self.found.statements.push(span_of(declaration));
                self.imports += 1;
            }
            ModuleDecl::ExportNamed(export) => {
                self.found.statements.push(span_of(declaration));
                if export.src.is_none() {
                    return;
                }
                for specifier in &export.specifiers {
                    match specifier {
                        ExportSpecifier::Named(named) => {
                            self.bind(None, Some(export_name(&named.orig)));
                        }
                        ExportSpecifier::Namespace(_) => self.bind(None, None),
                        ExportSpecifier::Default(_) => self.found.needs_module = true,
                    }
                }
                self.imports += 1;
            }
            ModuleDecl::ExportDecl(export) => {
                if let Decl::Class(class) = &export.decl {
                    self.found.needs_module |= !class.class.decorators.is_empty();
                }
                let start = offset_of(export.span.lo);
                self.keyword(start, start + "export".len());
            }
            ModuleDecl::ExportDefaultDecl(export) => {
                let named = match &export.decl {
                    DefaultDecl::Class(class) if class.ident.is_some() => {
                        self.found.needs_module |= !class.class.decorators.is_empty();
                        span_of(&class.class)
                    }
                    DefaultDecl::Fn(function) if function.ident.is_some() => {
                        span_of(&function.function)
                    }
                    _ => return,
                };
                self.keyword(offset_of(export.span.lo), named.start);
            }
            _ => {}
        }
    }

    fn bind(&mut self, local: Option<String>, exported: Option<String>) {
        self.found.variables.push(ImportedVariable {
            local,
            exported,
            import: self.imports,
        });
    }

    fn keyword(&mut self, start: usize, end: usize) {
        self.found.keywords.push(Span { start, end });
    }

    /// A place where the code waits for a promise.
    fn waits(&mut self) {
        self.found.needs_module |= self.functions == 0;
    }
}

impl Visit for Walk {
    fn visit_meta_prop_expr(&mut self, meta: &MetaPropExpr) {
        if meta.kind == MetaPropKind::ImportMeta {
            self.found.metas.push(span_of(meta));
        }
    }

    fn visit_function(&mut self, function: &Function) {
        self.functions += 1;
        function.visit_children_with(self);
        self.functions -= 1;
    }

    fn visit_arrow_expr(&mut self, function: &ArrowExpr) {
        self.functions += 1;
        function.visit_children_with(self);
        self.functions -= 1;
    }

    fn visit_await_expr(&mut self, wait: &AwaitExpr) {
        self.waits();
        wait.visit_children_with(self);
    }

    fn visit_for_of_stmt(&mut self, repeat: &ForOfStmt) {
        if repeat.is_await {
            self.waits();
        }
        repeat.visit_children_with(self);
    }

    fn visit_using_decl(&mut self, using: &UsingDecl) {
        if using.is_await {
            self.waits();
        }
        using.visit_children_with(self);
    }

    fn visit_import(&mut self, import: &ImportKeyword) {
        self.found.needs_module |= import.phase != ImportPhase::Evaluation;
    }
}
