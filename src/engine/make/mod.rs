//! Making: from a file to what a browser gets of it, where the engine serves files itself.
//!
//! Knows files, what requests want of them, and what specifiers stand for. Must not know pages, or who waits for what is
//! made. TypeScript, JSX and CSS modules are compiled by `hotgraph-compile`.

mod alone;
mod hooks;
mod map;
pub mod request;
mod resolver;

use std::path::{Path, PathBuf};

use dashmap::DashMap;
use xxhash_rust::xxh3::xxh3_64;

use super::change::check::explain;
use super::serve::script::inline_place;
use super::state::accepted_specifiers;
use super::{Engine, EngineOptions, Shared};
use crate::engine::message::Message;
use crate::engine::watch::reading;
pub use alone::ReadScripts;
use hooks::{Answers, Registering};
pub use hooks::{CompileOptions, HostText, TextKind};
use hotgraph_compile::{data, script, style};
use hotgraph_core::diagnostic::{Diagnostic, Place, Severity, place_of};
use hotgraph_core::graph::{ModuleId, url};
use hotgraph_core::syntax::analyze::{AnalyzeError, Dialect, ModuleRecord};
use hotgraph_core::syntax::edit::{Edit, apply};
use hotgraph_core::syntax::literal::literal;
use request::{SCOPED, Wanted, with_marker, without_markers};
use resolver::{ConfigError, FileResolver};

/// What is made of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The text for the browser.
    pub code: String,
    /// Whether it is a script; else it is a style sheet.
    pub is_script: bool,
}

impl Made {
    fn script(code: String) -> Self {
        Self {
            code,
            is_script: true,
        }
    }

    /// A script that holds only the place of a file. A change of the file does not concern its importers.
    fn fixed(code: String) -> Self {
        Self::script(format!("{code}import.meta.hot?.accept();\n"))
    }
}

/// Why nothing is made.
#[derive(Debug)]
pub enum Unmade {
    /// The text is wrong.
    Wrong(Problem),
    /// The host has to say what these specifiers stand for, and is to ask again then.
    Asks(Vec<String>),
}

impl From<Problem> for Unmade {
    fn from(problem: Problem) -> Self {
        Self::Wrong(problem)
    }
}

/// Makes modules of files.
pub struct Maker {
    resolver: FileResolver,
    /// What the host's plugins make of specifiers; `None` where no plugin resolves any.
    answers: Option<Answers>,
    /// Urls of modules that the host's plugins make: their saves are not judged.
    by_host: DashMap<String, ()>,
    /// Whether all saves are the host's to make.
    is_host_first: bool,
    compile: CompileOptions,
    /// The name of the mode: `import.meta.env.MODE`.
    mode: String,
    /// The base path of the app: `import.meta.env.BASE_URL`.
    base_url: String,
}

/// What is wrong with a text.
pub type Problem = Box<Diagnostic>;

/// A module that something is made of.
#[derive(Debug, Clone, Copy)]
struct Subject<'m> {
    url: &'m str,
    file: &'m Path,
}

impl Maker {
    /// Makes modules as these options say, in this mode.
    pub fn new(options: &EngineOptions, mode: String) -> Self {
        let folders = options.folders.clone();
        let base_url = format!("{}/", folders.base);
        Self {
            resolver: FileResolver::new(folders, options.client_url.clone()),
            answers: options.asks_specifiers.then(Answers::default),
            by_host: DashMap::new(),
            is_host_first: options.is_host_first,
            compile: options.compile.clone(),
            mode,
            base_url,
        }
    }

    /// Forgets what it saw of the disk.
    pub fn forget(&self) {
        self.resolver.forget();
    }

    /// Whether pages may get a file.
    pub fn is_public(&self, file: &Path) -> bool {
        self.resolver.is_public(file)
    }
}

impl Shared {
    /// Makes what a page gets under a url of a file with this text. `None` where that is the file itself, or is made by
    /// other tools.
    ///
    /// # Errors
    ///
    /// What is wrong with the text.
    pub fn make(
        &self,
        maker: &Maker,
        module_url: &str,
        file: &Path,
        source: &str,
        by_host: Option<&HostText>,
    ) -> Result<Option<Made>, Unmade> {
        let subject = Subject {
            url: module_url,
            file,
        };
        let (path, _) = module_url.split_once('?').unwrap_or((module_url, ""));
        let sheet = without_markers(module_url);
        // A plugin's query may name one of several sheets of a file.
        let path = if by_host.is_some() { &sheet } else { path };
        let is_css_module = |file: &Path| request::is_css_module(file, by_host.map(|_| path));
        let wanted = match by_host {
            Some(text) => Wanted::of_type(module_url, text.kind),
            None => Wanted::of(module_url, file),
        };
        let made = match wanted {
            Wanted::File | Wanted::CommonJs => return Ok(None),
            Wanted::Script(dialect) => {
                let map = by_host.and_then(|text| text.map.as_deref());
                Made::script(self.make_script(maker, subject, dialect, source, map)?)
            }
            Wanted::Raw => Made::script(data::text(source)),
            Wanted::Url => Made::fixed(data::text(path)),
            Wanted::Json => Made::script(json(subject, source)?),
            Wanted::Style if is_css_module(file) => {
                let names = scoped(subject, path, source)?.names;
                let code = style::module(&with_marker(path, SCOPED), &names);
                Made::script(self.rewrite(maker, subject, code, None, None)?)
            }
            Wanted::Style => Made::fixed(style::module(path, &Default::default())),
            Wanted::Inline if is_css_module(file) => {
                Made::script(data::text(&scoped(subject, path, source)?.css))
            }
            Wanted::Inline => Made::script(data::text(source)),
            Wanted::Scoped => Made {
                code: scoped(subject, path, source)?.css,
                is_script: false,
            },
        };
        Ok(Some(made))
    }

    fn make_script(
        &self,
        maker: &Maker,
        subject: Subject<'_>,
        dialect: Dialect,
        source: &str,
        host_map: Option<&str>,
    ) -> Result<String, Unmade> {
        let written = host_map.and_then(map::content);
        let written = written.as_deref().unwrap_or(source);
        let is_hooked = || {
            maker.compile.refreshes(subject.file)
                && script::may_define_hooks(source)
                && inline_place(subject.url).is_none()
        };
        if dialect == Dialect::JavaScript && !is_hooked() {
            let mapped = host_map.map(|map| (map.to_owned(), written));
            return self.rewrite(maker, subject, source.to_owned(), mapped, None);
        }
        let options = maker
            .resolver
            .script_options(subject.file)
            .map_err(|error| misconfigured(subject, error))?;
        let options = maker.compile.over(options, subject.file);
        if dialect == Dialect::TypeScript
            && host_map.is_none()
            && let Some(code) = script::strip(source, &options)
            && self.analysis_of(xxh3_64(code.as_bytes()), &code).is_ok()
        {
            return self.rewrite(maker, subject, code, None, None);
        }
        let name = subject
            .file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy();
        let compiled = script::compile(source, dialect, &name, &options);
        let script = compiled.map_err(|error| {
            let file = subject.file.display().to_string();
            let found = explain(&error, source, subject.url, Some(file));
            // Code that cannot be compiled cannot be served as it is.
            let is_read = matches!(error, AnalyzeError::Syntax(_));
            let found = match is_read {
                true => found,
                false => Diagnostic {
                    severity: Severity::Error,
                    message: error.to_string(),
                    ..found
                },
            };
            let mapped = host_map.map(|map| (map.to_owned(), written));
            Box::new(map::seen_in_source(found, mapped))
        })?;
        let map = match host_map {
            Some(before) => map::joined(&script.map, before).unwrap_or(script.map),
            None => script.map,
        };
        let runtime = maker.compile.refresh.as_deref();
        let registering = runtime
            .zip(script.refresh)
            .map(|(runtime, refresh)| Registering {
                runtime,
                refresh,
                // Of what plugins made, lines are not those of the file.
                exports: match host_map {
                    Some(_) => Vec::new(),
                    None => script.exports,
                },
            });
        self.rewrite(
            maker,
            subject,
            script.code,
            Some((map, written)),
            registering.as_ref(),
        )
    }

    /// Writes into JavaScript what its specifiers stand for, and what it asks of its environment. With a source map, that
    /// comes with it.
    fn rewrite(
        &self,
        maker: &Maker,
        subject: Subject<'_>,
        code: String,
        mapped: Option<(String, &str)>,
        registering: Option<&Registering<'_>>,
    ) -> Result<String, Unmade> {
        let record = match self.analysis_of(xxh3_64(code.as_bytes()), &code) {
            Ok(record) => record,
            // The browser and the judges of saves say what is wrong with what is served as it is.
            Err(_) if mapped.is_none() => return Ok(code),
            Err(error) => {
                let file = subject.file.display().to_string();
                let found = explain(&error, &code, subject.url, Some(file));
                return Err(Box::new(map::seen_in_source(found, mapped)).into());
            }
        };
        let mut edits = self.edits(maker, subject, &code, &record)?;
        if let Some(registering) = registering {
            hooks::register(&mut edits, &code, registering);
        }
        let Some((map, _)) = mapped else {
            return Ok(if edits.is_empty() {
                code
            } else {
                apply(&code, edits)
            });
        };
        let map = map::after(&map, &code, &edits).unwrap_or(map);
        let code = apply(&code, edits);
        Ok(format!(
            "{}\n{}\n",
            code.trim_end_matches('\n'),
            map::comment(&map)
        ))
    }

    fn edits(
        &self,
        maker: &Maker,
        subject: Subject<'_>,
        code: &str,
        record: &ModuleRecord,
    ) -> Result<Vec<Edit>, Unmade> {
        let statics = record.imports.iter().map(|import| {
            let names = import.attribute_type.is_none().then_some(&import.names[..]);
            (&import.specifier, import.span, names)
        });
        let dynamics = record.dynamic_imports.iter().filter_map(|import| {
            let (specifier, span) = import.literal.as_ref()?;
            // A second argument may say what the file is taken for.
            let names = (!import.has_options).then_some(&[][..]);
            Some((specifier, *span, names))
        });
        let found: Vec<_> = statics
            .chain(dynamics)
            .filter(|(specifier, ..)| !self.is_mapped(subject.url, specifier))
            .collect();
        if let Some(answers) = &maker.answers {
            let specifiers = found.iter().map(|(specifier, ..)| specifier.as_str());
            let unknown = answers.unknown(subject.file, specifiers);
            if !unknown.is_empty() {
                return Err(Unmade::Asks(unknown));
            }
        }
        let mut edits: Vec<Edit> = found
            .into_iter()
            .filter_map(|(specifier, span, names)| {
                let rewritten = maker.rewritten(subject.url, subject.file, specifier, names);
                let edit = |text: String| Edit {
                    span,
                    text: literal(&text).into(),
                };
                Some(rewritten.transpose()?.map(edit))
            })
            .collect::<Result<_, _>>()
            .map_err(|error| misconfigured(subject, error))?;
        edits.extend(script::node_env(code).into_iter().map(|span| Edit {
            span,
            text: literal(&maker.mode).into(),
        }));
        edits.sort_by_key(|edit| edit.span);
        if code.contains("import.meta.env") {
            let env = serde_json::json!({
                "MODE": maker.mode, "DEV": maker.mode != "production", "PROD": maker.mode == "production",
                "BASE_URL": maker.base_url, "SSR": false,
            });
            edits.insert(
                0,
                script::at_start(code, &format!("import.meta.env = {env};")),
            );
        }
        Ok(edits)
    }

    /// Whether a page's import map says what a specifier stands for.
    fn is_mapped(&self, importer: &str, specifier: &str) -> bool {
        let state = self.state();
        let address = url::resolve(importer, specifier);
        let name = address.as_deref().unwrap_or(specifier);
        let mut maps = state.import_maps.values();
        maps.any(|map| map.resolve(importer, name).is_some())
    }
}

impl Shared {
    /// Keeps the meaning of the specifiers that a module accepts, where the engine resolves them itself.
    pub fn resolve_accepted(&self, id: ModuleId, record: &ModuleRecord) {
        let Some(maker) = self.maker.as_ref().filter(|maker| !maker.is_host_first) else {
            return;
        };
        let specifiers = accepted_specifiers(record);
        let importer = {
            let state = self.state();
            let module_url = state.graph.url(id).to_owned();
            // Code in a page is in the page's file, and served before that.
            let file = match inline_place(&module_url) {
                Some(place) => self.options.folders.file_of(place.page),
                None => {
                    let file = state.files.of_module(id);
                    file.map(|index| state.files.get(index).path.clone())
                }
            };
            file.map(|file| (module_url, file))
        };
        let Some((module_url, file)) = importer.filter(|_| !specifiers.is_empty()) else {
            return;
        };
        let resolved: Vec<(String, String)> = specifiers
            .into_iter()
            .filter(|specifier| !self.is_mapped(&module_url, specifier))
            .filter_map(|specifier| {
                let found = maker
                    .rewritten(&module_url, &file, &specifier, Some(&[]))
                    .ok()??;
                Some((specifier, found))
            })
            .collect();
        self.state().module(id).resolutions.extend(resolved);
    }
}

impl Engine {
    /// Makes what a page gets of a file, as [`Shared::make`] says, and reports what is wrong with it.
    ///
    /// # Errors
    ///
    /// What is wrong with the text, in one sentence; or the specifiers that the host has to say the meaning of first.
    pub fn make(
        &self,
        request: &str,
        file: &Path,
        source: &str,
        by_host: Option<&HostText>,
    ) -> Result<Option<Made>, Refusal> {
        let Some(maker) = &self.shared.maker else {
            return Ok(None);
        };
        let (module_url, _) = url::identify(request);
        let made = self.shared.make(maker, &module_url, file, source, by_host);
        self.report_configs(maker);
        made.map_err(|unmade| match unmade {
            Unmade::Asks(specifiers) => Refusal::Asks(specifiers),
            Unmade::Wrong(problem) => {
                let message = sentence(&problem);
                self.expect_file(file, &module_url);
                self.post(Message::Unmade(file.to_path_buf(), problem));
                Refusal::Wrong(message)
            }
        })
    }

    /// Has files watched that turned out to decide how others are made.
    fn report_configs(&self, maker: &Maker) {
        for config in maker.resolver.new_configs() {
            self.post(Message::Config(config));
        }
    }

    /// Makes what a page gets of a module script that stands in it.
    ///
    /// # Errors
    ///
    /// As [`Engine::make`].
    pub fn make_inline(&self, request: &str, page: &Path, code: &str) -> Result<String, Refusal> {
        let Some(maker) = &self.shared.maker else {
            return Ok(code.to_owned());
        };
        let (module_url, _) = url::identify(request);
        let subject = Subject {
            url: &module_url,
            file: page,
        };
        let made = self
            .shared
            .make_script(maker, subject, Dialect::JavaScript, code, None);
        made.map_err(|unmade| match unmade {
            Unmade::Asks(specifiers) => Refusal::Asks(specifiers),
            Unmade::Wrong(problem) => Refusal::Wrong(sentence(&problem)),
        })
    }

    /// The url of a file, which pages may ask for from then on; `None` where it has none.
    pub fn url_of(&self, file: &Path) -> Option<String> {
        let maker = self.shared.maker.as_ref();
        maker.and_then(|maker| maker.resolver.url_of(file))
    }

    /// The file that a url names, whether or not there is one; `None` when no file can have that url.
    pub fn file_of(&self, request: &str) -> Option<PathBuf> {
        self.shared.options.folders.file_of(request)
    }

    /// Whether pages may get a file.
    pub fn is_public(&self, file: &Path) -> bool {
        let maker = self.shared.maker.as_ref();
        maker.is_none_or(|maker| maker.is_public(file))
    }
}

/// Why the engine made nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The text is wrong: why, in one sentence.
    Wrong(String),
    /// The host has to say what these specifiers stand for, by [`Engine::resolved`], and is to ask again then.
    Asks(Vec<String>),
}

/// A problem in one line: `src/a.ts:1:2: …`.
fn sentence(problem: &Diagnostic) -> String {
    let place = problem.place.as_ref();
    let place = place.map_or_else(String::new, |place| {
        format!(":{}:{}", place.line, place.column)
    });
    format!("{}{place}: {}", problem.url, problem.message)
}

fn scoped(subject: Subject<'_>, path: &str, source: &str) -> Result<style::Scoped, Problem> {
    style::scoped(source, path.trim_start_matches('/')).map_err(|error| {
        let (line, column) = (error.line, error.column);
        problem(
            subject,
            source,
            format!("the style sheet cannot be parsed: {}", error.message),
            line,
            column,
        )
    })
}

fn json(subject: Subject<'_>, source: &str) -> Result<String, Problem> {
    data::json(source).map_err(|error| {
        let text = error.to_string();
        let reason = text.split(" at line ").next().unwrap_or_default();
        let message = format!("the JSON cannot be parsed: {reason}");
        problem(
            subject,
            source,
            message,
            error.line() as u32,
            error.column() as u32,
        )
    })
}

/// A file that decides how modules are made is wrong.
fn misconfigured(subject: Subject<'_>, error: ConfigError) -> Problem {
    let source = reading::read_file(&error.file);
    let source = source
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .unwrap_or_default();
    let (line, column) = (error.line, error.column);
    let found = problem(subject, &source, error.message, line, column);
    Box::new(Diagnostic {
        remedy: Some(format!("correct it: it decides what {} means", subject.url)),
        file: Some(error.file.display().to_string()),
        ..*found
    })
}

fn problem(subject: Subject<'_>, source: &str, message: String, line: u32, column: u32) -> Problem {
    let offset = hotgraph_core::syntax::edit::origin(source, &[], line, column);
    let place: Place = place_of(source, offset);
    Box::new(Diagnostic {
        severity: Severity::Error,
        message,
        remedy: None,
        url: subject.url.to_owned(),
        file: Some(subject.file.display().to_string()),
        place: Some(place),
    })
}
