//! Spots: from a place in the code that was served to the place where its author wrote it.
//!
//! Goes backwards through our own edits, and then through the code's source map.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use super::map::Maps;
use crate::engine::coordinator::Coordinator;
use crate::engine::serve::script::inline_place;
use crate::engine::watch::reading;
use crate::protocol::Call;
use hotgraph_core::diagnostic::{Place, place_of};
use hotgraph_core::graph::{ModuleId, ModuleKind};
use hotgraph_core::syntax::analyze::{ModuleRecord, Span};
use hotgraph_core::syntax::edit::{BYTE_ORDER_MARK, line_ends, origin};

/// A place of a module as its author sees it.
#[derive(Debug, Clone, Default)]
pub struct Spot {
    /// An absolute path.
    pub file: Option<String>,
    /// From 1.
    pub line: Option<u32>,
    /// From 1, in UTF-16 code units.
    pub column: Option<u32>,
    /// The lines around it.
    pub frame: Option<String>,
}

impl Coordinator {
    /// Where a module imports from a specifier, or this name from there.
    pub fn spot_of_import(
        &self,
        importer: ModuleId,
        specifier: &str,
        name: Option<&str>,
    ) -> Option<Spot> {
        let is_it = |found: &str, _| found == specifier;
        let (text, _, span) = self.import_where(importer, is_it)?;
        let named = name.and_then(|name| name_before(&text, span.start, name));
        let offset = named.unwrap_or(span.start);
        Some(self.spot_at(importer, &text, offset, true, &Maps::default()))
    }

    /// An import of a module's code: that code, the specifier, and where it is.
    pub fn import_where(
        &self,
        importer: ModuleId,
        is_it: impl Fn(&str, ModuleId) -> bool,
    ) -> Option<(Arc<str>, String, Span)> {
        let text = self.text_of(importer)?;
        let hash = xxh3_64(text.as_bytes());
        let record = self.shared.analysis_of(hash, &text).ok()?;
        let (specifier, span) = imports_of(&record).find(|(found, _)| is_it(found, importer))?;
        let specifier = specifier.to_owned();
        Some((text, specifier, span))
    }

    /// The code of a module as the host made it.
    pub fn text_of(&self, id: ModuleId) -> Option<Arc<str>> {
        let mut state = self.shared.state();
        let source = state.module(id).source.as_ref()?;
        Some(source.text.text())
    }

    /// The file of a module and nothing more.
    pub fn spot_of_module(&self, module_url: &str) -> Spot {
        let state = self.shared.state();
        let file = state.graph.get(module_url);
        let file = file.and_then(|id| state.files.of_module(id));
        Spot {
            file: file.map(|index| state.files.get(index).path.display().to_string()),
            ..Spot::default()
        }
    }

    /// The line of a page or a style sheet that names what it loads, as far as its text shows that.
    pub fn spot_of_mention(&self, module_url: &str, loaded: &str) -> Spot {
        let spot = self.spot_of_module(module_url);
        let path = loaded.split('?').next().unwrap_or_default();
        let name = path.rsplit('/').next().unwrap_or_default();
        let text = spot.file.as_deref();
        let text = text.and_then(|file| self.text_below(Path::new(file)));
        let Some(text) = text.filter(|_| !name.is_empty()) else {
            return spot;
        };
        let begins = |&(at, _): &(usize, &str)| {
            let before = text[..at].chars().next_back();
            before.is_some_and(|found| !found.is_alphanumeric() && !"-_.".contains(found))
        };
        let Some((offset, _)) = text.match_indices(name).find(begins) else {
            return spot;
        };
        let place = place_of(&text, offset);
        Spot {
            line: Some(place.line),
            frame: Some(shown_frame(place.frame, false)),
            ..spot
        }
    }

    /// Where a call is; `None` of what is not the author's.
    pub fn spot_of_call(&self, client: u32, call: &Call, maps: &Maps) -> Option<Spot> {
        let page = self.known_url(client, &call.url);
        let inline = self.inline_script_at(&page, call.line);
        let known = inline.or_else(|| self.shared.state().graph.get(&call.url));
        let text = known.and_then(|id| self.text_of(id));
        let (Some(id), Some(text)) = (known, text) else {
            return Some(Spot {
                line: Some(call.line),
                column: call.column,
                ..self.spot_of_module(&page)
            });
        };
        let start = inline.and_then(|id| {
            let state = self.shared.state();
            Some(inline_place(state.graph.url(id))?.line as u32)
        });
        let (line, column) = match start {
            // The rest of the page's first line is not known here.
            Some(start) if start == call.line => (1, None),
            Some(start) => (call.line.saturating_sub(start) + 1, call.column),
            None => (call.line, call.column),
        };
        let hash = xxh3_64(text.as_bytes());
        let is_followed = self.shared.state().is_followed(id);
        let record = is_followed.then(|| self.shared.analysis_of(hash, &text).ok());
        let record = record.flatten();
        let plan = record.as_ref().and_then(|record| match &record.body {
            Some(Ok(plan)) => Some(plan),
            _ => None,
        });
        let at = column.unwrap_or(1);
        let offset = match plan {
            // After its own code a shell imports what the module does, and runs it.
            Some(plan) => plan.origin(&text, line, at)?,
            None => origin(&text, &[], line, at),
        };
        Some(self.spot_at(id, &text, offset, column.is_some(), maps))
    }

    /// The inline script that a line of a page is in.
    pub fn inline_script_at(&self, page: &str, line: u32) -> Option<ModuleId> {
        let mut state = self.shared.state();
        let page = state.graph.get(page)?;
        if state.graph.kind(page) != ModuleKind::Page {
            return None;
        }
        let scripts = state.graph.imports(page).to_vec().into_iter();
        let found = scripts.filter_map(|id| {
            let start = inline_place(state.graph.url(id))?.line;
            let text = state.module(id).source.as_ref()?.text.text();
            let end = start + line_ends(&text).count();
            (start..=end).contains(&(line as usize)).then_some(id)
        });
        found.last()
    }

    /// A place in an inline script, which is one in its page.
    fn spot_in_page(
        &self,
        id: ModuleId,
        page: &str,
        text: &str,
        offset: usize,
        has_column: bool,
    ) -> Spot {
        let spot = self.spot_of_module(page);
        let Some(in_page) = self.shared.state().in_page(id, text) else {
            return spot;
        };
        let place = place_of(&in_page, in_page.len() - text.len() + offset);
        Spot {
            line: Some(place.line),
            column: has_column.then_some(place.column),
            frame: Some(shown_frame(place.frame, has_column)),
            ..spot
        }
    }

    /// A place in the code of a module as the host made it, seen in the source that it was made of.
    pub fn spot_at(
        &self,
        id: ModuleId,
        text: &str,
        offset: usize,
        has_column: bool,
        maps: &Maps,
    ) -> Spot {
        let (module_url, file, saved) = {
            let state = self.shared.state();
            let file = state.files.of_module(id);
            let entry = file.map(|index| state.files.get(index));
            let path = entry.map(|entry| entry.path.clone());
            let saved = entry.and_then(|entry| entry.saved.clone());
            (state.graph.url(id).to_owned(), path, saved)
        };
        if let Some(inline) = inline_place(&module_url) {
            return self.spot_in_page(id, inline.page, text, offset, has_column);
        }
        let place = place_of(text, offset);
        let column = has_column.then_some(place.column);
        let code = (text, file.as_deref().unwrap_or(Path::new("")));
        let map_at = |address: &str| self.map_at(&module_url, address);
        let found = maps.original(id, code, (place.line, column), map_at);
        let Some((found, source)) = found.and_then(|found| Some((found.clone(), found.file?)))
        else {
            let written = || self.text_below(file.as_deref()?);
            let written = saved.map(|saved| saved.to_string()).or_else(written);
            let frame = written.and_then(|written| frame_as_written(text, &written, &place));
            return Spot {
                file: file.map(|file| file.display().to_string()),
                line: Some(place.line),
                column,
                frame: Some(shown_frame(frame.unwrap_or(place.frame), has_column)),
            };
        };
        // Tools that work on a text know only the name of its file.
        let own = file.filter(|file| file.file_name() == source.file_name());
        let saved = saved
            .filter(|_| own.is_some())
            .map(|saved| saved.to_string());
        let content = found.content.or(saved).or_else(|| self.text_below(&source));
        let frame = content.map(|content| {
            let offset = origin(&content, &[], found.line, found.column);
            shown_frame(place_of(&content, offset).frame, has_column)
        });
        Spot {
            file: Some(own.unwrap_or(source).display().to_string()),
            line: Some(found.line),
            column: has_column.then_some(found.column),
            frame,
        }
    }

    /// The file of a map that a module names by this address, and what is in it.
    fn map_at(&self, module_url: &str, address: &str) -> Option<(PathBuf, String)> {
        let map_url = self.shared.state().locate(module_url, address)?;
        let file = self.shared.options.folders.file_of(&map_url)?;
        let json = self.text_below(&file)?;
        Some((file, json))
    }

    /// The text of a file, if it is one that pages could get: below the root, and not hidden.
    fn text_below(&self, file: &Path) -> Option<String> {
        let below = file.strip_prefix(&self.shared.options.folders.root).ok()?;
        let is_hidden = |part: Component| part.as_os_str().as_encoded_bytes().starts_with(b".");
        if below.components().any(is_hidden) {
            return None;
        }
        String::from_utf8(reading::read(file).ok()?.bytes?).ok()
    }
}

/// The static and literal dynamic imports of some code.
pub fn imports_of(record: &ModuleRecord) -> impl Iterator<Item = (&str, Span)> {
    let statics = record.imports.iter();
    let statics = statics.map(|import| (import.specifier.as_str(), import.span));
    let dynamics = record.dynamic_imports.iter();
    let dynamics = dynamics.filter_map(|import| {
        let (specifier, _) = import.literal.as_ref()?;
        Some((specifier.as_str(), import.argument))
    });
    statics.chain(dynamics)
}

/// Where the statement that ends with a specifier names an import.
fn name_before(text: &str, specifier: usize, name: &str) -> Option<usize> {
    let before = text.get(..specifier)?;
    let statement = before.rfind("import").max(before.rfind("export"))?;
    let is_part = |found: Option<char>| {
        found.is_some_and(|found| found.is_alphanumeric() || matches!(found, '_' | '$'))
    };
    let mut places = before.rmatch_indices(name).map(|(at, _)| at);
    let at = places.find(|&at| {
        let after = before.get(at + name.len()..).unwrap_or_default();
        !is_part(before[..at].chars().next_back()) && !is_part(after.chars().next())
    })?;
    (at > statement).then_some(at)
}

/// The frame of a place in what the author wrote, where the code that was served has the same lines: types may be blanks
/// there, and specifiers other ones. `None` where the place's own line is another one before that place.
fn frame_as_written(served: &str, written: &str, place: &Place) -> Option<String> {
    if line_ends(served).count() != line_ends(written).count() {
        return None;
    }
    let (written, served) = (without_mark(written), without_mark(served));
    let at = place.line.saturating_sub(1) as usize;
    let line = served.split('\n').nth(at)?;
    let start: usize = written.split_inclusive('\n').take(at).map(str::len).sum();
    let mut authors = written.get(start..)?.chars();
    let (mut column, mut offset) = (1, start);
    for ours in line.chars() {
        if column >= place.column {
            break;
        }
        let theirs = authors.next()?;
        let is_blanked = ours.is_whitespace() || matches!(ours, BYTE_ORDER_MARK | ';');
        if ours.len_utf16() != theirs.len_utf16() || (ours != theirs && !is_blanked) {
            return None;
        }
        column += ours.len_utf16() as u32;
        offset += theirs.len_utf8();
    }
    Some(place_of(written, offset).frame)
}

fn without_mark(text: &str) -> &str {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
}

/// A frame, without the mark where only the line is known.
fn shown_frame(frame: String, has_column: bool) -> String {
    if has_column {
        return frame;
    }
    let is_mark = |line: &&str| line.trim_start().starts_with('|') && line.ends_with('^');
    let lines = frame.lines().filter(|line| !is_mark(line));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_in_its_statement_only() {
        for (text, name, expected) in [
            ("import { a, b } from './x'", "b", Some(12)),
            ("import { ab, b as c } from './x'", "b", Some(13)),
            ("const b = 1; import { a } from './x'", "b", None),
            ("export { b } from './x'", "b", Some(9)),
            ("import b from './x'", "default", None),
        ] {
            let specifier = text.find("'./x'").unwrap_or_default();
            let found = name_before(text, specifier, name);
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn a_frame_shows_what_the_author_wrote() {
        let served = "import a from '/lib/a.js';\nlet b         = a.c;\nlet d = b as;\n";
        let written = "import a from 'a';\nlet b: string = a.c;\nlet d = b as;\n";
        for (served, written, wanted, expected) in [
            (served, written, "a.c", Some("> 2 | let b: string = a.c;")),
            (served, written, "import", Some("> 1 | import a from 'a';")),
            // What stands after another specifier is elsewhere.
            (served, written, ";\nlet b", None),
            // A line more or less, and another statement.
            (
                served,
                "import a from 'a';\nlet b: string = a.c;",
                "a.c",
                None,
            ),
            (served, "\nconst b: number = a.c;\n\n", "a.c", None),
            (
                "let é\u{a0} = x;",
                "let éé = x;",
                "= x",
                Some("> 1 | let éé = x;"),
            ),
            ("\u{feff}a", "a", "a", Some("> 1 | a")),
        ] {
            let place = place_of(served, served.find(wanted).unwrap_or_default());
            let frame = frame_as_written(served, written, &place);
            let marked = frame.as_deref().and_then(|frame| {
                let lines = frame.lines();
                lines.map(str::trim_end).find(|line| line.starts_with('>'))
            });
            assert_eq!(marked, expected, "{wanted} of {written}");
        }
    }

    #[test]
    fn a_frame_of_a_line_has_no_mark() {
        let frame = "> 1 | a ^\n    |   ^\n  2 | b".to_owned();
        assert_eq!(shown_frame(frame.clone(), true), frame);
        assert_eq!(shown_frame(frame, false), "> 1 | a ^\n  2 | b");
    }
}
