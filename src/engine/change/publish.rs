//! Publishing: versions rise, and one update goes out. The only room that raises versions.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use super::bodies::Content;
use super::pull::Pending;
use super::{describe, tell_departures};
use crate::engine::coordinator::Coordinator;
use crate::engine::now_ms;
use crate::engine::state::{Kept, ServedSource, State};
use crate::engine::trace::without_map;
use crate::protocol::{HostEvent, Invalidation};
use hotgraph_core::diagnostic::{Diagnostic, Severity};
use hotgraph_core::graph::{ModuleId, ModuleKind};

/// How many updates' files are remembered, for what pages say of them.
const MOST_RECENT: usize = 256;

/// An update that a module gave up.
pub struct GivenUp {
    /// Its version, or that of the module's code when it was no update.
    pub version: u64,
    /// Why, and by whom so far.
    pub invalidation: Invalidation,
}

impl Coordinator {
    /// Raises versions and sends one update.
    pub fn publish(&mut self, mut pending: Pending) {
        self.sort_out(&mut pending);
        if pending.changed.is_empty() {
            return;
        }
        let Pending {
            changed,
            files,
            given_up,
            added,
            previews,
            ..
        } = pending;
        let pages = self.shared.greeted();
        let pages: BTreeSet<&str> = pages
            .iter()
            .filter_map(|(_, page)| page.url.as_deref())
            .collect();
        let (mut update, stale_count) = {
            let mut guard = self.shared.state();
            let state = &mut *guard;
            let version = state.next_version();
            self.shared.expect_changes();
            let trail = state.trail(given_up.as_ref());
            let found = state.propagator.propagate(&state.graph, &changed, &trail);
            // The update that a module gave up has evaluated it, unless it had accepted a dependency.
            let is_evaluated = |id: &ModuleId| {
                given_up.as_ref().is_some_and(|given_up| {
                    changed.contains(id) && state.graph.version(*id) >= given_up.version
                })
            };
            let raised: Vec<ModuleId> = found
                .stale
                .iter()
                .copied()
                .filter(|id| state.graph.kind(*id) != ModuleKind::Page && !is_evaluated(id))
                .collect();
            state.graph.raise(&raised, version);
            if given_up.is_none() {
                for &id in &changed {
                    state.graph.set_changed(id, version);
                    if state.graph.kind(id) == ModuleKind::Input {
                        state.input_changed_at = version;
                    }
                }
            }
            let invalidated = given_up.map(|given_up| given_up.invalidation);
            let mut update = describe(&state.graph, version, &changed, &found.stale, invalidated);
            tell_departures(&mut update, state, pages);
            for (id, text) in previews {
                state.set_source(id, text);
            }
            (update, found.stale.len() as u32)
        };
        let version = update.version;
        self.touched();
        self.sent(version);
        let mut odd = Vec::new();
        if self.greeted().next().is_some() {
            odd = self.shared.fill(&mut update);
            update.added = added
                .into_iter()
                .filter_map(|id| self.shared.body_of(id, &mut odd))
                .collect();
            self.touched();
        }
        let pages: Vec<u32> = self.greeted().collect();
        self.send_update(&pages, &update);
        let files: Vec<String> = files
            .iter()
            .map(|file| file.display().to_string())
            .collect();
        self.recent.push_back((version, files.clone()));
        while self.recent.len() > MOST_RECENT {
            self.recent.pop_front();
        }
        self.shared.tell_host(&HostEvent::Updated {
            version,
            files,
            stale: stale_count,
            pages: self.greeted().count() as u32,
        });
        for id in odd {
            self.review(id);
        }
    }

    /// Leaves out of an update what the host could not make, what cannot be parsed, and what is as it was.
    fn sort_out(&mut self, pending: &mut Pending) {
        let mut problems = Vec::new();
        let mut recovered = Vec::new();
        let mut refused: HashSet<ModuleId> = HashSet::new();
        for (id, message) in std::mem::take(&mut pending.failures) {
            // A file that the new code imports may be missing. The page says so, with the importer.
            if pending.changed.contains(&id) {
                let found = self.shared.state().mistake_in(id);
                let message = format!("the dev server could not make it: {message}");
                let mut state = self.shared.state();
                problems.extend(match found {
                    // The host's tools have said it.
                    _ if state.is_broken(id) => None,
                    Some(mistake) => state.mark_broken(id, mistake),
                    None => state.broken(id, message),
                });
            }
            refused.insert(id);
        }
        for (id, text) in &pending.previews {
            let hash = xxh3_64(text.as_bytes());
            if self.shared.state().is_made_again(*id) {
                recovered.push(*id);
            }
            let is_script = self.shared.state().graph.kind(*id) == ModuleKind::Script;
            if !is_script || !pending.changed.contains(id) {
                continue;
            }
            if let Err(error) = self.shared.analysis_of(hash, text) {
                let mut state = self.shared.state();
                let file = state.files.of_module(*id);
                let path = file.map(|index| state.files.get(index).path.display().to_string());
                let found = super::check::explain(&error, text, state.graph.url(*id), path);
                if found.severity == Severity::Error {
                    problems.extend(state.mark_broken(*id, found));
                    refused.insert(*id);
                }
            } else if self.shared.state().is_as_served(*id, hash, text) {
                self.map_anew(*id, hash, text);
                refused.insert(*id);
            }
        }
        self.tell_recovered(&recovered);
        self.report(problems);
        if pending.given_up.is_none() {
            pending.changed.retain(|id| !refused.contains(id));
        }
        pending.previews.retain(|(id, _)| !refused.contains(id));
    }

    /// Pages that load a module from now on get it with the map of this text, whose code they have.
    fn map_anew(&mut self, id: ModuleId, hash: u64, text: &Arc<str>) {
        let mut state = self.shared.state();
        if state.module(id).content == Some(hash) {
            return;
        }
        let version = state.next_version();
        self.shared.expect_changes();
        state.graph.set_changed(id, version);
        state.set_source(id, text.clone());
        let outdated = state.module(id).content.replace(hash);
        drop(state);
        if let Some(outdated) = outdated {
            self.shared.analyses.remove(&outdated);
        }
        self.touched();
    }
}

impl State {
    /// The modules that gave up an update.
    pub fn trail(&self, given_up: Option<&GivenUp>) -> Vec<ModuleId> {
        let trail = given_up
            .into_iter()
            .flat_map(|given_up| &given_up.invalidation.trail);
        trail
            .filter_map(|module_url| self.graph.get(module_url))
            .collect()
    }

    /// A text is the content of a module from now on.
    pub fn set_source(&mut self, id: ModuleId, text: Arc<str>) {
        let (at, version) = (self.graph.changed_at(id), self.version);
        self.module(id).source = Some(ServedSource {
            hash: xxh3_64(text.as_bytes()),
            text: Kept::new(text),
            at,
            version,
            time: now_ms(),
        });
    }

    /// Whether all pages that have a module have it with this content, but for its source map.
    fn is_as_served(&mut self, id: ModuleId, hash: u64, text: &str) -> bool {
        let data = self.module(id);
        let is_same_code = |source: &ServedSource| {
            data.content == Some(source.hash)
                && without_map(&source.text.text()) == without_map(text)
        };
        let is_known = data.content == Some(hash) || data.source.as_ref().is_some_and(is_same_code);
        let is_doubtful = self
            .files
            .of_module(id)
            .is_some_and(|index| self.files.get(index).life.may_be_news());
        is_known && !is_doubtful && !matches!(self.content_of(id, false), Content::Never)
    }

    /// What is wrong with the file of a module that the host could not make something of, where that shows.
    fn mistake_in(&self, id: ModuleId) -> Option<Diagnostic> {
        let file = self.files.get(self.files.of_module(id)?);
        let text = file.saved.as_ref()?;
        super::check::suspect(&file.path, text, self.graph.kind(id), self.graph.url(id))
    }

    /// Whether something is wrong with the file of a module.
    pub fn is_broken(&self, id: ModuleId) -> bool {
        let file = self.files.of_module(id);
        file.is_some_and(|index| self.files.get(index).life.problem().is_some())
    }

    /// The host made something of a module. Whether it could not, before: something else than its file was wrong.
    fn is_made_again(&mut self, id: ModuleId) -> bool {
        let file = self.files.of_module(id);
        file.is_some_and(|index| self.files.get_mut(index).life.recovered())
    }

    fn broken(&mut self, id: ModuleId, message: String) -> Option<Diagnostic> {
        let file = self.files.of_module(id);
        let diagnostic = Diagnostic {
            severity: Severity::Error,
            message,
            remedy: None,
            url: self.graph.url(id).to_owned(),
            file: file.map(|index| self.files.get(index).path.display().to_string()),
            place: None,
        };
        self.mark_broken(id, diagnostic)
    }

    /// Keeps what is wrong with a module's file; the next save is a change in any case. `None` when it was said before.
    fn mark_broken(&mut self, id: ModuleId, diagnostic: Diagnostic) -> Option<Diagnostic> {
        if let Some(index) = self.files.of_module(id) {
            let entry = self.files.get_mut(index);
            if !entry.life.found_broken(&diagnostic) {
                return None;
            }
        }
        Some(diagnostic)
    }
}
