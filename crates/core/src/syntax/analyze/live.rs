//! Imported names and where they are used.
//!
//! Knows names by their numbers. Must not know scopes: whether a name is an imported one is for the caller to say.

use swc_core::ecma::ast::{Expr, Ident, ImportDecl};

use super::collect::imported_name;
use super::{Import, LiveImport, LiveUse, ModuleRecord, Span, UsePlace, span_of};

/// What a module imports by name, and the uses found so far.
#[derive(Debug, Default)]
pub(super) struct Imported {
    names: Vec<Name>,
    uses: Vec<(usize, Span, UsePlace)>,
    /// The name that a `new` begins with.
    constructor: Option<Span>,
}

#[derive(Debug)]
struct Name {
    /// The index of the import in the record.
    import: usize,
    /// The byte where the statement starts.
    statement: usize,
    /// The name in the other module; `None` for the namespace.
    name: Option<String>,
}

impl Imported {
    /// Adds the names of a statement, which is the record's `import`. Returns each with its number.
    pub fn add<'a>(&mut self, import: usize, statement: &'a ImportDecl) -> Vec<(&'a Ident, usize)> {
        let mut added = Vec::with_capacity(statement.specifiers.len());
        for specifier in &statement.specifiers {
            added.push((specifier.local(), self.names.len()));
            self.names.push(Name {
                import,
                statement: span_of(statement).start,
                name: imported_name(specifier),
            });
        }
        added
    }

    /// What `new` calls is going to be visited.
    pub fn begins_new(&mut self, callee: &Expr) {
        let mut first = callee;
        loop {
            first = match first {
                Expr::Member(member) => &member.obj,
                Expr::TaggedTpl(template) => &template.tag,
                _ => break,
            };
        }
        self.constructor = first.is_ident().then(|| span_of(first));
    }

    /// The imported name of this number is used as an expression.
    pub fn used(&mut self, number: usize, name: &Ident) {
        let span = span_of(name);
        let is_constructor = self.constructor == Some(span);
        let place = if is_constructor {
            UsePlace::Constructor
        } else {
            UsePlace::Expression
        };
        self.uses.push((number, span, place));
    }

    /// The imported name of this number is used as a property of the same name.
    pub fn used_as_property(&mut self, number: usize, name: &Ident) {
        let place = UsePlace::Shorthand(name.sym.to_string());
        self.uses.push((number, span_of(name), place));
    }

    /// The imports that callbacks count on.
    pub fn live(self, record: &ModuleRecord) -> Vec<LiveImport> {
        let imports = &record.imports;
        // What the host has resolved is imported by another specifier: it could be any.
        let is_import_of = |import: &Import, accepted: &str| {
            import.specifier == accepted || imports.iter().all(|one| one.specifier != accepted)
        };
        let is_live = |index: usize| {
            let import = imports.get(index);
            import.is_some_and(|import| {
                let mut accepts = record.hot.accepts.iter().filter(|one| one.by_import);
                accepts.any(|accepted| is_import_of(import, &accepted.specifier))
                    && import.attribute_type.as_deref() != Some("css")
            })
        };
        let mut live: Vec<LiveImport> = Vec::new();
        for (number, span, place) in self.uses {
            let Some(name) = self.names.get(number).filter(|name| is_live(name.import)) else {
                continue;
            };
            let one = LiveUse {
                span,
                name: name.name.clone(),
                place,
            };
            match live.iter_mut().find(|known| known.import == name.import) {
                Some(known) => known.uses.push(one),
                None => live.push(LiveImport {
                    import: name.import,
                    statement: name.statement,
                    uses: vec![one],
                }),
            }
        }
        live.sort_by_key(|live| live.import);
        live
    }
}
