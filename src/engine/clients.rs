//! Pages: who is connected, and what a page's messages mean.
//!
//! Knows the protocol. Every frame is untrusted: it is parsed into a closed enum, and urls in it count
//! only when the graph knows them.

use super::Target;
use super::batch::GivenUp;
use super::coordinator::Coordinator;
use super::state::ReportedAcceptance;
use super::update::describe;
use crate::core::graph::{ModuleId, SelfAcceptance};
use crate::core::url;
use crate::protocol::{ClientMessage, Diagnostic, HostEvent, Invalidation, ServerMessage};

/// One connected page.
#[derive(Debug, Default)]
pub struct Page {
    /// Whether it said hello; before that it gets nothing.
    greeted: bool,
}

/// Invalidations that are remembered before all are forgotten. A bound, so that a page cannot fill the
/// memory; forgetting costs at worst one update too many.
const REMEMBERED_INVALIDATIONS: usize = 10_000;

impl Coordinator {
    /// The pages that said hello.
    pub(super) fn greeted(&self) -> impl Iterator<Item = u32> {
        self.pages
            .iter()
            .filter(|(_, page)| page.greeted)
            .map(|(&client, _)| client)
    }

    pub(super) fn connected(&mut self, client: u32) {
        self.pages.insert(client, Page::default());
    }

    pub(super) fn disconnected(&mut self, client: u32) {
        self.pages.remove(&client);
    }

    pub(super) fn received(&mut self, client: u32, frame: &str) {
        if !self.pages.contains_key(&client) {
            return;
        }
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
            } => {
                if shares {
                    self.shared.serve_shared();
                }
                // Each costs a walk over the graph; a page has one reason to say it.
                if self.pages.get(&client).is_some_and(|page| page.greeted) {
                    let message = "a second hello on the same socket".to_owned();
                    return self
                        .shared
                        .tell_host(&HostEvent::BadFrame { client, message });
                }
                if let Some(report) = reloaded {
                    self.shared.tell_host(&HostEvent::Reloaded {
                        client,
                        page,
                        report,
                    });
                }
                self.greet(client, &session, since);
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
                self.shared.tell_host(&HostEvent::Applied {
                    client,
                    version,
                    ms,
                    boundaries,
                    carried,
                });
                self.prune();
            }
            ClientMessage::Failed { version, message } => {
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

    /// Answers a hello: the session, the changes that the page missed as one update, and what is broken now.
    fn greet(&mut self, client: u32, session: &str, since: u64) {
        self.hellos += 1;
        if since < self.shared.state().version {
            self.work_off_backlog();
        }
        if let Some(page) = self.pages.get_mut(&client) {
            page.greeted = true;
        }
        let (version, missed, problems, warnings) = {
            let mut guard = self.shared.state();
            let state = &mut *guard;
            let missed: Vec<ModuleId> = state.graph.changed_since(since).collect();
            let update = (!missed.is_empty() && session == self.shared.session).then(|| {
                let found = state.propagator.propagate(&state.graph, &missed, &[]);
                describe(&state.graph, state.version, &missed, &found.stale, None)
            });
            let problems: Vec<_> = state
                .files
                .iter()
                .filter_map(|entry| entry.problem.clone())
                .map(Into::into)
                .collect();
            let warnings: Vec<Diagnostic> = state.warnings().cloned().map(Into::into).collect();
            (state.version, update, problems, warnings)
        };
        let session = self.shared.session.clone();
        let target = Target::Client(client);
        self.shared
            .send(target, &ServerMessage::Connected { session, version });
        if let Some(mut update) = missed {
            for id in self.carry(&mut update) {
                self.review(id);
            }
            self.shared.send(target, &ServerMessage::Update(update));
        }
        if !problems.is_empty() {
            self.shared.send(
                target,
                &ServerMessage::Error {
                    diagnostics: problems,
                },
            );
        }
        if !warnings.is_empty() {
            self.shared.send(
                target,
                &ServerMessage::Warning {
                    diagnostics: warnings,
                },
            );
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
        let first = *self.invalidated.entry((id, version)).or_insert(client);
        if first != client {
            return;
        }
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

    fn take_in_report(&mut self, request: &str, report: ReportedAcceptance) {
        let (module_url, _) = url::identify(request);
        let mut state = self.shared.state();
        let Some(id) = state.graph.get(&module_url) else {
            return;
        };
        state.module(id).reported = Some(report);
        state.refresh_acceptance(id);
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
        let urls = pruned.iter().map(url_of).collect();
        for &id in &pruned {
            state.module(id).linked = false;
        }
        drop(state);
        self.broadcast(&ServerMessage::Prune { version, urls });
    }
}
