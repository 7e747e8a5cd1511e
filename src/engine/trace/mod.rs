//! Where errors come from: from what browsers and hosts say of them to files, lines and frames.
//!
//! Knows the code that was served and what it was made of, as far as that is in memory. Reads no file: pages ask.

mod map;

use std::path::Path;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use map::Maps;

use super::Target;
use super::change::check::suspect;
use super::coordinator::Coordinator;
use super::message::HostFailure;
use super::serve::script::INLINE;
use crate::protocol::{Call, Diagnostic, FailureKind, ServerMessage, Severity, Thrown};
use hotgraph_core::diagnostic as core;
use hotgraph_core::diagnostic::place_of;
use hotgraph_core::graph::{ModuleId, ModuleKind, url};
use hotgraph_core::syntax::analyze::{ModuleRecord, Span};
use hotgraph_core::syntax::edit::{line_ends, origin};

/// Calls of a stack that are located.
const MOST_CALLS: usize = 20;

/// Names of exports that are listed.
const MOST_NAMES: usize = 10;

/// What was found out about something that was thrown.
pub struct Found {
    /// What it is, and where.
    pub diagnostic: Diagnostic,
    /// Whether the host has been told of it before.
    pub is_known: bool,
}

/// A place of a module as its author sees it.
#[derive(Debug, Clone, Default)]
struct Spot {
    file: Option<String>,
    line: Option<u32>,
    column: Option<u32>,
    frame: Option<String>,
}

impl Coordinator {
    /// The host's tools found an error in a file: pages that ask for it are told, until the file changes.
    pub fn host_failed(&mut self, failure: HostFailure) {
        self.work_off_backlog();
        let HostFailure {
            file,
            message,
            remedy,
            source,
            line,
            column,
        } = failure;
        let mut state = self.shared.state();
        let Some(index) = state.files.find(&file) else {
            return;
        };
        let module = state.files.get(index).modules.first().copied();
        // A later tool sees what an earlier one made.
        let found = map::original(&source, line, Some(column));
        let found = found.and_then(|found| Some((found.content?, found.line, found.column)));
        let (source, line, column) = found.unwrap_or((source, line, column));
        let module_url = module.map_or_else(String::new, |id| state.graph.url(id).to_owned());
        // Where code cannot be parsed, our own parser says more exactly where: some tools only look for imports.
        let mistake = suspect(&file, &source, ModuleKind::Script, &module_url);
        let diagnostic = mistake.unwrap_or_else(|| core::Diagnostic {
            severity: core::Severity::Error,
            message,
            remedy,
            url: module_url,
            file: Some(file.display().to_string()),
            place: Some(place_of(&source, origin(&source, &[], line, column))),
        });
        let is_new = state.files.get_mut(index).life.found_broken(&diagnostic);
        drop(state);
        if is_new {
            self.report(vec![diagnostic]);
        }
    }

    /// Finds out where something that a page tells of comes from, and answers the page. `None` when it asks too much.
    pub fn answer_thrown(&mut self, client: u32, thrown: Thrown) -> Option<Found> {
        if !self.may_ask(client) {
            return None;
        }
        self.work_off_backlog();
        let question = thrown.question;
        let maps = Maps::default();
        let calls: Vec<(&Call, Spot)> = thrown
            .calls
            .iter()
            .take(MOST_CALLS)
            .filter_map(|call| Some((call, self.spot_of_call(client, call, &maps)?)))
            .collect();
        let lines = calls.iter().map(|(call, spot)| self.line_of(call, spot));
        let lines = lines.collect();
        let found = match thrown.failure {
            FailureKind::Code => self.thrown_by_code(client, &thrown, &calls),
            FailureKind::Import => self.failed_import(client, &thrown, &calls),
            FailureKind::Load => self.failed_load(client, &thrown),
        };
        let message = ServerMessage::Located {
            question,
            diagnostic: found.diagnostic.clone(),
            calls: lines,
        };
        self.shared.send(Target::Client(client), &message);
        Some(found)
    }

    /// The url by which the engine knows what a browser calls so: a page may be shown under another one.
    fn known_url(&self, client: u32, url: &str) -> String {
        let page = self.page_url(client);
        let page = page.filter(|page| page.trim_end_matches("index.html") == url);
        page.unwrap_or_else(|| url.to_owned())
    }

    fn thrown_by_code(&self, client: u32, thrown: &Thrown, calls: &[(&Call, Spot)]) -> Found {
        let first = calls.first();
        let module_url = first.map(|(call, _)| call.url.clone());
        let module_url = module_url
            .or_else(|| thrown.url.clone())
            .unwrap_or_default();
        let module_url = self.known_url(client, &module_url);
        if let Some(found) = self.known_problem(&module_url) {
            return found;
        }
        let spot = first.map_or_else(
            || self.spot_of_module(&module_url),
            |(_, spot)| spot.clone(),
        );
        let (message, remedy) = (thrown.message.clone(), thrown.remedy.clone());
        self.found(module_url, message, remedy, spot)
    }

    /// An import leads nowhere, or to a module without such an export.
    fn failed_import(&self, client: u32, thrown: &Thrown, calls: &[(&Call, Spot)]) -> Found {
        let specifier = thrown.specifier.as_deref().unwrap_or_default();
        let importer = thrown.url.as_deref().map_or_else(
            || self.importer_by_name(specifier),
            |url| self.shared.state().graph.get(url),
        );
        let Some(importer) = importer else {
            return self.thrown_by_code(client, thrown, calls);
        };
        let spot = self.spot_of_import(importer, specifier, thrown.name.as_deref());
        let (message, remedy) = match &thrown.name {
            Some(name) => (
                format!("imports \"{name}\" from \"{specifier}\", which does not export it"),
                self.exports_of(importer, specifier),
            ),
            None if url::is_bare(specifier) => {
                (unresolved(specifier), Some(remedy_for_package(specifier)))
            }
            None => (thrown.message.clone(), None),
        };
        let module_url = self.shared.state().graph.url(importer).to_owned();
        let spot = spot.unwrap_or_else(|| self.spot_of_module(&module_url));
        self.found(module_url, message, remedy, spot)
    }

    /// The browser got no module from a url: whoever imports it is where the mistake is.
    fn failed_load(&self, client: u32, thrown: &Thrown) -> Found {
        let module_url = thrown.url.clone().unwrap_or_default();
        if let Some(found) = self.known_problem(&module_url) {
            return found;
        }
        let why = &thrown.message;
        let (id, importers) = {
            let state = self.shared.state();
            let id = state.graph.get(&module_url);
            let importers = id.map_or_else(Vec::new, |id| state.graph.importers(id).to_vec());
            (id, importers)
        };
        let remedy = thrown.remedy.clone().or_else(|| {
            if !why.ends_with("404") {
                return Some("the terminal of the dev server may say why".to_owned());
            }
            let file = self.shared.options.folders.file_of(&module_url)?;
            let name = self.shown(&file.display().to_string());
            Some(format!("make the file {name}, or name another one"))
        });
        for importer in importers {
            let by = |specifier: &str, of: ModuleId| {
                id.is_some() && self.shared.state().resolve(of, specifier) == id
            };
            let Some((text, specifier, span)) = self.import_where(importer, by) else {
                continue;
            };
            let spot = self.spot_at(importer, &text, span.start, true, &Maps::default());
            let message = format!("imports \"{specifier}\", which could not be loaded: {why}");
            let importer_url = self.shared.state().graph.url(importer).to_owned();
            return self.found(importer_url, message, remedy, spot);
        }
        let page = self.page_url(client);
        let page = page.unwrap_or_else(|| module_url.clone());
        let message = format!("loads {module_url}, which could not be loaded: {why}");
        let spot = self.spot_of_module(&page);
        self.found(page, message, remedy, spot)
    }

    fn found(
        &self,
        module_url: String,
        message: String,
        remedy: Option<String>,
        spot: Spot,
    ) -> Found {
        let diagnostic = Diagnostic {
            severity: Severity::Error,
            message,
            remedy,
            url: module_url,
            file: spot.file,
            line: spot.line,
            column: spot.column,
            frame: spot.frame,
        };
        Found {
            diagnostic,
            is_known: false,
        }
    }

    /// What is known to be wrong with the file of a module.
    fn known_problem(&self, module_url: &str) -> Option<Found> {
        let state = self.shared.state();
        let file = state.files.of_module(state.graph.get(module_url)?)?;
        let problem = state.files.get(file).life.problem()?.clone();
        Some(Found {
            diagnostic: problem.into(),
            is_known: true,
        })
    }

    /// The module that imports a bare name which stands for nothing.
    fn importer_by_name(&self, specifier: &str) -> Option<ModuleId> {
        let mut state = self.shared.state();
        let ids: Vec<ModuleId> = state.graph.ids().collect();
        ids.into_iter().find(|&id| {
            let record = state.module(id).record.clone();
            let imports_it = record
                .is_some_and(|record| imports_of(&record).any(|(found, _)| found == specifier));
            imports_it && state.resolve(id, specifier).is_none()
        })
    }

    /// What could be imported instead.
    fn exports_of(&self, importer: ModuleId, specifier: &str) -> Option<String> {
        let mut state = self.shared.state();
        let id = state.resolve(importer, specifier)?;
        let record = state.module(id).record.clone()?;
        if record.reexports_all {
            return None;
        }
        let names: Vec<&str> = record.exports.iter().map(String::as_str).collect();
        Some(match names.as_slice() {
            [] => format!("export it there: \"{specifier}\" exports nothing"),
            names => {
                let shown = names[..names.len().min(MOST_NAMES)].join(", ");
                let more = if names.len() > MOST_NAMES {
                    ", …"
                } else {
                    ""
                };
                format!("export it there, or import one of its exports: {shown}{more}")
            }
        })
    }

    /// Where a module imports from a specifier, or this name from there.
    fn spot_of_import(
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
    fn import_where(
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
    fn text_of(&self, id: ModuleId) -> Option<Arc<str>> {
        let mut state = self.shared.state();
        let source = state.module(id).source.as_ref()?;
        Some(source.text.clone())
    }

    /// The file of a module and nothing more.
    fn spot_of_module(&self, module_url: &str) -> Spot {
        let state = self.shared.state();
        let file = state.graph.get(module_url);
        let file = file.and_then(|id| state.files.of_module(id));
        Spot {
            file: file.map(|index| state.files.get(index).path.display().to_string()),
            ..Spot::default()
        }
    }

    /// Where a call is; `None` of what is not the author's.
    fn spot_of_call(&self, client: u32, call: &Call, maps: &Maps) -> Option<Spot> {
        let known = self.shared.state().graph.get(&call.url);
        let text = known.and_then(|id| self.text_of(id));
        let (Some(id), Some(text)) = (known, text) else {
            return Some(Spot {
                line: Some(call.line),
                column: call.column,
                ..self.spot_of_module(&self.known_url(client, &call.url))
            });
        };
        let hash = xxh3_64(text.as_bytes());
        let is_followed = self.shared.state().is_followed(id);
        let record = is_followed.then(|| self.shared.analysis_of(hash, &text).ok());
        let record = record.flatten();
        let plan = record.as_ref().and_then(|record| match &record.body {
            Some(Ok(plan)) => Some(plan),
            _ => None,
        });
        // Behind its end a shell runs the module.
        if plan.is_some() && call.line as usize > line_ends(&text).count() + 1 {
            return None;
        }
        // What stands in front of the first line of a shell is not the author's.
        let column = call.column.filter(|_| plan.is_none() || call.line > 1);
        let at = column.unwrap_or(1);
        let offset = match plan {
            Some(plan) => plan.origin(&text, call.line, at),
            None => origin(&text, &[], call.line, at),
        };
        Some(self.spot_at(id, &text, offset, column.is_some(), maps))
    }

    /// A place in the code of a module as the host made it, seen in the source that it was made of.
    fn spot_at(
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
        if let Some(page) = page_of_inline(&module_url) {
            // Its lines are not those of the page.
            return self.spot_of_module(page);
        }
        let place = place_of(text, offset);
        let column = has_column.then_some(place.column);
        let Some(found) = maps.original(id, text, place.line, column) else {
            return Spot {
                file: file.map(|file| file.display().to_string()),
                line: Some(place.line),
                column,
                frame: Some(shown_frame(place.frame, has_column)),
            };
        };
        let source = Path::new(&found.source);
        let is_own =
            |file: &Path| file.file_name().is_some() && file.file_name() == source.file_name();
        let own = file.as_deref().filter(|file| is_own(file));
        let content = found.content.as_deref();
        let content = content.or_else(|| saved.as_deref().filter(|_| own.is_some()));
        let frame = content.map(|content| {
            let offset = origin(content, &[], found.line, found.column);
            shown_frame(place_of(content, offset).frame, has_column)
        });
        let folders = &self.shared.options.folders;
        let named = own.map(Path::to_path_buf).or_else(|| {
            if source.starts_with(&folders.root) {
                return Some(source.to_path_buf());
            }
            folders.file_of(&url::resolve(
                &module_url,
                &url::as_relative(&found.source),
            )?)
        });
        Spot {
            file: named.map(|file| file.display().to_string()),
            line: Some(found.line),
            column: has_column.then_some(found.column),
            frame,
        }
    }

    /// A call as people read it.
    fn line_of(&self, call: &Call, spot: &Spot) -> String {
        let file = spot.file.as_deref().map(|file| self.shown(file));
        let file = file.unwrap_or_else(|| call.url.clone());
        let numbers = [spot.line, spot.column].into_iter().flatten();
        let place = numbers.fold(file, |place, number| format!("{place}:{number}"));
        match &call.name {
            Some(name) => format!("at {name} ({place})"),
            None => format!("at {place}"),
        }
    }

    /// A file's name below the root.
    fn shown(&self, file: &str) -> String {
        let below = Path::new(file).strip_prefix(&self.shared.options.folders.root);
        below.map_or_else(|_| file.to_owned(), |below| below.display().to_string())
    }
}

/// The page that an inline script stands in.
fn page_of_inline(module_url: &str) -> Option<&str> {
    let (_, marked) = module_url.split_once(INLINE)?;
    let (page, _) = marked.strip_prefix('=')?.rsplit_once(':')?;
    Some(page)
}

/// What is wrong with an import of a bare name that the browser got as it is.
fn unresolved(specifier: &str) -> String {
    format!("imports \"{specifier}\", and no package of that name was found")
}

fn remedy_for_package(specifier: &str) -> String {
    let mut parts = specifier.splitn(3, '/');
    let first = parts.next().unwrap_or_default();
    let scoped = parts.next().filter(|_| first.starts_with('@'));
    let name = scoped.map_or_else(|| first.to_owned(), |second| format!("{first}/{second}"));
    format!(
        "install it (npm install {name}) and let the dev server resolve names (@web/dev-server: nodeResolve: true), \
         or name it in the page's import map"
    )
}

/// The static and literal dynamic imports of some code.
fn imports_of(record: &ModuleRecord) -> impl Iterator<Item = (&str, Span)> {
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
    fn a_frame_of_a_line_has_no_mark() {
        let frame = "> 1 | a ^\n    |   ^\n  2 | b".to_owned();
        assert_eq!(shown_frame(frame.clone(), true), frame);
        assert_eq!(shown_frame(frame, false), "> 1 | a ^\n  2 | b");
    }

    #[test]
    fn packages_are_named_without_their_files() {
        for (specifier, name) in [
            ("a", "a"),
            ("a/b.js", "a"),
            ("@a/b", "@a/b"),
            ("@a/b/c", "@a/b"),
        ] {
            let install = format!("npm install {name})");
            assert!(
                remedy_for_package(specifier).contains(&install),
                "{specifier}"
            );
        }
    }
}
