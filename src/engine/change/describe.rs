//! From a propagation to the message that describes it.
//!
//! Knows modules and the wire. Decides nothing.

use crate::engine::state::State;
use crate::protocol;
use hotgraph_core::diagnostic as found;
use hotgraph_core::graph::reach::{departed, may_have_departed, reach};
use hotgraph_core::graph::{self as graph, ModuleGraph, ModuleId};

/// The version since when a page does not import what it never imported.
const NEVER: u64 = 0;

/// The message for one batch.
pub fn describe(
    graph: &ModuleGraph,
    version: u64,
    changed: &[ModuleId],
    stale: &[ModuleId],
    invalidated: Option<protocol::Invalidation>,
) -> protocol::Update {
    protocol::Update {
        version,
        changed: changed.iter().map(|&id| graph.url(id).to_owned()).collect(),
        stale: stale.iter().map(|&id| describe_module(graph, id)).collect(),
        added: Vec::new(),
        departures: Vec::new(),
        invalidated,
    }
}

/// Says which modules of an update, and which above them, these pages no longer import, or never did though they may have
/// fetched them: what is merely preloaded.
pub fn tell_departures<'a>(
    update: &mut protocol::Update,
    state: &State,
    pages: impl IntoIterator<Item = &'a str>,
) {
    let graph = &state.graph;
    let stale: Vec<ModuleId> = update
        .stale
        .iter()
        .filter_map(|module| graph.get(&module.url))
        .collect();
    let is_lone = |id: &ModuleId| {
        graph.kind(*id) == graph::ModuleKind::Script && graph.importers(*id).is_empty()
    };
    let lone: Vec<ModuleId> = stale.iter().copied().filter(is_lone).collect();
    if lone.is_empty() && !may_have_departed(graph, stale.iter().copied()) {
        return;
    }
    for page in pages {
        let Some(reached) = graph.get(page).and_then(|id| reach(graph, id)) else {
            continue;
        };
        let departed = departed(graph, &reached, &stale);
        let is_known = !lone.is_empty() && !reached.keys().any(|&id| state.imports_unseen(id));
        let never = lone
            .iter()
            .filter(|id| is_known && !reached.contains_key(id));
        let never = never.map(|&id| (id, NEVER));
        let departures = departed.into_iter().chain(never);
        update
            .departures
            .extend(departures.map(|(id, since)| protocol::Departure {
                url: graph.url(id).to_owned(),
                page: page.to_owned(),
                since,
            }));
    }
}

fn describe_module(graph: &ModuleGraph, id: ModuleId) -> protocol::StaleModule {
    let importer = |&importer: &ModuleId| protocol::Importer {
        url: graph.url(importer).to_owned(),
        accepts: graph
            .accepted(importer)
            .iter()
            .filter(|dependency| dependency.target == id)
            .map(|dependency| dependency.specifier.to_string())
            .collect(),
        uses: graph
            .accepted_exports(id)
            .map_or_else(Vec::new, |exports| exports.used_by(importer).to_vec()),
    };
    protocol::StaleModule {
        url: graph.url(id).to_owned(),
        version: graph.version(id),
        kind: graph.kind(id).into(),
        acceptance: graph.acceptance(id).into(),
        importers: graph.importers(id).iter().map(importer).collect(),
        body: None,
        kept: false,
    }
}

impl From<graph::ModuleKind> for protocol::ModuleKind {
    fn from(kind: graph::ModuleKind) -> Self {
        match kind {
            graph::ModuleKind::Script => Self::Script,
            graph::ModuleKind::Style => Self::Style,
            graph::ModuleKind::Page => Self::Page,
            graph::ModuleKind::Asset => Self::Asset,
            graph::ModuleKind::Input => Self::Input,
        }
    }
}

impl From<graph::SelfAcceptance> for protocol::SelfAcceptance {
    fn from(acceptance: graph::SelfAcceptance) -> Self {
        match acceptance {
            graph::SelfAcceptance::None => Self::None,
            graph::SelfAcceptance::Accepts => Self::Accepts,
            graph::SelfAcceptance::Bubbles => Self::Bubbles,
            graph::SelfAcceptance::Exports => Self::Exports,
            graph::SelfAcceptance::Declines => Self::Declines,
        }
    }
}

impl From<found::Diagnostic> for protocol::Diagnostic {
    fn from(diagnostic: found::Diagnostic) -> Self {
        let place = diagnostic.place;
        Self {
            severity: match diagnostic.severity {
                found::Severity::Error => protocol::Severity::Error,
                found::Severity::Warning => protocol::Severity::Warning,
            },
            message: diagnostic.message,
            remedy: diagnostic.remedy,
            url: diagnostic.url,
            file: diagnostic.file,
            line: place.as_ref().map(|place| place.line),
            column: place.as_ref().map(|place| place.column),
            frame: place.map(|place| place.frame),
        }
    }
}
