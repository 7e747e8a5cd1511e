//! Saves for which the host need not be asked: the engine makes the code, or the host does nothing to scripts but
//! resolve specifiers. Then it is the save, with what the host made of the same specifiers before.
//!
//! Knows texts and specifiers. Must not know what a specifier stands for.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use crate::engine::Shared;
use crate::engine::state::State;
use hotgraph_core::graph::ModuleId;
use hotgraph_core::syntax::analyze::{Dialect, ModuleRecord, Span};
use hotgraph_core::syntax::edit::{Edit, apply};

impl Shared {
    /// The content of a saved script as a page gets it; `None` when only the host can tell.
    pub fn made_without_host(&self, id: ModuleId) -> Option<Arc<str>> {
        match self.options.mode.is_some() && !self.options.is_host_first {
            true => self.made(id),
            false => self.resolved(id),
        }
    }

    /// The same, as the engine makes it.
    fn made(&self, id: ModuleId) -> Option<Arc<str>> {
        let (module_url, path, saved) = {
            let state = self.state();
            let file = state.files.get(state.files.of_module(id)?);
            (
                state.graph.url(id).to_owned(),
                file.path.clone(),
                file.saved.clone()?,
            )
        };
        let content = xxh3_64(saved.as_bytes());
        let made = self.made_of_save(&module_url, &path, content, &saved)?.ok();
        self.made.remove(&module_url);
        made
    }

    /// The same, as the host would resolve it.
    fn resolved(&self, id: ModuleId) -> Option<Arc<str>> {
        if !self.options.resolves_only {
            return None;
        }
        let Known {
            saved,
            served,
            resolutions,
        } = self.state().known_of(id)?;
        let record = self.analysis_of(xxh3_64(saved.as_bytes()), &saved).ok()?;
        let served: HashSet<&str> = all_specifiers(&served).collect();
        let mut edits = Vec::new();
        for (specifier, span) in replaceable(&record, &saved)? {
            // The host leaves specifiers as they are that it left before.
            if served.contains(specifier) {
                continue;
            }
            let made = resolutions.get(specifier)?;
            // It may be resolved to something else since then.
            if !served.contains(&**made) || made.contains(['\'', '"', '\\', '\n', '\r']) {
                return None;
            }
            edits.push(Edit {
                span,
                text: made.clone().into(),
            });
        }
        Some(match edits.is_empty() {
            true => saved,
            false => apply(&saved, edits).into(),
        })
    }

    /// Keeps what the host made of the specifiers of a save.
    pub fn learn_resolutions(&self, id: ModuleId, made: &str) {
        if !self.options.resolves_only {
            return;
        }
        let Some(Known { saved, .. }) = self.state().known_of(id) else {
            return;
        };
        let analyse = |text: &str| self.analysis_of(xxh3_64(text.as_bytes()), text).ok();
        let (Some(before), Some(after)) = (analyse(&saved), analyse(made)) else {
            return;
        };
        // Otherwise it did more than it said, and it is unknown which became which.
        if all_specifiers(&before).count() != all_specifiers(&after).count() {
            return;
        }
        let pairs = all_specifiers(&before).zip(all_specifiers(&after));
        let pairs: Vec<(String, String)> = pairs
            .filter(|(specifier, made)| specifier != made)
            .map(|(specifier, made)| (specifier.to_owned(), made.to_owned()))
            .collect();
        self.state().module(id).resolutions.extend(pairs);
    }
}

/// What is known of a script.
struct Known {
    /// The text that was saved.
    saved: Arc<str>,
    /// The analysis of the code that was served last.
    served: Arc<ModuleRecord>,
    /// What the host resolved specifiers to.
    resolutions: HashMap<String, String>,
}

impl State {
    fn known_of(&mut self, id: ModuleId) -> Option<Known> {
        let file = self.files.get(self.files.of_module(id)?);
        if Dialect::from_extension(&file.path) != Some(Dialect::JavaScript) {
            return None;
        }
        let saved = file.saved.clone()?;
        let data = self.module(id);
        Some(Known {
            saved,
            served: data.record.clone()?,
            resolutions: data.resolutions.clone(),
        })
    }
}

/// All specifiers of a module, in a fixed order.
fn all_specifiers(record: &ModuleRecord) -> impl Iterator<Item = &str> {
    let statics = record.imports.iter().map(|import| &*import.specifier);
    let dynamics = record.dynamic_imports.iter();
    statics.chain(dynamics.filter_map(|import| Some(&*import.literal.as_ref()?.0)))
}

/// The specifiers that a host may replace, with the places of their text between the quotes. `None` when there is one
/// that only the host can read as it does.
fn replaceable<'r>(record: &'r ModuleRecord, source: &str) -> Option<Vec<(&'r str, Span)>> {
    let mut found = Vec::new();
    let literals = record
        .imports
        .iter()
        .map(|import| (&import.specifier, import.span));
    let mut literals: Vec<(&String, Span)> = literals.collect();
    for import in &record.dynamic_imports {
        match &import.literal {
            Some((specifier, span)) => literals.push((specifier, *span)),
            // Parts of a name that is put together, which some hosts resolve.
            None => {
                let argument = source.get(import.argument.start..)?;
                if argument.starts_with(['\'', '"', '`']) {
                    return None;
                }
            }
        }
    }
    for (specifier, span) in literals {
        let text = source.get(span.start + 1..span.end.checked_sub(1)?)?;
        if text != specifier || source.get(span.start..)?.starts_with('`') {
            return None;
        }
        let span = Span {
            start: span.start + 1,
            end: span.end - 1,
        };
        found.push((&**specifier, span));
    }
    Some(found)
}
