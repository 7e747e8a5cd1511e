//! The coordinator: one loop that takes in what happened, in order, and makes updates of it.
//!
//! It knows everything of the engine. The loop is the order: nothing else raises versions, and two batches can never
//! mix. A panic while one message is handled is reported and costs that message only.

use std::collections::{HashMap, HashSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use super::change::bodies::Sent;
use super::change::pull::Errand;
use super::change::{Ahead, Inputs};
use super::message::Message;
use super::snapshot::resume::Keeper;
use super::state::files::FileIndex;
use super::watch::events::Sighting;
use super::watch::watcher::FileWatcher;
use super::{EngineOptions, Shared};
use crate::protocol::HostEvent;
use hotgraph_core::graph::ModuleId;
use hotgraph_core::syntax::analyze::{Dialect, analyze_fully};
use hotgraph_core::watch::change::ChangeSet;
use hotgraph_core::watch::places::Watches;

/// Code that is analysed before any of the project's.
const FIRST: &str =
    "import { a } from './a.js'; export class B { c() { return a } } import.meta.hot?.accept();";

/// How long messages are taken in before what is due is done.
const LONGEST_TURN: Duration = Duration::from_millis(10);

/// The loop and what only it touches.
pub struct Coordinator {
    pub shared: Arc<Shared>,
    /// The page whose `invalidate()` was acted on, with the hash of its trail, by module and version. The same call in
    /// other tabs is the same event, and a repeated call is none.
    pub invalidated: HashMap<(ModuleId, u64), (u32, u64)>,
    /// The bodies that each page was sent: they are not sent again.
    pub sent_to: HashMap<u32, Sent>,
    /// What waits for the host.
    pub errands: Vec<Errand>,
    /// How often the host was asked.
    pub questions: u32,
    /// How many pages were loaded so far.
    pub loads: u64,
    pub watcher: FileWatcher,
    pub changes: ChangeSet,
    /// What was analysed of a file before its writer closed it.
    pub ahead: Option<Ahead>,
    /// What modules are made of besides their own files.
    pub inputs: Inputs,
    /// Files of the last batch, some of which could not be judged before they were served.
    pub unjudged: Vec<FileIndex>,
    /// Whether every file has to be looked at again: events were lost, or a folder came or went.
    pub is_rescan_due: bool,
    /// Files of which a page got code that no event had told of.
    pub unannounced: HashSet<PathBuf>,
    /// The files of the last updates, by version.
    pub recent: VecDeque<(u64, Vec<String>)>,
    /// When to write the snapshot.
    pub keeper: Keeper,
    started: Instant,
}

impl Coordinator {
    /// A coordinator whose watcher posts into `inbox`.
    pub fn new(shared: Arc<Shared>, inbox: UnboundedSender<Message>) -> Self {
        let listener = Arc::new(move |sighting| {
            // Nobody receives when the engine is closed.
            let _ = inbox.send(Message::Sighting(sighting));
        });
        let EngineOptions { folders, watch, .. } = &shared.options;
        let watches = Watches::of(std::env::consts::OS);
        let watcher = FileWatcher::new(&folders.root, *watch, watches, listener);
        Self {
            shared,
            invalidated: HashMap::new(),
            sent_to: HashMap::new(),
            errands: Vec::new(),
            questions: 0,
            loads: 0,
            watcher,
            changes: ChangeSet::default(),
            ahead: None,
            inputs: Inputs::default(),
            unjudged: Vec::new(),
            is_rescan_due: false,
            unannounced: HashSet::new(),
            recent: VecDeque::new(),
            keeper: Keeper::default(),
            started: Instant::now(),
        }
    }

    /// Runs until [`Message::Close`].
    pub async fn run(mut self, mut messages: UnboundedReceiver<Message>) {
        self.guarded(Self::resume);
        // The first analysis of a process takes many times as long as the next: no page is to wait for it.
        let _ = analyze_fully(FIRST, Dialect::JavaScript);
        loop {
            // Changes wait for the update that is being put together.
            let changes_due = self.changes.next_due().filter(|_| !self.is_publishing());
            let changes_due = changes_due.map(|due| self.started + Duration::from_millis(due));
            let backlog_due = self.shared.backlog.due();
            let due = changes_due.into_iter().chain(backlog_due);
            let due = due.chain(self.errands_due()).chain(self.keeper.due());
            let received = match due.min() {
                Some(due) => tokio::time::timeout_at(due.into(), messages.recv())
                    .await
                    .ok(),
                None => Some(messages.recv().await),
            };
            let mut next = received;
            let begun = Instant::now();
            while let Some(message) = next {
                match message {
                    None => return,
                    Some(Message::Close(done)) => {
                        self.guarded(Self::keep_for_good);
                        // The caller that waited may have given up.
                        let _ = done.send(());
                        return;
                    }
                    Some(message) => self.guarded(|it| it.handle(message)),
                }
                // Due work does not wait for the end of a flood.
                next = match begun.elapsed() < LONGEST_TURN {
                    true => messages.try_recv().ok().map(Some),
                    false => None,
                };
            }
            if self
                .shared
                .backlog
                .due()
                .is_some_and(|due| due <= Instant::now())
            {
                self.work_off_backlog();
            }
            self.guarded(Self::give_up_waiting);
            if !self.is_publishing() {
                self.guarded(Self::process_due);
            }
            self.guarded(Self::look_ahead);
            // Once for all that was waiting: when a folder is replaced there are many reasons.
            if std::mem::take(&mut self.is_rescan_due) {
                self.guarded(Self::rescan);
            }
            if self.keeper.due().is_some_and(|due| due <= Instant::now()) {
                self.guarded(Self::keep);
            }
        }
    }

    pub fn guarded(&mut self, work: impl FnOnce(&mut Self)) {
        self.end_torn_run();
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| work(self))) {
            let reason = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("unknown");
            let message = format!("one event was skipped: {reason}");
            self.shared.tell_host(&HostEvent::Fault { message });
        }
        self.end_torn_run();
        while let Some(message) = self.watcher.take_complaint() {
            self.shared.tell_host(&HostEvent::Watcher { message });
        }
    }

    /// Begins anew after a panic, here or in a request, while the state was locked.
    fn end_torn_run(&mut self) {
        if !self.shared.state.is_poisoned() {
            return;
        }
        self.shared.backlog.take();
        self.shared.begin_anew();
        self.touched();
        self.invalidated.clear();
        self.sent_to.clear();
        self.errands.clear();
        self.unjudged.clear();
        let message = "all pages reload: the record of the modules may be damaged".to_owned();
        self.shared.tell_host(&HostEvent::Fault { message });
        self.refuse_all();
    }

    fn handle(&mut self, message: Message) {
        match message {
            // Its time is read off the backlog itself.
            Message::Backlog => {}
            Message::Touched => self.touched(),
            Message::Unreadable(id, source, error) => self.report_unreadable(id, &source, &error),
            Message::Refused(id, reason) => self.report_refused(id, reason),
            Message::Review(id) => self.review(id),
            Message::Pulled(question, failures) => self.pulled(question, failures),
            Message::Sighting(Sighting::Paths(seen)) => {
                for (path, seen) in seen {
                    self.saw(&path, seen);
                }
            }
            Message::Sighting(Sighting::Lost) => self.is_rescan_due = true,
            Message::HotUpdated(question, meanings) => self.hot_updated(question, meanings),
            Message::HostFailed(failure) => self.host_failed(failure),
            Message::HostWarned(warning) => self.host_warned(warning),
            Message::Config(file) => self.decided_by(&file),
            Message::Unmade(file, problem) => self.unmade(&file, *problem),
            Message::HostChanged { file, is_remade } => self.host_changed(file, is_remade),
            Message::DependsOn(file, inputs) => self.depends_on(file, inputs),
            Message::Connect(client) => self.connected(client),
            Message::Disconnect(client) => self.disconnected(client),
            Message::Frame(client, frame) => {
                self.shared.waiting_frames.fetch_sub(1, Ordering::Relaxed);
                self.received(client, &frame);
            }
            Message::Close(_) => {}
        }
    }

    pub fn now(&self) -> u64 {
        self.started.elapsed().as_millis() as u64
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tokio::sync::mpsc::unbounded_channel;

    use super::*;
    use crate::engine::{Engine, Target};
    use hotgraph_core::graph::folders::Folders;

    #[test]
    fn a_panic_while_the_state_is_locked_ends_the_run() {
        let options = EngineOptions {
            serves_files: true,
            ..EngineOptions::new(Folders::below("/project"), "/client.js")
        };
        let said = Arc::new(Mutex::new(Vec::new()));
        let heard = said.clone();
        let sink = Arc::new(move |target, text| heard.lock().unwrap().push((target, text)));
        let engine = Engine::start(options, sink).unwrap();
        let (inbox, _messages) = unbounded_channel();
        let mut coordinator = Coordinator::new(engine.shared.clone(), inbox);
        let hello = |session: &str, since: u64| {
            format!(
                r#"{{"type":"hello","session":"{session}","since":{since},"page":null,"reloaded":null,"again":false}}"#
            )
        };
        // The session that a page is told last, and whether it is refused.
        let told = |client: u32| {
            let said = said.lock().unwrap();
            let mut of_page = said
                .iter()
                .filter(|(target, _)| *target == Target::Client(client));
            let (_, last) = of_page.next_back().unwrap();
            let last: serde_json::Value = serde_json::from_str(last).unwrap();
            let refusal = last["refusal"].as_str().map(str::to_owned);
            (last["session"].as_str().unwrap().to_owned(), refusal)
        };
        engine.serve_script("/a.js", "import.meta.hot.accept()", None, None);
        let (before, since) = (engine.session(), engine.version());
        coordinator.connected(1);
        coordinator.received(1, &hello(&before, since));
        assert_eq!(told(1), (before.clone(), None));

        coordinator.guarded(|it| {
            let _state = it.shared.state();
            panic!("while the state is locked");
        });
        let now = engine.session();
        assert_ne!(now, before);
        assert!(engine.version() > since);
        assert!(engine.shared.state().graph.is_empty());
        let reason = "it lost track of the modules because of an internal error";
        let refused = (now.clone(), Some(reason.to_owned()));
        assert_eq!(told(1), refused);
        // Pages that were loaded before and come back are refused too, and pages that are loaded now are not.
        coordinator.connected(2);
        coordinator.received(2, &hello(&before, since));
        assert_eq!(told(2), refused);
        coordinator.connected(3);
        coordinator.received(3, &hello(&now, engine.version()));
        assert_eq!(told(3), (now, None));
    }
}
