//! What a page's messages mean.
//!
//! Knows the protocol. Every frame is untrusted: it is parsed into a closed enum, and urls in it count
//! only when the graph knows them.

use std::collections::HashSet;
use std::path::Path;

use xxhash_rust::xxh3::xxh3_64;

use super::life::{PageEvent, PageLife};
use crate::engine::Target;
use crate::engine::change::GivenUp;
use crate::engine::change::pull::Pending;
use crate::engine::coordinator::Coordinator;
use crate::engine::state::ReportedAcceptance;
use crate::protocol::{ClientMessage, HostEvent, Invalidation, ServerMessage, cut_text};
use hotgraph_core::graph::SelfAcceptance;
use hotgraph_core::graph::url;

/// Invalidations that are remembered before all are forgotten. Because of this bound, a page cannot fill the memory.
/// Forgetting costs one update too many at worst.
const REMEMBERED_INVALIDATIONS: usize = 10_000;

/// Errors of one update that are located.
const MOST_THROWN: usize = 20;

impl Coordinator {
    pub fn received(&mut self, client: u32, frame: &str) {
        if !self.shared.pages().contains_key(&client) {
            return;
        }
        let message = match serde_json::from_str::<ClientMessage>(frame) {
            Ok(message) => message.cut(),
            Err(error) => {
                let mut message = error.to_string();
                // It may quote the frame.
                cut_text(&mut message);
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
                again,
            } => {
                self.loads += u64::from(!again);
                // Each costs a walk over the graph; a page has one reason to say it.
                if !self.page_is(client, PageEvent::Hello) {
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
            ClientMessage::Ping => self
                .shared
                .send(Target::Client(client), &ServerMessage::Pong),
            ClientMessage::Want { question, urls } => self.want(client, question, &urls),
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
                version,
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
                    version,
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
            } => {
                let files = self.files_until(client, version);
                self.page_is(client, PageEvent::At(version));
                self.shared.tell_host(&HostEvent::Applied {
                    client,
                    version,
                    ms,
                    boundaries,
                    files,
                });
                self.prune();
            }
            ClientMessage::Acknowledged { version } => {
                self.page_is(client, PageEvent::At(version));
                self.shared
                    .tell_host(&HostEvent::Acknowledged { client, version });
            }
            ClientMessage::Failed {
                version,
                message,
                kept,
                thrown,
            } => {
                self.keep_acceptance(&kept, version);
                let thrown = thrown.into_iter().take(MOST_THROWN);
                let found = thrown.filter_map(|one| self.answer_thrown(client, one));
                let diagnostics = found.map(|found| found.diagnostic).collect();
                self.shared.tell_host(&HostEvent::Failed {
                    client,
                    version,
                    message,
                    diagnostics,
                });
                self.look_for_mistakes();
            }
            ClientMessage::Thrown { thrown } => {
                let found = self.answer_thrown(client, thrown);
                if let Some(found) = found.filter(|found| !found.is_known) {
                    let diagnostics = vec![found.diagnostic];
                    self.shared
                        .tell_host(&HostEvent::Diagnostics { diagnostics });
                }
            }
            ClientMessage::Open { file, line, column } => {
                let is_served = self.shared.state().files.find(Path::new(&file)).is_some();
                if is_served {
                    self.shared.tell_host(&HostEvent::Open {
                        client,
                        file,
                        line,
                        column,
                    });
                }
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

    /// The files that changed between what a page has and a version.
    fn files_until(&self, client: u32, version: u64) -> Vec<String> {
        let page = self.shared.pages().get(&client).map(|page| page.life);
        let before = page.and_then(PageLife::version).unwrap_or_default();
        let updates = self.recent.iter();
        let updates = updates.filter(|(at, _)| (before + 1..=version).contains(at));
        let mut seen = HashSet::new();
        let mut files: Vec<String> = updates.flat_map(|(_, files)| files.clone()).collect();
        files.retain(|file| seen.insert(file.clone()));
        files
    }

    /// Lets an update go on from a module that gave it up. The trail grows with each step: cycles end.
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
        let mut trail = trail;
        {
            let state = self.shared.state();
            // All pages get it.
            trail.retain(|step| *step != module_url && state.graph.get(step).is_some());
        }
        trail.push(module_url);
        let invalidation = Invalidation { message, trail };
        self.advance(Pending {
            changed: vec![id],
            given_up: Some(GivenUp {
                version,
                invalidation,
            }),
            ..Pending::default()
        });
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

    /// A page tells what code of a module registered. Code that is no longer the newest says nothing of what is.
    fn take_in_report(&mut self, request: &str, version: u64, report: ReportedAcceptance) {
        let (module_url, _) = url::identify(request);
        let mut state = self.shared.state();
        let Some(id) = state.graph.get(&module_url) else {
            return;
        };
        if version < state.graph.changed_at(id) {
            return;
        }
        let data = state.module(id);
        if data.reported.as_ref() == Some(&report) {
            return;
        }
        data.reported = Some(report);
        state.refresh_acceptance(id);
        drop(state);
        self.touched();
    }
}
