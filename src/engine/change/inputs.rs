//! Inputs: what the host makes modules of besides their own files, and what it says of changes.
//!
//! Knows the host's word and who depends on which file. Must not know how the host makes anything: what it makes of a
//! module now, it is asked.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::batch::is_unfinished;
use super::pull::Pending;
use crate::engine::coordinator::Coordinator;
use crate::engine::state::State;
use crate::engine::state::files::FileIndex;
use crate::engine::watch::{reading, watcher};
use hotgraph_core::graph::{ModuleId, ModuleKind};
use hotgraph_core::watch::change::Seen;

/// What is known of inputs.
#[derive(Default)]
pub struct Inputs {
    /// By file, the files whose modules the host makes of it too.
    dependents: HashMap<PathBuf, HashSet<PathBuf>>,
    /// What these files, and others of which a change was told, hold, by hash.
    contents: HashMap<PathBuf, u64>,
    /// Files of which the host makes something else now, whatever they hold.
    remade: HashSet<PathBuf>,
    /// Files that decide what is made of all others.
    configs: HashSet<PathBuf>,
    /// Files that the host watches and that no module is known to be made of.
    unattributed: HashSet<PathBuf>,
}

/// What a change of a file means besides the file itself.
#[derive(Default)]
pub struct Remade {
    /// Modules that the host may make otherwise now.
    pub modules: Vec<ModuleId>,
    /// The file itself, where only the host knows what it is for.
    pub input: Option<ModuleId>,
}

impl Inputs {
    /// Whether it matters that this file changes, though it may never have been served.
    pub fn wants(&self, path: &Path) -> bool {
        self.dependents.contains_key(path) || self.configs.contains(path)
    }

    /// The files whose modules are made of this one too, when it holds something else than before.
    fn outdated_by(&mut self, path: &Path, content: Option<u64>) -> Vec<PathBuf> {
        let Some(dependents) = self.dependents.get(path) else {
            return Vec::new();
        };
        let before = match content {
            Some(content) => self.contents.insert(path.to_path_buf(), content),
            None => self.contents.remove(path),
        };
        match content == before {
            true => Vec::new(),
            false => dependents.iter().cloned().collect(),
        }
    }

    /// Whether it matters what this file holds, be it a module's own file or not.
    fn reads(&self, path: &Path) -> bool {
        self.wants(path) || self.unattributed.contains(path)
    }
}

/// What an input holds.
enum Content {
    /// This, by hash; nothing where it is not there or cannot be read.
    Settled(Option<u64>),
    /// Somebody is writing it.
    Unfinished,
}

fn content_of(path: &Path) -> Content {
    match reading::read(path) {
        Ok(found) if is_unfinished(path, &found) => Content::Unfinished,
        Ok(found) => Content::Settled(Some(found.hash)),
        Err(error) if error.is_passing() => Content::Unfinished,
        Err(_) => Content::Settled(None),
    }
}

impl Coordinator {
    /// The host makes modules of these files too.
    pub fn depends_on(&mut self, file: PathBuf, inputs: Vec<PathBuf>) {
        for input in inputs {
            let real = self.watcher.watch_file(&input);
            for path in HashSet::from([input, real]) {
                if let Content::Settled(Some(content)) = content_of(&path) {
                    self.inputs.contents.entry(path.clone()).or_insert(content);
                }
                let dependents = self.inputs.dependents.entry(path).or_default();
                dependents.insert(file.clone());
            }
        }
    }

    /// A change of this file may change what is made of any other.
    pub fn decided_by(&mut self, config: &Path) {
        let real = self.watcher.watch_file(config);
        for path in HashSet::from([config.to_path_buf(), real]) {
            if let Content::Settled(Some(content)) = content_of(&path) {
                self.inputs.contents.entry(path.clone()).or_insert(content);
            }
            self.inputs.configs.insert(path);
        }
    }

    /// The host says that a file changed. `is_remade` when it means what it makes of the file, be the file as it was.
    pub fn host_changed(&mut self, path: PathBuf, is_remade: bool) {
        self.work_off_backlog();
        let now = self.now();
        if path.is_file() && self.shared.state().files.find(&path).is_some() {
            if is_remade {
                self.inputs.remade.insert(path.clone());
                // After a save that is under way.
                self.changes.record(&path, Seen::Attributes, now);
            } else if !self.watcher.is_enabled() {
                self.changes.record(&path, Seen::Written, now);
            }
            return;
        }
        // There are no bytes to compare, so the host's word counts.
        let changed = self.shared.state().made_up(&path);
        if !changed.is_empty() {
            return self.advance(Pending {
                changed,
                files: vec![path],
                ..Pending::default()
            });
        }
        let is_known = self.shared.state().files.find(&path).is_some();
        if self.shared.options.answers_for_host && !is_known && !self.inputs.wants(&path) {
            // A watcher may see one save more than once.
            let is_said = match content_of(&path) {
                Content::Settled(Some(content)) => {
                    self.inputs.contents.get(&path) == Some(&content)
                }
                _ => false,
            };
            if is_said && !is_remade {
                return;
            }
            self.inputs.unattributed.insert(path.clone());
            self.changes.record(&path, Seen::Touched, now);
        }
    }

    /// A file is taken in. Returns what the host may make otherwise now, though its own file is what it was.
    pub fn remade_by(&mut self, path: &Path) -> Remade {
        let reads = self.inputs.reads(path);
        let content = match reads.then(|| content_of(path)) {
            Some(Content::Unfinished) => {
                self.changes.record(path, Seen::Created, self.now());
                return Remade::default();
            }
            Some(Content::Settled(content)) => content,
            None => None,
        };
        let is_decisive = self.inputs.configs.contains(path)
            && self.inputs.contents.get(path) != content.as_ref();
        if is_decisive {
            // It was made otherwise.
            self.shared.made.clear();
        }
        let mut files = self.inputs.outdated_by(path, content);
        if self.inputs.remade.remove(path) {
            files.push(path.to_path_buf());
        }
        let is_unattributed = self.inputs.unattributed.remove(path) || is_decisive;
        let mut state = self.shared.state();
        let found = files.iter().flat_map(|file| state.files.find_all(file));
        let modules: Vec<ModuleId> = found.flat_map(|index| state.made_of(index)).collect();
        if !is_unattributed || (state.files.find(path).is_some() && !is_decisive) {
            return Remade {
                modules,
                input: None,
            };
        }
        if let Some(content) = content {
            self.inputs.contents.insert(path.to_path_buf(), content);
        }
        let folders = &self.shared.options.folders;
        let module_url = folders.name_of(path);
        let module_url =
            module_url.unwrap_or_else(|| watcher::real_path(path).display().to_string());
        let id = state.graph.intern(&module_url);
        state.graph.set_served(id, ModuleKind::Input);
        Remade {
            modules,
            input: Some(id),
        }
    }
}

impl State {
    /// The modules that the host makes up under the path of a file that is not there. With a query in it, the one that
    /// was asked for by that query, whether or not there is a file.
    fn made_up(&self, path: &Path) -> Vec<ModuleId> {
        if let Some(index) = self.files.find(path) {
            let entry = self.files.get(index);
            return match entry.life.told() {
                None => entry.modules.clone(),
                Some(_) => Vec::new(),
            };
        }
        let named = path.to_str().and_then(|path| path.split_once('?'));
        let Some((file, query)) = named else {
            return Vec::new();
        };
        let found = self.files.find(Path::new(file));
        let modules = found.map(|index| self.files.get(index).modules.iter());
        let mut modules = modules.into_iter().flatten().copied();
        let is_named = |id: &ModuleId| {
            let (_, asked) = self.graph.url(*id).split_once('?').unwrap_or_default();
            asked == query
        };
        modules.find(is_named).into_iter().collect()
    }

    /// The modules of a file that the host may make of more than what is in it.
    fn made_of(&self, index: FileIndex) -> Vec<ModuleId> {
        let entry = self.files.get(index);
        let may_differ = |id: &ModuleId| {
            // Nobody asks what becomes of others.
            self.graph.kind(*id) == ModuleKind::Script || !entry.served_raw
        };
        entry.modules.iter().copied().filter(may_differ).collect()
    }
}
