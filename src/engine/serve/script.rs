//! Scripts: as they are, or as shells around bodies when they are followed.

use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use super::backlog::Registration;
use super::{Registered, SourceFile};
use crate::engine::message::Message;
use crate::engine::state::{Kept, ServedSource, State, TakenIn, accepted_specifiers};
use crate::engine::{Engine, Shared, now_ms};
use hotgraph_core::graph::url;
use hotgraph_core::graph::{ModuleId, ModuleKind};
use hotgraph_core::syntax::analyze::{self, AnalyzeError, Dialect, ModuleRecord};
use hotgraph_core::syntax::body::{self, Shell};

/// Scripts of more bytes than this are served as they are: no editor saves such a file by hand, and reading
/// it would stall the server.
pub const MAX_ANALYSED: usize = 16 * 1024 * 1024;

/// Scripts and saves of more bytes than this are not kept in memory. They are read from disk when they are asked
/// for, at the risk of half of the next save.
pub const LARGEST_KEPT: usize = 1 << 20;

/// Marks the query of an inline script's url: `/?__inline=/index.html:12:9` is the one that begins in line 12 of
/// `/index.html`, after 8 other characters.
pub const INLINE: &str = "__inline";

/// No page that a person wrote has lines or columns beyond this. A request may name any.
const LAST: usize = 100_000;

/// Where an inline script begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InlinePlace<'u> {
    /// The url of its page.
    pub page: &'u str,
    /// From 1.
    pub line: usize,
    /// From 1, in UTF-16 code units.
    pub column: usize,
}

/// Where the inline script with this url begins; `None` of all other urls.
pub fn inline_place(module_url: &str) -> Option<InlinePlace<'_>> {
    let (_, place) = module_url.split_once(INLINE)?;
    let mut parts = place.strip_prefix('=')?.rsplitn(3, ':');
    let (column, line, page) = (parts.next()?, parts.next()?, parts.next()?);
    let (line, column) = (line.parse().ok()?, column.parse().ok()?);
    (line <= LAST && column <= LAST).then_some(InlinePlace { page, line, column })
}

/// What to serve for a script.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ServedScript {
    /// The code, when it differs from the source.
    pub code: Option<String>,
    /// The specifiers that the code accepts updates of. A host with a resolver of its own [`Engine::link`]s them.
    pub accepted: Vec<String>,
}

impl Engine {
    /// Takes in a script as the host would serve it, imports resolved, and returns what to serve instead: a shell
    /// around the body of a followed script. Others are served as they are.
    ///
    /// `since` is the engine's version when the request came in: what was read before the last change is not taken in.
    pub fn serve_script(
        &self,
        request: &str,
        source: &str,
        file: Option<SourceFile>,
        since: Option<u64>,
    ) -> ServedScript {
        let shared = &*self.shared;
        let (module_url, _) = url::identify(request);
        let content = xxh3_64(source.as_bytes());
        let overtaken = shared.state().overtaken(&module_url, since);
        if let Some(id) = overtaken {
            return self.answer_overtaken(id, &module_url, content, source);
        }
        let time = file.as_ref().map_or_else(now_ms, |file| file.requested_at);
        let kept = (source.len() <= LARGEST_KEPT).then(|| Arc::<str>::from(source));
        let text = kept.clone().map(Kept::new);
        let (registered, is_followed) = {
            let mut state = shared.state();
            let registered = state.register(&module_url, ModuleKind::Script, Some(content), file);
            let id = registered.id;
            let (at, version) = (state.graph.changed_at(id), state.version);
            state.module(id).source = text.map(|text| ServedSource {
                text,
                hash: content,
                at,
                version,
                time,
            });
            (registered, state.is_followed(id))
        };
        let Registered {
            id,
            outdated,
            registration,
        } = registered;
        let registration = registration.map(|one| one.measured(source.len()));
        if let Some(outdated) = outdated {
            shared.analyses.remove(&outdated);
        }
        let cached = shared.analyses.get(&content).map(|record| record.clone());
        let record = match cached {
            Some(record) => Some(record),
            None if source.len() > MAX_ANALYSED => {
                if registration.is_some() {
                    let too_large = AnalyzeError::TooDeep;
                    self.post(Message::Unreadable(id, String::new(), too_large));
                }
                None
            }
            None if is_followed || analyze::may_use_hot(source) => {
                self.analyse_now(id, content, source)
            }
            None => {
                let registration = registration.unwrap_or_else(|| Registration::of(id, content));
                let source = kept.unwrap_or_else(|| Arc::from(source));
                self.leave(registration.with_source(source));
                return ServedScript::default();
            }
        };
        if let Some(registration) = registration {
            self.leave(registration);
        }
        let Some(record) = record else {
            return ServedScript::default();
        };
        shared.resolve_accepted(id, &record);
        let TakenIn { is_odd, .. } = shared.state().take_in(id, &record);
        if is_odd {
            self.post(Message::Review(id));
        }
        self.answer(id, &module_url, content, source, &record)
    }

    /// What to serve of code that no longer counts. It is not kept, and nothing is told of it.
    fn answer_overtaken(
        &self,
        id: ModuleId,
        module_url: &str,
        content: u64,
        source: &str,
    ) -> ServedScript {
        if source.len() > MAX_ANALYSED {
            return ServedScript::default();
        }
        match analyze::analyze_fully(source, Dialect::JavaScript) {
            Ok(record) => self.answer(id, module_url, content, source, &record),
            Err(_) => ServedScript::default(),
        }
    }

    fn analyse_now(&self, id: ModuleId, content: u64, source: &str) -> Option<Arc<ModuleRecord>> {
        match self.shared.analysis_of(content, source) {
            Ok(record) => Some(record),
            Err(error) => {
                self.post(Message::Unreadable(id, source.to_owned(), error));
                None
            }
        }
    }

    /// What to serve of code under a url, which may be one of many that are one module here.
    fn answer(
        &self,
        id: ModuleId,
        module_url: &str,
        content: u64,
        source: &str,
        record: &ModuleRecord,
    ) -> ServedScript {
        let mut state = self.shared.state();
        let accepted = accepted_specifiers(record);
        if !state.is_followed_with(id, Some(record)) {
            return ServedScript {
                code: None,
                accepted,
            };
        }
        let plan = match &record.body {
            Some(Ok(plan)) => plan,
            Some(Err(reason)) => {
                let reason = reason.to_string();
                drop(state);
                self.post(Message::Refused(id, reason));
                return ServedScript {
                    code: None,
                    accepted,
                };
            }
            None => return ServedScript::default(),
        };
        let mut definition = state.definition(id, content, record, plan);
        drop(state);
        module_url.clone_into(&mut definition.url);
        let is_inline = module_url.contains(INLINE);
        let code = serde_json::to_string(&definition).ok().map(|definition| {
            let shell = Shell {
                client_url: &self.shared.options.client_url,
                definition: &definition,
                is_inline,
            };
            body::shell(source, plan, &shell)
        });
        ServedScript { code, accepted }
    }

    /// Takes in a script as the host would serve it now, without a page having asked: the answer to a
    /// [`HostEvent::Pull`](crate::protocol::HostEvent::Pull). Returns the specifiers that it accepts updates of, for
    /// [`Engine::link`].
    pub fn preview(&self, request: &str, source: &str) -> Vec<String> {
        let shared = &*self.shared;
        let (module_url, _) = url::identify(request);
        shared
            .previews
            .insert(module_url.clone(), Arc::from(source));
        let state = shared.state();
        let id = state.graph.get(&module_url);
        let is_script = id.is_some_and(|id| state.graph.kind(id) == ModuleKind::Script);
        drop(state);
        if !is_script || !analyze::may_use_hot(source) {
            return Vec::new();
        }
        let record = shared.analysis_of(xxh3_64(source.as_bytes()), source);
        record.map_or_else(|_| Vec::new(), |record| accepted_specifiers(&record))
    }

    /// A module that defines the bodies of others and runs none: for pages whose policy forbids `eval`. Its default
    /// export is an object: url -> [hash of the definition, function]. Modules without a body are left out.
    pub fn bodies(&self, urls: &[String]) -> String {
        let mut entries = Vec::new();
        for request in urls {
            let (module_url, _) = url::identify(request);
            let id = self.shared.state().graph.get(&module_url);
            let Some((hash, code)) = id.and_then(|id| self.shared.function_of(id)) else {
                continue;
            };
            let name = hotgraph_core::syntax::literal::literal(&module_url);
            entries.push(format!("{name}:[\"{hash}\",{code}]"));
        }
        format!("export default{{{}}};", entries.join(",\n"))
    }
}

impl Shared {
    /// The analysis of a source by its hash, made when there is none.
    pub fn analysis_of(
        &self,
        content: u64,
        source: &str,
    ) -> Result<Arc<ModuleRecord>, AnalyzeError> {
        if let Some(record) = self.analyses.get(&content) {
            return Ok(record.clone());
        }
        if source.len() > MAX_ANALYSED {
            return Err(AnalyzeError::TooDeep);
        }
        let record = Arc::new(analyze::analyze_fully(source, Dialect::JavaScript)?);
        self.analyses.insert(content, record.clone());
        Ok(record)
    }
}

impl State {
    /// The module, when its content changed after a request for it came in. The code that the page gets may be from
    /// before that. That does no harm, since the page is told of the change.
    fn overtaken(&self, module_url: &str, since: Option<u64>) -> Option<ModuleId> {
        let since = since?;
        let id = self.graph.get(module_url)?;
        (since < self.graph.changed_at(id) && self.graph.is_served(id)).then_some(id)
    }
}
