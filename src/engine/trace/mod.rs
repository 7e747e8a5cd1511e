//! Where errors come from: from what browsers and hosts say of them to files, lines and frames.
//!
//! Knows the code that was served and what it was made of. Reads nothing but the map and the source that such code
//! names, and only below the root: pages ask.

mod map;
mod spot;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use map::Maps;
pub use map::without_map;
use spot::{Spot, imports_of};

use super::Target;
use super::change::check::suspect;
use super::coordinator::Coordinator;
use super::message::{HostFailure, HostWarning};
use super::serve::script::inline_place;
use super::state::State;
use crate::protocol::{Call, Diagnostic, FailureKind, ServerMessage, Severity, Thrown};
use hotgraph_core::diagnostic as core;
use hotgraph_core::diagnostic::place_of;
use hotgraph_core::graph::{ModuleId, ModuleKind, url};
use hotgraph_core::syntax::edit::origin;

/// Calls of a stack that are located.
const MOST_CALLS: usize = 20;

/// Style sheets that are read to find out which imports a missing one.
const MOST_SHEETS: usize = 200;

/// Names of exports that are listed.
const MOST_NAMES: usize = 10;

/// What was found out about something that was thrown.
pub struct Found {
    /// What it is, and where.
    pub diagnostic: Diagnostic,
    /// Whether the host has been told of it before.
    pub is_known: bool,
}

impl Coordinator {
    /// The host's tools found an error in a file: pages that ask for it are told, until the file changes.
    pub fn host_failed(&mut self, failure: HostFailure) {
        self.work_off_backlog();
        let HostFailure {
            file,
            url: asked,
            origin: at,
            message,
            missing,
            source,
            line,
            column,
        } = failure;
        let missing = missing.filter(|name| url::is_bare(name));
        let unresolved = missing.map(|name| match self.misnamed(&name, Some(&file)) {
            Some((message, remedy)) => (message, Some(remedy)),
            None => {
                let package = package_of(&name);
                let remedy = format!("install it (npm install {package}), or correct the name");
                (no_package(&name), Some(remedy))
            }
        });
        let (message, remedy) = unresolved.unwrap_or((message, None));
        let state = self.shared.state();
        let Some(index) = state.files.find(&file) else {
            return;
        };
        let module = state.files.get(index).modules.first().copied();
        // A later tool sees what an earlier one made.
        let found = map::original(&source, line, Some(column));
        let found = found.and_then(|found| Some((found.content?, found.line, found.column)));
        let (source, line, column) = found.unwrap_or((source, line, column));
        let asked = asked.map(|asked| url::identify(&asked).0);
        let module_url = module.map_or_else(String::new, |id| state.graph.url(id).to_owned());
        let module_url = asked.unwrap_or(module_url);
        // Where code cannot be parsed, our own parser says more exactly where: some tools only look for imports.
        let mistake = match at.is_some() || self.shared.is_made_by_plugins(&module_url) {
            true => None,
            false => suspect(&file, &source, ModuleKind::Script, &module_url),
        };
        let diagnostic = mistake.unwrap_or_else(|| core::Diagnostic {
            severity: core::Severity::Error,
            message,
            remedy,
            url: module_url,
            file: Some(at.unwrap_or_else(|| file.clone()).display().to_string()),
            place: (line > 0).then(|| place_of(&source, origin(&source, &[], line, column))),
        });
        drop(state);
        self.unmade(&file, diagnostic);
    }

    /// The host has something to say of a file, which pages are told that come to load it.
    pub fn host_warned(&mut self, warning: HostWarning) {
        self.work_off_backlog();
        let HostWarning {
            file,
            message,
            remedy,
        } = warning;
        let mut state = self.shared.state();
        let index = state.files.find(&file);
        let module = index.and_then(|index| state.files.get(index).modules.first().copied());
        let warning = core::Diagnostic {
            severity: core::Severity::Warning,
            message,
            remedy,
            url: module.map_or_else(String::new, |id| state.graph.url(id).to_owned()),
            file: Some(file.display().to_string()),
            place: None,
        };
        state.host_warnings.push(warning.clone());
        drop(state);
        self.report(vec![warning]);
    }

    /// Nothing can be made of a file: pages are told, once, until it changes.
    pub fn unmade(&mut self, file: &Path, problem: core::Diagnostic) {
        self.work_off_backlog();
        let mut state = self.shared.state();
        let Some(index) = state.files.find(file) else {
            return;
        };
        let is_new = state.files.get_mut(index).life.found_broken(&problem);
        drop(state);
        if is_new {
            self.report(vec![problem]);
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
        let in_page = first.and_then(|(call, _)| {
            let script = self.inline_script_at(&self.known_url(client, &call.url), call.line)?;
            let text = self.text_of(script)?;
            self.unreadable_in_page(script, &text)
        });
        if let Some(problem) = in_page {
            return Found {
                diagnostic: problem.into(),
                is_known: true,
            };
        }
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
            |url| self.importer_at(&self.known_url(client, url), specifier),
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
                let file = self.file_of(importer);
                let (message, remedy) = self
                    .misnamed(specifier, file.as_deref())
                    .unwrap_or_else(|| (no_package(specifier), self.remedy_for_name(specifier)));
                (message, Some(remedy))
            }
            None => (thrown.message.clone(), None),
        };
        let module_url = self.shared.state().graph.url(importer).to_owned();
        let spot = spot.unwrap_or_else(|| self.spot_of_module(&module_url));
        self.found(module_url, message, remedy, spot)
    }

    /// The browser got no module from a url: the mistake is in its importer.
    fn failed_load(&self, client: u32, thrown: &Thrown) -> Found {
        let module_url = thrown.url.clone().unwrap_or_default();
        if let Some(found) = self.known_problem(&module_url) {
            return found;
        }
        let mut why = thrown.message.clone();
        let (mut id, mut importers) = {
            let state = self.shared.state();
            let id = state.graph.get(&module_url);
            let importers = id.map_or_else(Vec::new, |id| state.graph.importers(id).to_vec());
            (id, importers)
        };
        if let Some((importer, target)) = id.and_then(|id| self.import_of_no_script(id)) {
            (id, importers) = (Some(target), vec![importer]);
            "the dev server makes no script of it".clone_into(&mut why);
        }
        let is_file = id.is_some_and(|id| is_no_script(&mut self.shared.state(), id));
        let is_file = is_file && !why.contains("HTTP status");
        let remedy = thrown.remedy.clone().or_else(|| {
            if is_file {
                return None;
            }
            if !why.ends_with("404") {
                return Some("the terminal of the dev server may say why".to_owned());
            }
            let file = self.shared.options.folders.file_of(&module_url)?;
            let name = self.shown(&file.display().to_string());
            Some(format!("make the file {name}, or name another one"))
        });
        for &importer in &importers {
            let by = |specifier: &str, of: ModuleId| {
                id.is_some() && self.shared.state().resolve(of, specifier) == id
            };
            let Some((text, specifier, span)) = self.import_where(importer, by) else {
                continue;
            };
            let spot = self.spot_at(importer, &text, span.start, true, &Maps::default());
            let message = format!("imports \"{specifier}\", which could not be loaded: {why}");
            let importer_url = self.shared.state().graph.url(importer).to_owned();
            let remedy = remedy.or_else(|| is_file.then(|| instead_of_import(&specifier)));
            return self.found(importer_url, message, remedy, spot);
        }
        if why.ends_with("404") {
            // From now on, it is news when such a file is made.
            self.shared.state().graph.intern(&module_url);
        }
        let page = self.page_url(client);
        let names_it = |page: &String| self.spot_of_mention(page, &module_url).line.is_some();
        let sheet = match page.as_ref().is_some_and(names_it) {
            true => None,
            false => self.sheet_that_imports(&module_url),
        };
        let verb = if sheet.is_some() { "imports" } else { "loads" };
        let by = sheet.or(page).unwrap_or_else(|| module_url.clone());
        let message = format!("{verb} {module_url}, which could not be loaded: {why}");
        let spot = self.spot_of_mention(&by, &module_url);
        self.found(by, message, remedy, spot)
    }

    /// An import that keeps a script from loading, though that is there itself: the importer, and the import's target.
    fn import_of_no_script(&self, top: ModuleId) -> Option<(ModuleId, ModuleId)> {
        let mut state = self.shared.state();
        let (mut next, mut seen) = (vec![top], HashSet::from([top]));
        while let Some(importer) = next.pop() {
            if state.graph.kind(importer) != ModuleKind::Script {
                continue;
            }
            let record = state.module(importer).record.clone();
            for import in record.iter().flat_map(|record| &record.imports) {
                let Some(target) = state.resolve(importer, &import.specifier) else {
                    continue;
                };
                if import.attribute_type.is_none() && is_no_script(&mut state, target) {
                    return Some((importer, target));
                }
                next.extend(seen.insert(target).then_some(target));
            }
        }
        None
    }

    /// The style sheet that names another one, as far as its text shows that.
    fn sheet_that_imports(&self, module_url: &str) -> Option<String> {
        if !module_url.split('?').next()?.ends_with(".css") {
            return None;
        }
        let sheets: Vec<String> = {
            let state = self.shared.state();
            let is_sheet = |id: &ModuleId| state.graph.kind(*id) == ModuleKind::Style;
            let sheets = state.graph.ids().filter(is_sheet);
            sheets.map(|id| state.graph.url(id).to_owned()).collect()
        };
        let others = sheets.into_iter().filter(|sheet| sheet != module_url);
        let mut looked_at = others.take(MOST_SHEETS);
        looked_at.find(|sheet| self.spot_of_mention(sheet, module_url).line.is_some())
    }

    /// The file that a module is served from.
    fn file_of(&self, id: ModuleId) -> Option<PathBuf> {
        let state = self.shared.state();
        let file = state.files.of_module(id)?;
        Some(state.files.get(file).path.clone())
    }

    /// What is wrong with a bare name that no package needs to be installed for, and what to do.
    fn misnamed(&self, specifier: &str, importer: Option<&Path>) -> Option<(String, String)> {
        if specifier.starts_with('#') {
            return Some((
                format!("imports \"{specifier}\", which the package's own \"imports\" do not name"),
                "add it to \"imports\" in package.json, or correct the name".to_owned(),
            ));
        }
        let package = package_of(specifier);
        let folders = importer?.ancestors();
        let mut candidates =
            folders.map(|it| it.join("node_modules").join(&package).join("package.json"));
        let installed = candidates.find(|it| it.is_file())?;
        let shown = self.shown(&installed.display().to_string());
        Some((
            format!("imports \"{specifier}\", which the package {package} does not have"),
            format!("{shown} says what it exports: correct the name"),
        ))
    }

    /// What to do where a bare name stands for nothing.
    fn remedy_for_name(&self, specifier: &str) -> String {
        let name = package_of(specifier);
        let mut folders = self.shared.options.folders.root.ancestors();
        if folders.any(|folder| folder.join(PLUG_N_PLAY).is_file()) {
            return format!(
                "Yarn's Plug'n'Play keeps {name} in an archive, from which nothing is served: set nodeLinker: node-modules \
                 in .yarnrc.yml and run yarn install"
            );
        }
        let resolves = match self.shared.maker {
            Some(_) => "",
            None => " and let the dev server resolve names (@web/dev-server: nodeResolve: true)",
        };
        format!("install it (npm install {name}){resolves}, or name it in the page's import map")
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

    /// The module at a url. Of a page, the inline script that imports from a specifier.
    fn importer_at(&self, module_url: &str, specifier: &str) -> Option<ModuleId> {
        let state = self.shared.state();
        let id = state.graph.get(module_url)?;
        if state.graph.kind(id) != ModuleKind::Page {
            return Some(id);
        }
        let is_of_page = |id: &ModuleId| {
            inline_place(state.graph.url(*id)).is_some_and(|inline| inline.page == module_url)
        };
        let scripts: Vec<ModuleId> = state.graph.ids().filter(is_of_page).collect();
        drop(state);
        let imports_it = |id: &ModuleId| {
            self.import_where(*id, |found, _| found == specifier)
                .is_some()
        };
        scripts.into_iter().find(imports_it).or(Some(id))
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
        let names: Vec<&str> = record.exports.iter().map(|name| &**name).collect();
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

/// What Yarn writes at the root of a project whose packages are in archives.
const PLUG_N_PLAY: &str = ".pnp.cjs";

/// What is wrong with an import of a bare name that is nowhere.
fn no_package(specifier: &str) -> String {
    format!("imports \"{specifier}\", and no package of that name was found")
}

/// Whether a module is a file that was asked for and served, but not as a script.
fn is_no_script(state: &mut State, id: ModuleId) -> bool {
    let is_file = state.graph.is_served(id) && state.files.of_module(id).is_some();
    is_file && state.module(id).source.is_none()
}

/// How to use a file that no script can be made of.
fn instead_of_import(specifier: &str) -> String {
    let path = specifier.split(['?', '#']).next().unwrap_or_default();
    match path.rsplit_once('.') {
        Some((_, "css")) => {
            "link it in the page, or import it as a style sheet: with { type: 'css' }".to_owned()
        }
        Some((_, "json")) => "import it as JSON: with { type: 'json' }".to_owned(),
        _ => format!(
            "use it by its url, new URL(\"{specifier}\", import.meta.url), or have a plugin make a script of it"
        ),
    }
}

/// The package that a bare name is of.
fn package_of(specifier: &str) -> String {
    let mut parts = specifier.splitn(3, '/');
    let first = parts.next().unwrap_or_default();
    let scoped = parts.next().filter(|_| first.starts_with('@'));
    scoped.map_or_else(|| first.to_owned(), |second| format!("{first}/{second}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_named_without_their_files() {
        for (specifier, name) in [
            ("a", "a"),
            ("a/b.js", "a"),
            ("@a/b", "@a/b"),
            ("@a/b/c", "@a/b"),
        ] {
            assert_eq!(package_of(specifier), name, "{specifier}");
        }
    }
}
