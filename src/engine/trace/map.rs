//! Source maps: which place of which source a place of some code was made of.
//!
//! A map stands in the code, or in a file that the code names. Nothing is fetched. Maps are untrusted.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use data_url::DataUrl;
use hotgraph_core::graph::{ModuleId, url};
use oxc_sourcemap::SourceMap;

/// What a map's comment begins with.
const COMMENT: &str = "//# sourceMappingURL=";

/// A place in a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Original {
    /// The file of the source, whether or not there is one; `None` where the map names none.
    pub file: Option<PathBuf>,
    /// The text of the source, where the map has it.
    pub content: Option<String>,
    /// From 1.
    pub line: u32,
    /// From 1, in UTF-16 code units.
    pub column: u32,
}

/// The maps that were read for one question: a stack names the same modules again and again.
#[derive(Default)]
pub struct Maps {
    known: RefCell<HashMap<ModuleId, Option<Map>>>,
}

struct Map {
    map: SourceMap<'static>,
    /// The folder that it names its sources from.
    folder: PathBuf,
}

impl Maps {
    /// What a place of a module's code was made of, as [`original`] says.
    ///
    /// `file` is the module's. `map_at` returns the file of a map that the code names by this address, and what is in it.
    pub fn original(
        &self,
        module: ModuleId,
        (code, file): (&str, &Path),
        (line, column): (u32, Option<u32>),
        map_at: impl FnOnce(&str) -> Option<(PathBuf, String)>,
    ) -> Option<Original> {
        let mut known = self.known.borrow_mut();
        let map = known.entry(module);
        let map = map.or_insert_with(|| {
            let address = address_in(code)?;
            let (file, json) = match in_address(address) {
                Some(json) => (file.to_path_buf(), json),
                None => map_at(address)?,
            };
            let folder = file.parent()?.to_path_buf();
            Some(Map {
                map: parse(&json)?,
                folder,
            })
        });
        let Map { map, folder } = map.as_ref()?;
        look_up(map, folder, line, column)
    }
}

/// The source of a place in some code; `None` where the code has no map in it, or the map does not say.
///
/// `line` counts from 1, as `column`, without which the first thing on the line counts.
pub fn original(code: &str, line: u32, column: Option<u32>) -> Option<Original> {
    let map = parse(&in_address(address_in(code)?)?)?;
    look_up(&map, Path::new(""), line, column)
}

/// Where code says that its map is.
fn address_in(code: &str) -> Option<&str> {
    let comment = code.rfind(COMMENT)?;
    code[comment + COMMENT.len()..].split_whitespace().next()
}

/// Code without the map that ends it, where that is in the code: all that can run of it.
pub fn without_map(code: &str) -> &str {
    let found = code.rsplit_once(COMMENT);
    let is_in_it = |address: &str| {
        address.starts_with("data:") && !address.trim_end().contains(['\n', '\r', '"', '\'', '`'])
    };
    match found {
        Some((before, address)) if is_in_it(address) => before.trim_end_matches(['\n', '\r']),
        _ => code,
    }
}

/// The map that an address holds itself.
fn in_address(address: &str) -> Option<String> {
    let (json, _) = DataUrl::process(address).ok()?.decode_to_vec().ok()?;
    String::from_utf8(json).ok()
}

fn parse(json: &str) -> Option<SourceMap<'static>> {
    Some(SourceMap::from_json_string(json).ok()?.into_owned())
}

/// The file that a map calls so.
fn file_of(source: &str, root: Option<&str>, folder: &Path) -> Option<PathBuf> {
    let named = Path::new(root.unwrap_or_default()).join(source);
    // A drive looks like a scheme.
    if !named.is_absolute() && url::is_absolute(named.to_str()?) {
        return None;
    }
    let mut file = PathBuf::new();
    for part in folder.join(named).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(file.pop()),
            part => file.push(part),
        }
    }
    Some(file)
}

fn look_up(map: &SourceMap, folder: &Path, line: u32, column: Option<u32>) -> Option<Original> {
    let line = line.checked_sub(1)?;
    let tokens = map
        .get_tokens()
        .filter(|token| token.get_dst_line() == line && token.get_source_id().is_some());
    let token = match column {
        None => tokens.min_by_key(oxc_sourcemap::Token::get_dst_col),
        Some(column) => {
            let before = tokens.filter(|token| token.get_dst_col() < column);
            before.max_by_key(oxc_sourcemap::Token::get_dst_col)
        }
    }?;
    let id = token.get_source_id()?;
    Some(Original {
        file: file_of(map.get_source(id)?, map.get_source_root(), folder),
        content: map.get_source_content(id).map(str::to_owned),
        line: token.get_src_line().checked_add(1)?,
        column: token.get_src_col().checked_add(1)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Code with a map of two lines: `a` is line 3, column 2 of the source, `b` on the second line its line 8.
    fn mapped(code: &str) -> String {
        let json = r#"{"version":3,"sources":["a.ts"],"sourcesContent":["one"],"names":[],"mappings":"AAEE;IAKF"}"#;
        let json = json.replace('"', "%22").replace(' ', "%20");
        format!("{code}\n{COMMENT}data:application/json,{json}\n")
    }

    #[test]
    fn only_a_map_in_the_code_is_left_out() {
        let map = "//# sourceMappingURL=data:application/json;base64,e30=";
        for (code, rest) in [
            (format!("a;\n{map}\n"), "a;"),
            (format!("a;\n\n{map}"), "a;"),
            ("a;\n".to_owned(), "a;\n"),
            (
                "a;\n//# sourceMappingURL=a.js.map\n".to_owned(),
                "a;\n//# sourceMappingURL=a.js.map\n",
            ),
        ] {
            assert_eq!(without_map(&code), rest, "{code}");
        }
        // Something else than the end of the code.
        for code in [
            format!("a;\n{map}\nb;"),
            format!("`\n{map}`"),
            format!("'{map}'"),
        ] {
            assert_eq!(without_map(&code), code);
        }
    }

    #[test]
    fn places_are_those_of_the_source() {
        let code = mapped("a\n    b c");
        let at =
            |line, column| original(&code, line, column).map(|found| (found.line, found.column));
        assert_eq!(at(1, Some(1)), Some((3, 3)));
        assert_eq!(at(2, Some(5)), Some((8, 1)));
        assert_eq!(at(2, Some(99)), Some((8, 1)));
        assert_eq!(at(2, Some(4)), None);
        assert_eq!(at(2, None), Some((8, 1)));
        assert_eq!(at(3, Some(1)), None);
        assert_eq!(at(0, Some(1)), None);
        let found = original(&code, 1, Some(1));
        assert_eq!(
            found.and_then(|found| found.content).as_deref(),
            Some("one")
        );
    }

    #[test]
    fn sources_are_files_seen_from_their_map() {
        for (source, root, expected) in [
            ("a.ts", None, Some("/app/dist/a.ts")),
            ("./a.ts", None, Some("/app/dist/a.ts")),
            ("../src/a.ts", None, Some("/app/src/a.ts")),
            ("a.ts", Some("../src"), Some("/app/src/a.ts")),
            ("a.ts", Some("/src/"), Some("/src/a.ts")),
            ("/src/a.ts", Some("lib"), Some("/src/a.ts")),
            ("../../../../a.ts", None, Some("/a.ts")),
            ("webpack://app/./a.ts", None, None),
            ("a.ts", Some("https://example.com"), None),
        ] {
            let file = file_of(source, root, Path::new("/app/dist"));
            assert_eq!(
                file.as_deref(),
                expected.map(Path::new),
                "{source} {root:?}"
            );
        }
    }

    #[test]
    fn what_is_no_map_says_nothing() {
        for comment in [
            "",
            "a.js.map",
            "data:application/json,{}",
            "data:application/json;base64,%%%",
            "data:application/json,{%22version%22:3,%22sources%22:[],%22names%22:[],%22mappings%22:%22AAAA%22}",
            "data:application/json,{%22version%22:3,%22sources%22:[%22a%22],%22names%22:[],%22mappings%22:%22gggggggggggggggggggA%22}",
        ] {
            let code = format!("a\n{COMMENT}{comment}");
            assert_eq!(original(&code, 1, Some(1)), None, "{comment}");
        }
        assert_eq!(original("a", 1, Some(1)), None);
    }
}
