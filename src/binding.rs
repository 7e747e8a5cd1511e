//! Node's view of the engine: conversion only, no decision.
//!
//! Knows napi. It catches every call: a panic becomes a JavaScript error and never ends the process.

pub mod elements;
pub mod making;
#[cfg(target_os = "linux")]
mod memory;
pub mod packing;
pub mod shapes;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use napi::bindgen_prelude::{AsyncTask, Either, FnArgs, Function, Result};
use napi::threadsafe_function::ThreadsafeFunctionCallMode;
use napi_derive::napi;

use crate::engine::{self, Engine, SourceFile, Target, Watching};
use hotgraph_core::graph::ModuleKind;
use hotgraph_core::graph::folders::{FileNames, FolderMap, Folders};
use hotgraph_core::graph::import_map::ImportMap;
use making::made_or_asked;
pub use making::{MadeModule, Making, Reading};
pub use packing::{PackStatus, Packing, ReadScripts, ReadingScripts};
pub use shapes::*;

/// The engine: watches files, analyses modules, keeps the module graph and turns changes into updates for
/// pages. One instance a dev server; any number in one process. It does not keep the process alive.
///
/// A *url* is what the browser asked for: path and query, with or without version stamp.
#[napi]
pub struct HmrEngine {
    engine: Arc<Engine>,
}

#[napi]
impl HmrEngine {
    /// Starts an engine.
    ///
    /// `onMessage(client, text)` gets every message as JSON text: with a `client` of 1 or more a
    /// `ServerMessage` to send on that page's socket, with 0 a `HostEvent` for the dev server itself.
    ///
    /// Throws when the operating system gives no thread.
    #[napi(constructor, catch_unwind)]
    pub fn new(
        options: EngineOptions,
        #[napi(ts_arg_type = "(client: number, text: string) => void")] on_message: Function<
            FnArgs<(u32, String)>,
            (),
        >,
    ) -> Result<Self> {
        let deliver = on_message
            .build_threadsafe_function()
            .weak::<true>()
            .callee_handled::<false>()
            .build()?;
        let sink = Arc::new(move |target, text| {
            let client = match target {
                Target::Client(client) => client,
                Target::Host => 0,
            };
            // It fails only when Node is shutting down, and then nothing listens.
            deliver.call(
                (client, text).into(),
                ThreadsafeFunctionCallMode::NonBlocking,
            );
        });
        let options = engine::EngineOptions {
            folders: Folders {
                root: PathBuf::from(options.root),
                base: options.base.unwrap_or_default(),
                outside: options.outside,
                names: FileNames::of(std::env::consts::OS),
                maps: FolderMap::sorted(options.maps.unwrap_or_default()),
            },
            client_url: options.client_url,
            watch: match options.watch {
                Some(Either::A(false)) => Watching::Off,
                Some(Either::A(true)) | None => Watching::Events,
                Some(Either::B(how)) if how == "poll" => Watching::Polling,
                Some(Either::B(how)) => {
                    let reason = format!("watch is true, false or 'poll', not '{how}'");
                    return Err(napi::Error::from_reason(reason));
                }
            },
            serves_files: options.serves_files.unwrap_or(false),
            resolves_only: options.resolves_only.unwrap_or(false),
            pulls: options.pulls.unwrap_or(false),
            answers_for_host: options.answers_for_host.unwrap_or(false),
            mode: options.mode,
            asks_specifiers: options.asks_specifiers.unwrap_or(false),
            asks_meaning: options.asks_meaning.unwrap_or(false),
            is_host_first: options.is_host_first.unwrap_or(false),
            compile: options.compile.map_or_else(Default::default, |compile| {
                engine::CompileOptions {
                    jsx_import_source: compile.jsx_import_source,
                    is_classic: compile.jsx_runtime.map(|runtime| runtime == "classic"),
                    refresh: compile.refresh,
                }
            }),
            packs: match options.packs_from {
                None => engine::Packs::Never,
                Some(0) => engine::Packs::Always,
                Some(modules) => engine::Packs::From(modules as usize),
            },
            snapshot: options.snapshot.map(|snapshot| engine::SnapshotOptions {
                file: PathBuf::from(snapshot.file),
                settings: snapshot.settings,
                fixed: snapshot.fixed.unwrap_or_default(),
            }),
        };
        let engine = Engine::start(options, sink)
            .map_err(|error| napi::Error::from_reason(error.to_string()))?;
        Ok(Self {
            engine: Arc::new(engine),
        })
    }

    /// Names this run of the engine; pages tell by it whether they speak to the server that served them.
    #[napi(getter)]
    pub fn session(&self) -> String {
        self.engine.session()
    }

    /// The newest version: a whole number, the engine's start in milliseconds plus one a batch.
    #[napi(getter)]
    pub fn version(&self) -> f64 {
        self.engine.version() as f64
    }

    /// The pages that are connected, in the order in which they came, and how far they are.
    #[napi(catch_unwind)]
    pub fn pages(&self) -> Vec<PageStatus> {
        let pages = self.engine.pages().into_iter();
        let status = |(client, page): (u32, engine::Page)| PageStatus {
            client,
            version: page.life.version().unwrap_or_default() as f64,
            is_behind: page.life.is_behind(),
            url: page.url,
        };
        pages.map(status).collect()
    }

    /// Takes in a script as it would be served, with imports that a browser can ask for. Returns what to serve; `null`
    /// when that is the source as it is.
    ///
    /// `file` is the absolute path of its file, if there is one. `requestedAt` is the time of the request in
    /// milliseconds since 1970 (default: now). `since` is the engine's version at that time: code that was made before
    /// the module's last change is not taken in (default: it was made after that). With `isAlone` the module is not to
    /// bring others along in a pack: those were made for other browsers.
    #[napi(catch_unwind)]
    pub fn serve_script(
        &self,
        url: String,
        source: String,
        file: Option<String>,
        requested_at: Option<f64>,
        since: Option<f64>,
        is_alone: Option<bool>,
    ) -> Option<ServedScript> {
        let file = source_file(file, requested_at);
        let since = since.map(|since| since.max(0.0) as u64);
        let mut served = self.engine.serve_script(&url, &source, file, since);
        if !is_alone.unwrap_or(false)
            && let Some(entrance) = self.engine.entrance(&url, &source)
        {
            served.code = Some(entrance.to_string());
        }
        if served.code.is_none() && served.accepted.is_empty() {
            return None;
        }
        let accepted = (!served.accepted.is_empty()).then_some(served.accepted);
        Some(ServedScript {
            code: served.code,
            accepted,
        })
    }

    /// Makes what a page gets under a url of a file with this text, as the option `mode` says. Resolves to `null` where that
    /// is the file itself, or is made by other tools (`?__commonjs`). With `byHost` the text is what plugins of the host made
    /// of the file.
    ///
    /// Rejects with what is wrong with the text; pages and the host are told of it too.
    #[napi(catch_unwind, ts_return_type = "Promise<MadeModule | null>")]
    pub fn make(
        &self,
        url: String,
        file: String,
        source: String,
        by_host: Option<HostText>,
    ) -> Result<AsyncTask<Making>> {
        let by_host = by_host.map(|text| {
            let kind = engine::TextKind::of(&text.kind)
                .ok_or_else(|| napi::Error::from_reason(format!("no text is {}", text.kind)))?;
            Ok::<_, napi::Error>(engine::HostText {
                kind,
                map: text.map,
            })
        });
        Ok(AsyncTask::new(Making {
            engine: self.engine.clone(),
            url,
            file: PathBuf::from(file),
            source,
            by_host: by_host.transpose()?,
        }))
    }

    /// The same at once, for code that stands in a page. `null` where that is the code itself.
    ///
    /// Throws what is wrong with the code.
    #[napi(catch_unwind)]
    pub fn make_inline(
        &self,
        url: String,
        file: String,
        source: String,
    ) -> Result<Option<MadeModule>> {
        let made = self.engine.make_inline(&url, &PathBuf::from(file), &source);
        let made = made.map(|code| {
            (code != source).then_some(engine::Made {
                code,
                is_script: true,
            })
        });
        made_or_asked(made)
    }

    /// Plugins of the host make the module with this url: what a save of it becomes, the host is asked.
    #[napi(catch_unwind)]
    pub fn made_by_host(&self, url: String) {
        self.engine.made_by_host(&url);
    }

    /// What specifiers in a file stand for: what plugins of the host say, or `null` where the engine is to resolve them.
    /// With `null` for the file, they concern no plugin, whatever imports them.
    #[napi(catch_unwind)]
    pub fn resolved(
        &self,
        #[napi(ts_arg_type = "string | null")] file: Option<String>,
        #[napi(ts_arg_type = "Record<string, string | null>")] answers: HashMap<
            String,
            Option<String>,
        >,
    ) {
        self.engine
            .resolved(file.map(PathBuf::from).as_deref(), answers);
    }

    /// What to write in place of a specifier in a module, as the option `mode` says; `null` where a browser comes to the
    /// same, or nobody knows what it stands for.
    #[napi(catch_unwind)]
    pub fn rewritten(&self, url: String, file: String, specifier: String) -> Option<String> {
        self.engine
            .rewritten(&url, &PathBuf::from(file), &specifier)
    }

    /// Answers a `hotUpdate` event: for each of its files the urls of the modules that are stale now, or `null` for those
    /// that always are.
    #[napi(catch_unwind)]
    pub fn hot_updated(
        &self,
        question: u32,
        #[napi(ts_arg_type = "(string[] | null)[]")] meanings: Vec<Option<Vec<String>>>,
    ) {
        self.engine.hot_updated(question, meanings);
    }

    /// Absolute path of the file that a url names, whether or not there is one; that of a folder names its page. `null`
    /// where no file can have that url: it leads out of its folder, is in none, or names no plain file (on Windows
    /// `/con`, `/c:/x`).
    #[napi(catch_unwind)]
    pub fn file_of(&self, url: String) -> Option<String> {
        let file = self.engine.file_of(&url)?;
        file.into_os_string().into_string().ok()
    }

    /// The url of a file, as the option `mode` says: pages may ask for it from then on. `null` where it has none.
    #[napi(catch_unwind)]
    pub fn url_of(&self, file: String) -> Option<String> {
        self.engine.url_of(&PathBuf::from(file))
    }

    /// Whether pages may get a file, as the option `mode` says: it is below the root, or in a package that code imports,
    /// and not hidden.
    #[napi(catch_unwind)]
    pub fn is_public(&self, file: String) -> bool {
        self.engine.is_public(&PathBuf::from(file))
    }

    /// Takes in a style sheet or another resource. Given the `source` that is served, a save that changes nothing
    /// is known at once, and JSON is checked before an update of it goes out. Returns what to serve in its place:
    /// a style sheet whose imports are stamped as its request was, else `null`.
    #[napi(catch_unwind)]
    pub fn serve_resource(
        &self,
        url: String,
        #[napi(ts_arg_type = "'style' | 'asset' | 'script'")] kind: ResourceKind,
        file: Option<String>,
        requested_at: Option<f64>,
        source: Option<String>,
    ) -> Option<String> {
        let kind = match kind {
            ResourceKind::Style => ModuleKind::Style,
            ResourceKind::Asset => ModuleKind::Asset,
            ResourceKind::Script => ModuleKind::Script,
        };
        let file = source_file(file, requested_at);
        self.engine
            .serve_resource(&url, kind, file, source.as_deref())
    }

    /// Takes in an HTML page and all it loads: urls of scripts, styles and inline modules, as the page writes them.
    /// They are relative to `base`: the page's whole address (`http://localhost:8000/`), or its path, or what a `<base
    /// href>` makes of it. By whole addresses the engine learns the server's own name: code may import by it. `source`
    /// is the page before anything of hotgraph's was added.
    #[napi(catch_unwind)]
    pub fn serve_page(
        &self,
        url: String,
        base: String,
        loads: Vec<String>,
        file: Option<String>,
        requested_at: Option<f64>,
        source: Option<String>,
    ) {
        self.engine.serve_page(
            &url,
            &base,
            &loads,
            source_file(file, requested_at),
            source.as_deref(),
        );
    }

    /// Takes in a page's import map, before the modules that use it; an empty one is none. `imports` maps a bare
    /// specifier, or a prefix with a slash at its end, to the url of a module or folder. `scopes` maps the url of a
    /// module, or a prefix of urls with a slash at its end, to such a map.
    #[napi(catch_unwind)]
    pub fn import_map(
        &self,
        page: String,
        imports: HashMap<String, String>,
        scopes: Option<HashMap<String, HashMap<String, String>>>,
    ) {
        let scopes = scopes.unwrap_or_default();
        self.engine.import_map(&page, ImportMap { imports, scopes });
    }

    /// Tells what the host's own resolver makes of specifiers of a module, where a browser would not come to
    /// the same: bare ones, omitted extensions. Specifier as written -> what a browser could import.
    #[napi(catch_unwind)]
    pub fn link(&self, url: String, resolved: HashMap<String, String>) {
        self.engine.link(&url, resolved);
    }

    /// The version of the batch in which the content of a url changed last; 0 when it never did.
    #[napi(catch_unwind)]
    pub fn content_version(&self, url: String) -> f64 {
        self.engine.content_version(&url) as f64
    }

    /// A reference (`src`, `href`, specifier) with the current version stamp of what it names, seen from
    /// `base`; `null` when it needs none.
    #[napi(catch_unwind)]
    pub fn stamped(&self, base: String, reference: String) -> Option<String> {
        self.engine.stamped(&base, &reference)
    }

    /// The text of the last complete save of a file (absolute path); `null` when it was not saved yet, or cannot
    /// be kept. To be read instead of the file, which may already hold the beginning of the next save. With
    /// `onlyRaw` only of a file that was served as it is on disk: for hosts that may have made something
    /// else of it.
    #[napi(catch_unwind)]
    pub fn saved_source(&self, file: String, only_raw: Option<bool>) -> Option<String> {
        let file = std::path::Path::new(&file);
        let saved = self.engine.saved_source(file, only_raw.unwrap_or(false))?;
        Some(saved.to_string())
    }

    /// Reads a file (absolute path) from disk. Resolves to its text, or to its bytes where they are not UTF-8. Resolves
    /// to `null` where there is no regular file, where it changes at this moment, and where it has more than 16 MiB.
    #[napi(catch_unwind, ts_return_type = "Promise<string | Buffer | null>")]
    pub fn read_file(&self, file: String) -> AsyncTask<Reading> {
        let file = PathBuf::from(file);
        AsyncTask::new(Reading { file })
    }

    /// Whether the engine knows a file (absolute path) as it is on disk now: it changed since the start, and the last
    /// change was taken in. While that is false and a program writes the file, neither the disk nor `savedSource` may
    /// have all of it.
    #[napi(catch_unwind)]
    pub fn is_taken_in(&self, file: String) -> bool {
        self.engine.is_taken_in(std::path::Path::new(&file))
    }

    /// Takes in what a module would be served as now, for a `pull` event: nothing is served. Returns the specifiers of
    /// dependencies whose updates it accepts, for hosts with a resolver of their own (see `link`).
    #[napi(catch_unwind)]
    pub fn preview(&self, url: String, source: String) -> Vec<String> {
        self.engine.preview(&url, &source)
    }

    /// Answers a `pull` event: all that could be made was handed to `preview` or served.
    #[napi(catch_unwind)]
    pub fn pulled(&self, question: u32, failures: Option<Vec<PullFailure>>) {
        let failures = failures.unwrap_or_default().into_iter();
        let failures =
            failures.map(|PullFailure { url, message }| engine::PullFailure { url, message });
        self.engine.pulled(question, failures.collect());
    }

    /// The text of a module that defines the bodies of others and runs none, for pages whose policy forbids `eval`.
    /// Only for pages of this server.
    #[napi(catch_unwind)]
    pub fn bodies(&self, urls: Vec<String>) -> String {
        self.engine.bodies(&urls)
    }

    /// A page is about to be served. Returns whether what it loads comes in packs.
    ///
    /// `base` is what its references are relative to, `scripts` are those of its scripts, `inline` the code of those that
    /// stand in it.
    #[napi(catch_unwind)]
    pub fn begin_page(&self, base: String, scripts: Vec<String>, inline: Vec<String>) -> bool {
        self.engine.begin_page(&base, &scripts, &inline)
    }

    /// Makes the pack of a script that is about to be served, away from Node's thread: `serveScript` answers with it then,
    /// as long as nothing has changed.
    #[napi(catch_unwind, ts_return_type = "Promise<PackStatus>")]
    pub fn pack(&self, url: String) -> AsyncTask<Packing> {
        AsyncTask::new(Packing {
            engine: self.engine.clone(),
            url,
        })
    }

    /// Pages do not always get the script that `serveScript` was given: others change it after that, or it is made for
    /// each visitor. It comes in no pack, until it is said again with `isAlone` being false.
    #[napi(catch_unwind)]
    pub fn keep_alone(&self, url: String, is_alone: bool) {
        self.engine.keep_alone(&url, is_alone);
    }

    /// Reads scripts, makes modules of them and takes these in as if they were served, where the engine makes modules of
    /// files (the option `mode`). On threads of its own. Not for scripts that others have a say in.
    #[napi(catch_unwind)]
    pub fn read_scripts(&self, urls: Vec<String>) -> AsyncTask<ReadingScripts> {
        AsyncTask::new(ReadingScripts {
            engine: self.engine.clone(),
            urls,
        })
    }

    /// The urls of the scripts that a module imports.
    #[napi(catch_unwind)]
    pub fn imports_of(&self, url: String) -> Vec<String> {
        self.engine.imports_of(&url)
    }

    /// The urls of the scripts that the modules of a script's pack may import later, by `import(…)` of a string.
    #[napi(catch_unwind)]
    pub fn later_imports_of(&self, url: String) -> Vec<String> {
        self.engine.later_imports_of(&url)
    }

    /// The urls, base path included, of the modules that bring a script's pack; none where it has no pack.
    #[napi(catch_unwind)]
    pub fn chunks_of(&self, url: String) -> Vec<String> {
        self.engine.chunks_of(&url)
    }

    /// Tells that a module was served with all that it imports although no page has asked: the page that does gets it in
    /// a pack.
    #[napi(catch_unwind)]
    pub fn read_ahead(&self, url: String) {
        self.engine.read_ahead(&url);
    }

    /// The text of a module that brings bodies of a pack, by its name; `null` when there is none. Only for pages of this
    /// server.
    #[napi(catch_unwind)]
    pub fn chunk(&self, name: String) -> Option<String> {
        self.engine.chunk(&name)
    }

    /// Takes in that code of the module at `by` has loaded `url` in a way that neither a parser nor a page sees: by a
    /// computed `import()` or a `fetch()` in a worker. Both were served before.
    #[napi(catch_unwind)]
    pub fn loaded_by(&self, url: String, by: String) {
        self.engine.loaded_by(&url, &by);
    }

    /// Tells of a change that the engine cannot see by itself: a virtual module, or any file when watching is off.
    /// Absolute path. For a watched file this does nothing, unless `isRemade` is true. Then the engine asks the host
    /// what it makes of the file now, though its content may be the same. With a query at its end the path is that of
    /// one module of the file.
    #[napi(catch_unwind)]
    pub fn file_changed(&self, file: String, is_remade: Option<bool>) {
        self.engine
            .file_changed(PathBuf::from(file), is_remade.unwrap_or(false));
    }

    /// Tells that the host makes `file` of `inputs` too, all absolute paths. If one of them changes, the modules of the
    /// file change, and the engine asks the host for them.
    #[napi(catch_unwind)]
    pub fn depends_on(&self, file: String, inputs: Vec<String>) {
        let inputs = inputs.into_iter().map(PathBuf::from).collect();
        self.engine.depends_on(PathBuf::from(file), inputs);
    }

    /// Tells of an error that tools of the host found in a file when a page asked for it. The file is not served. Pages
    /// that asked for it show the error until the file changes.
    #[napi(catch_unwind)]
    pub fn host_failed(&self, failure: HostFailure) {
        let HostFailure {
            file,
            url,
            origin,
            message,
            missing,
            source,
            line,
            column,
        } = failure;
        self.engine.host_failed(engine::HostFailure {
            file: PathBuf::from(file),
            url,
            origin: origin.map(PathBuf::from),
            message,
            missing,
            source,
            line,
            column,
        });
    }

    /// Tells of something about a file that is served, which stops nothing: pages that load it say so in their consoles.
    #[napi(catch_unwind)]
    pub fn host_warned(&self, file: String, message: String, remedy: Option<String>) {
        self.engine.host_warned(engine::HostWarning {
            file: PathBuf::from(file),
            message,
            remedy,
        });
    }

    /// A page's socket opened. `client` is a whole number of 1 or more that the host chose and will not use
    /// again. Throws when it is 0, which is the host's own number, or none at all.
    #[napi(catch_unwind)]
    pub fn connect(&self, client: u32) -> Result<()> {
        if client == 0 {
            return Err(napi::Error::from_reason("a client's number is 1 or more"));
        }
        self.engine.connect(client);
        Ok(())
    }

    /// A page's socket closed.
    #[napi(catch_unwind)]
    pub fn disconnect(&self, client: u32) {
        self.engine.disconnect(client);
    }

    /// A text frame came in from a page: a `ClientMessage`. Anything else is reported to the host and changes
    /// nothing.
    #[napi(catch_unwind)]
    pub fn receive(&self, client: u32, frame: String) {
        self.engine.receive(client, frame);
    }

    /// How many of the frames that `receive` was given are still to be handled; they are in the order in which they
    /// came. Only the reader of the sockets can limit that: `HmrEndpoint` does, by its option `waiting`.
    #[napi(getter)]
    pub fn waiting_frames(&self) -> u32 {
        self.engine.waiting_frames()
    }

    /// Stops watching and ends the engine's thread, once its snapshot is written. Later calls do nothing. Safe to call twice.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        self.engine.close();
    }
}

fn source_file(path: Option<String>, requested_at: Option<f64>) -> Option<SourceFile> {
    let requested_at = requested_at.map_or_else(engine::now_ms, |at| at.max(0.0) as u64);
    path.map(|path| SourceFile {
        path: PathBuf::from(path),
        requested_at,
    })
}
