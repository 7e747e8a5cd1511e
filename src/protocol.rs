//! The wire: every message that crosses between the engine, the dev server and a page.
//!
//! Knows JSON and the shape of each message, one closed enum each way. Must not know how a message travels (sockets
//! live in Node) nor how its content was decided (that is `core`). TypeScript gets these types generated into
//! `runtime/protocol.ts`: a change that the client misses fails `tsc`.
//!
//! Vocabulary: a *url* is a module's identity, the path and query that the browser asks for, without
//! version stamp and hash. A *version* is a whole number of milliseconds-since-epoch magnitude that
//! rises by at least one per batch; JavaScript holds it exactly.

mod cut;
mod from_page;
mod module;
mod report;
mod to_host;
mod to_page;

pub use cut::cut_text;
pub use from_page::{Call, ClientMessage, FailureKind, Thrown};
pub use module::{
    Body, Definition, ImportKind, ImportLink, IndirectExport, ModuleKind, SelfAcceptance,
};
pub use report::{Diagnostic, ReloadCause, ReloadReport, Severity};
pub use to_host::{EditedFile, HostEvent};
pub use to_page::{Departure, Importer, Invalidation, ServerMessage, StaleModule, Update};
