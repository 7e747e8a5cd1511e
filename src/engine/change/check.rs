//! Whether new content of a file can be served at all.
//!
//! It knows which contents can be judged before a page asks for them: files that the host serves as they are, and
//! dialects that the analyser reads. Must not judge what other tools transform; those report for themselves.

use std::path::Path;

use crate::engine::serve::script::MAX_ANALYSED;
use hotgraph_core::diagnostic::{Diagnostic, Place, Severity, place_of};
use hotgraph_core::graph::ModuleKind;
use hotgraph_core::syntax::analyze::{self, AnalyzeError, Dialect};

/// The problem with `bytes` as the new content of the file at `path`, if there is one. `refusal` says what is wrong
/// with a script.
pub fn check(
    path: &Path,
    bytes: &[u8],
    kind: ModuleKind,
    served_raw: bool,
    module_url: &str,
    refusal: impl Fn(&str, Dialect) -> Option<AnalyzeError>,
) -> Option<Diagnostic> {
    let file = || Some(path.display().to_string());
    match kind {
        ModuleKind::Script => {
            let dialect = dialect_of(path, served_raw)?;
            let source = match std::str::from_utf8(bytes) {
                Ok(source) => source,
                Err(error) => {
                    let place = place_of(&String::from_utf8_lossy(bytes), error.valid_up_to());
                    let message = "the file is not UTF-8".to_owned();
                    return Some(problem(message, Some(place), module_url, file()));
                }
            };
            if source.len() > MAX_ANALYSED {
                return None;
            }
            let error = refusal(source, dialect)?;
            let found = explain(&error, source, module_url, file());
            (found.severity == Severity::Error).then_some(found)
        }
        ModuleKind::Asset
            if served_raw && path.extension().is_some_and(|found| found == "json") =>
        {
            let error = serde_json::from_slice::<serde::de::IgnoredAny>(bytes).err()?;
            let source = String::from_utf8_lossy(bytes);
            let place = place_of(&source, offset_of(&source, error.line(), error.column()));
            // Its place is shown next to it.
            let text = error.to_string();
            let reason = text.split(" at line ").next().unwrap_or_default();
            Some(problem(
                format!("the JSON cannot be parsed: {reason}"),
                Some(place),
                module_url,
                file(),
            ))
        }
        _ => None,
    }
}

/// The error in a file that pages turned out not to load, whatever was made of it.
pub fn suspect(
    path: &Path,
    source: &str,
    kind: ModuleKind,
    module_url: &str,
) -> Option<Diagnostic> {
    let is_script = Dialect::from_extension(path) == Some(Dialect::JavaScript);
    if is_script && analyze::analyze(source, Dialect::Jsx).is_ok() {
        return None;
    }
    let refusal = |source: &str, dialect| analyze::analyze(source, dialect).err();
    check(path, source.as_bytes(), kind, true, module_url, refusal)
}

/// How to read a script's file, if it can be judged. TypeScript and JSX always are what their names say. A `.js` file
/// is so only when nothing transforms it: it may hold JSX or decorators that a plugin knows.
fn dialect_of(path: &Path, served_raw: bool) -> Option<Dialect> {
    match Dialect::from_extension(path) {
        Some(Dialect::JavaScript) if served_raw => Some(Dialect::JavaScript),
        Some(dialect @ (Dialect::TypeScript | Dialect::Tsx | Dialect::Jsx)) => Some(dialect),
        _ => None,
    }
}

/// A failed analysis as a diagnostic. Code that is too deep to read is no error: it is served, only blindly.
pub fn explain(
    error: &AnalyzeError,
    source: &str,
    module_url: &str,
    file: Option<String>,
) -> Diagnostic {
    match error {
        AnalyzeError::Syntax(error) => {
            let place = place_of(source, error.offset);
            Diagnostic {
                remedy: error.remedy.map(str::to_owned),
                ..problem(error.message.clone(), Some(place), module_url, file)
            }
        }
        too_deep => Diagnostic {
            severity: Severity::Warning,
            message: format!("{too_deep}; it is served as it is, without import.meta.hot"),
            remedy: Some("split the module, or keep generated code out of hot modules".to_owned()),
            url: module_url.to_owned(),
            file,
            place: None,
        },
    }
}

fn problem(
    message: String,
    place: Option<Place>,
    module_url: &str,
    file: Option<String>,
) -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        message,
        remedy: None,
        url: module_url.to_owned(),
        file,
        place,
    }
}

/// The byte offset of a line and column as serde_json counts them: from 1, columns in bytes.
fn offset_of(source: &str, line: usize, column: usize) -> usize {
    let line_start: usize = source
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    line_start + column.saturating_sub(1)
}
