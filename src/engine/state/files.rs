//! The files of modules: which modules a file is, and which content of it the pages know.
//!
//! Knows paths and hashes. Must not know the disk: the reader tells.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::engine::watch::reading::Stamp;
use hotgraph_core::graph::ModuleId;
use hotgraph_core::watch::life::FileLife;

/// A file's number in the table.
pub type FileIndex = usize;

/// The file that a request was answered from.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Absolute path, as the host found it (symbolic links and all).
    pub path: PathBuf,
    /// When the request came in, in milliseconds since 1970: a file that is younger may have changed
    /// between the host's reading and ours.
    pub requested_at: u64,
}

/// One file that backs at least one module.
#[derive(Debug)]
pub struct FileEntry {
    /// The path under which the host served it.
    pub path: PathBuf,
    /// The modules it is: one for each query.
    pub modules: Vec<ModuleId>,
    /// What pages have of it, what is on disk, and what is wrong with that.
    pub life: FileLife,
    /// Whether the host serves the bytes of the file as they are. Then an error in the file is an error in the page.
    pub served_raw: bool,
    /// The text of the last complete save, once there was one. The disk may already hold the beginning of the next.
    pub saved: Option<Arc<str>>,
    /// The state of the file that was looked at last, after a change of it.
    pub seen: Option<Stamp>,
    /// Whether it is too large to be analysed, and so for a body.
    pub is_too_large: bool,
    /// Whether it lies outside of `node_modules` though its path has that in it: a package that is linked.
    pub is_linked: bool,
}

/// All files, found by any of their paths.
#[derive(Debug, Default)]
pub struct FileTable {
    entries: Vec<FileEntry>,
    /// Several where one file has several paths: links, and folders that are linked.
    by_path: HashMap<PathBuf, Vec<FileIndex>>,
    by_module: HashMap<ModuleId, FileIndex>,
}

impl FileTable {
    /// Records that `module` is served from `path`. Returns the file and whether it is new.
    pub fn add(&mut self, path: &Path, module: ModuleId) -> (FileIndex, bool) {
        let known = self.by_path.get(path).into_iter().flatten();
        let known = known
            .copied()
            .find(|&index| self.entries[index].path == path);
        if let Some(index) = known {
            self.by_module.entry(module).or_insert(index);
            let modules = &mut self.entries[index].modules;
            if !modules.contains(&module) {
                modules.push(module);
            }
            return (index, false);
        }
        let index = self.entries.len();
        self.entries.push(FileEntry {
            path: path.to_path_buf(),
            modules: vec![module],
            life: FileLife::default(),
            served_raw: false,
            saved: None,
            seen: None,
            is_too_large: false,
            is_linked: false,
        });
        self.add_alias(index, path);
        self.by_module.entry(module).or_insert(index);
        (index, true)
    }

    /// Lets a file be found by another path too: its real path, to which symbolic links lead.
    pub fn add_alias(&mut self, index: FileIndex, alias: &Path) {
        let found = self.by_path.entry(alias.to_path_buf()).or_default();
        if !found.contains(&index) {
            found.push(index);
        }
    }

    /// The file at a path: the one that is served under it, or one that it is the real path of.
    pub fn find(&self, path: &Path) -> Option<FileIndex> {
        let found = self.by_path.get(path)?;
        let served = found
            .iter()
            .find(|&&index| self.entries[index].path == path);
        served.or(found.first()).copied()
    }

    /// All that is served of the file at a path, be it under other paths too.
    pub fn find_all(&self, path: &Path) -> Vec<FileIndex> {
        self.by_path.get(path).cloned().unwrap_or_default()
    }

    /// The file that a module is served from.
    pub fn of_module(&self, module: ModuleId) -> Option<FileIndex> {
        self.by_module.get(&module).copied()
    }

    /// A file's entry.
    pub fn get(&self, index: FileIndex) -> &FileEntry {
        &self.entries[index]
    }

    /// A file's entry, to change it.
    pub fn get_mut(&mut self, index: FileIndex) -> &mut FileEntry {
        &mut self.entries[index]
    }

    /// All files.
    pub fn iter(&self) -> impl Iterator<Item = &FileEntry> {
        self.entries.iter()
    }
}
