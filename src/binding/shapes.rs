//! The shapes of what JavaScript hands in and gets back.

use std::collections::HashMap;

use napi::bindgen_prelude::Either;
use napi_derive::napi;

/// How an engine is set up.
#[napi(object)]
pub struct EngineOptions {
    /// The folder that urls are files below. Absolute path.
    pub root: String,
    /// What urls begin with before their path in `root`, without a slash at its end: `/app`. Default: nothing.
    pub base: Option<String>,
    /// The beginning of the urls of files outside of `root`. The number of folders to go up from `root`, a slash and
    /// the path follow it. @web/dev-server has `/__wds-outside-root__/`. Default: such files have no url.
    pub outside: Option<String>,
    /// Folders, absolute, by what the urls of their files begin with: `{ '/assets/': '/project/app/assets' }`. With one or
    /// more, urls below `root` are no files. Default: none.
    #[napi(ts_type = "Record<string, string>")]
    pub maps: Option<HashMap<String, String>>,
    /// The url that modules import the browser client from. Its folder has to serve the compiled client.
    pub client_url: String,
    /// Whether to watch the files of served modules. Default: true. Without, only `fileChanged` tells of
    /// changes. `'poll'` looks at them again and again instead of waiting for events.
    #[napi(ts_type = "boolean | 'poll'")]
    pub watch: Option<Either<bool, String>>,
    /// Whether the host serves scripts as they are on disk, imports and all. Updates then bring the code of a
    /// save as it is; otherwise the host is asked for it. Default: false.
    pub serves_files: Option<bool>,
    /// Whether all that the host does to scripts on disk is to resolve specifiers. Of a save it is then asked for new
    /// specifiers only. Default: false.
    pub resolves_only: Option<bool>,
    /// Whether the host answers `pull` events by `pulled`: updates then bring what only the host can make. Default:
    /// false; pages reload for it then.
    pub pulls: Option<bool>,
    /// Whether the host would reload pages for any change that it watches, and leaves that to the engine. Then
    /// `fileChanged` reloads all pages, with the reason, when no module is known to be made of the file. Default:
    /// false.
    pub answers_for_host: Option<bool>,
    /// The mode, as `development`, for which `make` makes modules of files: the engine resolves what they import, and
    /// compiles TypeScript, JSX and style sheets, also of saves. Default: the host does that.
    pub mode: Option<String>,
    /// Whether the host's plugins say what specifiers stand for, by `resolved`: `make` asks for each that is new. Default:
    /// false.
    pub asks_specifiers: Option<bool>,
    /// Whether the host answers `hotUpdate` events by `hotUpdated`. Default: false.
    pub asks_meaning: Option<bool>,
    /// Whether saves are the host's to make, though it makes modules by `make`: others change them after that. Default:
    /// false.
    pub is_host_first: Option<bool>,
    /// How `make` compiles code, over what `tsconfig.json` says. Default: as that says.
    pub compile: Option<CompileOptions>,
    /// Pages that load at least so many modules get them in packs: a few modules that bring the bodies of all. 0 for all
    /// pages. Default: none does.
    pub packs_from: Option<u32>,
    /// Keeps what the engine knows for its next run: a restart then does not reload the pages. Default: a restart
    /// reloads them.
    pub snapshot: Option<SnapshotOptions>,
}

/// How code is compiled.
#[napi(object)]
pub struct CompileOptions {
    /// The package whose `jsx-runtime` JSX uses.
    pub jsx_import_source: Option<String>,
    /// What JSX becomes: `automatic` for calls of the `jsx-runtime`, `classic` for `React.createElement`.
    #[napi(ts_type = "'automatic' | 'classic'")]
    pub jsx_runtime: Option<String>,
    /// The url of the module that components register at. Edits of them then keep their state.
    pub refresh: Option<String>,
}

/// What plugins of the host made of a file.
#[napi(object)]
pub struct HostText {
    /// What the text is, by the extension of files like it.
    #[napi(
        js_name = "type",
        ts_type = "'js' | 'jsx' | 'ts' | 'tsx' | 'css' | 'json'"
    )]
    pub kind: String,
    /// Its source map, version 3, as JSON, where lines or columns are not those of the file.
    pub map: Option<String>,
}

/// What outlives an engine: the module graph, its versions, and hashes of the files that pages know.
#[napi(object)]
pub struct SnapshotOptions {
    /// Absolute path of the file. It is made with its folder when there is something to keep. Engines that run at the
    /// same time should have one each.
    pub file: String,
    /// Everything that decides what is served, other than the files themselves, as a text to compare: versions, options,
    /// plugins. After another text pages reload.
    pub settings: String,
    /// Prefixes of urls whose modules are no files and depend on nothing but `settings`. Pages that loaded other
    /// scripts, style sheets or HTML without a file reload, because the engine cannot know what these are now. Default:
    /// none.
    pub fixed: Option<Vec<String>>,
}

/// A connected page.
#[napi(object)]
pub struct PageStatus {
    /// Its number.
    pub client: u32,
    /// The url of its HTML, when that was served through the engine.
    pub url: Option<String>,
    /// The version of the last update that it applied, or that concerned nothing in it.
    pub version: f64,
    /// Whether it was sent a later update: that is on its way, being applied, or was not applied as a whole.
    pub is_behind: bool,
}

/// A module that the host could not make.
#[napi(object)]
pub struct PullFailure {
    /// The module's url.
    pub url: String,
    /// Why, for the terminal.
    pub message: String,
}

/// An error in a file that tools of the host found.
#[napi(object)]
pub struct HostFailure {
    /// Absolute path of the file.
    pub file: String,
    /// The url that was asked for, where that is not the file's own.
    pub url: Option<String>,
    /// Absolute path of the file that the mistake is in, where that is another one which the file is made of.
    pub origin: Option<String>,
    /// What is wrong.
    pub message: String,
    /// The specifier of an import that leads nowhere, where that is what is wrong.
    pub missing: Option<String>,
    /// The text that the place is in.
    pub source: String,
    /// From 1; 0 when no place is known.
    pub line: u32,
    /// From 1, in UTF-16 code units.
    pub column: u32,
}

/// What to serve for a script.
#[napi(object)]
pub struct ServedScript {
    /// The code to serve, when it differs from the source.
    pub code: Option<String>,
    /// The specifiers of dependencies whose updates the code accepts, for hosts with a resolver of their own
    /// (see `link`).
    pub accepted: Option<Vec<String>>,
}

/// The kind of resource: `style` for a style sheet, `script` for a module that could not be served as a script, `asset`
/// for anything that is neither script, style nor page.
#[napi(string_enum = "camelCase")]
pub enum ResourceKind {
    /// A style sheet.
    Style,
    /// JSON, images, data, classic scripts.
    Asset,
    /// A response that a module imports as a script and that is none, such as the answer that there is no such file.
    Script,
}
