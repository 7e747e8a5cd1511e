//! Uses of `import.meta.hot` in the code that was served last that cannot do what they say.
//!
//! Knows analyses and what they mean to an author. Stops nothing, and says only what is certain.

use std::path::Path;
use std::sync::Arc;

use crate::engine::coordinator::Coordinator;
use crate::engine::state::State;
use crate::engine::watch::reading;
use hotgraph_core::diagnostic::{Diagnostic, Severity, place_of};
use hotgraph_core::graph::ModuleId;
use hotgraph_core::syntax::analyze::{self, Dialect, MisuseKind, ModuleRecord, Span};

/// Something that is odd, in code that is not named here: a file and what was made of it can both have it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Oddity {
    /// A call cannot do what it says.
    Misuse(MisuseKind),
    /// This accepted specifier names the accepting module.
    NamesItself(String),
    /// This accepted specifier names no import.
    NamesNothing(String),
}

impl Oddity {
    /// Whether both are the same, wherever they are.
    fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Misuse(one), Self::Misuse(other)) => {
                std::mem::discriminant(one) == std::mem::discriminant(other)
            }
            _ => self == other,
        }
    }

    /// Where the same is in other code.
    fn places(&self, record: &ModuleRecord) -> Found {
        match self {
            Self::Misuse(_) => {
                let misuses = misuses(record).into_iter();
                misuses.filter(|(other, _)| other.is_like(self)).collect()
            }
            Self::NamesItself(specifier) | Self::NamesNothing(specifier) => {
                let accepts = record.hot.accepts.iter();
                accepts
                    .filter(|accepted| accepted.specifier == *specifier)
                    .map(|accepted| (self.clone(), accepted.span))
                    .collect()
            }
        }
    }

    fn message(&self, source: &str) -> String {
        match self {
            Self::NamesItself(specifier) => {
                format!(
                    "accepts \"{specifier}\", which is this module itself: the callback never runs"
                )
            }
            Self::NamesNothing(specifier) => format!(
                "accepts \"{specifier}\", which names no import of this module: the callback never runs"
            ),
            Self::Misuse(kind) => match kind {
                MisuseKind::Unreachable => "accepts updates in code that never runs".to_owned(),
                MisuseKind::Declined { by } => format!(
                    "accepts updates of this module, which declines them in line {}: each of them reloads \
                     the page",
                    place_of(source, by.start).line
                ),
                MisuseKind::AlwaysInvalidates => {
                    "calls invalidate() whenever it runs, and so gives up every update".to_owned()
                }
                MisuseKind::NotASpecifier => "accepts something that is no specifier".to_owned(),
                MisuseKind::NoDependencies => {
                    "accepts an empty list, and so no update at all".to_owned()
                }
                MisuseKind::NotACallback => {
                    "accepts updates with a callback that is no function: nothing is called"
                        .to_owned()
                }
                MisuseKind::CallbackFirst => {
                    "names a dependency after the callback: only this module itself is accepted"
                        .to_owned()
                }
            },
        }
    }

    fn remedy(&self) -> &'static str {
        match self {
            Self::NamesItself(_) => "call accept(callback), without a specifier",
            Self::NamesNothing(_) => "accept a specifier of one of its imports",
            Self::Misuse(kind) => match kind {
                MisuseKind::Unreachable => "move the call to where the code gets to, or remove it",
                MisuseKind::Declined { .. } => "remove accept() or decline()",
                MisuseKind::AlwaysInvalidates => {
                    "call it in a callback of accept(), for the updates that cannot be dealt with"
                }
                MisuseKind::NotASpecifier => {
                    "write dependencies as strings, as in the import: accept('./dep.js', callback)"
                }
                MisuseKind::NoDependencies => {
                    "name the imports to accept, or call accept(callback) for the module itself"
                }
                MisuseKind::NotACallback => "give a function, or nothing",
                MisuseKind::CallbackFirst => "write accept('./dep.js', callback)",
            },
        }
    }
}

/// Oddities and their places in one text.
type Found = Vec<(Oddity, Span)>;

impl Coordinator {
    /// Looks over the code of a module that was served last, and reports what is odd and was not reported.
    pub fn review(&mut self, id: ModuleId) {
        let odd = self.odd_uses(id);
        let mut state = self.shared.state();
        let known = std::mem::replace(&mut state.module(id).warnings, odd.clone());
        drop(state);
        let found = odd.into_iter();
        self.report(found.filter(|one| !known.contains(one)).collect());
    }

    fn odd_uses(&self, id: ModuleId) -> Vec<Diagnostic> {
        let (found, served, module_url, path) = {
            let mut state = self.shared.state();
            let found = state.oddities(id);
            let served = state.module(id).source.as_ref();
            let Some(served) = served.map(|served| served.text.text()) else {
                return Vec::new();
            };
            if found.is_empty() {
                return Vec::new();
            }
            let file = state.files.of_module(id);
            let file = file.map(|index| state.files.get(index));
            let path = file.map(|file| (file.path.clone(), file.served_raw));
            if let Some(text) = state.in_page(id, &served) {
                let record = analyze::analyze(&text, Dialect::JavaScript).ok();
                let found = record.and_then(|record| same_in(&record, &found));
                let module_url = state.graph.url(id).to_owned();
                return diagnose(&found.unwrap_or_default(), &text, &module_url, None);
            }
            (found, served, state.graph.url(id).to_owned(), path)
        };
        let in_file = path.and_then(|(path, served_raw)| {
            let (found, text) = in_file(&path, served_raw, &served, &found)?;
            Some((found, text, Some(path.display().to_string())))
        });
        let (found, text, file) = in_file.unwrap_or((found, served, None));
        diagnose(&found, &text, &module_url, file)
    }
}

/// What to say of oddities in a text.
fn diagnose(found: &Found, text: &str, module_url: &str, file: Option<String>) -> Vec<Diagnostic> {
    found
        .iter()
        .map(|(oddity, span)| Diagnostic {
            severity: Severity::Warning,
            message: oddity.message(text),
            remedy: Some(oddity.remedy().to_owned()),
            url: module_url.to_owned(),
            file: file.clone(),
            place: Some(place_of(text, span.start)),
        })
        .collect()
}

/// The same oddities in the text of the file, whose lines its author knows: what is served may have been
/// made of it. `None` when the text does not have them all.
fn in_file(
    path: &Path,
    served_raw: bool,
    served: &Arc<str>,
    found: &Found,
) -> Option<(Found, Arc<str>)> {
    // Another text in the file is a later save then.
    if served_raw {
        return Some((found.clone(), served.clone()));
    }
    let text = String::from_utf8(reading::read(path).ok()?.bytes?).ok()?;
    if text == **served {
        return Some((found.clone(), served.clone()));
    }
    let record = analyze::analyze(&text, Dialect::from_extension(path)?).ok()?;
    Some((same_in(&record, found)?, text.into()))
}

/// The same oddities in other code: the first of a kind there is the first here.
fn same_in(record: &ModuleRecord, found: &Found) -> Option<Found> {
    let own = |(index, (oddity, _)): (usize, &(Oddity, Span))| {
        let before = found[..index].iter();
        let count = before.filter(|(other, _)| other.is_like(oddity)).count();
        oddity.places(record).into_iter().nth(count)
    };
    found.iter().enumerate().map(own).collect()
}

/// The misuses of some code.
fn misuses(record: &ModuleRecord) -> Found {
    let misuses = record.hot.misuses.iter();
    misuses
        .map(|misuse| (Oddity::Misuse(misuse.kind), misuse.span))
        .collect()
}

impl State {
    /// What is odd about the code of a module that was served last. Accepted specifiers are not looked at before the
    /// host has said where it resolves them to.
    fn oddities(&mut self, id: ModuleId) -> Found {
        let data = self.module(id);
        let is_resolved = data.is_resolved;
        let Some(record) = data.record.clone() else {
            return Vec::new();
        };
        let mut found = misuses(&record);
        if is_resolved && !imports_anything(&record) {
            for accepted in &record.hot.accepts {
                let specifier = &accepted.specifier;
                let target = self.resolve(id, specifier);
                let imports = self.graph.imports(id);
                if names_import(&record, specifier)
                    || target.is_some_and(|target| imports.contains(&target))
                {
                    continue;
                }
                let oddity = if target == Some(id) {
                    Oddity::NamesItself(specifier.clone())
                } else {
                    Oddity::NamesNothing(specifier.clone())
                };
                found.push((oddity, accepted.span));
            }
        }
        found.sort_by_key(|(_, span)| *span);
        found
    }
}

/// Whether only the running code knows what else a module imports.
fn imports_anything(record: &ModuleRecord) -> bool {
    let mut imports = record.dynamic_imports.iter();
    imports.any(|import| import.literal.is_none())
}

/// Whether a module has an import of exactly this specifier, whatever that is.
fn names_import(record: &ModuleRecord, specifier: &str) -> bool {
    let mut imports = record.imports.iter();
    let mut dynamic_imports = record.dynamic_imports.iter();
    imports.any(|import| import.specifier == specifier)
        || dynamic_imports
            .any(|import| matches!(&import.literal, Some((name, _)) if name == specifier))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str, dialect: Dialect) -> ModuleRecord {
        analyze::analyze(source, dialect).expect("a module")
    }

    #[test]
    fn what_is_odd_in_transformed_code_is_found_in_its_source() {
        let served = "import.meta.hot.accept([]);import.meta.hot.accept('./a.js');\
                      import.meta.hot.accept('./a.js', []);import.meta.hot.accept([]);";
        let source = "type A = 1;\nimport.meta.hot.accept([]);\nimport.meta.hot.accept('./a.js');\n\
                      import.meta.hot.accept('./a.js', []);\nimport.meta.hot.accept([]);\n";
        let served = read(served, Dialect::JavaScript);
        let record = read(source, Dialect::TypeScript);
        let mut found = misuses(&served);
        let name = Oddity::NamesNothing("./a.js".to_owned());
        found.extend(
            served
                .hot
                .accepts
                .iter()
                .map(|accepted| (name.clone(), accepted.span)),
        );
        let same = same_in(&record, &found).expect("all of them");
        let lines: Vec<u32> = same
            .iter()
            .map(|(_, span)| place_of(source, span.start).line)
            .collect();
        assert_eq!(lines, [2, 4, 5, 3, 4]);
    }

    #[test]
    fn what_the_source_does_not_have_has_no_place_there() {
        let served = read("import.meta.hot.accept([])", Dialect::JavaScript);
        let source = read("hot(import.meta)", Dialect::TypeScript);
        assert_eq!(same_in(&source, &misuses(&served)), None);
    }

    #[test]
    fn a_message_names_the_line_of_the_other_call() {
        let source = "\n\nimport.meta.hot.decline();\nimport.meta.hot.accept();";
        let found = misuses(&read(source, Dialect::JavaScript));
        let [(oddity, span)] = found.as_slice() else {
            panic!("{found:?}");
        };
        assert!(oddity.message(source).contains("line 3"));
        assert_eq!(place_of(source, span.start).line, 4);
    }
}
