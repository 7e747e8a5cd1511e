//! What the host's plugins have a say in: what specifiers stand for, texts that they made, and how code is compiled.
//!
//! Knows their answers. Must not know the plugins.

use std::path::{Path, PathBuf};

use dashmap::{DashMap, DashSet};

use super::resolver::ConfigError;
use super::{Engine, Maker};
use crate::engine::{PACKAGES, Shared};
use hotgraph_compile::script::{self, Jsx, Refresh, ScriptOptions};
use hotgraph_core::graph::url;
use hotgraph_core::syntax::analyze::Span;
use hotgraph_core::syntax::edit::Edit;
use hotgraph_core::syntax::literal::literal;

/// What a text is that plugins made, by the extension of files like it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextKind {
    /// JavaScript.
    Js,
    /// JavaScript with JSX.
    Jsx,
    /// TypeScript.
    Ts,
    /// TypeScript with JSX.
    Tsx,
    /// A style sheet.
    Css,
    /// JSON.
    Json,
}

impl TextKind {
    /// The kind of this name.
    pub fn of(name: &str) -> Option<Self> {
        Some(match name {
            "js" => Self::Js,
            "jsx" => Self::Jsx,
            "ts" => Self::Ts,
            "tsx" => Self::Tsx,
            "css" => Self::Css,
            "json" => Self::Json,
            _ => return None,
        })
    }
}

/// A text that the host's plugins made of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostText {
    /// What it is.
    pub kind: TextKind,
    /// Its source map, version 3, as JSON, where lines or columns are not those of the file.
    pub map: Option<String>,
}

/// How code is compiled, over what a `tsconfig.json` says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CompileOptions {
    /// The package whose `jsx-runtime` JSX uses.
    pub jsx_import_source: Option<String>,
    /// Whether JSX becomes calls of `React.createElement`.
    pub is_classic: Option<bool>,
    /// The url of the module that components register at. Edits of them then keep their state.
    pub refresh: Option<String>,
}

impl CompileOptions {
    /// The options of a file.
    pub fn over(&self, mut options: ScriptOptions, file: &Path) -> ScriptOptions {
        if let Some(source) = &self.jsx_import_source {
            options.jsx = Jsx::Automatic {
                source: source.clone(),
            };
        }
        match (self.is_classic, &options.jsx) {
            (Some(true), Jsx::Automatic { .. }) => options.jsx = Jsx::classic(),
            (Some(false), Jsx::Classic { .. }) => options.jsx = Jsx::default(),
            _ => {}
        }
        options.refreshes = self.refreshes(file);
        options
    }

    /// Whether components and hooks of a file are registered.
    pub fn refreshes(&self, file: &Path) -> bool {
        let mut parts = file.components();
        self.refresh.is_some() && !parts.any(|part| part.as_os_str() == PACKAGES)
    }
}

/// What a module registers, and where.
pub struct Registering<'m> {
    /// The url of the module that components register at.
    pub runtime: &'m str,
    /// What it registers.
    pub refresh: Refresh,
    /// What it exports, and the line of each in its source, from 1.
    pub exports: Vec<(String, usize)>,
}

/// Lets a module register its components, and accept itself where they make a boundary. Lines stay.
pub fn register(edits: &mut Vec<Edit>, code: &str, registering: &Registering<'_>) {
    let start = format!(
        "import{{refresh as $hotRefresh$}}from{};const{{$RefreshReg$,$RefreshSig$}}=$hotRefresh$(import.meta.url);",
        literal(registering.runtime)
    );
    edits.insert(0, script::at_start(code, &start));
    if registering.refresh == Refresh::Accepts {
        let exports = registering.exports.iter();
        let lines = exports.map(|(name, line)| format!("{}:{line}", literal(name)));
        let lines = lines.collect::<Vec<_>>().join(",");
        let end = code.trim_end_matches('\n').len();
        edits.push(Edit {
            span: Span { start: end, end },
            text: format!("{ACCEPT_START}{{{lines}}}{ACCEPT_END}").into(),
        });
    }
}

/// Whether the update can be applied is for the runtime to say, which sees the exports from before and now. It is told
/// in which lines they are.
const ACCEPT_START: &str = "\nimport.meta.hot?.accept(($hotNext$,$hotPrevious$)=>{\
const $hotReason$=$hotRefresh$.update(import.meta.url,$hotNext$,$hotPrevious$,";
/// See [`ACCEPT_START`].
const ACCEPT_END: &str = ");if(typeof $hotReason$==='string')import.meta.hot.invalidate($hotReason$);return $hotReason$;});";

/// What plugins make of specifiers.
#[derive(Default)]
pub struct Answers {
    /// Specifiers that concern no plugin, no matter which module imports them.
    unconcerned: DashSet<String>,
    /// What a specifier stands for in a file: what plugins say, or `None` where they leave it to the engine.
    known: DashMap<(PathBuf, String), Option<String>>,
}

impl Answers {
    /// Those of the specifiers in a file of which the host has not said what they stand for.
    pub fn unknown<'s>(
        &self,
        file: &Path,
        specifiers: impl Iterator<Item = &'s str>,
    ) -> Vec<String> {
        let mut unknown: Vec<String> = specifiers
            .filter(|specifier| !self.unconcerned.contains(*specifier))
            .map(|specifier| (file.to_path_buf(), specifier.to_owned()))
            .filter(|key| !self.known.contains_key(key))
            .map(|(_, specifier)| specifier)
            .collect();
        unknown.sort();
        unknown.dedup();
        unknown
    }

    fn of(&self, file: &Path, specifier: &str) -> Option<String> {
        let key = (file.to_path_buf(), specifier.to_owned());
        self.known.get(&key).and_then(|known| known.clone())
    }
}

impl Maker {
    /// What to write in place of a specifier, as [`super::FileResolver::rewritten`] says; what plugins say comes first.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when a file is wrong that decides it.
    pub fn rewritten(
        &self,
        importer_url: &str,
        importer: &Path,
        specifier: &str,
        names: Option<&[String]>,
    ) -> Result<Option<String>, ConfigError> {
        let answer = self.answers.as_ref();
        let answer = answer.and_then(|answers| answers.of(importer, specifier));
        let resolver = &self.resolver;
        let Some(answer) = answer else {
            return resolver.rewritten(importer_url, importer, specifier, names);
        };
        let found = resolver.rewritten(importer_url, importer, &answer, names)?;
        Ok(Some(found.unwrap_or(answer)))
    }

    /// Files came or went: plugins may find others now.
    pub fn forget_answers(&self) {
        if let Some(answers) = &self.answers {
            answers.known.clear();
        }
    }
}

impl Shared {
    /// Whether what a save of a module becomes is the host's to say.
    pub fn is_by_host(&self, module_url: &str) -> bool {
        let maker = self.maker.as_ref();
        maker.is_some_and(|maker| maker.is_host_first || maker.by_host.contains_key(module_url))
    }

    /// Whether plugins make a module.
    pub fn is_made_by_plugins(&self, module_url: &str) -> bool {
        let maker = self.maker.as_ref();
        maker.is_some_and(|maker| maker.by_host.contains_key(module_url))
    }
}

impl Engine {
    /// The host's plugins make a module: its saves are theirs to judge.
    pub fn made_by_host(&self, request: &str) {
        if let Some(maker) = &self.shared.maker {
            maker.by_host.insert(url::identify(request).0, ());
        }
    }

    /// What specifiers in a file stand for: what the host's plugins say, or `None` where the engine is to resolve them.
    /// Without a file they concern no plugin, no matter which module imports them.
    pub fn resolved(
        &self,
        file: Option<&Path>,
        answers: impl IntoIterator<Item = (String, Option<String>)>,
    ) {
        let Some(known) = self
            .shared
            .maker
            .as_ref()
            .and_then(|maker| maker.answers.as_ref())
        else {
            return;
        };
        for (specifier, answer) in answers {
            match file {
                Some(file) => drop(known.known.insert((file.to_path_buf(), specifier), answer)),
                None => drop(known.unconcerned.insert(specifier)),
            }
        }
    }

    /// The text to write in place of a specifier in a module; `None` where a browser comes to the same, or where its
    /// meaning is unknown.
    pub fn rewritten(&self, request: &str, file: &Path, specifier: &str) -> Option<String> {
        let maker = self.shared.maker.as_ref()?;
        let (module_url, _) = url::identify(request);
        let found = maker.rewritten(&module_url, file, specifier, Some(&[]));
        found.ok().flatten()
    }
}
