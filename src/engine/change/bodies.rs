//! Bodies: the content of modules as updates bring it, and what linking needs to know of each.
//!
//! Knows the graph and what was served. Must not decide what a page does with a body.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use xxhash_rust::xxh3::{Xxh3Default, xxh3_64};

use crate::engine::coordinator::Coordinator;
use crate::engine::serve::script::INLINE;
use crate::engine::state::State;
use crate::engine::{Shared, Target};
use crate::protocol::{
    Body, Definition, ImportKind, ImportLink, IndirectExport, ServerMessage, StaleModule, Update,
};
use hotgraph_core::graph::{ModuleId, ModuleKind, url};
use hotgraph_core::syntax::analyze::ModuleRecord;
use hotgraph_core::syntax::body::{self, BodyPlan};

/// Data modules of more bytes than this are fetched by the page, which reloads for a new one.
const LARGEST_VALUE: usize = 1 << 20;

/// What is known of a module's present content.
pub enum Content {
    /// All of it.
    Text(Arc<str>),
    /// Only the host can make it.
    ByHost,
    /// It is nothing that could be run without being imported.
    Never,
}

impl Coordinator {
    /// Sends an update to pages, each without the bodies that it was sent before.
    pub fn send_update(&mut self, pages: &[u32], update: &Update) {
        let hashes: Vec<Option<u64>> = update
            .stale
            .iter()
            .map(|module| module.body.as_ref().map(hash_of))
            .collect();
        // Most often all pages know the same.
        let mut last: Option<(Vec<bool>, String)> = None;
        for &client in pages {
            let known = self.sent_to.entry(client).or_default();
            for body in &update.added {
                known.insert(body.definition.url.clone(), hash_of(body));
            }
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

/// The message of an update, with the bodies left out of those modules of which the page has it.
fn without(update: &Update, kept: &[bool]) -> ServerMessage {
    let stale = update.stale.iter().zip(kept);
    let lean = stale.map(|(module, &kept)| StaleModule {
        url: module.url.clone(),
        importers: module.importers.clone(),
        body: module.body.as_ref().filter(|_| !kept).cloned(),
        kept,
        ..*module
    });
    ServerMessage::Update(Update {
        version: update.version,
        changed: update.changed.clone(),
        stale: lean.collect(),
        added: update.added.clone(),
        departures: update.departures.clone(),
        invalidated: update.invalidated.clone(),
    })
}

fn hash_of(body: &Body) -> u64 {
    let mut hasher = Xxh3Default::new();
    body.hash(&mut hasher);
    hasher.finish()
}

impl Shared {
    /// Gives the stale modules of an update their bodies, where these are known. Returns the modules whose new code
    /// this took in, and that should be reviewed.
    pub fn fill(&self, update: &mut Update) -> Vec<ModuleId> {
        let mut odd = Vec::new();
        for module in &mut update.stale {
            let Some(id) = self.state().graph.get(&module.url) else {
                continue;
            };
            module.body = self.body_of(id, &mut odd);
        }
        odd
    }

    /// The body of a module at its content of now; `None` when it has none, or only the host can make it. `odd` gets
    /// the module when its code is new and should be reviewed.
    pub fn body_of(&self, id: ModuleId, odd: &mut Vec<ModuleId>) -> Option<Body> {
        let content = self.state().content_of(id, self.options.serves_files);
        let Content::Text(text) = content else {
            return None;
        };
        let hash = xxh3_64(text.as_bytes());
        if self.state().graph.kind(id) != ModuleKind::Script {
            let definition = self.state().data_definition(id, hash);
            return (text.len() <= LARGEST_VALUE).then_some(Body {
                definition,
                code: None,
                value: Some(text),
            });
        }
        let record = self.analysis_of(hash, &text).ok()?;
        self.take_in_content(id, hash, &text, &record, odd);
        let Some(Ok(plan)) = &record.body else {
            return None;
        };
        let mut state = self.state();
        let mut definition = state.definition(id, hash, &record, plan);
        for link in &mut definition.imports {
            link.native = link
                .url
                .as_ref()
                .is_some_and(|url| state.is_imported_natively(url));
        }
        let known = state.module(id).body.clone();
        drop(state);
        let code = match known {
            Some((of, code)) if of == hash => code,
            _ => body::function(&text, plan).into(),
        };
        self.state().module(id).body = Some((hash, code.clone()));
        Some(Body {
            definition,
            code: Some(code),
            value: None,
        })
    }

    /// The code that a module is going to run with in pages becomes the one that the graph knows.
    fn take_in_content(
        &self,
        id: ModuleId,
        hash: u64,
        text: &Arc<str>,
        record: &Arc<ModuleRecord>,
        odd: &mut Vec<ModuleId>,
    ) {
        self.resolve_accepted(id, record);
        let mut state = self.state();
        state.set_source(id, text.clone());
        let data = state.module(id);
        let outdated = data.content.replace(hash);
        if let Some(outdated) = outdated.filter(|outdated| *outdated != hash) {
            self.analyses.remove(&outdated);
            data.reported = None;
        }
        let taken = state.take_in(id, record);
        // A host that serves files as they are resolves nothing either: it need not be asked what is accepted.
        let is_settled = taken.is_new && self.options.serves_files;
        state.module(id).is_resolved |= is_settled;
        let names_others = is_settled && !record.hot.accepts.is_empty();
        if taken.is_odd || names_others {
            odd.push(id);
        }
    }

    /// The hash and the text of the function that a module's content of now is.
    pub fn function_of(&self, id: ModuleId) -> Option<(String, String)> {
        let content = self.state().content_of(id, self.options.serves_files);
        let Content::Text(text) = content else {
            return None;
        };
        let hash = xxh3_64(text.as_bytes());
        let record = self.analysis_of(hash, &text).ok()?;
        let Some(Ok(plan)) = &record.body else {
            return None;
        };
        Some((hex(hash), body::function(&text, plan)))
    }
}

/// A hash as the wire has it.
pub fn hex(hash: u64) -> String {
    format!("{hash:016x}")
}

impl State {
    /// The analysis of a module's present content: of what was served last, or, where the host serves files as they
    /// are, of what was saved since.
    pub fn content_of(&mut self, id: ModuleId, serves_files: bool) -> Content {
        let kind = self.graph.kind(id);
        let is_script = kind == ModuleKind::Script;
        let is_data = kind == ModuleKind::Asset && self.is_data_module(id);
        if !(is_script || is_data)
            || !self.graph.is_served(id)
            || self.graph.url(id).contains(INLINE)
        {
            return Content::Never;
        }
        if self.is_too_large(id) {
            return Content::Never;
        }
        let at = self.graph.changed_at(id);
        if let Some(served) = &self.module(id).source
            && served.at == at
        {
            return Content::Text(served.text.text());
        }
        let file = self.files.of_module(id).map(|index| self.files.get(index));
        let file = file.filter(|file| file.served_raw && (serves_files || is_data));
        match file.and_then(|file| file.saved.clone()) {
            Some(text) => Content::Text(text),
            None => Content::ByHost,
        }
    }

    /// Whether the file of a module is too large for a body.
    pub fn is_too_large(&self, id: ModuleId) -> bool {
        let file = self.files.of_module(id);
        file.is_some_and(|index| self.files.get(index).is_too_large)
    }

    /// Whether a module is data that scripts import: JSON, or what some script imports as such or as text.
    pub fn is_data_module(&mut self, id: ModuleId) -> bool {
        let path = self.graph.url(id).split('?').next().unwrap_or_default();
        if path.ends_with(".json") {
            return self.graph.kind(id) == ModuleKind::Asset;
        }
        let importers = self.graph.importers(id).to_vec();
        importers.into_iter().any(|importer| {
            let record = self.module(importer).record.clone();
            let data = record.iter().flat_map(|record| &record.data_imports);
            data.into_iter()
                .any(|specifier| self.resolve(importer, specifier) == Some(id))
        })
    }

    /// What linking needs to know of a script whose content has this hash.
    pub fn definition(
        &mut self,
        id: ModuleId,
        hash: u64,
        record: &ModuleRecord,
        plan: &BodyPlan,
    ) -> Definition {
        let imports = plan.imports().iter();
        let imports: Vec<ImportLink> = imports
            .map(|import| {
                let kind = kind_of(import.attribute_type());
                let target = self.resolve(id, &import.specifier);
                let foreign = url::is_absolute(&import.specifier).then(|| import.specifier.clone());
                ImportLink {
                    specifier: import.specifier.clone(),
                    // A page may be at another of the server's names: it decides whether that is its own.
                    url: foreign.or_else(|| target.map(|target| self.graph.url(target).to_owned())),
                    kind,
                    names: import.names.clone(),
                    attributes: (kind == ImportKind::Other)
                        .then(|| import.attributes.iter().cloned().collect()),
                    plain: kind != ImportKind::Script
                        || target.is_none_or(|target| self.is_plain(target)),
                    barrel: kind == ImportKind::Script
                        && target.is_some_and(|target| self.is_barrel(target)),
                    native: false,
                }
            })
            .collect();
        let indirect = plan.indirect().iter().map(|export| IndirectExport {
            exported: export.exported.to_string(),
            import: export.import as u32,
            name: export.name.as_ref().map(ToString::to_string),
        });
        Definition {
            url: self.graph.url(id).to_owned(),
            version: self.graph.changed_at(id),
            hash: hex(hash),
            imports,
            locals: plan
                .locals()
                .iter()
                .map(|local| local.exported.to_string())
                .collect(),
            indirect: indirect.collect(),
            stars: plan.stars().map(|star| star as u32).collect(),
            // A package accepts nothing, as long as it is not linked, but it may decline.
            hot: record.hot.used && (record.hot.declines || !self.is_of_package(id)),
            reports: record.hot.opaque && !self.is_of_package(id),
            is_async: plan.is_async(),
        }
    }

    /// Whether a page, or a script that is served byte for byte, imports a module.
    fn is_imported_natively(&self, module_url: &str) -> bool {
        let importers = self
            .graph
            .get(module_url)
            .map(|id| self.graph.importers(id));
        let mut importers = importers.into_iter().flatten();
        importers.any(|&importer| !self.is_marked(importer))
    }

    /// Whether a script is known to have no code of its own.
    fn is_barrel(&mut self, id: ModuleId) -> bool {
        let record = self.module(id).record.as_ref();
        record.is_some_and(|record| record.is_barrel) && !self.is_plain(id)
    }

    fn data_definition(&self, id: ModuleId, hash: u64) -> Definition {
        Definition {
            url: self.graph.url(id).to_owned(),
            version: self.graph.changed_at(id),
            hash: hex(hash),
            imports: Vec::new(),
            locals: vec!["default".to_owned()],
            indirect: Vec::new(),
            stars: Vec::new(),
            hot: false,
            reports: false,
            is_async: false,
        }
    }
}

fn kind_of(attribute_type: Option<&str>) -> ImportKind {
    match attribute_type {
        None => ImportKind::Script,
        Some("json") => ImportKind::Json,
        Some("css") => ImportKind::Css,
        Some(_) => ImportKind::Other,
    }
}

/// What pages were sent, as hashes of bodies by module.
pub type Sent = HashMap<String, u64>;
