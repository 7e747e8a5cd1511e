//! What the engine tells the dev server that it lives in, and what it asks of it.

use serde::Serialize;
#[cfg(test)]
use ts_rs::TS;

use super::{Diagnostic, ReloadReport};

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
