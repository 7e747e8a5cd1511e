//! The wire: every message that crosses between the engine, the dev server and a page.
//!
//! Knows JSON and the shape of each message, one closed enum each way. Must not know how a message travels (sockets
//! live in Node) nor how its content was decided (that is `core`). TypeScript gets these types generated into
//! `runtime/protocol.ts`: a change that the client misses fails `tsc`.
//!
//! Vocabulary: a *url* is a module's identity, the path and query that the browser asks for, without
//! version stamp and hash. A *version* is a whole number of milliseconds-since-epoch magnitude that
//! rises by at least one per batch; JavaScript holds it exactly.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
#[cfg(test)]
use ts_rs::TS;

/// What the engine sends to a page.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[cfg_attr(test, ts(export, export_to = "protocol.ts"))]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum ServerMessage {
    /// The answer to [`ClientMessage::Hello`].
    Connected {
        /// Names this run of the server.
        session: String,
        /// The newest version.
        #[cfg_attr(test, ts(type = "number"))]
        version: u64,
        /// When another run served the page and this one cannot go on with it, why: how a sentence about the server
        /// ends. The page reloads.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        refusal: Option<String>,
        /// Set when another run served the page and this one goes on with it. It lists modules that are not files,
        /// whose content is unknown now, and modules of which the other run did not know everything yet. A page that
        /// has loaded one reloads.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        uncertain: Option<Vec<String>>,
    },
    /// One batch of changes; each page decides with its own modules what to do.
    Update(Update),
    /// Saved code that cannot be served; nothing changed in the page.
    Error {
        /// At least one diagnostic of severity `error`.
        diagnostics: Vec<Diagnostic>,
    },
    /// Findings that stop nothing, to be shown in the page's console.
    Warning {
        /// At least one diagnostic of severity `warning`.
        diagnostics: Vec<Diagnostic>,
    },
    /// The answer to [`ClientMessage::Ping`].
    Pong,
    /// The answer to what a page said of something thrown ([`Thrown`]).
    Located {
        /// The number of the question.
        question: u32,
        /// What it is, and where.
        diagnostic: Diagnostic,
        /// The calls that led to it, newest first, as people read them.
        calls: Vec<String>,
    },
    /// Files that were reported broken are good again.
    Recovered {
        /// The urls of the modules that were named by an earlier `Error`.
        urls: Vec<String>,
    },
    /// The answer to [`ClientMessage::Want`].
    Bodies {
        /// The number of the question.
        question: u32,
        /// Those of the wanted modules that can be had as bodies, at the version that they have now.
        bodies: Vec<Body>,
    },
    /// Modules that nothing imports any more.
    Prune {
        /// The stamp to import them by from now on.
        #[cfg_attr(test, ts(type = "number"))]
        version: u64,
        /// In the order in which they lost their last importer.
        urls: Vec<String>,
    },
    /// An event sent by the server's own code (`hmr.hot.send`).
    Custom {
        /// The event's name.
        event: String,
        /// Any JSON value.
        #[cfg_attr(test, ts(type = "unknown"))]
        data: serde_json::Value,
    },
    /// The page is to reload: the server's user asked for it, or a file changed that only the server knows of.
    Reload {
        /// Why.
        report: ReloadReport,
    },
}

/// One batch: what changed, and all that is stale because of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(TS))]
#[cfg_attr(test, ts(export, export_to = "protocol.ts"))]
pub struct Update {
    /// The batch's version; a page that applied it is at this version.
    #[cfg_attr(test, ts(type = "number"))]
    pub version: u64,
    /// The urls whose content changed, in the order in which they changed.
    pub changed: Vec<String>,
    /// Every stale module, the changed ones first, importers after what they import (breadth first).
    pub stale: Vec<StaleModule>,
    /// The content of modules that the new code imports and that were never served before. They are not stale, since no
    /// page has them.
    pub added: Vec<Body>,
    /// Those of the stale modules, and of the modules above them, that the code of open pages no longer imports.
    pub departures: Vec<Departure>,
    /// Set when a page gave up an update instead of a file having changed. `changed` then holds the
    /// module that gave up, whose code is what it was. Its version is a new one only if the update
    /// did not evaluate it, since it had accepted a dependency.
    pub invalidated: Option<Invalidation>,
}

/// A module that an update makes stale, with what a page needs to walk on from it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(TS))]
#[cfg_attr(test, ts(export, export_to = "protocol.ts"))]
pub struct StaleModule {
    /// The module.
    pub url: String,
    /// The stamp to import it by.
    #[cfg_attr(test, ts(type = "number"))]
    pub version: u64,
    /// What sort of resource it is.
    pub kind: ModuleKind,
    /// What the code that was served last does with updates of itself.
    pub acceptance: SelfAcceptance,
    /// Who imports it, in a stable order.
    pub importers: Vec<Importer>,
    /// Its new content, where the engine has it: of a script that can be made a body, of a JSON or text module. `None`
    /// for other resources, for what cannot be made a body, and for what the page has (`kept`).
    pub body: Option<Body>,
    /// Whether its content is what an earlier update brought to this page on the same connection.
    pub kept: bool,
}

/// The content of a module, to be run without being imported. What a shell holds, and what updates bring.
#[derive(Debug, Clone, PartialEq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(TS))]
#[cfg_attr(test, ts(export, export_to = "protocol.ts"))]
pub struct Body {
    /// What linking needs to know.
    pub definition: Definition,
    /// An expression for the function that the module's own text became (docs/protocol.md, "Bodies"). `None` for data.
    pub code: Option<Arc<str>>,
    /// In place of code, the text of a JSON module or of another that is data.
    pub value: Option<Arc<str>>,
}

/// What linking needs to know of a module: what it imports and exports.
#[derive(Debug, Clone, PartialEq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(TS))]
#[cfg_attr(test, ts(export, export_to = "protocol.ts"))]
pub struct Definition {
    /// The module.
    pub url: String,
    /// The version of its content: of the update that changed it last, 0 before any.
    #[cfg_attr(test, ts(type = "number"))]
    pub version: u64,
    /// Names the text that the body was made of. A page that runs a module with this hash has nothing to renew.
    pub hash: String,
    /// One for each statement that imports or re-exports, in source order.
    pub imports: Vec<ImportLink>,
    /// The names by which it exports variables of its own.
    pub locals: Vec<String>,
    /// What it exports that is another module's.
    pub indirect: Vec<IndirectExport>,
    /// Which of the imports are `export *`.
    pub stars: Vec<u32>,
    /// Whether it uses `import.meta.hot`.
    pub hot: bool,
    /// Whether the page is to report what it accepts, since its text does not tell.
    pub reports: bool,
    /// Whether it waits at its top level: its body is an async function.
    pub is_async: bool,
}

/// An import or re-export of a [`Definition`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(TS))]
#[cfg_attr(test, ts(export, export_to = "protocol.ts"))]
pub struct ImportLink {
    /// As the served code writes it.
    pub specifier: String,
    /// What the server takes it for: a url, or a whole address on another origin. `None` for a bare name that it does
    /// not know. A page with an import map resolves by itself.
    pub url: Option<String>,
    /// How it is imported.
    pub kind: ImportKind,
    /// The names that the other module has to export.
    pub names: Vec<String>,
    /// Its import attributes, where `kind` is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub attributes: Option<BTreeMap<String, String>>,
    /// Whether the other module is served byte for byte, and is the browser's.
    pub plain: bool,
    /// Whether the other module has no code of its own, but passes on what others export: a second one does no harm.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(test, ts(as = "Option<bool>", optional))]
    pub barrel: bool,
    /// Whether code that pages have no record of imports the other module too. Then it may have run.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(test, ts(as = "Option<bool>", optional))]
    pub native: bool,
}

impl Hash for ImportLink {
    /// Without what is known of the other module only: a page need not hear of it.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let link = (&self.specifier, &self.url, self.kind, &self.names);
        (link, &self.attributes, self.plain).hash(state);
    }
}

/// An export that is another module's.
#[derive(Debug, Clone, PartialEq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(TS))]
#[cfg_attr(test, ts(export, export_to = "protocol.ts"))]
pub struct IndirectExport {
    /// Its name here.
    pub exported: String,
    /// Which of the imports it comes from.
    pub import: u32,
    /// Its name there; `null` for the whole namespace.
    pub name: Option<String>,
}

/// How a module is imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(TS))]
#[cfg_attr(test, ts(export, export_to = "protocol.ts"))]
pub enum ImportKind {
    /// As a script.
    Script,
    /// With `{ type: 'json' }`.
    Json,
    /// With `{ type: 'css' }`.
    Css,
    /// With another type: text, bytes.
    Other,
}

/// What sort of resource a module is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(TS))]
#[cfg_attr(test, ts(export, export_to = "protocol.ts"))]
pub enum ModuleKind {
    /// JavaScript, however it was written.
    Script,
    /// A style sheet.
    Style,
    /// An HTML document.
    Page,
    /// Anything else: JSON, images, fetched data.
    Asset,
    /// A file that the host watches and that nothing was served from. Any page may show what the host makes of it.
    Input,
}

/// What a module does with an update of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(TS))]
#[cfg_attr(test, ts(export, export_to = "protocol.ts"))]
pub enum SelfAcceptance {
    /// Passes it on to its importers.
    None,
    /// Accepts it (`accept()`, `accept(callback)`, or writes to `data`).
    Accepts,
    /// Accepts it and still passes it on (`{ bubbles: true }`).
    Bubbles,
    /// Accepts it while importers use no other exports than those named to `acceptExports`.
    Exports,
    /// Refuses it: the page reloads.
    Declines,
}

/// A page whose code no longer imports a module, or never did.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(TS))]
#[cfg_attr(test, ts(export, export_to = "protocol.ts"))]
pub struct Departure {
    /// The module.
    pub url: String,
    /// The page's url.
    pub page: String,
    /// The version from which on it does not. A page that was loaded later never had the module from there. 0 when no
    /// page of this url ever had.
    #[cfg_attr(test, ts(type = "number"))]
    pub since: u64,
}

/// One importer of a stale module.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(TS))]
#[cfg_attr(test, ts(export, export_to = "protocol.ts"))]
pub struct Importer {
    /// The importing module or page.
    pub url: String,
    /// The specifiers, as its code writes them, under which it accepts updates of the module. Empty
    /// when it accepts none.
    pub accepts: Vec<String>,
    /// The exports of the module that it uses, when the module's acceptance is `exports`; else empty. `*`
    /// stands for all, when not all of them are known.
    pub uses: Vec<String>,
}

/// Why an update exists without a change of content: `import.meta.hot.invalidate()`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(TS))]
#[cfg_attr(test, ts(export, export_to = "protocol.ts"))]
pub struct Invalidation {
    /// The message handed to `invalidate`.
    pub message: Option<String>,
    /// All modules that gave up this update so far, the newest last. None of them counts as a
    /// boundary any more, which ends invalidation in cycles.
    pub trail: Vec<String>,
}

/// What a page sends to the engine. Anything else is refused with an error that the server logs.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[cfg_attr(test, ts(export, export_to = "protocol.ts"))]
#[serde(tag = "type", rename_all = "camelCase", deny_unknown_fields)]
pub enum ClientMessage {
    /// The first message of every socket.
    Hello {
        /// The session that served the page, or was last spoken to.
        session: String,
        /// The version that the page is at; changes after it are sent at once.
        #[cfg_attr(test, ts(type = "number"))]
        since: u64,
        /// The url of the page's HTML, when it was served through the engine.
        page: Option<String>,
        /// Why the page reloaded itself, when it did.
        reloaded: Option<ReloadReport>,
        /// Whether the page said it before, on an earlier socket.
        #[serde(default)]
        again: bool,
    },
    /// The page has heard nothing for a while, and asks whether the server is there.
    Ping,
    /// An update that concerned nothing in the page: it is at that version now.
    Acknowledged {
        /// The update's version.
        #[cfg_attr(test, ts(type = "number"))]
        version: u64,
    },
    /// The page is going to run modules that it has no content of.
    Want {
        /// A number of the page's own choice, repeated in the answer.
        question: u32,
        /// The modules.
        urls: Vec<String>,
    },
    /// `import.meta.hot.invalidate(message)`.
    Invalidate {
        /// The module that gives up.
        url: String,
        /// The version of the update it gives up, or of the module's code.
        #[cfg_attr(test, ts(type = "number"))]
        version: u64,
        /// The message handed to `invalidate`.
        message: Option<String>,
        /// The trail of the update that was being applied, else empty.
        trail: Vec<String>,
    },
    /// The registrations of a module that uses `import.meta.hot` in ways that the parser cannot follow.
    Accepts {
        /// The module.
        url: String,
        /// The version of the code that registered it. A report of code that is no longer the newest is dropped.
        #[cfg_attr(test, ts(type = "number"))]
        version: u64,
        /// What it does with updates of itself.
        #[serde(rename = "self")]
        accepts_self: bool,
        /// The specifiers of the dependencies it accepts, as its code writes them.
        deps: Vec<String>,
        /// Whether it declined.
        declined: bool,
        /// The names given to `acceptExports`, when that was called.
        exports: Option<Vec<String>>,
    },
    /// An update was applied without a reload.
    Applied {
        /// The update's version.
        #[cfg_attr(test, ts(type = "number"))]
        version: u64,
        /// Milliseconds from the message's arrival to the end of the last callback.
        ms: f64,
        /// The modules that accepted it.
        boundaries: Vec<String>,
    },
    /// An update could not be applied; the page goes on with what it had.
    Failed {
        /// The update's version.
        #[cfg_attr(test, ts(type = "number"))]
        version: u64,
        /// The error's text, for the terminal.
        message: String,
        /// The modules that still run the code from before.
        #[serde(default)]
        kept: Vec<String>,
        /// The errors, where the server can tell more of them. Each is answered by `Located`.
        #[serde(default)]
        thrown: Vec<Thrown>,
    },
    /// Something was thrown while the page loaded, or did not load. Answered by `Located`.
    Thrown {
        /// What the page knows of it.
        thrown: Thrown,
    },
    /// The user wants to see a place in the editor.
    Open {
        /// An absolute path.
        file: String,
        /// From 1.
        line: Option<u32>,
        /// From 1.
        column: Option<u32>,
    },
    /// An event for the server's own code (`import.meta.hot.send`).
    Custom {
        /// The event's name.
        event: String,
        /// Any JSON value.
        #[serde(default)]
        #[cfg_attr(test, ts(type = "unknown"))]
        data: serde_json::Value,
    },
}

/// What a page knows of something that was thrown in it, or that did not load.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(test, derive(TS))]
#[cfg_attr(test, ts(export, export_to = "protocol.ts"))]
pub struct Thrown {
    /// A number of the page's own choice, repeated in the answer.
    pub question: u32,
    /// What sort of failure it is.
    pub failure: FailureKind,
    /// The error's text, or why something did not load.
    pub message: String,
    /// The module that threw, that has the failed import, or that did not load. `None` when the browser does not say.
    pub url: Option<String>,
    /// The specifier of the failed import, as the module's code writes it.
    pub specifier: Option<String>,
    /// The name that the imported module does not export.
    pub name: Option<String>,
    /// The calls that led to it, newest first.
    pub calls: Vec<Call>,
    /// What to do about it, where the page knows.
    pub remedy: Option<String>,
}

/// The sorts of failures that pages tell of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(TS))]
#[cfg_attr(test, ts(export, export_to = "protocol.ts"))]
pub enum FailureKind {
    /// Code threw.
    Code,
    /// An import leads nowhere, or to a module without such an export.
    Import,
    /// A module could not be loaded.
    Load,
}

/// A call in a stack, as the browser sees the code.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(test, derive(TS))]
#[cfg_attr(test, ts(export, export_to = "protocol.ts"))]
pub struct Call {
    /// The function's name, where it has one.
    pub name: Option<String>,
    /// The module.
    pub url: String,
    /// From 1.
    pub line: u32,
    /// From 1, in UTF-16 code units.
    pub column: Option<u32>,
}

/// What a page says of one module, or of one update: entries of a list that count.
const MOST_ENTRIES: usize = 1000;

/// The same of lists that may name all modules of a page.
const MOST_MODULES: usize = 10_000;

/// Bytes of a text that count. A person reads it, or it names something.
const LONGEST_TEXT: usize = 8 * 1024;

impl ClientMessage {
    /// The message, cut to what a page has reason to say. Parts of it are kept, and parts go to all pages. Custom
    /// events are the project's own, and pass as they are.
    pub fn cut(mut self) -> Self {
        match &mut self {
            Self::Hello {
                session,
                page,
                reloaded,
                since: _,
                again: _,
            } => {
                cut_text(session);
                page.iter_mut().for_each(cut_text);
                if let Some(report) = reloaded {
                    let ReloadReport {
                        cause: _,
                        changed,
                        chain,
                        message,
                        remedy,
                    } = report;
                    cut_list(chain, MOST_ENTRIES);
                    let texts = changed.iter_mut().chain(remedy).chain([message]);
                    texts.for_each(cut_text);
                }
            }
            Self::Want { urls, question: _ } => cut_list(urls, MOST_MODULES),
            Self::Invalidate {
                url,
                message,
                trail,
                version: _,
            } => {
                message.iter_mut().chain([url]).for_each(cut_text);
                cut_list(trail, MOST_ENTRIES);
            }
            Self::Accepts {
                url,
                deps,
                exports,
                version: _,
                accepts_self: _,
                declined: _,
            } => {
                cut_text(url);
                cut_list(deps, MOST_ENTRIES);
                exports
                    .iter_mut()
                    .for_each(|names| cut_list(names, MOST_ENTRIES));
            }
            Self::Applied { boundaries, .. } => cut_list(boundaries, MOST_MODULES),
            Self::Failed {
                message,
                kept,
                thrown,
                version: _,
            } => {
                cut_text(message);
                cut_list(kept, MOST_MODULES);
                thrown.truncate(MOST_ENTRIES);
                thrown.iter_mut().for_each(Thrown::cut);
            }
            Self::Thrown { thrown } => thrown.cut(),
            Self::Open { file, .. } => cut_text(file),
            Self::Ping | Self::Acknowledged { .. } | Self::Custom { .. } => {}
        }
        self
    }
}

impl Thrown {
    fn cut(&mut self) {
        let Self {
            message,
            url,
            specifier,
            name,
            calls,
            remedy,
            question: _,
            failure: _,
        } = self;
        let texts = [url, specifier, name, remedy].into_iter().flatten();
        texts.chain([message]).for_each(cut_text);
        calls.truncate(MOST_ENTRIES);
        for call in calls {
            call.name
                .iter_mut()
                .chain([&mut call.url])
                .for_each(cut_text);
        }
    }
}

fn cut_list(texts: &mut Vec<String>, most: usize) {
    texts.truncate(most);
    texts.iter_mut().for_each(cut_text);
}

/// Shortens a text that is too long to be read.
pub fn cut_text(text: &mut String) {
    let mut end = text.len().min(LONGEST_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
}

/// A finding about code.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(TS))]
#[cfg_attr(test, ts(export, export_to = "protocol.ts"))]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// One sentence that says what is wrong.
    pub message: String,
    /// What to do about it, where that is known.
    pub remedy: Option<String>,
    /// The module's url.
    pub url: String,
    /// The module's file, an absolute path, when it has one.
    pub file: Option<String>,
    /// From 1.
    pub line: Option<u32>,
    /// From 1, in UTF-16 code units.
    pub column: Option<u32>,
    /// The lines around the place, with a mark below it.
    pub frame: Option<String>,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(TS))]
#[cfg_attr(test, ts(export, export_to = "protocol.ts"))]
pub enum Severity {
    /// The code cannot be served or run; pages keep what they have.
    Error,
    /// Something will not work as its author seems to expect.
    Warning,
}

/// Why a page reloaded: enough to print, to test and to learn from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(test, derive(TS))]
#[cfg_attr(test, ts(export, export_to = "protocol.ts"))]
pub struct ReloadReport {
    /// What kind of dead end it was.
    pub cause: ReloadCause,
    /// The module whose content changed, or which gave up.
    pub changed: Option<String>,
    /// From the changed module over its importers to the place that did not accept.
    pub chain: Vec<String>,
    /// The whole reason in one sentence, for people.
    pub message: String,
    /// What would have made this a hot update.
    pub remedy: Option<String>,
}

/// The kinds of dead ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(TS))]
#[cfg_attr(test, ts(export, export_to = "protocol.ts"))]
pub enum ReloadCause {
    /// No module on the way to the page accepts.
    DeadEnd,
    /// A module on the way called `decline()`.
    Declined,
    /// Modules gave up with `invalidate()` and nothing above accepts.
    Invalidated,
    /// The HTML page itself changed.
    Page,
    /// A resource that cannot be replaced in a page: a worker's script, a classic script, fetched data.
    Resource,
    /// A file that the host watches and that no module is known to be made of.
    Input,
    /// A module that should have accepted never ran to its end in this page.
    NotEvaluated,
    /// A module that cannot be replaced in a page: its code cannot be made a body.
    NotReplaceable,
    /// The page was served by another run of the server, with which this one cannot go on.
    Session,
    /// The server told the page to: its user asked for it, or a template of a backend changed.
    Server,
}

/// A file that was edited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[cfg_attr(test, ts(export, export_to = "protocol.ts"))]
#[serde(rename_all = "camelCase")]
pub struct EditedFile {
    /// Absolute path.
    pub file: String,
    /// The urls of the modules that are made of it.
    pub modules: Vec<String>,
}

/// What the engine tells the dev server it lives in, for its terminal and its own code.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[cfg_attr(test, ts(export, export_to = "protocol.ts"))]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum HostEvent {
    /// An update went out to the pages.
    Updated {
        /// Its version.
        #[cfg_attr(test, ts(type = "number"))]
        version: u64,
        /// The changed files, absolute paths.
        files: Vec<String>,
        /// How many modules are stale.
        stale: u32,
        /// How many pages it was sent to.
        pages: u32,
    },
    /// A page applied an update.
    Applied {
        /// The page's connection.
        client: u32,
        /// The update's version.
        #[cfg_attr(test, ts(type = "number"))]
        version: u64,
        /// Milliseconds it took in the page.
        ms: f64,
        /// The modules that accepted it.
        boundaries: Vec<String>,
        /// The files whose changes the page has by it, absolute paths. Modules without a file and updates of long ago
        /// have none.
        files: Vec<String>,
    },
    /// An update concerned nothing in a page, which is at that version now.
    Acknowledged {
        /// The page's connection.
        client: u32,
        /// The update's version.
        #[cfg_attr(test, ts(type = "number"))]
        version: u64,
    },
    /// A page could not apply an update and kept what it had.
    Failed {
        /// The page's connection.
        client: u32,
        /// The update's version.
        #[cfg_attr(test, ts(type = "number"))]
        version: u64,
        /// The error's text.
        message: String,
        /// The errors with their places, as far as these are known.
        diagnostics: Vec<Diagnostic>,
    },
    /// The user wants to see a place of a served file in the editor.
    Open {
        /// The page's connection.
        client: u32,
        /// An absolute path.
        file: String,
        /// From 1.
        line: Option<u32>,
        /// From 1.
        column: Option<u32>,
    },
    /// A page came back from a full reload that it had asked for.
    Reloaded {
        /// The page's connection.
        client: u32,
        /// The url of the page's HTML, when known.
        page: Option<String>,
        /// Why.
        report: ReloadReport,
    },
    /// A module gave up an update.
    Invalidated {
        /// The module.
        url: String,
        /// Its message.
        message: Option<String>,
    },
    /// Errors and warnings about code.
    Diagnostics {
        /// At least one.
        diagnostics: Vec<Diagnostic>,
    },
    /// Files that were reported broken are good again.
    Recovered {
        /// The modules' urls.
        urls: Vec<String>,
    },
    /// The engine needs modules as the host would serve them now. To be answered by `HmrEngine.pulled`.
    Pull {
        /// The number of the question.
        question: u32,
        /// Modules that pages have. The host hands their new code to `HmrEngine.preview`, and serves it to no page.
        preview: Vec<String>,
        /// Modules that no page has. The host serves them as to a page that asks for them.
        serve: Vec<String>,
    },
    /// Files were edited, and the host wants to say what that means. To be answered by `HmrEngine.hotUpdated`.
    HotUpdate {
        /// The number of the question.
        question: u32,
        /// The files.
        files: Vec<EditedFile>,
    },
    /// A script that is followed is served as it is, since it cannot be made a body. Updates of it reload the page.
    Refused {
        /// The module.
        url: String,
        /// Why.
        reason: String,
    },
    /// An event from a page for the server's code.
    Custom {
        /// The page's connection.
        client: u32,
        /// The event's name.
        event: String,
        /// Any JSON value.
        #[cfg_attr(test, ts(type = "unknown"))]
        data: serde_json::Value,
    },
    /// A frame that is not a [`ClientMessage`].
    BadFrame {
        /// The page's connection.
        client: u32,
        /// What is wrong with it.
        message: String,
    },
    /// An error of hotgraph's own: please report it.
    Fault {
        /// What happened and what hotgraph does instead.
        message: String,
    },
    /// The file watcher is degraded or gone.
    Watcher {
        /// What happened and what hotgraph does instead.
        message: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_cut_to_what_counts() {
        let urls = |count: usize| vec!["/a.js".to_owned(); count];
        let long = || "ü".repeat(LONGEST_TEXT);
        let cut = || "ü".repeat(LONGEST_TEXT / 2);
        let invalidate = |message, trail| ClientMessage::Invalidate {
            url: "/a.js".to_owned(),
            version: 1,
            message,
            trail,
        };
        let accepts = |deps, exports| ClientMessage::Accepts {
            url: "/a.js".to_owned(),
            version: 1,
            accepts_self: true,
            deps,
            declined: false,
            exports,
        };
        let failed = |message, kept| ClientMessage::Failed {
            version: 1,
            message,
            kept,
            thrown: Vec::new(),
        };
        let hello = |page, chain, message| ClientMessage::Hello {
            session: String::new(),
            since: 1,
            page,
            reloaded: Some(ReloadReport {
                cause: ReloadCause::DeadEnd,
                changed: None,
                chain,
                message,
                remedy: None,
            }),
            again: false,
        };
        for (given, expected) in [
            (
                invalidate(Some(long()), urls(1001)),
                invalidate(Some(cut()), urls(1000)),
            ),
            (
                accepts(vec![long()], Some(urls(1001))),
                accepts(vec![cut()], Some(urls(1000))),
            ),
            (failed(long(), urls(10_001)), failed(cut(), urls(10_000))),
            (
                hello(Some(long()), urls(1001), long()),
                hello(Some(cut()), urls(1000), cut()),
            ),
            // Odd places of the cut.
            (
                failed(format!("a{}", long()), Vec::new()),
                failed(format!("a{}", &cut()[2..]), Vec::new()),
            ),
        ] {
            assert_eq!(given.cut(), expected);
        }
    }
}
