//! Which scripts are followed. Those are served as shell and body, and their code can be replaced.
//!
//! A script is followed when it, or something above it, uses `import.meta.hot`: "by default it will effectively do
//! nothing until you have written code which consumes this API" (@web/dev-server-hmr). A module is served before a page
//! asks for its imports, so this is known in time. Where it is not, since something else imported the module before,
//! nothing is lost: what has no boundary above it reloads the page whatever its form.

use std::sync::Arc;

use hotgraph_core::graph::{ModuleId, ModuleKind};

use super::State;
use crate::engine::serve::script::INLINE;
use hotgraph_core::syntax::analyze::ModuleRecord;

/// The folder of packages that were installed.
const PACKAGES: &str = "/node_modules/";

impl State {
    /// Whether a script is to be served as a shell, as far as its last code says.
    pub fn is_followed(&mut self, id: ModuleId) -> bool {
        let record = self.module(id).record.clone();
        self.is_followed_with(id, record.as_deref())
    }

    /// Whether a script is to be served as a shell with this code.
    pub fn is_followed_with(&mut self, id: ModuleId, record: Option<&ModuleRecord>) -> bool {
        if self.packs {
            return true;
        }
        let uses_hot = record.is_some_and(|record| record.hot.used);
        (self.module(id).is_followed || uses_hot) && !self.is_of_package(id)
    }

    /// The same, by what was noted of the module alone.
    pub fn is_marked(&self, id: ModuleId) -> bool {
        self.modules.get(id.index()).is_some_and(|data| {
            let is_shell = |record: &Arc<ModuleRecord>| matches!(record.body, Some(Ok(_)));
            if self.packs && data.record.as_ref().is_some_and(is_shell) {
                return self.graph.kind(id) == ModuleKind::Script;
            }
            let uses_hot = || data.record.as_ref().is_some_and(|record| record.hot.used);
            data.is_followed || uses_hot()
        })
    }

    /// Marks what a followed module imports, and what that imports. Packages too, since only serving one tells whether it
    /// is linked; what such a one imports is marked then.
    pub fn follow_imports(&mut self, id: ModuleId) {
        let mut ways = vec![id];
        while let Some(id) = ways.pop() {
            for import in self.graph.imports(id).to_vec() {
                let data = self.module(import);
                let is_known = std::mem::replace(&mut data.is_followed, true);
                if !is_known && !self.is_of_package(import) {
                    ways.push(import);
                }
            }
        }
    }

    /// Whether pages have a module byte for byte, as the browser's own.
    pub fn is_plain(&mut self, id: ModuleId) -> bool {
        let is_script = !self.graph.is_served(id) || self.graph.kind(id) == ModuleKind::Script;
        let is_in_packs = self.packs && self.graph.is_served(id);
        !is_script || (self.is_of_package(id) && !is_in_packs)
    }

    /// Whether a module is part of an installed package. A linked package is not: it is the developer's own code.
    pub fn is_of_package(&self, id: ModuleId) -> bool {
        let module_url = self.graph.url(id);
        if !module_url.contains(PACKAGES) || module_url.contains(INLINE) {
            return false;
        }
        let file = self.files.of_module(id).map(|index| self.files.get(index));
        let is_linked = file.is_some_and(|file| file.is_linked);
        !is_linked
    }
}
