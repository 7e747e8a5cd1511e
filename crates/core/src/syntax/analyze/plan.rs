//! The plan of a module's body: what its statements import and export, and the edits that take them out.
//!
//! Knows the top level. References to what it declares are the folder's.

mod edits;
mod references;
mod visit;
mod writes;

use std::collections::{HashMap, HashSet};

use compact_str::CompactString;
use memchr::memmem;
use swc_core::common::{BytePos, Spanned};
use swc_core::ecma::ast::{
    Decl, DefaultDecl, ExportSpecifier, Expr, ImportDecl, ImportPhase, Lit, Module, ModuleDecl,
    ModuleItem, NamedExport, ObjectLit, Prop, PropOrSpread, Str,
};
use swc_core::ecma::visit::VisitWith;

use super::collect::{export_name, imported_name, key_name, text};
use super::scopes::{self, Binding};
use super::{Span, behind_blank, offset_of, span_of};
use crate::syntax::body::{BodyImport, BodyPlan, Declared, ImportKind, Indirect, Local, NoBody};
use crate::syntax::edit::line_ends;
use references::{Meaning, References};

/// Plans the body of a module.
pub(super) fn plan(source: &str, module: &Module) -> Result<BodyPlan, NoBody> {
    let prefix = free_prefix(source);
    let mut statements = Statements::read(module, &prefix);
    let meanings = statements.meanings();
    let mut walk = References::new(source, &prefix, &meanings);
    for item in &module.body {
        match item {
            ModuleItem::Stmt(statement) => walk.listed(statement),
            ModuleItem::ModuleDecl(declaration) => edit(&mut walk, source, declaration),
        }
    }
    if walk.has_phase || statements.has_phase {
        return Err(NoBody::ImportPhase);
    }
    if walk.has_eval {
        return Err(NoBody::Eval);
    }
    let is_async = walk.is_async;
    let edits = walk.edits.sorted().ok_or(NoBody::TooLarge)?;
    Ok(BodyPlan {
        imports: statements.imports.into(),
        locals: statements.locals.into(),
        indirect: statements.indirect.into(),
        is_async,
        names_default: statements.names_default,
        edits,
        prefix: prefix.into(),
    })
}

// -- what the statements say -------------------------------------------------------------------------

/// What the statements of the top level import and export.
#[derive(Default)]
struct Statements {
    imports: Vec<BodyImport>,
    locals: Vec<Local>,
    indirect: Vec<Indirect>,
    names_default: bool,
    has_phase: bool,
    /// The imported names: the import's index, and the name there or `None` for the namespace.
    imported: HashMap<String, (usize, Option<CompactString>)>,
}

impl Statements {
    fn read(module: &Module, prefix: &str) -> Self {
        let mut statements = Self::default();
        let mut exported: Vec<(CompactString, CompactString)> = Vec::new();
        for item in &module.body {
            let ModuleItem::ModuleDecl(declaration) = item else {
                continue;
            };
            match declaration {
                ModuleDecl::Import(import) => statements.import(import),
                ModuleDecl::ExportAll(export) => {
                    statements.add(ImportKind::Star, &export.src, export.with.as_deref());
                }
                ModuleDecl::ExportNamed(export) => match &export.src {
                    Some(source) => statements.reexport(export, source),
                    None => exported.extend(listed(export)),
                },
                ModuleDecl::ExportDecl(export) => {
                    declared_names(&export.decl, &mut |name| {
                        exported.push((name.into(), name.into()));
                    });
                }
                ModuleDecl::ExportDefaultDecl(export) => {
                    let name = match &export.decl {
                        DefaultDecl::Class(class) => class.ident.as_ref(),
                        DefaultDecl::Fn(function) => function.ident.as_ref(),
                        DefaultDecl::TsInterfaceDecl(_) => continue,
                    };
                    statements.names_default |= name.is_none() && export.decl.is_fn_expr();
                    let local = match name {
                        Some(name) => CompactString::new(&name.sym),
                        None => default_name(prefix).into(),
                    };
                    exported.push((DEFAULT.0.into(), local));
                }
                ModuleDecl::ExportDefaultExpr(_) => {
                    exported.push((DEFAULT.0.into(), default_name(prefix).into()));
                }
                _ => {}
            }
        }
        statements.export(module, exported, &default_name(prefix));
        statements
    }

    fn add(&mut self, kind: ImportKind, source: &Str, with: Option<&ObjectLit>) -> usize {
        self.imports.push(BodyImport {
            specifier: text(source),
            attributes: with.map(attributes).unwrap_or_default(),
            kind,
            names: Vec::new(),
        });
        self.imports.len() - 1
    }

    fn import(&mut self, import: &ImportDecl) {
        self.has_phase |= import.phase != ImportPhase::Evaluation;
        let index = self.add(ImportKind::Import, &import.src, import.with.as_deref());
        for specifier in &import.specifiers {
            let name = imported_name(specifier);
            let local = specifier.local().sym.to_string();
            self.imports[index].names.extend(name.clone());
            self.imported.insert(local, (index, name.map(Into::into)));
        }
        each_once(&mut self.imports[index].names);
    }

    fn reexport(&mut self, export: &NamedExport, source: &Str) {
        let index = self.add(ImportKind::Reexport, source, export.with.as_deref());
        for specifier in &export.specifiers {
            let (exported, name) = match specifier {
                ExportSpecifier::Named(named) => {
                    let exported = named.exported.as_ref().unwrap_or(&named.orig);
                    (export_name(exported), Some(export_name(&named.orig)))
                }
                ExportSpecifier::Namespace(all) => (export_name(&all.name), None),
                // A proposal that the grammar here does not have.
                ExportSpecifier::Default(_) => continue,
            };
            self.imports[index].names.extend(name.clone());
            self.indirect.push(Indirect {
                exported: exported.into(),
                import: index,
                name: name.map(Into::into),
            });
        }
        each_once(&mut self.imports[index].names);
    }

    /// Sorts the exported names out: to own variables and to those of other modules.
    fn export(
        &mut self,
        module: &Module,
        exported: Vec<(CompactString, CompactString)>,
        default: &str,
    ) {
        let mut declared: HashMap<String, Declared> = HashMap::new();
        if self.names_default {
            declared.insert(default.to_owned(), Declared::Function);
        }
        for item in &module.body {
            scopes::in_item(item, &mut |name, binding| {
                if binding == Binding::Function {
                    declared.insert(name.sym.to_string(), Declared::Function);
                }
            });
        }
        scopes::vars(module, &mut |name| {
            declared
                .entry(name.sym.to_string())
                .or_insert(Declared::Var);
        });
        for (exported, local) in exported {
            if let Some((import, name)) = self.imported.get(local.as_str()) {
                self.indirect.push(Indirect {
                    exported,
                    import: *import,
                    name: name.clone(),
                });
            } else {
                let declared = declared.get(local.as_str()).copied();
                self.locals.push(Local {
                    exported,
                    local,
                    declared: declared.unwrap_or(Declared::Lexical),
                });
            }
        }
    }

    /// What references to the names of the top level mean.
    fn meanings(&mut self) -> HashMap<String, Meaning> {
        let mut meanings = HashMap::new();
        for (local, (import, name)) in self.imported.drain() {
            let name = name.map(Into::into);
            meanings.insert(local, Meaning::Imported { import, name });
        }
        for local in &self.locals {
            let meaning = meanings
                .entry(local.local.to_string())
                .or_insert_with(|| Meaning::Exported(Vec::new()));
            if let Meaning::Exported(names) = meaning {
                names.push(local.exported.to_string());
            }
        }
        meanings
    }
}

/// Leaves the first of equal names.
fn each_once(names: &mut Vec<String>) {
    let mut seen = HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
}

/// The names that a list exports, each with the variable.
fn listed(export: &NamedExport) -> impl Iterator<Item = (CompactString, CompactString)> + '_ {
    export.specifiers.iter().filter_map(|specifier| {
        let named = specifier.as_named()?;
        let exported = named.exported.as_ref().unwrap_or(&named.orig);
        Some((
            export_name(exported).into(),
            export_name(&named.orig).into(),
        ))
    })
}

fn declared_names(declaration: &Decl, found: &mut dyn FnMut(&str)) {
    match declaration {
        Decl::Var(variables) => {
            scopes::declarators(&variables.decls, &mut |name| found(&name.sym));
        }
        _ => scopes::declared(declaration, &mut |name, _| found(&name.sym)),
    }
}

fn attributes(with: &ObjectLit) -> Vec<(String, String)> {
    let pairs = with.props.iter().filter_map(|property| {
        let PropOrSpread::Prop(property) = property else {
            return None;
        };
        let Prop::KeyValue(pair) = &**property else {
            return None;
        };
        let Expr::Lit(Lit::Str(value)) = &*pair.value else {
            return None;
        };
        Some((key_name(&pair.key)?, text(value)))
    });
    pairs.collect()
}

/// The variable of a default export without a name.
fn default_name(prefix: &str) -> String {
    format!("{prefix}_default")
}

// -- the text ----------------------------------------------------------------------------------------

/// Edits a statement that imports or exports, and what is in it.
fn edit(walk: &mut References, source: &str, declaration: &ModuleDecl) {
    match declaration {
        ModuleDecl::Import(_) | ModuleDecl::ExportNamed(_) | ModuleDecl::ExportAll(_) => {
            let span = span_of(declaration);
            let ends = line_ends(source.get(span.start..span.end).unwrap_or_default());
            let text: String = std::iter::once(';').chain(ends).collect();
            walk.edits.replace(span, text);
        }
        ModuleDecl::ExportDecl(export) => {
            erase(walk, offset_of(export.span.lo), EXPORT);
            export.decl.visit_with(walk);
            if let Decl::Var(_) = &export.decl {
                walk.end(export.span);
            }
        }
        ModuleDecl::ExportDefaultDecl(export) => {
            erase_default(walk, source, offset_of(export.span.lo));
            match &export.decl {
                DefaultDecl::Class(class) if class.ident.is_none() => {
                    let decorators = class.class.decorators.iter();
                    let start = decorators.map(|decorator| decorator.span.lo).min();
                    let start = start.map_or(export.span.lo, |start| start.min(export.span.lo));
                    define_default(walk, start, class.class.span.hi, class);
                }
                DefaultDecl::Fn(function) if function.ident.is_none() => {
                    let start = offset_of(function.function.span.lo);
                    if let Some(at) = parameters(source, start) {
                        let span = Span { start: at, end: at };
                        let is_apart = source[..at].ends_with(' ');
                        let space = if is_apart { "" } else { " " };
                        let name = default_name(walk.prefix);
                        walk.edits.replace(span, format!("{space}{name}"));
                    }
                    function.function.visit_with(walk);
                }
                // Its name is the module's, which that of an expression would not be.
                DefaultDecl::Fn(function) => function.function.visit_with(walk),
                declaration => declaration.visit_with(walk),
            }
        }
        ModuleDecl::ExportDefaultExpr(export) => {
            let start = export.span.lo;
            erase_default(walk, source, offset_of(start));
            define_default(walk, start, export.expr.span_hi(), &*export.expr);
        }
        _ => {}
    }
}

/// Makes a variable of a value without a name, which is called `default` then.
fn define_default<'w, 'm>(
    walk: &mut References<'w>,
    start: BytePos,
    end: BytePos,
    value: &impl VisitWith<References<'w>>,
) {
    let name = default_name(walk.prefix);
    let opening = format!("const {name}={{default:");
    walk.edits.open(start, opening);
    value.visit_with(walk);
    walk.edits.close(end, "}.default;");
}

/// Keywords, and as many spaces.
const EXPORT: (&str, &str) = ("export", "      ");
const DEFAULT: (&str, &str) = ("default", "       ");

/// Puts spaces in place of a keyword: columns stay.
fn erase(walk: &mut References, start: usize, (keyword, blank): (&str, &'static str)) {
    let end = start + keyword.len();
    walk.edits.replace(Span { start, end }, blank);
}

/// The same of `export default`.
fn erase_default(walk: &mut References, source: &str, start: usize) {
    erase(walk, start, EXPORT);
    if let Some(at) = behind(source, start, EXPORT.0) {
        erase(walk, at, DEFAULT);
    }
}

/// Where the parameters of a function without a name start: only white space and comments can stand between these
/// words.
fn parameters(source: &str, start: usize) -> Option<usize> {
    let start = behind(source, start, "async").unwrap_or(start);
    let start = behind(source, start, "function")?;
    Some(behind(source, start, "*").unwrap_or(start))
}

/// Where the next word or sign is after one; `None` when that is not at `start`.
fn behind(source: &str, start: usize, word: &str) -> Option<usize> {
    let rest = source.get(start..)?.strip_prefix(word)?;
    Some(source.len() - behind_blank(rest).len())
}

/// A prefix that is nowhere in the source: `$hot`, else `$hot1`, `$hot2` and so on.
fn free_prefix(source: &str) -> String {
    const PREFIX: &str = "$hot";
    let mut taken: HashSet<usize> = HashSet::new();
    let mut is_taken = false;
    for at in memmem::find_iter(source.as_bytes(), PREFIX) {
        is_taken = true;
        let mut number = 0_usize;
        for digit in source[at + PREFIX.len()..]
            .chars()
            .map_while(|char| char.to_digit(10))
        {
            number = number.saturating_mul(10).saturating_add(digit as usize);
            taken.insert(number);
        }
    }
    let free = (1..).find(|number| !taken.contains(number));
    match (is_taken, free) {
        (true, Some(number)) => format!("{PREFIX}{number}"),
        _ => PREFIX.to_owned(),
    }
}
