//! Scripts that the engine reads, makes and takes in alone, before any page asks for them: the host has no say in them.
//!
//! Knows files, and how requests are served. Must not report what is wrong with a script: the host does, when it is
//! asked for that.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, SystemTime};

use super::request::Wanted;
use crate::engine::state::files::SourceFile;
use crate::engine::watch::reading;
use crate::engine::{Engine, now_ms};
use hotgraph_core::graph::url;

/// A thread more is worth its start for so many scripts.
const FEWEST_EACH: usize = 8;

/// Enough for the analysis of everyday modules. Reserved, not used.
const STACK: usize = 16 << 20;

/// A program may still be writing a file that changed so recently.
const QUIET: Duration = Duration::from_millis(100);

/// What came of reading scripts.
#[derive(Debug, Default)]
pub struct ReadScripts {
    /// The urls of those that the host has to be asked for.
    pub left: Vec<String>,
    /// The urls of the scripts that the others import, each once.
    pub imports: Vec<String>,
}

impl Engine {
    /// Takes in scripts as they would be served now, on as many threads as the machine has processors.
    pub fn read_scripts(&self, requests: &[String]) -> ReadScripts {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        let threads = processors.min(requests.len().div_ceil(FEWEST_EACH));
        let next = AtomicUsize::new(0);
        let work = || {
            let mut read = ReadScripts::default();
            while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                match self.read_script(request) {
                    Some(imports) => read.imports.extend(imports),
                    None => read.left.push(request.clone()),
                }
            }
            read
        };
        let mut read = thread::scope(|scope| {
            let begin = |_| {
                let thread = thread::Builder::new().stack_size(STACK);
                thread.spawn_scoped(scope, work).ok()
            };
            let others: Vec<_> = (1..threads).filter_map(begin).collect();
            let mut all = work();
            for one in others.into_iter().filter_map(|other| other.join().ok()) {
                all.left.extend(one.left);
                all.imports.extend(one.imports);
            }
            all
        });
        read.imports.sort_unstable();
        read.imports.dedup();
        read
    }

    /// Takes in one script. Returns the urls of what it imports; `None` when the host has to be asked for it.
    fn read_script(&self, request: &str) -> Option<Vec<String>> {
        let maker = self.shared.maker.as_ref();
        let maker = maker.filter(|maker| !maker.is_host_first)?;
        let (module_url, _) = url::identify(request);
        let path = self.shared.options.folders.file_of(&module_url)?;
        let is_script = matches!(Wanted::of(&module_url, &path), Wanted::Script(_));
        if !is_script || !maker.is_public(&path) || self.is_being_written(&path) {
            return None;
        }
        let (requested_at, since) = (now_ms(), self.version());
        let source = String::from_utf8(reading::read_file(&path)?).ok()?;
        let made = self.shared.make(maker, &module_url, &path, &source, None);
        self.report_configs(maker);
        let code = made.ok()?.map_or(source, |made| made.code);
        let file = SourceFile { path, requested_at };
        let served = self.serve_script(request, &code, Some(file), Some(since));
        if !served.accepted.is_empty() {
            self.link(request, HashMap::new());
        }
        self.keep_alone(request, false);
        Some(self.imports_of(request))
    }

    fn is_being_written(&self, path: &Path) -> bool {
        let changed = path.metadata().and_then(|found| found.modified());
        let age = changed.map(|changed| SystemTime::now().duration_since(changed));
        let is_recent = age.is_ok_and(|age| age.is_ok_and(|age| age < QUIET));
        is_recent && !self.is_taken_in(path)
    }
}
