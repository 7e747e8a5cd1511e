//! What a page sends to the engine. It is untrusted.

use serde::Deserialize;
#[cfg(test)]
use ts_rs::TS;

use super::ReloadReport;

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
