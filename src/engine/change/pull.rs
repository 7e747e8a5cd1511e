//! Asking the host: what it makes of modules, before pages are told anything of them.
//!
//! The host alone can resolve, transform and make up modules. It is asked once for each save, whatever the number of
//! pages, and the loop goes on meanwhile. Knows what is missing. Must not know how the host makes it.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::bodies::Content;
use super::meaning::Edited;
use super::publish::GivenUp;
use crate::engine::coordinator::Coordinator;
use crate::engine::message::PullFailure;
use crate::engine::serve::script::INLINE;
use crate::engine::state::State;
use crate::protocol::{Body, HostEvent, ServerMessage};
use hotgraph_core::graph::{ModuleId, ModuleKind};

/// The host has failed when it says nothing for so long.
const LONGEST_PULL: Duration = Duration::from_secs(10);

/// Modules that one update may ask for because new code imports them, directly or not.
const MOST_ADDED: usize = 10_000;

/// Work that waits for the host.
pub struct Errand {
    /// The number of the question that it waits for.
    question: u32,
    deadline: Instant,
    task: Task,
}

/// What is to be done when the host has answered.
pub enum Task {
    /// The host says what edits mean.
    Interpret(Box<Pending>, Vec<Edited>),
    /// An update goes out.
    Publish(Box<Pending>),
    /// A page gets what it wants.
    Answer {
        /// The page.
        client: u32,
        /// The page's number for it.
        question: u32,
        /// What it wants.
        wanted: Vec<ModuleId>,
    },
    /// A page is greeted that missed updates.
    Greet {
        /// The page.
        client: u32,
        /// The session that it named.
        session: String,
        /// The version that it is at.
        since: u64,
        /// The url of its HTML.
        url: Option<String>,
    },
}

/// An update that is being put together.
#[derive(Default)]
pub struct Pending {
    /// The modules whose content changed, or the one that gave up an update.
    pub changed: Vec<ModuleId>,
    /// Their files.
    pub files: Vec<PathBuf>,
    /// Those of which the host may make something else, though their files are what they were.
    pub remade: HashSet<ModuleId>,
    /// Set when a module gave up an update.
    pub given_up: Option<GivenUp>,
    /// Modules that new code imports and that were never served before.
    pub added: Vec<ModuleId>,
    /// The code that the host made of modules, to be served from now on.
    pub previews: Vec<(ModuleId, Arc<str>)>,
    /// What it could not make.
    pub failures: Vec<(ModuleId, String)>,
    /// All that was asked for.
    pub asked: HashSet<ModuleId>,
}

/// What an update still lacks.
#[derive(Default)]
struct Lacking {
    /// Content of modules that pages have.
    previews: Vec<ModuleId>,
    /// Modules that no page has.
    added: Vec<ModuleId>,
}

impl Lacking {
    fn is_empty(&self) -> bool {
        self.previews.is_empty() && self.added.is_empty()
    }
}

impl Coordinator {
    /// Goes on with an update: asks the host for what is missing, or sends it.
    pub fn advance(&mut self, mut pending: Pending) {
        let has_pages = self.greeted().next().is_some();
        if has_pages && self.shared.options.pulls {
            let lacking = self.lacking(&mut pending);
            if !lacking.is_empty() {
                return self.ask(lacking, Task::Publish(Box::new(pending)));
            }
        }
        self.publish(pending);
    }

    /// Asks the host for the content of modules as it is now, and goes on with the task then.
    pub fn ask_for(&mut self, previews: Vec<ModuleId>, task: Task) {
        let lacking = Lacking {
            previews,
            added: Vec::new(),
        };
        if lacking.is_empty() || !self.shared.options.pulls {
            return self.go_on(task, Vec::new());
        }
        self.ask(lacking, task);
    }

    /// A task waits for the host from now on. Returns the number of the question.
    pub fn expect_answer(&mut self, task: Task) -> u32 {
        self.questions += 1;
        let question = self.questions;
        self.errands.push(Errand {
            question,
            deadline: Instant::now() + LONGEST_PULL,
            task,
        });
        question
    }

    /// The task that waits for an answer, once there is one.
    pub fn take_errand(&mut self, question: u32) -> Option<Task> {
        let mut errands = self.errands.iter();
        let index = errands.position(|errand| errand.question == question)?;
        Some(self.errands.remove(index).task)
    }

    fn ask(&mut self, lacking: Lacking, task: Task) {
        let preview = self.urls(&lacking.previews);
        let serve = self.urls(&lacking.added);
        let question = self.expect_answer(task);
        self.shared.tell_host(&HostEvent::Pull {
            question,
            preview,
            serve,
        });
    }

    /// The host has answered.
    pub fn pulled(&mut self, question: u32, failures: Vec<PullFailure>) {
        if let Some(task) = self.take_errand(question) {
            self.go_on(task, failures);
        }
    }

    /// Goes on with what has waited too long.
    pub fn give_up_waiting(&mut self) {
        let now = Instant::now();
        while let Some(index) = self.errands.iter().position(|one| one.deadline <= now) {
            let errand = self.errands.remove(index);
            self.go_on(errand.task, Vec::new());
        }
    }

    /// When the host has to have answered; `None` when nothing was asked.
    pub fn errands_due(&self) -> Option<Instant> {
        self.errands.iter().map(|errand| errand.deadline).min()
    }

    /// Whether an update is being put together: changes wait for it.
    pub fn is_publishing(&self) -> bool {
        let is_update =
            |errand: &Errand| matches!(errand.task, Task::Publish(_) | Task::Interpret(..));
        self.errands.iter().any(is_update)
    }

    fn go_on(&mut self, task: Task, failures: Vec<PullFailure>) {
        match task {
            Task::Interpret(pending, edited) => self.interpreted(*pending, edited, Vec::new()),
            Task::Publish(pending) => {
                let mut pending = *pending;
                let previews = self.take_previews(&pending.asked);
                for (id, text) in &previews {
                    self.shared.learn_resolutions(*id, text);
                }
                pending.previews.extend(previews);
                let failures = failures.into_iter().filter_map(|failure| {
                    let id = self.shared.state().graph.get(&failure.url)?;
                    Some((id, failure.message))
                });
                let failures: Vec<_> = failures.collect();
                pending.failures.extend(failures);
                self.advance(pending);
            }
            Task::Answer {
                client,
                question,
                wanted,
            } => {
                self.adopt_previews(&wanted);
                self.answer(client, question, &wanted);
            }
            Task::Greet {
                client,
                session,
                since,
                url,
            } => {
                let asked: Vec<ModuleId> = self.shared.state().graph.ids().collect();
                self.adopt_previews(&asked);
                self.greet_now(client, &session, since, url);
            }
        }
    }

    /// What the host has shown of these modules.
    fn take_previews(&self, asked: &HashSet<ModuleId>) -> Vec<(ModuleId, Arc<str>)> {
        let state = self.shared.state();
        let found = asked.iter().filter_map(|&id| {
            let (_, text) = self.shared.previews.remove(state.graph.url(id))?;
            Some((id, text))
        });
        found.collect()
    }

    /// Takes in what the host has shown of modules that did not change.
    fn adopt_previews(&self, asked: &[ModuleId]) {
        let asked = asked.iter().copied().collect();
        let previews = self.take_previews(&asked);
        let mut state = self.shared.state();
        for (id, text) in previews {
            state.set_source(id, text);
        }
    }

    /// Sends a page the bodies that it wants.
    fn answer(&mut self, client: u32, question: u32, wanted: &[ModuleId]) {
        let mut odd = Vec::new();
        let bodies: Vec<Body> = wanted
            .iter()
            .filter_map(|&id| self.shared.body_of(id, &mut odd))
            .collect();
        let message = ServerMessage::Bodies { question, bodies };
        self.shared
            .send(crate::engine::Target::Client(client), &message);
        for id in odd {
            self.review(id);
        }
    }

    /// A page wants bodies.
    pub fn want(&mut self, client: u32, question: u32, urls: &[String]) {
        let (wanted, lacking) = {
            let mut state = self.shared.state();
            let mut wanted = Vec::new();
            for url in urls {
                let id = state.graph.get(url);
                wanted.extend(id.filter(|&id| !state.is_plain(id) || state.is_data_module(id)));
            }
            let serves_files = self.shared.options.serves_files;
            let mut lacking = wanted.clone();
            lacking.retain(|&id| {
                !state.graph.is_served(id)
                    || matches!(state.content_of(id, serves_files), Content::ByHost)
            });
            (wanted, lacking)
        };
        let unserved = |id: &ModuleId| !self.shared.state().graph.is_served(*id);
        let (added, previews) = lacking.into_iter().partition(unserved);
        let lacking = Lacking { previews, added };
        let task = Task::Answer {
            client,
            question,
            wanted,
        };
        if lacking.is_empty() || !self.shared.options.pulls {
            return self.go_on(task, Vec::new());
        }
        self.ask(lacking, task);
    }

    /// What is missing for an update. Marks it as asked for.
    fn lacking(&mut self, pending: &mut Pending) -> Lacking {
        let previews = self.lacking_content(pending);
        if !previews.is_empty() {
            return Lacking {
                previews,
                ..Lacking::default()
            };
        }
        let mut lacking = Lacking::default();
        for (id, text) in self.new_code(pending) {
            for import in self.unserved_imports(id, &text) {
                if pending.added.len() < MOST_ADDED && pending.asked.insert(import) {
                    pending.added.push(import);
                    lacking.added.push(import);
                }
            }
        }
        lacking
    }

    /// The stale modules that only the host knows the content of.
    fn lacking_content(&self, pending: &mut Pending) -> Vec<ModuleId> {
        let serves_files = self.shared.options.serves_files;
        let is_change = pending.given_up.is_none();
        let by_host: Vec<ModuleId> = {
            let mut guard = self.shared.state();
            let state = &mut *guard;
            let trail = state.trail(pending.given_up.as_ref());
            let found = state
                .propagator
                .propagate(&state.graph, &pending.changed, &trail);
            let stale = found.stale.into_iter();
            let by_host = stale.filter(|id| {
                let is_changed = is_change && pending.changed.contains(id);
                let is_remade = pending.remade.contains(id);
                !pending.asked.contains(id)
                    && state.is_by_host(*id, is_changed, is_remade, serves_files)
            });
            by_host.collect()
        };
        pending.asked.extend(&by_host);
        let mut lacking = Vec::new();
        for id in by_host {
            let known = (!pending.remade.contains(&id)).then(|| self.shared.made_without_host(id));
            match known.flatten() {
                Some(text) => pending.previews.push((id, text)),
                None => lacking.push(id),
            }
        }
        lacking
    }

    /// The code that an update brings of changed and of new modules.
    fn new_code(&self, pending: &Pending) -> Vec<(ModuleId, Arc<str>)> {
        let mut state = self.shared.state();
        let mut code = pending.previews.clone();
        if pending.given_up.is_none() && self.shared.options.serves_files {
            let saved = pending.changed.iter();
            code.extend(saved.filter_map(|&id| Some((id, state.saved_of(id)?))));
        }
        code.extend(pending.added.iter().filter_map(|&id| {
            let source = state.module(id).source.as_ref()?;
            Some((id, source.text.text()))
        }));
        code
    }

    /// The scripts that a text imports and that were never served, other than the browser's own.
    fn unserved_imports(&self, id: ModuleId, text: &str) -> Vec<ModuleId> {
        let mut state = self.shared.state();
        if state.graph.kind(id) != ModuleKind::Script {
            return Vec::new();
        }
        drop(state);
        let hash = xxhash_rust::xxh3::xxh3_64(text.as_bytes());
        let Ok(record) = self.shared.analysis_of(hash, text) else {
            return Vec::new();
        };
        state = self.shared.state();
        let scripts = record
            .imports
            .iter()
            .filter(|import| import.attribute_type.is_none());
        let targets: Vec<ModuleId> = scripts
            .filter_map(|import| state.resolve(id, &import.specifier))
            .collect();
        targets
            .into_iter()
            .filter(|&target| !state.graph.is_served(target) && !state.is_plain(target))
            .collect()
    }
}

impl State {
    /// Whether only the host can tell the content of a stale module.
    fn is_by_host(
        &mut self,
        id: ModuleId,
        is_changed: bool,
        is_remade: bool,
        serves_files: bool,
    ) -> bool {
        if !is_changed {
            return matches!(self.content_of(id, serves_files), Content::ByHost);
        }
        let is_script = self.graph.kind(id) == ModuleKind::Script;
        if self.is_too_large(id) {
            return false;
        }
        if !is_script {
            return self.is_data_module(id) && (is_remade || self.saved_of(id).is_none());
        }
        let is_inline = self.graph.url(id).contains(INLINE);
        let is_saved = serves_files && self.saved_of(id).is_some();
        !is_inline && (is_remade || !is_saved)
    }

    /// The text that a file was saved with, where the host serves that as it is.
    fn saved_of(&self, id: ModuleId) -> Option<Arc<str>> {
        let file = self.files.get(self.files.of_module(id)?);
        file.saved.clone().filter(|_| file.served_raw)
    }
}
