//! Reports for people: what is wrong with code, and why a page reloaded.

use serde::{Deserialize, Serialize};
#[cfg(test)]
use ts_rs::TS;

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
