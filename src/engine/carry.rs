//! The code that rides along with an update: which stale scripts the engine has the new text of, and what they
//! import.
//!
//! Knows the graph, what was served and what each page was sent. Must not decide what a page does with the code: a
//! page that cannot use it fetches the modules.

use std::collections::HashSet;
use std::hash::{Hash, Hasher};

use xxhash_rust::xxh3::{Xxh3Default, xxh3_64};

use super::coordinator::{Coordinator, Message};
use super::serve::INLINE;
use super::state::{ServedSource, State};
use super::{Engine, Shared, Target};
use crate::protocol::{
    AskedFor, CarriedImport, CarriedModule, ImportKind, ServerMessage, StaleModule, Update,
};
use hotgraph_core::graph::url;
use hotgraph_core::graph::{ModuleId, ModuleKind};
use hotgraph_core::syntax::analyze::ModuleRecord;
use hotgraph_core::syntax::carry::{Carriage, carry};

/// Bytes of code that one update carries. Pages fetch what is beyond that.
const MOST: usize = 16 << 20;

/// Modules that are looked at to find out whether one is in a cycle.
const MOST_REACHED: usize = 1000;

impl Coordinator {
    /// Gives an update its code, when there is anybody who could use it. Returns what should be reviewed.
    pub(super) fn carry(&mut self, update: &mut Update) -> Vec<ModuleId> {
        if !self.shared.options.carries || self.greeted().next().is_none() {
            return Vec::new();
        }
        let odd = self.shared.load(update);
        self.touched();
        odd
    }

    /// Sends an update to pages, each without the code that it was sent before.
    pub(super) fn send_update(&mut self, pages: &[u32], update: &Update) {
        let codes = update.stale.iter().map(|module| module.carried.as_ref());
        let hashes: Vec<_> = codes.map(|code| code.map(hash)).collect();
        // Most often all pages know the same.
        let mut last: Option<(Vec<bool>, String)> = None;
        for &client in pages {
            let known = self.carried_to.entry(client).or_default();
            let kept: Vec<bool> = update
                .stale
                .iter()
                .zip(&hashes)
                .map(|(module, &hash)| {
                    hash.is_some_and(|hash| known.insert(module.url.clone(), hash) == Some(hash))
                })
                .collect();
            let text = match last {
                Some((same, text)) if same == kept => text,
                _ => match serde_json::to_string(&without(update, &kept)) {
                    Ok(text) => text,
                    Err(_) => return,
                },
            };
            (self.shared.sink)(Target::Client(client), text.clone());
            last = Some((kept, text));
        }
    }
}

/// The message of an update, with the code left out of those modules of which the page has it.
fn without(update: &Update, kept: &[bool]) -> ServerMessage {
    let stale = update.stale.iter().zip(kept);
    let lean = stale.map(|(module, &kept)| StaleModule {
        url: module.url.clone(),
        importers: module.importers.clone(),
        carried: module.carried.as_ref().filter(|_| !kept).cloned(),
        kept,
        ..*module
    });
    ServerMessage::Update(Update {
        version: update.version,
        changed: update.changed.clone(),
        stale: lean.collect(),
        departures: update.departures.clone(),
        invalidated: update.invalidated.clone(),
    })
}

fn hash(code: &CarriedModule) -> u64 {
    let mut hasher = Xxh3Default::new();
    code.hash(&mut hasher);
    hasher.finish()
}

impl Shared {
    /// Gives the stale scripts of an update their code, where it is known. Returns the modules whose new code was
    /// thereby taken in and should be reviewed.
    pub(super) fn load(&self, update: &mut Update) -> Vec<ModuleId> {
        let mut odd = Vec::new();
        let mut steady = HashSet::new();
        let mut bytes = 0;
        for module in &mut update.stale {
            let id = self.state().graph.get(&module.url);
            let Some(id) = id.filter(|_| bytes < MOST) else {
                continue;
            };
            let known = self.state().source_of(id, self.options.serves_files);
            match known {
                Known::Source(source) => {
                    module.carried = self.carried(id, &source, &mut steady, &mut odd);
                    bytes += module.carried.as_ref().map_or(0, |it| it.code.len());
                }
                Known::ByHost => module.ask = true,
                Known::Never => {}
            }
        }
        odd
    }

    /// A script's code of now. `odd` gets it when that is new and should be reviewed; `steady` is of
    /// [`State::is_steady`].
    fn carried(
        &self,
        id: ModuleId,
        source: &ServedSource,
        steady: &mut HashSet<ModuleId>,
        odd: &mut Vec<ModuleId>,
    ) -> Option<CarriedModule> {
        let content = xxh3_64(source.text.as_bytes());
        let record = self.analysis_of(content, &source.text).ok()?;
        let (taken, is_patched) = {
            let mut state = self.state();
            let data = state.module(id);
            let outdated = data.content.replace(content);
            if let Some(outdated) = outdated.filter(|outdated| *outdated != content) {
                self.analyses.remove(&outdated);
                data.reported = None;
            }
            let taken = state.take_in(id, &record);
            state.module(id).source = Some(source.clone());
            (taken, state.patched(id, &record).is_some())
        };
        if taken.is_new && is_patched {
            self.learn_below(id, &record);
        }
        let (carriage, imports) = {
            let mut state = self.state();
            let carriage = state.carriage(id, &record);
            state.served_as(id, carriage.tracked);
            // Whoever serves files as they are resolves nothing either: nobody has to be asked what is accepted.
            let is_settled = taken.is_new && self.options.serves_files;
            state.module(id).is_resolved |= is_settled;
            let names_others = is_settled && !record.hot.accepts.is_empty();
            if taken.is_odd || names_others || (taken.is_new && carriage.tracked) {
                odd.push(id);
            }
            // Native code could not share it.
            if self.serves_shared() && state.may_import_itself(id) {
                return None;
            }
            (carriage, state.carried_imports(id, &record, steady)?)
        };
        // Code that names what it imports is another one when that is found elsewhere.
        let is_lasting = record.live_imports.is_empty();
        let known = self.state().module(id).carried.clone();
        let code = match known {
            Some((of, with, code)) if (of, &with) == (content, &carriage) && is_lasting => code,
            _ => {
                let imported: Vec<String> = imports.iter().map(|one| one.url.clone()).collect();
                carry(&source.text, &record, &carriage, &imported)?.into()
            }
        };
        let mut state = self.state();
        let version = state.graph.version(id);
        let data = state.module(id);
        data.carried = Some((content, carriage, code.clone()));
        data.carried_at = version;
        let exports = record.exports.clone();
        Some(CarriedModule {
            code,
            exports,
            imports,
        })
    }
}

/// What is known of a script's text.
enum Known {
    /// All of it.
    Source(ServedSource),
    /// Only the host can make it.
    ByHost,
    /// It is no script that could be carried.
    Never,
}

impl State {
    /// The text of a script as it would be served now: as it was served last, or as it was saved since, where
    /// hosts serve files as they are.
    fn source_of(&mut self, id: ModuleId, serves_files: bool) -> Known {
        let is_script = self.graph.kind(id) == ModuleKind::Script && self.graph.is_served(id);
        if !is_script || self.graph.url(id).contains(INLINE) {
            return Known::Never;
        }
        let at = self.graph.changed_at(id);
        if let Some(served) = &self.module(id).source
            && served.at == at
        {
            return Known::Source(served.clone());
        }
        let file = self.files.of_module(id).map(|index| self.files.get(index));
        let file = file.filter(|file| serves_files && file.served_raw);
        match file.and_then(|file| file.saved.clone()) {
            Some(text) => Known::Source(ServedSource { text, at }),
            None => Known::ByHost,
        }
    }

    /// Whether a module is imported by what it imports, as far as that is soon found out: in a cycle, functions of all
    /// modules exist before anything runs, which only the browser can do.
    pub(super) fn may_import_itself(&mut self, id: ModuleId) -> bool {
        let mut reached = HashSet::new();
        let mut ways = self.run_before(id);
        while let Some(next) = ways.pop() {
            if next == id || reached.len() > MOST_REACHED {
                return true;
            }
            if reached.insert(next) {
                ways.extend(self.run_before(next));
            }
        }
        false
    }

    /// What a module imports otherwise than dynamically.
    fn run_before(&mut self, id: ModuleId) -> Vec<ModuleId> {
        let record = self.module(id).record.clone();
        let imports = record.iter().flat_map(|record| &record.imports);
        imports
            .filter_map(|import| self.resolve(id, &import.specifier))
            .collect()
    }

    /// What the code of a module needs of the client.
    pub(super) fn carriage(&mut self, id: ModuleId, record: &ModuleRecord) -> Carriage {
        Carriage {
            tracked: self.patched(id, record).is_some(),
            native: self.native(id, record).urls,
            hot: record.hot.used,
            reports: record.hot.opaque,
        }
    }

    /// `None` when one of the imports cannot be named.
    pub(super) fn carried_imports(
        &mut self,
        id: ModuleId,
        record: &ModuleRecord,
        steady: &mut HashSet<ModuleId>,
    ) -> Option<Vec<CarriedImport>> {
        let stars = record
            .syntax
            .as_ref()
            .map_or(&[][..], |syntax| &syntax.stars);
        let exports = record.bindings.as_ref();
        let imports = record.imports.iter().enumerate();
        imports
            .map(|(index, import)| {
                let target = self.resolve(id, &import.specifier)?;
                let kind = match import.attribute_type.as_deref() {
                    None => ImportKind::Script,
                    Some("json") => ImportKind::Json,
                    Some("css") => ImportKind::Css,
                    Some(_) => return None,
                };
                let is_name = |name: &&String| *name != "*";
                Some(CarriedImport {
                    url: self.graph.url(target).to_owned(),
                    kind,
                    names: import.names.iter().filter(is_name).cloned().collect(),
                    forwards: exports
                        .is_some_and(|exports| exports.forwarded_from.contains(&import.specifier)),
                    forwards_all: stars.contains(&index),
                    volatile: kind == ImportKind::Script && !self.is_steady(target, steady),
                })
            })
            .collect()
    }
}

impl Engine {
    /// The code of a script with what it imports: an [`AskedFor`] as JSON. For a page that did not get it with the
    /// update, since only the host can make it. To be asked after the script was served; `None` for what is no
    /// script.
    pub fn carried(&self, request: &str) -> Option<String> {
        let (module_url, _) = url::identify(request);
        let mut state = self.shared.state();
        let id = state.graph.get(&module_url)?;
        let version = state.graph.version(id);
        let known = state.source_of(id, self.shared.options.serves_files);
        drop(state);
        let mut odd = Vec::new();
        let carried = match known {
            Known::Source(source) => {
                self.shared
                    .carried(id, &source, &mut HashSet::new(), &mut odd)
            }
            // What was served just now was overtaken by a change.
            Known::ByHost => None,
            Known::Never => return None,
        };
        self.touched();
        for id in odd {
            self.post(Message::Review(id));
        }
        serde_json::to_string(&AskedFor { version, carried }).ok()
    }

    /// A page is going to import a script that it was sent the code of: from now on it is served like any other.
    pub fn unshare(&self, request: &str) {
        let (module_url, _) = url::identify(request);
        let mut state = self.shared.state();
        if let Some(id) = state.graph.get(&module_url) {
            state.module(id).carried_at = 0;
        }
        drop(state);
        self.touched();
    }
}
