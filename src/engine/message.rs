//! What can happen to an engine: all that its loop takes in.

use std::path::PathBuf;
use std::sync::mpsc::Sender;

use hotgraph_core::diagnostic::Diagnostic;
use hotgraph_core::graph::ModuleId;
use hotgraph_core::syntax::analyze::AnalyzeError;

use super::watch::events::Sighting;

/// What can happen to an engine.
pub enum Message {
    /// Requests left something in the backlog.
    Backlog,
    /// A script was served that cannot be analysed: its id, its source and why.
    Unreadable(ModuleId, String, AnalyzeError),
    /// A followed script cannot be made a body, and why.
    Refused(ModuleId, String),
    /// There may be something odd about the code of a module.
    Review(ModuleId),
    /// A request changed what the next run has to know.
    Touched,
    /// The watcher saw something.
    Sighting(Sighting),
    /// The host says that a file changed.
    HostChanged {
        /// Its path.
        file: PathBuf,
        /// Whether the host means what it makes of the file, which itself may be what it was.
        is_remade: bool,
    },
    /// The host makes what it serves of a file of others too.
    DependsOn(PathBuf, Vec<PathBuf>),
    /// A page's socket opened.
    Connect(u32),
    /// A page's socket closed.
    Disconnect(u32),
    /// A frame from a page.
    Frame(u32, String),
    /// The host has shown what a [`HostEvent::Pull`](crate::protocol::HostEvent) asked for, but for these.
    Pulled(u32, Vec<PullFailure>),
    /// The host says what the files of a [`HostEvent::HotUpdate`](crate::protocol::HostEvent) mean: for each what is stale,
    /// by url, or `None` for what is always.
    HotUpdated(u32, Vec<Option<Vec<String>>>),
    /// The host's tools found an error in a file.
    HostFailed(HostFailure),
    /// The host has something to say of a file that is served.
    HostWarned(HostWarning),
    /// This file decides what the engine makes of others.
    Config(PathBuf),
    /// The engine could make nothing of a file.
    Unmade(PathBuf, Box<Diagnostic>),
    /// The end; who asked for it waits for it.
    Close(Sender<()>),
}

/// A module that the host could not make when it was asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullFailure {
    /// The module.
    pub url: String,
    /// Why, in the host's words.
    pub message: String,
}

/// An error in a file that the host's tools found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostFailure {
    /// The file.
    pub file: PathBuf,
    /// The url that was asked for, where that is not the file's own.
    pub url: Option<String>,
    /// The file that the mistake is in, where that is another one which the file is made of.
    pub origin: Option<PathBuf>,
    /// What is wrong, in the host's words.
    pub message: String,
    /// The specifier that leads nowhere, where that is what is wrong.
    pub missing: Option<String>,
    /// The text that the place is in.
    pub source: String,
    /// From 1; 0 when no place is known.
    pub line: u32,
    /// From 1, in UTF-16 code units.
    pub column: u32,
}

/// Something about a served file that stops nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostWarning {
    /// The file.
    pub file: PathBuf,
    /// What is odd.
    pub message: String,
    /// What to do about it.
    pub remedy: Option<String>,
}
