//! Source maps of what is made: kept true when more is edited, and read for the places of mistakes.

use oxc_sourcemap::{SourceMap, SourceMapBuilder, Token};

use hotgraph_core::diagnostic::{Diagnostic, place_of};
use hotgraph_core::syntax::edit::{Edit, origin};

/// The map of a code after edits of that, as JSON; `None` when it is no map. An edit stays on its line.
pub fn after(map: &str, code: &str, edits: &[Edit]) -> Option<String> {
    if edits.is_empty() {
        return None;
    }
    let map = SourceMap::from_json_string(map).ok()?;
    let shifts: Vec<(u32, u32, i64)> = edits.iter().map(|edit| shift_of(code, edit)).collect();
    let mut builder = SourceMapBuilder::default();
    for (source, content) in map.get_sources().zip(map.get_source_contents()) {
        builder.set_source_and_content(source, content.unwrap_or_default());
    }
    for token in map.get_tokens() {
        let (line, column) = (token.get_dst_line(), token.get_dst_col());
        let before = shifts
            .iter()
            .filter(|(on, at, _)| *on == line && *at <= column);
        let shift: i64 = before.map(|(_, _, by)| by).sum();
        let column = u32::try_from(i64::from(column) + shift).unwrap_or(column);
        builder.add_token(
            line,
            column,
            token.get_src_line(),
            token.get_src_col(),
            token.get_source_id(),
            None,
        );
    }
    Some(builder.into_sourcemap().to_json_string())
}

/// From where on an edit moves what is on its line, and by how much: line and columns from 0, in UTF-16 code units.
fn shift_of(code: &str, edit: &Edit) -> (u32, u32, i64) {
    let place = place_of(code, edit.span.end);
    let before = code.get(edit.span.start..edit.span.end).unwrap_or_default();
    let units = |text: &str| text.encode_utf16().count() as i64;
    (
        place.line - 1,
        place.column - 1,
        units(&edit.text) - units(before),
    )
}

/// The map of a code that was made of a code with a map of its own: to what that was made of. `None` when one of them
/// is not a map. Places that the earlier map does not know are left out.
pub fn joined(map: &str, before: &str) -> Option<String> {
    let map = SourceMap::from_json_string(map).ok()?;
    let before = SourceMap::from_json_string(before).ok()?;
    let table = before.generate_lookup_table();
    let mut builder = SourceMapBuilder::default();
    for (source, content) in before.get_sources().zip(before.get_source_contents()) {
        builder.set_source_and_content(source, content.unwrap_or_default());
    }
    for token in map
        .get_tokens()
        .filter(|token| token.get_source_id().is_some())
    {
        let found = before.lookup_token(&table, token.get_src_line(), token.get_src_col());
        let Some(found) = found.filter(|found| found.get_source_id().is_some()) else {
            continue;
        };
        builder.add_token(
            token.get_dst_line(),
            token.get_dst_col(),
            found.get_src_line(),
            found.get_src_col(),
            found.get_source_id(),
            None,
        );
    }
    Some(builder.into_sourcemap().to_json_string())
}

/// The text of the first source of a map, where it has it.
pub fn content(map: &str) -> Option<String> {
    let map = SourceMap::from_json_string(map).ok()?;
    map.get_source_content(0).map(str::to_owned)
}

/// The comment that brings a map with the code; nothing when it is no map.
pub fn comment(map: &str) -> String {
    let map = SourceMap::from_json_string(map);
    let url = map.map(|map| map.to_data_url());
    url.map_or_else(
        |_| String::new(),
        |url| format!("//# sourceMappingURL={url}"),
    )
}

/// A mistake in compiled code, seen in its source where the map tells.
pub fn seen_in_source(found: Diagnostic, mapped: Option<(String, &str)>) -> Diagnostic {
    let place = found
        .place
        .as_ref()
        .zip(mapped.as_ref())
        .and_then(|(place, (map, source))| {
            let map = SourceMap::from_json_string(map).ok()?;
            let tokens = map.get_tokens();
            let before = tokens.filter(|token| {
                token.get_dst_line() + 1 == place.line && token.get_dst_col() < place.column
            });
            let token: Token = before.max_by_key(Token::get_dst_col)?;
            let offset = origin(
                source,
                &[],
                token.get_src_line() + 1,
                token.get_src_col() + 1,
            );
            Some(place_of(source, offset))
        });
    Diagnostic {
        place: place.or(found.place),
        ..found
    }
}
