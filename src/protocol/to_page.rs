//! What the engine sends to a page: updates above all.

use serde::Serialize;
#[cfg(test)]
use ts_rs::TS;

use super::{Body, Diagnostic, ModuleKind, ReloadReport, SelfAcceptance};

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
