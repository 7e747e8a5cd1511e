//! The code that the engine itself makes of saves. It judges a save by this code, and then sends it.

use std::path::Path;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use super::check::explain;
use crate::engine::Shared;
use crate::engine::make::{Problem, Unmade};
use hotgraph_core::diagnostic::Severity;

/// The code that was made of a module's file, to be used once: the engine judges a save by it, and then sends it.
#[derive(Debug, Clone)]
pub struct MadeOfSave {
    /// The hash of the text that it was made of.
    pub content: u64,
    /// What was made.
    pub code: Arc<str>,
}

impl Shared {
    /// What the engine itself makes of new content of a module, or what is wrong with that. `None` where others make it.
    pub fn made_of_save(
        &self,
        module_url: &str,
        file: &Path,
        content: u64,
        source: &str,
    ) -> Option<Result<Arc<str>, Problem>> {
        let maker = self.maker.as_ref()?;
        if self.is_by_host(module_url) {
            return None;
        }
        if let Some(made) = self.made.get(module_url)
            && made.content == content
        {
            return Some(Ok(made.code.clone()));
        }
        let made = self.make(maker, module_url, file, source, None);
        let made = match made.transpose()? {
            Ok(made) => made,
            Err(Unmade::Wrong(problem)) => return Some(Err(problem)),
            Err(Unmade::Asks(_)) => return None,
        };
        let code: Arc<str> = made.code.into();
        if made.is_script
            && let Err(error) = self.analysis_of(xxh3_64(code.as_bytes()), &code)
        {
            let file = file.display().to_string();
            let found = explain(&error, &code, module_url, Some(file));
            if found.severity == Severity::Error {
                return Some(Err(Box::new(found)));
            }
        }
        let kept = MadeOfSave {
            content,
            code: code.clone(),
        };
        self.made.insert(module_url.to_owned(), kept);
        Some(Ok(code))
    }
}
