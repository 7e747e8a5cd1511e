//! What a snapshot records: the state of an engine, in a format of its own.
//!
//! Knows the state. Must not know what a page is told, nor where the record is kept. The record is untrusted: if it makes
//! no sense, it is refused.

use std::collections::HashMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::file::SnapshotError;
use crate::engine::state::{ModuleData, ReportedAcceptance, State};
use hotgraph_core::graph::folders::Folders;
use hotgraph_core::graph::import_map::ImportMap;
use hotgraph_core::graph::{
    AcceptedDependency, AcceptedExports, ModuleId, ModuleKind, SelfAcceptance,
};
use hotgraph_core::watch::life::FileLife;

/// Runs that are remembered: a page may sleep while the server is restarted this often.
const MOST_RUNS: usize = 64;

/// Whole numbers up to twice this are numbers of JavaScript, and no run raises its versions so far.
const LARGEST_VERSION: u64 = 1 << 52;

/// Specifiers and what they stand for.
type Map = HashMap<String, String>;

/// A run of the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Its session.
    pub session: String,
    /// Its newest version.
    pub version: u64,
}

/// What an engine knows of the pages that it served and of the files behind them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The runs whose pages can be gone on with, the one that recorded this last.
    pub runs: Vec<Run>,
    /// The newest version.
    pub version: u64,
    /// Whether pages got packs.
    packs: bool,
    /// The pages' import maps: imports, scopes.
    import_maps: Vec<(String, Map, HashMap<String, Map>)>,
    /// The hosts under which pages are asked for.
    hosts: Vec<String>,
    modules: Vec<ModuleEntry>,
    files: Vec<FileRecord>,
}

/// A module; others name it by its place in the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct ModuleEntry {
    url: String,
    /// `None` when it was never served.
    kind: Option<Kind>,
    version: u64,
    changed_at: u64,
    pruned_at: u64,
    imports: Vec<usize>,
    /// What it imported once, up to which version.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    former_imports: Vec<(usize, u64)>,
    /// Whether it may import more than that.
    is_open: bool,
    content: Option<u64>,
    is_linked: bool,
    is_followed: bool,
    is_resolved: bool,
    /// Whether the host has still to say what it accepts.
    is_unsettled: bool,
    /// Whether it is imported and there is no such file.
    is_missing: bool,
    acceptance: Acceptance,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    accepted: Vec<(String, usize)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    accepted_exports: Option<Exports>,
    #[serde(default, skip_serializing_if = "HashMap::is_empty")]
    resolutions: HashMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reported: Option<Reported>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Exports {
    names: Vec<String>,
    used: Vec<(usize, Vec<String>)>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Reported {
    acceptance: Acceptance,
    dependencies: Vec<String>,
    exports: Option<Vec<String>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct FileRecord {
    path: PathBuf,
    modules: Vec<usize>,
    known: Option<u64>,
    served_raw: bool,
    /// Whether pages may have something else than the known content.
    is_doubtful: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
enum Kind {
    Script,
    Style,
    Page,
    Asset,
    Input,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
enum Acceptance {
    None,
    Accepts,
    Bubbles,
    Exports,
    Declines,
}

impl Snapshot {
    /// What the state holds, with the runs that it is of. `loads` is the number of pages that were loaded so far.
    pub fn of(state: &mut State, runs: Vec<Run>, loads: u64) -> Self {
        let ids: Vec<ModuleId> = state.graph.ids().collect();
        let modules = ids.iter().map(|&id| ModuleEntry::of(state, id)).collect();
        let files = state.files.iter().map(|entry| FileRecord {
            path: entry.path.clone(),
            modules: indices(&entry.modules),
            known: entry.life.told(),
            served_raw: entry.served_raw,
            is_doubtful: entry.life.is_doubtful(loads),
        });
        let skipped = runs.len().saturating_sub(MOST_RUNS);
        Self {
            runs: runs.into_iter().skip(skipped).collect(),
            version: state.version,
            packs: state.packs,
            import_maps: state
                .import_maps
                .iter()
                .map(|(page, map)| (page.clone(), map.imports.clone(), map.scopes.clone()))
                .collect(),
            hosts: state.hosts.names().map(str::to_owned).collect(),
            modules,
            files: files.collect(),
        }
    }

    /// Finds out which modules that were never served have no file.
    pub fn look_for_missing(&mut self, folders: &Folders) {
        for module in self.modules.iter_mut().filter(|one| one.kind.is_none()) {
            let file = folders.file_of(&module.url);
            module.is_missing = file.is_some_and(|file| !file.exists());
        }
    }

    /// The files that modules were imported from without there being one.
    pub fn missing(&self, folders: &Folders) -> Vec<PathBuf> {
        let missing = self.modules.iter().filter(|module| module.is_missing);
        missing
            .filter_map(|module| folders.file_of(&module.url))
            .collect()
    }

    /// The state that was recorded.
    ///
    /// # Errors
    /// [`SnapshotError::Damaged`] when it makes no sense.
    pub fn restore(self) -> Result<State, SnapshotError> {
        let Self {
            version,
            packs,
            import_maps,
            hosts,
            modules,
            files,
            runs,
        } = self;
        let known = |index: &usize| *index < modules.len();
        let makes_sense = version <= LARGEST_VERSION
            && modules.iter().all(|module| {
                let used = module.accepted_exports.iter().flat_map(|found| &found.used);
                [module.version, module.changed_at, module.pruned_at]
                    .iter()
                    .all(|found| *found <= version)
                    && module.imports.iter().all(known)
                    && module
                        .former_imports
                        .iter()
                        .all(|(import, _)| known(import))
                    && module.accepted.iter().all(|(_, target)| known(target))
                    && used.into_iter().all(|(importer, _)| known(importer))
            })
            && files.iter().all(|file| file.modules.iter().all(known))
            && runs.iter().all(|run| run.version <= version);
        if !makes_sense {
            return Err(SnapshotError::Damaged);
        }
        let mut state = State::new(version);
        state.packs = packs;
        let maps = import_maps.into_iter();
        state.import_maps = maps
            .map(|(page, imports, scopes)| (page, ImportMap { imports, scopes }))
            .collect();
        for host in hosts {
            state.hosts.note(&format!("//{host}/"));
        }
        let ids: Vec<ModuleId> = modules
            .iter()
            .map(|module| state.graph.intern(&module.url))
            .collect();
        if state.graph.len() != modules.len() {
            return Err(SnapshotError::Damaged);
        }
        for (module, &id) in modules.into_iter().zip(&ids) {
            module.restore(&mut state, id, &ids);
        }
        for file in files {
            let mut modules = file.modules.into_iter();
            let first = modules.next().ok_or(SnapshotError::Damaged)?;
            let (index, is_new) = state.files.add(&file.path, ids[first]);
            if !is_new {
                return Err(SnapshotError::Damaged);
            }
            for module in modules {
                state.files.add(&file.path, ids[module]);
            }
            let entry = state.files.get_mut(index);
            entry.life = FileLife::resumed(file.known, file.is_doubtful);
            entry.served_raw = file.served_raw;
        }
        Ok(state)
    }
}

impl ModuleEntry {
    fn of(state: &mut State, id: ModuleId) -> Self {
        let is_unsettled = state.is_unsettled(id);
        let data = state.module(id);
        let (content, pruned_at) = (data.content, data.pruned_at);
        let (is_linked, is_followed, is_resolved) =
            (data.linked, data.is_followed, data.is_resolved);
        let resolutions = data.resolutions.clone();
        let reported = data.reported.as_ref().map(|reported| Reported {
            acceptance: reported.acceptance.into(),
            dependencies: reported.dependencies.clone(),
            exports: reported.exports.clone(),
        });
        let graph = &state.graph;
        let accepted = graph.accepted(id).iter();
        let former = graph.former_imports(id);
        let exports = graph.accepted_exports(id).map(|exports| {
            let used = exports.used.iter();
            Exports {
                names: exports.names.clone(),
                used: used
                    .map(|(id, names)| (id.index(), names.clone()))
                    .collect(),
            }
        });
        Self {
            url: graph.url(id).to_owned(),
            kind: graph.is_served(id).then(|| graph.kind(id).into()),
            version: graph.version(id),
            changed_at: graph.changed_at(id),
            pruned_at,
            imports: indices(graph.imports(id)),
            former_imports: former.map(|(id, version)| (id.index(), version)).collect(),
            is_open: graph.is_open(id),
            content,
            is_linked,
            is_followed,
            is_resolved,
            is_unsettled,
            is_missing: false,
            acceptance: graph.acceptance(id).into(),
            accepted: accepted
                .map(|found| (found.specifier.to_string(), found.target.index()))
                .collect(),
            accepted_exports: exports,
            resolutions,
            reported,
        }
    }

    fn restore(self, state: &mut State, id: ModuleId, ids: &[ModuleId]) {
        let graph = &mut state.graph;
        if let Some(kind) = self.kind {
            graph.set_served(id, kind.into());
        }
        graph.raise(&[id], self.version);
        if self.changed_at > 0 {
            graph.set_changed(id, self.changed_at);
        }
        let imports = self.imports.iter().map(|&index| ids[index]).collect();
        graph.set_imports(id, imports, self.version);
        for (import, version) in self.former_imports {
            graph.set_former_import(id, ids[import], version);
        }
        graph.set_open(id, self.is_open);
        let accepted = self.accepted.into_iter().map(|(specifier, target)| {
            let target = ids[target];
            let specifier = specifier.into();
            AcceptedDependency { specifier, target }
        });
        graph.set_acceptance(id, self.acceptance.into(), accepted.collect());
        if let Some(Exports { names, used }) = self.accepted_exports {
            let used = used.into_iter().map(|(index, names)| (ids[index], names));
            let used = used.collect();
            graph.set_accepted_exports(id, Some(AcceptedExports { names, used }));
        }
        *state.module(id) = ModuleData {
            content: self.content,
            linked: self.is_linked,
            is_followed: self.is_followed,
            is_resolved: self.is_resolved,
            pruned_at: self.pruned_at,
            is_unsettled: self.is_unsettled,
            resolutions: self.resolutions,
            reported: self.reported.map(|reported| ReportedAcceptance {
                acceptance: reported.acceptance.into(),
                dependencies: reported.dependencies,
                exports: reported.exports,
            }),
            ..ModuleData::default()
        };
    }
}

fn indices(ids: &[ModuleId]) -> Vec<usize> {
    ids.iter().map(|id| id.index()).collect()
}

/// The snapshot's own names for what the graph calls so: its format is its own business.
macro_rules! mirrored {
    ($own:ident, $other:ident, $($name:ident),+) => {
        impl From<$other> for $own {
            fn from(other: $other) -> Self {
                match other { $($other::$name => Self::$name),+ }
            }
        }
        impl From<$own> for $other {
            fn from(own: $own) -> Self {
                match own { $($own::$name => Self::$name),+ }
            }
        }
    };
}

mirrored!(Kind, ModuleKind, Script, Style, Page, Asset, Input);
mirrored!(
    Acceptance,
    SelfAcceptance,
    None,
    Accepts,
    Bubbles,
    Exports,
    Declines
);

#[cfg(test)]
pub(super) mod tests {
    use std::path::Path;

    use super::*;

    const VERSION: u64 = 1_763_683_066_001;

    /// A state with something of everything.
    fn state() -> State {
        let mut state = State::new(VERSION);
        let urls = [
            "/index.html",
            "/main.js",
            "/dep.js?x=1",
            "/ünï.css",
            "/no.js",
        ];
        let ids: Vec<ModuleId> = urls.iter().map(|url| state.graph.intern(url)).collect();
        let kinds = [
            ModuleKind::Page,
            ModuleKind::Script,
            ModuleKind::Script,
            ModuleKind::Style,
        ];
        for (&id, kind) in ids.iter().zip(kinds) {
            state.graph.set_served(id, kind);
        }
        state
            .graph
            .set_imports(ids[0], vec![ids[1], ids[3], ids[2]], VERSION);
        state
            .graph
            .set_imports(ids[0], vec![ids[1], ids[3]], VERSION);
        state.graph.set_open(ids[0], true);
        state
            .graph
            .set_imports(ids[1], vec![ids[2], ids[4]], VERSION);
        let specifier = "./dep.js?x=1".into();
        let target = ids[2];
        let accepted = vec![AcceptedDependency { specifier, target }];
        state
            .graph
            .set_acceptance(ids[1], SelfAcceptance::Bubbles, accepted);
        state
            .graph
            .set_acceptance(ids[2], SelfAcceptance::Exports, Vec::new());
        let names = vec!["a".to_owned()];
        let used = HashMap::from([(ids[1], names.clone())]);
        let exports = AcceptedExports { names, used };
        state.graph.set_accepted_exports(ids[2], Some(exports));
        state.graph.raise(&ids[1..3], VERSION);
        state.graph.set_changed(ids[2], VERSION);
        let data = state.module(ids[1]);
        data.content = Some(u64::MAX);
        data.linked = true;
        data.is_followed = true;
        data.resolutions
            .insert("dep".to_owned(), "./dep.js?x=1".to_owned());
        data.reported = Some(ReportedAcceptance {
            acceptance: SelfAcceptance::Accepts,
            dependencies: vec!["./dep.js?x=1".to_owned()],
            exports: None,
        });
        let dep = HashMap::from([("dep".to_owned(), "/dep.js".to_owned())]);
        let map = ImportMap {
            imports: dep.clone(),
            scopes: HashMap::from([("/lib/".to_owned(), dep)]),
        };
        state.import_maps.insert("/index.html".to_owned(), map);
        let (index, _) = state.files.add(Path::new("/project/dep.js"), ids[2]);
        state.files.get_mut(index).life = FileLife::resumed(Some(7), false);
        state.files.get_mut(index).served_raw = true;
        let (index, _) = state.files.add(Path::new("/project/made.js"), ids[1]);
        state.files.get_mut(index).life.doubt();
        state
    }

    fn run() -> Run {
        let session = "18-1-0".to_owned();
        let version = VERSION;
        Run { session, version }
    }

    fn snapshot_of(state: &mut State) -> Snapshot {
        Snapshot::of(state, vec![run()], 0)
    }

    /// A snapshot with something of everything.
    pub fn sample() -> Snapshot {
        snapshot_of(&mut state())
    }

    #[test]
    fn the_restored_state_is_the_recorded_one() {
        let snapshot = snapshot_of(&mut state());
        let mut restored = snapshot.clone().restore().unwrap();
        // Doubtful is what may be broken.
        assert_eq!(snapshot_of(&mut restored), snapshot);
        let id = restored.graph.get("/dep.js?x=1").unwrap();
        let importer = restored.graph.get("/main.js").unwrap();
        assert_eq!(restored.graph.importers(id), [importer]);
        assert_eq!(restored.graph.version(id), VERSION);
        assert!(restored.graph.accepts(importer, id));
        assert!(
            !restored
                .graph
                .is_served(restored.graph.get("/no.js").unwrap())
        );
    }

    #[test]
    fn what_makes_no_sense_is_refused_although_its_checksum_is_right() {
        let sound = snapshot_of(&mut state());
        let spoil: [fn(&mut Snapshot); 9] = [
            |it| it.modules[0].imports.push(99),
            |it| it.modules[1].accepted[0].1 = 5,
            |it| {
                let exports = it.modules[2].accepted_exports.as_mut();
                exports.unwrap().used[0].0 = 5;
            },
            |it| it.modules[1].url = "/index.html".to_owned(),
            |it| it.modules[1].version = it.version + 1,
            |it| it.version = LARGEST_VERSION + 1,
            |it| it.files[0].modules.clear(),
            |it| it.files[0].modules.push(usize::MAX),
            |it| it.files[1].path = it.files[0].path.clone(),
        ];
        for (number, spoil) in spoil.into_iter().enumerate() {
            let mut snapshot = sound.clone();
            spoil(&mut snapshot);
            assert!(snapshot.restore().is_err(), "{number}");
        }
    }

    #[test]
    fn the_oldest_runs_are_forgotten() {
        let runs = (0..100).map(|version| Run { version, ..run() }).collect();
        let snapshot = Snapshot::of(&mut state(), runs, 0);
        assert_eq!(snapshot.runs.len(), MOST_RUNS);
        assert_eq!(snapshot.runs.last().unwrap().version, 99);
    }
}
