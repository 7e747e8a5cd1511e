//! What a specifier stands for: a file, by the rules of Node and TypeScript, and the url by which a browser gets it.
//!
//! Knows the disk by way of oxc_resolver, which remembers what it saw until it is told to forget.

use std::mem;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};

use dashmap::DashMap;
use nodejs_built_in_modules::is_nodejs_builtin_module;
use oxc_resolver::{
    ExtendsField, PackageType, Resolution, ResolveError, ResolveOptions, Resolver, TsConfig,
    TsconfigDiscovery,
};

use super::request::{COMMONJS, Wanted, with_marker};
use crate::engine::PACKAGES;
use crate::engine::watch::reading;
use hotgraph_compile::script::{Decorators, Jsx, ScriptOptions};
use hotgraph_core::graph::folders::Folders;
use hotgraph_core::graph::url;
use hotgraph_core::syntax::analyze::{Dialect, analyze};
use hotgraph_core::syntax::name::is_identifier_name;

/// The conditions of `exports` and `imports` that hold.
const CONDITIONS: [&str; 5] = ["import", "module", "browser", "development", "default"];

/// The extensions that a specifier may leave out, in the order in which they are tried: Vite's.
const EXTENSIONS: [&str; 7] = [".mjs", ".js", ".mts", ".ts", ".jsx", ".tsx", ".json"];

/// Folders in there in which package managers keep them: pnpm, Bun, Yarn.
const STORES: [&str; 3] = [".pnpm", ".bun", ".store"];

/// A `tsconfig.json` or `package.json` is wrong, and the meaning of code is unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// Which.
    pub file: PathBuf,
    /// What is wrong.
    pub message: String,
    /// From 1.
    pub line: u32,
    /// From 1, in bytes.
    pub column: u32,
}

impl ConfigError {
    /// Why such a file keeps a name from being resolved; `None` when it names nothing.
    fn of(error: &ResolveError) -> Option<Self> {
        let whole = |file: &Path| Self {
            file: file.to_path_buf(),
            message: error.to_string(),
            line: 1,
            column: 1,
        };
        match error {
            ResolveError::Json(error) => Some(Self {
                file: error.path.clone(),
                message: format!("the JSON cannot be parsed: {}", error.message),
                line: error.line as u32,
                column: error.column as u32,
            }),
            ResolveError::TsconfigNotFound(file) | ResolveError::TsconfigSelfReference(file) => {
                Some(whole(file))
            }
            ResolveError::TsconfigCircularExtend(files) => {
                files.paths().first().map(|file| whole(file))
            }
            _ => None,
        }
    }
}

/// Finds files.
pub struct FileResolver {
    /// Nobody else may use it while it forgets: what is resolved meanwhile could be wrong.
    resolver: RwLock<Resolver>,
    folders: Folders,
    /// The url of the client, whose folder has what stands in for modules that browsers do not have.
    client_url: String,
    /// Which files of packages are CommonJS.
    commonjs: DashMap<PathBuf, bool>,
    /// Folders outside of the root that packages are in which code imports.
    packages: DashMap<PathBuf, ()>,
    /// The configuration that counted so far, and what it extends.
    configs: DashMap<PathBuf, Option<ExtendsField>>,
    /// Those that have not been reported yet.
    new_configs: Mutex<Vec<PathBuf>>,
}

impl FileResolver {
    /// A resolver for the files below these folders.
    pub fn new(folders: Folders, client_url: String) -> Self {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let alias = |from: &str, to: &[&str]| (from.to_owned(), owned(to));
        let options = ResolveOptions {
            tsconfig: Some(TsconfigDiscovery::Auto),
            condition_names: owned(&CONDITIONS),
            extensions: owned(&EXTENSIONS),
            // TypeScript names the file that it would write.
            extension_alias: vec![
                alias(".js", &[".js", ".ts", ".tsx"]),
                alias(".jsx", &[".jsx", ".tsx"]),
                alias(".mjs", &[".mjs", ".mts"]),
                alias(".cjs", &[".cjs", ".cts"]),
            ],
            alias_fields: vec![owned(&["browser"])],
            main_fields: owned(&["module", "browser", "main"]),
            node_path: false,
            ..ResolveOptions::default()
        };
        Self {
            resolver: RwLock::new(Resolver::new(options)),
            folders,
            client_url,
            commonjs: DashMap::new(),
            packages: DashMap::new(),
            configs: DashMap::new(),
            new_configs: Mutex::default(),
        }
    }

    /// Forgets what it saw of the disk: something has changed there.
    pub fn forget(&self) {
        let resolver = self.resolver.write();
        resolver
            .unwrap_or_else(PoisonError::into_inner)
            .clear_cache();
        self.commonjs.clear();
    }

    fn resolver(&self) -> RwLockReadGuard<'_, Resolver> {
        self.resolver.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The text to write in place of a specifier in the code of a module; `None` where a browser comes to the same, or
    /// where its meaning is unknown.
    ///
    /// `names` are those that the import takes, of which CommonJS may not show all; `None` when the import says what it
    /// takes the file for.
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
        let is_elsewhere = url::is_absolute(specifier) && !specifier.starts_with("node:");
        if is_elsewhere || specifier.starts_with("//") {
            return Ok(None);
        }
        let at = specifier.find(['?', '#']).unwrap_or(specifier.len());
        // An import of the package itself begins with the sign of a fragment.
        let at = if specifier.starts_with('#') {
            specifier.len()
        } else {
            at
        };
        let (name, rest) = specifier.split_at(at);
        let found = match self.find(importer, name) {
            Ok(found) => found,
            Err(error) if is_absent(name, &error) => {
                let is_empty = matches!(error, ResolveError::Ignored(_));
                return Ok(names.map(|names| self.absent(importer_url, name, names, is_empty)));
            }
            Err(error) => return self.misconfigured(&error).map_or(Ok(None), Err),
        };
        let file = found.path();
        let Some(file_url) = self.url_of(file) else {
            return Ok(None);
        };
        let is_commonjs = || self.is_commonjs(&found, name);
        let wanted = names.map(|_| Wanted::of(&format!("{file_url}{rest}"), file));
        let marker = wanted.and_then(|wanted| wanted.marker(is_commonjs));
        let native = url::resolve(importer_url, name);
        if native.as_deref() == Some(&*file_url) && marker.is_none() {
            return Ok(None);
        }
        let kept = match native.as_deref() == Some(&*file_url) {
            true => specifier.to_owned(),
            false => format!("{file_url}{rest}"),
        };
        Ok(Some(match marker {
            Some(COMMONJS) => with_marker(&kept, &with_names(names.unwrap_or_default())),
            Some(marker) => with_marker(&kept, marker),
            None => kept,
        }))
    }

    /// A path of a url is first of all that. What a package says of a module of Node's counts for its name with `node:`
    /// too.
    fn find(&self, importer: &Path, name: &str) -> Result<Resolution, ResolveError> {
        let resolver = self.resolver();
        if name.starts_with('/') {
            let file = self.folders.file_of(name);
            let found = file.and_then(|file| resolver.resolve_file(importer, file.to_str()?).ok());
            if let Some(found) = found {
                return Ok(found);
            }
        }
        let found = resolver.resolve_file(importer, name);
        match name.strip_prefix("node:").filter(|_| found.is_err()) {
            Some(bare) => match resolver.resolve_file(importer, bare) {
                left_out @ Err(ResolveError::Ignored(_)) => left_out,
                _ => found,
            },
            None => found,
        }
    }

    /// The url of a module in place of one that browsers do not have: empty where the package says so, else its use is an
    /// error.
    fn absent(&self, by: &str, name: &str, names: &[String], is_empty: bool) -> String {
        let mut query = ::url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("of", name).append_pair("by", by);
        if is_empty {
            query.append_pair("empty", "");
        }
        let named = names.iter().filter(|name| is_identifier_name(name));
        for name in named.filter(|name| *name != "default") {
            query.append_pair("name", name);
        }
        let (folder, _) = self.client_url.rsplit_once('/').unwrap_or_default();
        format!("{folder}/absent.js?{}", query.finish())
    }

    /// The url of a file; `None` where it has none. That of a package elsewhere can be asked for from then on.
    pub fn url_of(&self, file: &Path) -> Option<String> {
        if self.folders.within(file).is_none() {
            let mut folders = file.ancestors().skip(1);
            let package = folders.find(|folder| folder.join("package.json").is_file())?;
            let root = &self.folders.root;
            // What is in the project and in no map is the backend's own.
            if file.starts_with(root) && root.starts_with(package) {
                return None;
            }
            self.packages.entry(package.to_path_buf()).or_default();
        }
        self.folders.url_of(file)
    }

    /// Whether pages may get a file: in a folder that has urls, or in a package that code imports, and not hidden.
    pub fn is_public(&self, file: &Path) -> bool {
        if let Some(below) = self.folders.within(file) {
            return !is_hidden(below);
        }
        let mut folders = file.ancestors().skip(1);
        folders.any(|folder| {
            self.packages.contains_key(folder)
                && file
                    .strip_prefix(folder)
                    .is_ok_and(|below| !is_hidden(below))
        })
    }

    /// The configuration that is the reason for an error: when it changes, that may be over.
    fn misconfigured(&self, error: &ResolveError) -> Option<ConfigError> {
        let error = ConfigError::of(error)?;
        self.note_config(&error.file, None);
        Some(error)
    }

    /// Returns whether it was not known that this file counts, or extends these.
    fn note_config(&self, config: &Path, extends: Option<&ExtendsField>) -> bool {
        let known = self.configs.insert(config.to_path_buf(), extends.cloned());
        if known.is_none() {
            let new = self.new_configs.lock();
            new.unwrap_or_else(PoisonError::into_inner)
                .push(config.to_path_buf());
        }
        known.is_none_or(|known| known.as_ref() != extends)
    }

    /// Notes a `tsconfig.json`, and those that it extends.
    fn note_configs(&self, config: &TsConfig) {
        let is_new = self.note_config(&config.path, config.extends.as_ref());
        let extended = match &config.extends {
            Some(ExtendsField::Single(name)) => std::slice::from_ref(name),
            Some(ExtendsField::Multiple(names)) => names,
            None => return,
        };
        let Some(folder) = config.path.parent().filter(|_| is_new) else {
            return;
        };
        for name in extended {
            let resolver = self.resolver();
            // The resolver has followed all of them: none extends itself.
            let found = match name.starts_with(['.', '/']) {
                true => resolver.resolve_tsconfig(folder.join(name)).ok(),
                false => {
                    let package = resolver.resolve(folder, name);
                    let package = package.map(Resolution::into_path_buf);
                    package
                        .and_then(|path| resolver.resolve_tsconfig(path))
                        .ok()
                }
            };
            drop(resolver);
            if let Some(found) = found {
                self.note_configs(&found);
            }
        }
    }

    /// Files that turned out to decide what is made of others, each once.
    pub fn new_configs(&self) -> Vec<PathBuf> {
        let new = self.new_configs.lock();
        mem::take(&mut *new.unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether a file is CommonJS. Names and packages say so, but most packages with an `import` condition or a `module`
    /// field do not, so that of those the code is looked at. A package that is linked is known by the name that it is
    /// imported by.
    fn is_commonjs(&self, found: &Resolution, name: &str) -> bool {
        let file = found.path();
        match file.extension().and_then(|extension| extension.to_str()) {
            Some("cjs" | "cts") => return true,
            Some("js") => {}
            _ => return false,
        }
        let package = found.package_json();
        let is_module =
            package.is_some_and(|package| package.r#type() == Some(PackageType::Module));
        let is_named = || {
            let package = package.and_then(|package| package.name());
            let rest = package.and_then(|package| name.strip_prefix(package));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let is_in_package = file.components().any(|part| part.as_os_str() == PACKAGES);
        if is_module || !(is_in_package || is_named()) {
            return false;
        }
        if let Some(known) = self.commonjs.get(file) {
            return *known;
        }
        let text = reading::read_file(file).and_then(|bytes| String::from_utf8(bytes).ok());
        let is_commonjs = text.is_some_and(|text| says_commonjs(&text));
        self.commonjs.insert(file.to_path_buf(), is_commonjs);
        is_commonjs
    }

    /// How a script is compiled: what the `tsconfig.json` says that is nearest to it.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when it is wrong.
    pub fn script_options(&self, file: &Path) -> Result<ScriptOptions, ConfigError> {
        let found = self.resolver().find_tsconfig(file);
        let found = match found {
            Ok(found) => found,
            Err(error) => {
                return self
                    .misconfigured(&error)
                    .map_or(Ok(ScriptOptions::default()), Err);
            }
        };
        if let Some(found) = &found {
            self.note_configs(found);
        }
        Ok(found.map_or_else(ScriptOptions::default, |found| options_of(&found)))
    }
}

/// Whether browsers do not have what a name stands for: a module of Node's, or what the field `browser` leaves out.
fn is_absent(name: &str, error: &ResolveError) -> bool {
    matches!(error, ResolveError::Ignored(_))
        || name.starts_with("node:")
        || is_nodejs_builtin_module(name)
}

/// The marker of CommonJS, with the names that an import takes of it.
fn with_names(names: &[String]) -> String {
    let mut named: Vec<&str> = names.iter().map(String::as_str).collect();
    named.retain(|name| !matches!(*name, "default" | "*") && is_identifier_name(name));
    match named.is_empty() {
        true => COMMONJS.to_owned(),
        false => format!("{COMMONJS}&names={}", named.join(",")),
    }
}

/// Whether the code of a package is CommonJS.
fn says_commonjs(text: &str) -> bool {
    let Ok(record) = analyze(text, Dialect::JavaScript) else {
        // Modules are strict; much of old code is not.
        return true;
    };
    let is_module = !record.imports.is_empty()
        || !record.exports.is_empty()
        || record.reexports_all
        || text.contains("import.meta");
    let says = ["module.exports", "exports.", "require(", "exports["];
    !is_module && says.iter().any(|says| text.contains(says))
}

/// Whether a path below a folder has a part that is hidden. Well-known folders and packages are not.
fn is_hidden(below: &Path) -> bool {
    let mut is_in_packages = false;
    below.components().any(|part| {
        let name = part.as_os_str();
        let is_known =
            name == ".well-known" || (is_in_packages && STORES.iter().any(|store| name == *store));
        let is_hidden = name.as_encoded_bytes().starts_with(b".") && !is_known;
        is_in_packages = name == PACKAGES;
        is_hidden
    })
}

fn options_of(tsconfig: &Arc<TsConfig>) -> ScriptOptions {
    let said = &tsconfig.compiler_options;
    let defaults = ScriptOptions::default();
    let is_classic = said.jsx.as_deref() == Some("react");
    let jsx = match is_classic {
        true => Jsx::Classic {
            factory: said
                .jsx_factory
                .clone()
                .unwrap_or_else(|| "React.createElement".to_owned()),
            fragment: said
                .jsx_fragment_factory
                .clone()
                .unwrap_or_else(|| "React.Fragment".to_owned()),
        },
        false => Jsx::Automatic {
            source: said
                .jsx_import_source
                .clone()
                .unwrap_or_else(|| "react".to_owned()),
        },
    };
    let decorators = match said.experimental_decorators {
        Some(true) => Decorators::Legacy {
            has_metadata: said.emit_decorator_metadata == Some(true),
        },
        _ => defaults.decorators,
    };
    let defines_fields = said.use_define_for_class_fields;
    ScriptOptions {
        jsx,
        decorators,
        defines_fields: defines_fields.unwrap_or_else(|| is_of_today(said.target.as_deref())),
        keeps_imports: said.verbatim_module_syntax == Some(true)
            || said.preserve_value_imports == Some(true),
        refreshes: false,
    }
}

/// Whether TypeScript defines fields for a target: from ES2022 on. Without a target browsers of today are meant.
fn is_of_today(target: Option<&str>) -> bool {
    let Some(target) = target.map(str::to_ascii_lowercase) else {
        return true;
    };
    let year = target
        .strip_prefix("es")
        .and_then(|year| year.parse::<u32>().ok());
    target == "esnext" || year.is_some_and(|year| year >= 2022)
}
