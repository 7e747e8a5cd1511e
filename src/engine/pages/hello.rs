//! The answer to a page's hello: the changes that it missed as one update, what was pruned, and what is broken now. And
//! pruning, of which pages that come later are told too.

use std::collections::BTreeMap;

use super::life::PageEvent;
use crate::engine::Target;
use crate::engine::change::bodies::Content;
use crate::engine::change::pull::Task;
use crate::engine::change::{describe, tell_departures};
use crate::engine::coordinator::Coordinator;
use crate::engine::state::State;
use crate::protocol::{Diagnostic, ServerMessage};
use hotgraph_core::graph::ModuleId;

impl Coordinator {
    /// A page said hello. Where only the host can tell what the page missed, it is asked first.
    pub fn greet(&mut self, client: u32, session: &str, since: u64, url: Option<String>) {
        let is_own = session == self.shared.lineage().session;
        let is_refused = !is_own && self.refuse(session, since).is_some();
        let lacking = match is_refused {
            true => Vec::new(),
            false => self.lacking_since(since),
        };
        if lacking.is_empty() {
            return self.greet_now(client, session, since, url);
        }
        let session = session.to_owned();
        let task = Task::Greet {
            client,
            session,
            since,
            url,
        };
        self.ask_for(lacking, task);
    }

    /// Modules of the updates after a version whose content only the host can tell.
    fn lacking_since(&self, since: u64) -> Vec<ModuleId> {
        let mut guard = self.shared.state();
        let state = &mut *guard;
        let missed: Vec<ModuleId> = state.graph.changed_since(since).collect();
        if missed.is_empty() {
            return Vec::new();
        }
        let mut stale = state.propagator.propagate(&state.graph, &missed, &[]).stale;
        let serves_files = self.shared.options.serves_files;
        stale.retain(|&id| matches!(state.content_of(id, serves_files), Content::ByHost));
        stale
    }

    /// Answers a hello: the session, the changes that the page missed as one update, what was pruned, and what is broken
    /// now.
    pub fn greet_now(&mut self, client: u32, session: &str, since: u64, url: Option<String>) {
        // It may have gone while the host was asked.
        if !self.shared.pages().contains_key(&client) {
            return;
        }
        let is_own = session == self.shared.lineage().session;
        if !is_own || since < self.shared.state().version {
            self.work_off_backlog();
        }
        let refusal = (!is_own).then(|| self.refuse(session, since)).flatten();
        let uncertain = (!is_own && refusal.is_none()).then(|| self.uncertain());
        let (version, missed, pruned, problems) = {
            let mut guard = self.shared.state();
            let state = &mut *guard;
            let missed: Vec<ModuleId> = state.graph.changed_since(since).collect();
            let update = (!missed.is_empty() && refusal.is_none()).then(|| {
                let stale = state.propagator.propagate(&state.graph, &missed, &[]).stale;
                let mut update = describe(&state.graph, state.version, &missed, &stale, None);
                tell_departures(&mut update, state, url.as_deref());
                update
            });
            let pruned = if refusal.is_none() {
                state.pruned_since(since)
            } else {
                BTreeMap::new()
            };
            let problems: Vec<_> = state
                .files
                .iter()
                .filter_map(|entry| entry.life.problem().cloned())
                .map(Into::into)
                .collect();
            (state.version, update, pruned, problems)
        };
        if let Some(page) = self.shared.pages().get_mut(&client) {
            page.url.clone_from(&url);
        }
        let sent = missed.as_ref().map(|update| update.version);
        self.page_is(
            client,
            PageEvent::Answered {
                version: since,
                sent,
            },
        );
        let session = self.shared.lineage().session.clone();
        let target = Target::Client(client);
        self.shared.send(
            target,
            &ServerMessage::Connected {
                session,
                version,
                refusal,
                uncertain,
            },
        );
        let mut odd = Vec::new();
        if let Some(mut update) = missed {
            odd = self.shared.fill(&mut update);
            self.touched();
            self.send_update(&[client], &update);
        }
        for (version, urls) in pruned {
            self.shared
                .send(target, &ServerMessage::Prune { version, urls });
        }
        if !problems.is_empty() {
            self.shared.send(
                target,
                &ServerMessage::Error {
                    diagnostics: problems,
                },
            );
        }
        // An update ends what was said of its modules' code. Warnings about their new code come after it.
        let state = self.shared.state();
        let diagnostics: Vec<Diagnostic> = state.warnings().cloned().map(Into::into).collect();
        drop(state);
        if !diagnostics.is_empty() {
            self.shared
                .send(target, &ServerMessage::Warning { diagnostics });
        }
        for id in odd {
            self.review(id);
        }
    }

    /// After an update was applied its modules are linked anew; what lost its last importer can go.
    pub fn prune(&mut self) {
        self.work_off_backlog();
        let mut state = self.shared.state();
        let version = state.version + 1;
        let pruned = state.graph.take_orphans(version);
        if pruned.is_empty() {
            return;
        }
        state.version = version;
        self.shared.expect_changes();
        let url_of = |id: &ModuleId| state.graph.url(*id).to_owned();
        let urls: Vec<String> = pruned.iter().map(url_of).collect();
        for &id in &pruned {
            let data = state.module(id);
            data.linked = false;
            data.pruned_at = version;
        }
        drop(state);
        self.touched();
        for codes in self.sent_to.values_mut() {
            codes.retain(|module_url, _| !urls.contains(module_url));
        }
        self.broadcast(&ServerMessage::Prune { version, urls });
    }
}

impl State {
    /// The modules that were pruned after a version and not imported again, by the version that they have since.
    fn pruned_since(&mut self, since: u64) -> BTreeMap<u64, Vec<String>> {
        let mut pruned = BTreeMap::<u64, Vec<String>>::new();
        for id in self.graph.ids() {
            let at = self.module(id).pruned_at;
            if at > since && self.graph.importers(id).is_empty() {
                pruned
                    .entry(at)
                    .or_default()
                    .push(self.graph.url(id).to_owned());
            }
        }
        pruned
    }
}
