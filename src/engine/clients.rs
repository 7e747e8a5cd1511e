//! Pages: who is connected, and what a page's messages mean.
//!
//! Knows the protocol. Every frame is untrusted: it is parsed into a closed enum, and urls in it count
//! only when the graph knows them.

use std::collections::BTreeMap;
use std::sync::{MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use xxhash_rust::xxh3::xxh3_64;

use super::batch::GivenUp;
use super::coordinator::Coordinator;
use super::state::{ReportedAcceptance, State};
use super::update::{describe, tell_departures};
use super::{Shared, Target};
use crate::protocol::{ClientMessage, Diagnostic, HostEvent, Invalidation, ServerMessage};
use hotgraph_core::graph::url;
use hotgraph_core::graph::{ModuleId, SelfAcceptance};

/// One connected page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Whether it said hello; before that it gets nothing.
    greeted: bool,
    /// The url of its HTML, when that was served through the engine.
    pub url: Option<String>,
    /// The version that it said it is at.
    pub version: u64,
    /// The version of the last update that it was sent, 0 before the first.
    sent: u64,
    /// When that was.
    sent_at: Option<Instant>,
}

impl Page {
    /// Whether it was sent an update that it has not applied, nor said that it concerns nothing there.
    pub fn is_behind(&self) -> bool {
        self.version < self.sent
    }

    /// Whether it may be applying an update now.
    fn is_applying(&self) -> bool {
        self.is_behind() && self.sent_at.is_some_and(|at| at.elapsed() < LONGEST_UPDATE)
    }
}

/// A page that says nothing for this long does not apply the update: it is frozen, or could not.
const LONGEST_UPDATE: Duration = Duration::from_secs(10);

/// Invalidations that are remembered before all are forgotten. A bound, so that a page cannot fill the
/// memory; forgetting costs at worst one update too many.
const REMEMBERED_INVALIDATIONS: usize = 10_000;

impl Shared {
    fn pages(&self) -> MutexGuard<'_, BTreeMap<u32, Page>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The pages that said hello, in the order in which they connected.
    pub fn greeted(&self) -> Vec<(u32, Page)> {
        let pages = self.pages();
        let greeted = pages.iter().filter(|(_, page)| page.greeted);
        greeted
            .map(|(&client, page)| (client, page.clone()))
            .collect()
    }
}

impl Coordinator {
    /// The pages that said hello.
    pub(super) fn greeted(&self) -> impl Iterator<Item = u32> {
        let pages = self.shared.greeted().into_iter();
        pages.map(|(client, _)| client)
    }

    pub(super) fn connected(&mut self, client: u32) {
        self.shared.pages().insert(client, Page::default());
        self.carried_to.remove(&client);
    }

    pub(super) fn disconnected(&mut self, client: u32) {
        self.shared.pages().remove(&client);
        self.carried_to.remove(&client);
    }

    /// An update of this version goes out to all pages.
    pub(super) fn sent(&self, version: u64) {
        for page in self.shared.pages().values_mut().filter(|page| page.greeted) {
            page.sent = version;
            page.sent_at = Some(Instant::now());
        }
    }

    /// The version behind which pages may be applying updates now; `None` when none does.
    pub(super) fn applying_since(&self) -> Option<u64> {
        let pages = self.shared.pages();
        let applying = pages.values().filter(|page| page.is_applying());
        applying.map(|page| page.version).min()
    }

    fn page_is_at(&self, client: u32, version: u64) {
        if let Some(page) = self.shared.pages().get_mut(&client) {
            page.version = page.version.max(version);
        }
    }

    pub(super) fn received(&mut self, client: u32, frame: &str) {
        let known = self.shared.pages().get(&client).map(|page| page.greeted);
        let Some(is_greeted) = known else {
            return;
        };
        let message = match serde_json::from_str::<ClientMessage>(frame) {
            Ok(message) => message,
            Err(error) => {
                let message = error.to_string();
                return self
                    .shared
                    .tell_host(&HostEvent::BadFrame { client, message });
            }
        };
        match message {
            ClientMessage::Hello {
                session,
                since,
                page,
                reloaded,
                shares,
                again,
            } => {
                self.loads += u64::from(!again);
                if shares {
                    self.shared.serve_shared();
                }
                // Each costs a walk over the graph; a page has one reason to say it.
                if is_greeted {
                    let message = "a second hello on the same socket".to_owned();
                    return self
                        .shared
                        .tell_host(&HostEvent::BadFrame { client, message });
                }
                if let Some(report) = reloaded {
                    self.shared.tell_host(&HostEvent::Reloaded {
                        client,
                        page: page.clone(),
                        report,
                    });
                }
                self.greet(client, &session, since, page);
            }
            ClientMessage::Invalidate {
                url,
                version,
                message,
                trail,
            } => {
                self.invalidate(client, &url, version, message, trail);
            }
            ClientMessage::Accepts {
                url,
                accepts_self,
                deps,
                declined,
                exports,
            } => {
                let acceptance = match (declined, accepts_self, &exports) {
                    (true, _, _) => SelfAcceptance::Declines,
                    (false, true, _) => SelfAcceptance::Accepts,
                    (false, false, Some(_)) => SelfAcceptance::Exports,
                    (false, false, None) => SelfAcceptance::None,
                };
                self.take_in_report(
                    &url,
                    ReportedAcceptance {
                        acceptance,
                        dependencies: deps,
                        exports,
                    },
                );
            }
            ClientMessage::Applied {
                version,
                ms,
                boundaries,
                carried,
            } => {
                self.page_is_at(client, version);
                self.shared.tell_host(&HostEvent::Applied {
                    client,
                    version,
                    ms,
                    boundaries,
                    carried,
                });
                self.prune();
            }
            ClientMessage::Acknowledged { version } => {
                self.page_is_at(client, version);
                self.shared
                    .tell_host(&HostEvent::Acknowledged { client, version });
            }
            ClientMessage::Failed {
                version,
                message,
                kept,
            } => {
                self.keep_acceptance(&kept, version);
                self.shared.tell_host(&HostEvent::Failed {
                    client,
                    version,
                    message,
                });
                self.look_for_mistakes();
            }
            ClientMessage::Custom { event, data } => {
                self.shared.tell_host(&HostEvent::Custom {
                    client,
                    event,
                    data,
                });
            }
        }
    }

    /// Answers a hello: the session, the changes that the page missed as one update, what was pruned, and what is broken
    /// now.
    fn greet(&mut self, client: u32, session: &str, since: u64, url: Option<String>) {
        let is_own = session == self.shared.session;
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
                let mut stale = state.propagator.propagate(&state.graph, &missed, &[]).stale;
                state.add_raised(&mut stale, since);
                let mut update = describe(&state.graph, state.version, &missed, &stale, None);
                tell_departures(&mut update, &state.graph, url.as_deref());
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
                .filter_map(|entry| entry.problem.clone())
                .map(Into::into)
                .collect();
            (state.version, update, pruned, problems)
        };
        if let Some(page) = self.shared.pages().get_mut(&client) {
            *page = Page {
                greeted: true,
                url: url.clone(),
                version: since,
                sent: missed.as_ref().map_or(0, |update| update.version),
                sent_at: Some(Instant::now()),
            };
        }
        let session = self.shared.session.clone();
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
            odd = self.carry(&mut update);
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
        // An update ends what was said of its modules' code. What there is to say of their new code comes after it.
        let state = self.shared.state();
        let diagnostics: Vec<Diagnostic> = state
            .warnings(url.as_deref())
            .cloned()
            .map(Into::into)
            .collect();
        drop(state);
        if !diagnostics.is_empty() {
            self.shared
                .send(target, &ServerMessage::Warning { diagnostics });
        }
        for id in odd {
            self.review(id);
        }
    }

    /// Lets an update go on from a module that gave it up. The trail grows with each step, so that cycles end.
    fn invalidate(
        &mut self,
        client: u32,
        request: &str,
        version: u64,
        message: Option<String>,
        trail: Vec<String>,
    ) {
        let (module_url, _) = url::identify(request);
        let Some(id) = self.shared.state().graph.get(&module_url) else {
            return;
        };
        if self.invalidated.len() > REMEMBERED_INVALIDATIONS {
            self.invalidated.clear();
        }
        let said = (client, xxh3_64(trail.join("\n").as_bytes()));
        if let Some(known) = self.invalidated.get(&(id, version))
            && (known.0 != client || *known == said)
        {
            return;
        }
        self.invalidated.insert((id, version), said);
        self.shared.tell_host(&HostEvent::Invalidated {
            url: module_url.clone(),
            message: message.clone(),
        });
        let mut trail: Vec<String> = trail
            .into_iter()
            .filter(|step| *step != module_url)
            .collect();
        trail.push(module_url);
        let invalidation = Invalidation { message, trail };
        self.publish(
            vec![id],
            Vec::new(),
            Some(GivenUp {
                version,
                invalidation,
            }),
        );
    }

    /// A page goes on with the code of modules from before an update. What did not change by it accepts what it did.
    fn keep_acceptance(&mut self, kept: &[String], version: u64) {
        let mut state = self.shared.state();
        for request in kept {
            let (module_url, _) = url::identify(request);
            let id = state.graph.get(&module_url);
            if let Some(id) = id.filter(|id| state.graph.changed_at(*id) == version) {
                state.keep_acceptance(id);
            }
        }
        drop(state);
        self.touched();
    }

    fn take_in_report(&mut self, request: &str, report: ReportedAcceptance) {
        let (module_url, _) = url::identify(request);
        let mut state = self.shared.state();
        let Some(id) = state.graph.get(&module_url) else {
            return;
        };
        state.module(id).reported = Some(report);
        state.refresh_acceptance(id);
        drop(state);
        self.touched();
    }

    /// After an update was applied its modules are linked anew; what lost its last importer can go.
    fn prune(&mut self) {
        self.work_off_backlog();
        let mut state = self.shared.state();
        let version = state.version + 1;
        let pruned = state.graph.take_orphans(version);
        if pruned.is_empty() {
            return;
        }
        state.version = version;
        self.shared.expect_stamps();
        let url_of = |id: &ModuleId| state.graph.url(*id).to_owned();
        let urls: Vec<String> = pruned.iter().map(url_of).collect();
        for &id in &pruned {
            let data = state.module(id);
            data.linked = false;
            data.pruned_at = version;
        }
        drop(state);
        self.touched();
        for codes in self.carried_to.values_mut() {
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
