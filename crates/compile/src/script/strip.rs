//! TypeScript that loses its types in place. Blanks stand where the types were: every line and column stays, and the
//! code needs no source map. This works where everything that is not JavaScript can go without leaving code in its
//! place.

use std::collections::HashSet;

use hotgraph_core::syntax::analyze::{Dialect, guarded};
use swc_core::atoms::Atom;
use swc_core::common::comments::SingleThreadedComments;
use swc_core::common::errors::{DiagnosticBuilder, Emitter, Handler};
use swc_core::common::sync::Lrc;
use swc_core::common::{BytePos, FileName, SourceMap, Spanned};
use swc_core::ecma::ast::{
    BindingIdent, ClassDecl, ClassExpr, ExportDefaultExpr, ExportSpecifier, Expr, FnDecl, FnExpr,
    Ident, ImportDecl, ImportSpecifier, Module, ModuleExportName, NamedExport,
};
use swc_core::ecma::parser::TsSyntax;
use swc_core::ecma::visit::{Visit, VisitWith};
use swc_ts_fast_strip::{Mode, Options, operate};

use super::{ScriptOptions, Unsupported, parse};

/// The code without its types; `None` where it has to be [compiled](super::compile), or is wrong.
pub fn strip(source: &str, options: &ScriptOptions) -> Option<String> {
    // Fields that are assigned are other code, and so is what registers components.
    let is_as_written = options.defines_fields || !source.contains("class");
    if options.refreshes || !is_as_written {
        return None;
    }
    let code = guarded(source, Dialect::TypeScript, || Ok(blanked(source)));
    let code = code.ok().flatten()?;
    let unused = guarded(&code, Dialect::JavaScript, || {
        let files = SourceMap::default();
        let file = files.new_source_file(FileName::Anon.into(), code.clone());
        let comments = SingleThreadedComments::default();
        let module = parse(&file, &code, Dialect::JavaScript, &comments)?;
        Ok(Blanks::of(&module, &code, options.keeps_imports))
    });
    Some(unused.ok().flatten()?.made(code))
}

fn blanked(source: &str) -> Option<String> {
    let options = Options {
        module: Some(true),
        parser: TsSyntax {
            decorators: true,
            no_early_errors: true,
            ..TsSyntax::default()
        },
        mode: Mode::StripOnly,
        ..Options::default()
    };
    let handler = Handler::with_emitter(true, false, Box::new(Silent));
    let files = Lrc::<SourceMap>::default();
    let made = operate(&files, &handler, source.to_owned(), options);
    made.ok().map(|made| made.code)
}

/// Prints nothing: the compiler reports what is wrong.
struct Silent;

impl Emitter for Silent {
    fn emit(&mut self, _: &mut DiagnosticBuilder<'_>) {}
}

/// Also takes out imports that no remaining code uses: they may have been types.
struct Blanks {
    /// Byte ranges, in the order of the text, and whether it is a whole statement.
    ranges: Vec<(usize, usize, bool)>,
}

impl Blanks {
    /// `None` where blanks do not do.
    fn of(module: &Module, code: &str, keeps_imports: bool) -> Option<Self> {
        // JSDoc has the same sign.
        if (code.contains('@') || code.contains("accessor")) && Unsupported::of(module).is_any() {
            return None;
        }
        let mut names = Names::default();
        module.visit_with(&mut names);
        // A name that is not declared was a type.
        let is_declared =
            |name: &Atom| names.declared.contains(name) || names.imported.contains(name);
        if names.is_odd || !names.exported.iter().all(is_declared) {
            return None;
        }
        let mut blanks = Self { ranges: Vec::new() };
        if keeps_imports {
            return Some(blanks);
        }
        for item in &module.body {
            if let Some(import) = item.as_module_decl().and_then(|one| one.as_import()) {
                blanks.import(import, code, &names)?;
            }
        }
        Some(blanks)
    }

    fn import(&mut self, import: &ImportDecl, code: &str, names: &Names) -> Option<()> {
        let (start, from) = (at(import.span.lo), at(import.src.span.lo));
        let whole = (start, at(import.span.hi), true);
        let clause = code.get(start..from)?;
        if import.specifiers.is_empty() {
            if clause.contains('{') {
                self.ranges.push(whole);
            }
            return Some(());
        }
        let is_used = |one: &ImportSpecifier| names.used.contains(&one.local().sym);
        // Another variable of the same name hides which is meant.
        let is_hidden = |one: &ImportSpecifier| names.declared.contains(&one.local().sym);
        if import.specifiers.iter().any(is_hidden) {
            return None;
        }
        let used = import.specifiers.iter().filter(|one| is_used(one)).count();
        if used == import.specifiers.len() {
            return Some(());
        }
        if used == 0 {
            self.ranges.push(whole);
            return Some(());
        }
        // Brackets in comments would be mistaken for those of the clause.
        if clause.contains("/*") || clause.contains("//") {
            return None;
        }
        let (defaults, others): (Vec<_>, Vec<_>) =
            import.specifiers.iter().partition(|one| one.is_default());
        if let Some(default) = defaults.first() {
            let (lo, hi) = (at(default.span().lo), at(default.span().hi));
            if !is_used(default) {
                let bracket = code.get(hi..from)?.find(['{', '*'])?;
                self.ranges.push((lo, hi + bracket, false));
            } else if !others.iter().any(|one| is_used(one)) {
                let word = code.get(hi..from)?.rfind("from")?;
                self.ranges.push((hi, hi + word, false));
                return Some(());
            }
        }
        for (index, one) in others.iter().enumerate() {
            if !is_used(one) {
                let next = others.get(index + 1);
                let end = next.map_or_else(|| one.span().hi, |next| next.span().lo);
                self.ranges.push((at(one.span().lo), at(end), false));
            }
        }
        Some(())
    }

    fn made(&self, code: String) -> String {
        let mut made = String::with_capacity(code.len());
        let mut done = 0;
        for &(start, end, is_statement) in &self.ranges {
            made.push_str(code.get(done..start).unwrap_or_default());
            let mut gone = code.get(start..end).unwrap_or_default().chars();
            // The statement before may end with it.
            if is_statement && gone.next().is_some() {
                made.push(';');
            }
            for char in gone {
                match char {
                    '\n' | '\r' | '\u{2028}' | '\u{2029}' => made.push(char),
                    _ => made.extend(std::iter::repeat_n(' ', char.len_utf16())),
                }
            }
            done = end;
        }
        made.push_str(code.get(done..).unwrap_or_default());
        made
    }
}

fn at(position: BytePos) -> usize {
    position.0.saturating_sub(1) as usize
}

/// The names in a module, whatever scope they are in.
#[derive(Default)]
struct Names {
    imported: HashSet<Atom>,
    /// Declared otherwise, or assigned.
    declared: HashSet<Atom>,
    used: HashSet<Atom>,
    /// What is exported by its name.
    exported: Vec<Atom>,
    /// Whether something is exported of which the text does not say what it was.
    is_odd: bool,
}

impl Names {
    fn declare(&mut self, name: &Ident) {
        self.declared.insert(name.sym.clone());
    }
}

impl Visit for Names {
    fn visit_ident(&mut self, name: &Ident) {
        self.used.insert(name.sym.clone());
    }

    fn visit_binding_ident(&mut self, name: &BindingIdent) {
        self.declare(name);
    }

    fn visit_fn_decl(&mut self, declared: &FnDecl) {
        self.declare(&declared.ident);
        declared.function.visit_with(self);
    }

    fn visit_class_decl(&mut self, declared: &ClassDecl) {
        self.declare(&declared.ident);
        declared.class.visit_with(self);
    }

    fn visit_fn_expr(&mut self, function: &FnExpr) {
        function.ident.iter().for_each(|name| self.declare(name));
        function.function.visit_with(self);
    }

    fn visit_class_expr(&mut self, class: &ClassExpr) {
        class.ident.iter().for_each(|name| self.declare(name));
        class.class.visit_with(self);
    }

    fn visit_import_decl(&mut self, import: &ImportDecl) {
        let locals = import.specifiers.iter().map(|one| one.local().sym.clone());
        self.imported.extend(locals);
    }

    fn visit_named_export(&mut self, export: &NamedExport) {
        if export.src.is_some() {
            self.is_odd |= export.specifiers.is_empty();
            return;
        }
        for specifier in &export.specifiers {
            if let ExportSpecifier::Named(named) = specifier
                && let ModuleExportName::Ident(name) = &named.orig
            {
                self.used.insert(name.sym.clone());
                self.exported.push(name.sym.clone());
            }
        }
    }

    fn visit_export_default_expr(&mut self, export: &ExportDefaultExpr) {
        if let Expr::Ident(name) = &*export.expr {
            self.exported.push(name.sym.clone());
        }
        export.visit_children_with(self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripped(source: &str) -> Option<String> {
        strip(source, &ScriptOptions::default())
    }

    #[test]
    fn types_become_blanks() {
        for (source, expected) in [
            ("const a: number = 1;", "const a         = 1;"),
            ("let a = b as any\n(c)", "let a = b;      \n(c)"),
            (
                "import type { A } from './a';\nf<A>();",
                ";                            \nf   ();",
            ),
            (
                "import { A } from './a';\nlet a: A;",
                ";                       \nlet a   ;",
            ),
            (
                "import D, { A } from './a';\nD();",
                "import D        from './a';\nD();",
            ),
            (
                "import D, { a } from './a';\na();",
                "import    { a } from './a';\na();",
            ),
            (
                "import { A, b, C } from './a';\nb;",
                "import {    b,   } from './a';\nb;",
            ),
            ("import { type A } from './a';", ";"),
            ("import './a';", "import './a';"),
            (
                "import { a } from './a';\nexport { a };",
                "import { a } from './a';\nexport { a };",
            ),
            (
                "import { a } from './a';\nlet b = { a };",
                "import { a } from './a';\nlet b = { a };",
            ),
            (
                "/** @deprecated */\nexport let a: 1 = 1;",
                "/** @deprecated */\nexport let a    = 1;",
            ),
        ] {
            let made = stripped(source);
            let made = made.as_deref().map(str::trim_end);
            assert_eq!(made, Some(expected), "{source}");
        }
    }

    #[test]
    fn what_has_to_be_compiled_is() {
        for source in [
            "enum A { B }",
            "namespace A { export const b = 1; }",
            "class A { constructor(private b: string) {} }",
            "import a = require('a');",
            "export = 1;",
            "@a class B {}",
            "interface A {}\nexport { A };",
            "interface A {}\nexport default A;",
            "import { A } from './a';\nfunction f(A) { return A; }",
            "export { type A } from './a';",
            "const a: = 1;",
        ] {
            assert_eq!(stripped(source), None, "{source}");
        }
        let assigns = ScriptOptions {
            defines_fields: false,
            ..ScriptOptions::default()
        };
        assert_eq!(strip("class A { b?: 1 }", &assigns), None);
    }

    #[test]
    fn imports_can_be_kept() {
        let keeps = ScriptOptions {
            keeps_imports: true,
            ..ScriptOptions::default()
        };
        let source = "import { A } from './a';";
        assert_eq!(strip(source, &keeps).as_deref(), Some(source));
    }
}
