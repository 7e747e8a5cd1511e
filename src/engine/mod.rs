//! The engine: one thread that takes in file changes and pages' messages in order, and a request path
//! that other threads call directly.
//!
//! Knows tokio, notify and the disk. Must not know Node: `binding` hands in a [`Sink`] and calls the
//! methods of [`Engine`].
//!
//! The coordinator's loop is the only place where versions are raised and updates are made. Requests do not go through
//! it, since a page load asks thousands of times. They take the lock round [`State`] for microseconds. They leave the
//! rest to the loop: watching, hashing, and analysis that no answer depends on.

mod change;
mod coordinator;
pub mod elements;
mod lint;
mod make;
mod message;
mod pack;
mod pages;
mod serve;
mod snapshot;
mod state;
mod trace;
mod watch;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, mpsc};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dashmap::DashMap;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::protocol::{HostEvent, ServerMessage};
use hotgraph_core::graph::ModuleKind;
use hotgraph_core::graph::folders::Folders;
use hotgraph_core::graph::url;
use hotgraph_core::syntax::analyze::ModuleRecord;

use change::MadeOfSave;
use coordinator::Coordinator;
use make::Maker;
pub use make::{CompileOptions, HostText, Made, ReadScripts, Refusal, TextKind};
use message::Message;
pub use message::{HostFailure, HostWarning, PullFailure};
pub use pack::Packs;
use pack::{Chunks, Hopeless};
pub use pages::Page;
pub use serve::ServedScript;
use serve::backlog::{Backlog, Registration};
use snapshot::file::Stamp;
use snapshot::resume::{self, Exactness, Lineage};
use state::State;
pub use state::files::SourceFile;
pub use watch::reading::read_file;
pub use watch::watcher::Watching;

/// Whom a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// One page.
    Client(u32),
    /// The dev server.
    Host,
}

/// The folder that packages are installed in.
const PACKAGES: &str = "node_modules";

/// Takes the engine's messages, as JSON text, on any thread. Must not block.
pub type Sink = Arc<dyn Fn(Target, String) + Send + Sync>;

/// How an engine is set up.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// Which files urls name, unless a request says otherwise.
    pub folders: Folders,
    /// The url that modules import the browser client from.
    pub client_url: String,
    /// How changes of the files of served modules are found out. With [`Watching::Off`] only
    /// [`Engine::file_changed`] tells of them.
    pub watch: Watching,
    /// Whether the host serves scripts as they are on disk. Then the engine need not ask it about a save.
    pub serves_files: bool,
    /// Whether all that the host does to scripts on disk is to resolve specifiers: of a save it is asked for new ones
    /// only.
    pub resolves_only: bool,
    /// Whether the host answers [`HostEvent::Pull`] by [`Engine::pulled`]. Otherwise pages reload for what only the host
    /// can make.
    pub pulls: bool,
    /// Whether the host would reload pages for any change that it watches, and leaves that to the engine. Then
    /// [`Engine::file_changed`] reloads all pages when no module is known to be made of the file.
    pub answers_for_host: bool,
    /// The mode that the engine makes modules of files for, as `development`: it resolves what they import, and compiles
    /// TypeScript, JSX and style sheets. `None` when the host does all that.
    pub mode: Option<String>,
    /// Whether the host's plugins say what specifiers stand for: [`Engine::make`] then asks for each that is new.
    pub asks_specifiers: bool,
    /// Whether the host says what saves mean, by [`Engine::hot_updated`].
    pub asks_meaning: bool,
    /// Whether saves are the host's to make, though it makes modules by [`Engine::make`]: others change them after that.
    pub is_host_first: bool,
    /// How code is compiled, over what `tsconfig.json` says.
    pub compile: CompileOptions,
    /// Which pages get what they load in packs.
    pub packs: Packs,
    /// How to keep what is known for the next run; `None` when a restart is to reload all pages.
    pub snapshot: Option<SnapshotOptions>,
}

impl EngineOptions {
    /// The engine of a host that makes all modules itself, tells of all changes, and keeps nothing.
    pub fn new(folders: Folders, client_url: impl Into<String>) -> Self {
        Self {
            folders,
            client_url: client_url.into(),
            watch: Watching::Off,
            serves_files: false,
            resolves_only: false,
            pulls: false,
            answers_for_host: false,
            mode: None,
            asks_specifiers: false,
            asks_meaning: false,
            is_host_first: false,
            compile: CompileOptions::default(),
            packs: Packs::Never,
            snapshot: None,
        }
    }
}

/// Where the snapshot is, and what it is good for.
#[derive(Debug, Clone)]
pub struct SnapshotOptions {
    /// The file. No other engine that runs at the same time should have it.
    pub file: PathBuf,
    /// Everything that decides what is served, other than the files themselves: versions, options, plugins. A snapshot
    /// that was written with other settings does not count.
    pub settings: String,
    /// Prefixes of urls whose modules have no file and depend on nothing but `settings`. Pages that loaded others
    /// without a file reload when the server restarts, because the engine cannot know what these are now.
    pub fixed: Vec<String>,
}

/// Why the engine could not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The operating system gave no thread or no event queue.
    #[error("the HMR engine could not start: {0}")]
    Start(#[from] std::io::Error),
}

/// Enough for the analysis of everyday modules, which otherwise gets a stack of its own each time. Reserved,
/// not used.
const COORDINATOR_STACK: usize = 32 << 20;

/// How long [`Engine::close`] waits for the snapshot to be written.
const LONGEST_CLOSE: Duration = Duration::from_secs(2);

/// Runs that were started in this process: two may be in the same millisecond.
static STARTED: AtomicU32 = AtomicU32::new(0);

/// A running engine. Dropping it stops it.
pub struct Engine {
    shared: Arc<Shared>,
    inbox: UnboundedSender<Message>,
}

/// What requests and the coordinator share.
pub(crate) struct Shared {
    options: EngineOptions,
    /// This run, and the earlier ones whose pages it goes on with.
    lineage: RwLock<Arc<Lineage>>,
    exactness: Exactness,
    state: Mutex<State>,
    pages: Mutex<BTreeMap<u32, Page>>,
    /// What requests left for the loop.
    backlog: Backlog,
    /// How many frames of pages the loop has not got round to.
    waiting_frames: AtomicU32,
    /// Whether any module ever changed. Read without the lock.
    any_changed: AtomicBool,
    /// Finished analyses by hash of the source: an answer to a reload needs no second parse.
    analyses: DashMap<u64, Arc<ModuleRecord>>,
    /// What pages load at once.
    chunks: Mutex<Chunks>,
    /// What cannot be.
    hopeless: Mutex<Hopeless>,
    /// What makes modules of files, where the host leaves that to the engine.
    maker: Option<Maker>,
    /// What was made of saves, by url, until it is sent.
    made: DashMap<String, MadeOfSave>,
    /// What the host has shown of modules that the engine asked for, by url.
    previews: DashMap<String, Arc<str>>,
    sink: Sink,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// This run.
    fn lineage(&self) -> Arc<Lineage> {
        let lineage = self.lineage.read();
        lineage.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ends a run after a panic while the state was locked: the state may be torn. All modules are forgotten, and pages
    /// of that run reload.
    fn begin_anew(&self) {
        let mut state = self.state();
        let started = now_ms().max(state.version + 1);
        *state = State::new(started);
        state.packs = self.options.packs == Packs::Always;
        self.state.clear_poison();
        self.any_changed.store(false, Ordering::Relaxed);
        let refusal = "it lost track of the modules because of an internal error".to_owned();
        let lineage = Arc::new(Lineage::new(new_session(started), refusal));
        *self.lineage.write().unwrap_or_else(PoisonError::into_inner) = lineage;
    }

    /// Whether any module ever changed.
    fn has_changes(&self) -> bool {
        self.any_changed.load(Ordering::Relaxed)
    }

    /// To be called while the state is locked that has the first change.
    fn expect_changes(&self) {
        self.any_changed.store(true, Ordering::Relaxed);
    }

    fn send(&self, target: Target, message: &ServerMessage) {
        self.deliver(target, serde_json::to_string(message));
    }

    fn tell_host(&self, event: &HostEvent) {
        self.deliver(Target::Host, serde_json::to_string(event));
    }

    /// Messages are plain data: writing them as JSON cannot fail. If it ever does, the message is lost and the server
    /// goes on.
    fn deliver(&self, target: Target, text: serde_json::Result<String>) {
        if let Ok(text) = text {
            (self.sink)(target, text);
        }
    }
}

impl Engine {
    /// Starts an engine with its own thread.
    ///
    /// # Errors
    /// [`EngineError::Start`] when the thread cannot be made.
    pub fn start(options: EngineOptions, sink: Sink) -> Result<Self, EngineError> {
        let started = now_ms();
        let snapshot = options.snapshot.as_ref();
        // Before it is read: what takes its place from then on is another run's.
        let exactness = Exactness::new(snapshot.and_then(|snapshot| Stamp::of(&snapshot.file)));
        let (lineage, mut state) = resume::take_up(&options, new_session(started), started);
        state.packs |= options.packs == Packs::Always;
        let any_changed = state.graph.ids().any(|id| state.graph.version(id) > 0);
        let mode = options.mode.clone();
        let maker = mode.map(|mode| Maker::new(&options, mode));
        let shared = Arc::new(Shared {
            options,
            lineage: RwLock::new(Arc::new(lineage)),
            exactness,
            state: Mutex::new(state),
            pages: Mutex::default(),
            backlog: Backlog::default(),
            waiting_frames: AtomicU32::new(0),
            any_changed: AtomicBool::new(any_changed),
            analyses: DashMap::new(),
            chunks: Mutex::default(),
            hopeless: Mutex::default(),
            maker,
            made: DashMap::new(),
            previews: DashMap::new(),
            sink,
        });
        let (inbox, messages) = unbounded_channel();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()?;
        let coordinator = Coordinator::new(shared.clone(), inbox.clone());
        std::thread::Builder::new()
            .name("hotgraph".into())
            .stack_size(COORDINATOR_STACK)
            .spawn(move || runtime.block_on(coordinator.run(messages)))?;
        Ok(Self { shared, inbox })
    }

    /// Names this run of the engine.
    pub fn session(&self) -> String {
        self.shared.lineage().session.clone()
    }

    /// The newest version.
    pub fn version(&self) -> u64 {
        self.shared.state().version
    }

    /// The pages that are connected and were answered, with the versions that they are at.
    pub fn pages(&self) -> Vec<(u32, Page)> {
        self.shared.greeted()
    }

    /// Tells of a change that the engine's own watcher may not see: a virtual module, or a file when watching is off.
    /// For a watched file on disk this does nothing, unless `is_remade`. Then the engine asks the host what it makes of
    /// the file now, though its content may be the same. With a query at its end the path is that of the module of this
    /// query.
    pub fn file_changed(&self, file: PathBuf, is_remade: bool) {
        self.post(Message::HostChanged { file, is_remade });
    }

    /// Tells that the host makes `file` of `inputs` too. If one of them changes, the modules of the file change.
    pub fn depends_on(&self, file: PathBuf, inputs: Vec<PathBuf>) {
        self.post(Message::DependsOn(file, inputs));
    }

    /// The answer to a [`HostEvent::Pull`]: all that could be had was handed over by [`Engine::preview`] or served.
    pub fn pulled(&self, question: u32, failures: Vec<PullFailure>) {
        self.post(Message::Pulled(question, failures));
    }

    /// The answer to a [`HostEvent::HotUpdate`]: for each of its files what is stale now, by url, or `None` for what is
    /// always.
    pub fn hot_updated(&self, question: u32, meanings: Vec<Option<Vec<String>>>) {
        self.post(Message::HotUpdated(question, meanings));
    }

    /// The host could not make something of a file: an error in it that the host's own tools found.
    pub fn host_failed(&self, failure: HostFailure) {
        let asked = failure.url.as_deref().map(|url| url::identify(url).0);
        let module_url = asked.or_else(|| self.shared.options.folders.url_of(&failure.file));
        if let Some(module_url) = module_url {
            self.expect_file(&failure.file, &module_url);
        }
        self.post(Message::HostFailed(failure));
    }

    /// The host has something to say of a file that it serves: pages that load it show that, for the rest of the run.
    pub fn host_warned(&self, warning: HostWarning) {
        self.post(Message::HostWarned(warning));
    }

    /// Nothing can be served of a file: that it is to be a module has to be known all the same.
    fn expect_file(&self, file: &Path, module_url: &str) {
        if self.shared.state().files.find(file).is_none() {
            let file = SourceFile {
                path: file.to_path_buf(),
                requested_at: now_ms(),
            };
            self.serve_resource(module_url, ModuleKind::Script, Some(file), None);
        }
    }

    /// A page's socket opened.
    pub fn connect(&self, client: u32) {
        self.post(Message::Connect(client));
    }

    /// A page's socket closed.
    pub fn disconnect(&self, client: u32) {
        self.post(Message::Disconnect(client));
    }

    /// A frame came in from a page.
    pub fn receive(&self, client: u32, frame: String) {
        if self.inbox.is_closed() {
            return;
        }
        self.shared.waiting_frames.fetch_add(1, Ordering::Relaxed);
        self.post(Message::Frame(client, frame));
    }

    /// How many frames of pages wait to be handled, in the order in which they came in.
    pub fn waiting_frames(&self) -> u32 {
        self.shared.waiting_frames.load(Ordering::Relaxed)
    }

    /// Stops watching and ends the thread, once the snapshot is written. Later calls do nothing.
    pub fn close(&self) {
        let (done, closed) = mpsc::channel();
        self.post(Message::Close(done));
        if self.shared.options.snapshot.is_some() {
            // An engine that is closed already has dropped the other end.
            let _ = closed.recv_timeout(LONGEST_CLOSE);
        }
    }

    /// Leaves something for the loop to do when requests have stopped coming in.
    fn leave(&self, registration: Registration) {
        self.shared.outdate_snapshot();
        if self.shared.backlog.add(registration) {
            self.post(Message::Backlog);
        }
    }

    /// The state has changed outside of the loop, which will have to write a new snapshot.
    fn touched(&self) {
        if self.shared.outdate_snapshot() {
            self.post(Message::Touched);
        }
    }

    /// Sends to the loop. A closed engine has no receiver, which is what closing means. The queue has no limit: the
    /// code that hands over pages' frames watches [`Self::waiting_frames`].
    fn post(&self, message: Message) {
        let _ = self.inbox.send(message);
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.close();
    }
}

/// A name for a run that starts at this time, in milliseconds since 1970.
fn new_session(started: u64) -> String {
    let (number, process) = (STARTED.fetch_add(1, Ordering::Relaxed), std::process::id());
    format!("{started:x}-{process:x}-{number:x}")
}

/// Milliseconds since 1970.
pub fn now_ms() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |elapsed| elapsed.as_millis() as u64)
}
