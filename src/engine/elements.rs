//! Modules that define custom elements, made hot: `hotgraph-compile` says how, this makes text and source map of it.

use std::path::Path;

use oxc_sourcemap::SourceMapBuilder;

use hotgraph_compile::elements::{self, Definers};
use hotgraph_core::diagnostic::place_of;
use hotgraph_core::syntax::analyze::{AnalyzeError, Dialect};
use hotgraph_core::syntax::edit::{Edit, apply};

/// A module with custom elements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HotElements {
    /// The new text, on the same lines.
    pub code: String,
    /// Source map version 3, as JSON.
    pub map: String,
    /// Whether it defines elements, and now accepts itself.
    pub defines: bool,
}

/// Makes a module hot that has custom elements. `None` where there is nothing to do.
///
/// `runtime` is the url of the page's side.
///
/// # Errors
///
/// When the source cannot be parsed.
pub fn make_hot(
    source: &str,
    file: &Path,
    runtime: &str,
    definers: &Definers,
) -> Result<Option<HotElements>, AnalyzeError> {
    let Some(dialect) = Dialect::from_extension(file) else {
        return Ok(None);
    };
    let found = elements::find(source, dialect, runtime, definers)?;
    if found.edits.is_empty() {
        return Ok(None);
    }
    Ok(Some(HotElements {
        map: map_of(source, &file.to_string_lossy(), &found.edits),
        defines: found.defines,
        code: apply(source, found.edits),
    }))
}

/// The source map of insertions without line ends, but for the last one.
fn map_of(source: &str, name: &str, edits: &[Edit]) -> String {
    let mut builder = SourceMapBuilder::default();
    let id = builder.set_source_and_content(name, source);
    let mut places: Vec<(u32, u32, u32)> = edits
        .iter()
        .map(|edit| {
            let place = place_of(source, edit.span.start);
            let added = edit.text.encode_utf16().count();
            (place.line - 1, place.column - 1, added as u32)
        })
        .collect();
    places.reverse();
    let lines = place_of(source, source.len()).line;
    for line in 0..lines {
        builder.add_token(line, 0, line, 0, Some(id), None);
        let mut shift = 0;
        while let Some(&(_, column, added)) = places.last().filter(|place| place.0 == line) {
            places.pop();
            shift += added;
            builder.add_token(line, column + shift, line, column, Some(id), None);
        }
    }
    builder.into_sourcemap().to_json_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_after_what_was_added_lead_back() {
        let source = "import { html } from 'lit';\nexport const a = html`<p>`, b = c;\n";
        let made = make_hot(source, Path::new("a.js"), "/e.js", &Definers::default());
        let Ok(Some(HotElements { code, map, defines })) = made else {
            panic!("{made:?}");
        };
        assert!(!defines);
        let map = oxc_sourcemap::SourceMap::from_json_string(&map);
        let line = code.lines().nth(1).unwrap_or_default();
        for text in ["html,", "`<p>`"] {
            let column = line.find(text).unwrap_or_default() as u32;
            let tokens = map.iter().flat_map(oxc_sourcemap::SourceMap::get_tokens);
            let mut found =
                tokens.filter(|token| token.get_dst_line() == 1 && token.get_dst_col() == column);
            let source_line = source.lines().nth(1).unwrap_or_default();
            let expected = source_line.find(&text[..4]).map(|at| at as u32);
            assert_eq!(
                found.next().map(|token| token.get_src_col()),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_script_or_has_no_elements_stays() {
        for (source, file) in [("a { }", "a.css"), ("let a;", "a.js")] {
            let made = make_hot(source, Path::new(file), "/e.js", &Definers::default());
            assert_eq!(made, Ok(None));
        }
        let broken = make_hot("class {", Path::new("a.js"), "/e.js", &Definers::default());
        assert!(broken.is_err());
    }
}
