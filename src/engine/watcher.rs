//! Watching: which folders are watched, and what an event of the operating system says about a path.
//!
//! Knows notify and paths. Must not know modules, nor what is done about an event.
//!
//! Folders are watched instead of files, since an editor that saves by renaming kills the watch of a
//! file; only the folders of served files, since a project may hold 20,000 others; and the folders above
//! them up to the root, so that a folder that was deleted is found again when it comes back.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, CreateKind, EventKind, ModifyKind, RenameMode};
use notify::{Config, ErrorKind, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};

use crate::core::change::Seen;

/// What the watcher has to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sighting {
    /// Something happened to paths.
    Paths(Vec<(PathBuf, Seen)>),
    /// Events were lost: everything has to be looked at again.
    Lost,
}

/// Takes sightings, on any thread. Must not block.
pub type Listener = Arc<dyn Fn(Sighting) + Send + Sync>;

/// How often folders are read where the operating system sends no events.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// Watches the folders of served files.
pub struct FileWatcher {
    root: PathBuf,
    listener: Listener,
    native: Option<RecommendedWatcher>,
    poll: Option<PollWatcher>,
    wanted: HashSet<PathBuf>,
    active: HashSet<PathBuf>,
    complaint: Option<String>,
}

impl FileWatcher {
    /// A watcher for files below (and, as far as they are served, outside) `root`.
    pub fn new(root: &Path, enabled: bool, listener: Listener) -> Self {
        let mut watcher = Self {
            root: real_path(root),
            listener,
            native: None,
            poll: None,
            wanted: HashSet::new(),
            active: HashSet::new(),
            complaint: None,
        };
        if enabled {
            match notify::recommended_watcher(forward(watcher.listener.clone())) {
                Ok(native) => watcher.native = Some(native),
                Err(error) => watcher.fall_back_to_polling(&error),
            }
        }
        watcher
    }

    /// Whether changes of files on disk are seen at all.
    pub fn is_enabled(&self) -> bool {
        self.native.is_some() || self.poll.is_some()
    }

    /// What to tell the user about a watcher that does not work as it should, once.
    pub fn take_complaint(&mut self) -> Option<String> {
        self.complaint.take()
    }

    /// Watches the folder of a file. Returns the file's real path, where events will name it.
    pub fn watch_file(&mut self, path: &Path) -> PathBuf {
        let real = real_path(path);
        if let Some(folder) = real.parent() {
            self.want(folder);
        }
        let leads_over_links = real != path;
        if leads_over_links && let Some(folder) = path.parent() {
            self.want_links_on_the_way(folder);
        }
        real
    }

    /// Watches a folder that appeared although nothing in it was served yet.
    pub fn watch_folder(&mut self, folder: &Path) {
        self.want(folder);
    }

    /// Whether a path is a folder that is, or should be, watched, or a symbolic link on the way to one.
    pub fn wants(&self, path: &Path) -> bool {
        self.wanted.contains(path)
    }

    /// A wanted folder is gone, and with it its watches.
    pub fn forget(&mut self, folder: &Path) {
        let below: Vec<PathBuf> = self
            .active
            .iter()
            .filter(|path| path.starts_with(folder))
            .cloned()
            .collect();
        for path in below {
            self.active.remove(&path);
            self.unwatch(&path);
        }
    }

    /// A wanted folder is there again.
    pub fn revive(&mut self, folder: &Path) {
        self.forget(folder);
        let below: Vec<PathBuf> = self
            .wanted
            .iter()
            .filter(|path| path.starts_with(folder))
            .cloned()
            .collect();
        for path in below {
            self.activate(&path);
        }
    }

    fn want(&mut self, folder: &Path) {
        let stop = if folder.starts_with(&self.root) {
            self.root.clone()
        } else {
            PathBuf::new()
        };
        let outside = stop.as_os_str().is_empty();
        for (height, ancestor) in folder.ancestors().enumerate() {
            if (outside && height > 1) || !self.wanted.insert(ancestor.to_path_buf()) {
                return;
            }
            self.activate(ancestor);
            if ancestor == stop {
                return;
            }
        }
    }

    /// A symbolic link that is pointed elsewhere is an event in the folder that holds the link.
    fn want_links_on_the_way(&mut self, folder: &Path) {
        for ancestor in folder.ancestors() {
            let is_link = ancestor
                .symlink_metadata()
                .is_ok_and(|found| found.is_symlink());
            if let (true, Some(parent), Some(name)) =
                (is_link, ancestor.parent(), ancestor.file_name())
            {
                let holder = real_path(parent);
                self.want(&holder);
                self.wanted.insert(holder.join(name));
            }
            if ancestor == self.root {
                return;
            }
        }
    }

    fn activate(&mut self, folder: &Path) {
        if self.active.contains(folder) || !folder.is_dir() {
            return;
        }
        let result = match (&mut self.native, &mut self.poll) {
            (Some(native), _) => native.watch(folder, RecursiveMode::NonRecursive),
            (None, Some(poll)) => poll.watch(folder, RecursiveMode::NonRecursive),
            (None, None) => return,
        };
        match result {
            Ok(()) => {
                self.active.insert(folder.to_path_buf());
            }
            Err(error) if out_of_watches(&error) => self.fall_back_to_polling(&error),
            // Deleted in this moment: the folder above tells when it comes back.
            Err(_) => {}
        }
    }

    fn unwatch(&mut self, folder: &Path) {
        // Fails when the folder is gone, and its watch with it; that is what is wanted.
        if let Some(native) = &mut self.native {
            let _ = native.unwatch(folder);
        } else if let Some(poll) = &mut self.poll {
            let _ = poll.unwatch(folder);
        }
    }

    fn fall_back_to_polling(&mut self, error: &notify::Error) {
        self.native = None;
        let config = Config::default().with_poll_interval(POLL_INTERVAL);
        match PollWatcher::new(forward(self.listener.clone()), config) {
            Ok(poll) => {
                self.poll = Some(poll);
                self.complaint = Some(format!(
                    "files are polled every {} ms, because the operating system does not watch them: {error}",
                    POLL_INTERVAL.as_millis()
                ));
            }
            Err(second) => {
                self.complaint = Some(format!("files are not watched: {error}; polling: {second}"));
            }
        }
        self.active.clear();
        for folder in self.wanted.clone() {
            self.activate(&folder);
        }
    }
}

fn out_of_watches(error: &notify::Error) -> bool {
    match &error.kind {
        ErrorKind::MaxFilesWatch => true,
        ErrorKind::Io(io) => io.kind() == std::io::ErrorKind::StorageFull,
        _ => false,
    }
}

/// The path without symbolic links. What is not there yet keeps its name below the real path of what is.
pub fn real_path(path: &Path) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => real_path(parent).join(name),
        _ => path.to_path_buf(),
    }
}

fn forward(listener: Listener) -> impl notify::EventHandler {
    move |result: notify::Result<notify::Event>| match result {
        Ok(event) if event.need_rescan() => listener(Sighting::Lost),
        Ok(event) => {
            let seen = translate(&event.kind, event.paths, cfg!(target_os = "linux"));
            if !seen.is_empty() {
                listener(Sighting::Paths(seen));
            }
        }
        Err(_) => listener(Sighting::Lost),
    }
}

/// What an event says about its paths. With `announces_close` the platform tells when a writer is done, and
/// a file is not looked at before.
fn translate(
    kind: &EventKind,
    mut paths: Vec<PathBuf>,
    announces_close: bool,
) -> Vec<(PathBuf, Seen)> {
    let seen = match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => Seen::Written,
        EventKind::Create(CreateKind::Folder) => Seen::Written,
        EventKind::Create(_) => Seen::Created,
        EventKind::Modify(ModifyKind::Name(RenameMode::To)) => Seen::Written,
        EventKind::Modify(ModifyKind::Name(RenameMode::From)) => Seen::Gone,
        EventKind::Modify(ModifyKind::Name(RenameMode::Both)) if announces_close => {
            return Vec::new();
        }
        EventKind::Modify(ModifyKind::Name(RenameMode::Both)) if paths.len() == 2 => {
            let to = paths.pop().map(|path| (path, Seen::Written));
            return paths
                .pop()
                .map(|path| (path, Seen::Gone))
                .into_iter()
                .chain(to)
                .collect();
        }
        EventKind::Modify(ModifyKind::Metadata(_)) => return Vec::new(),
        EventKind::Modify(_) if announces_close => Seen::Writing,
        EventKind::Modify(_) => Seen::Touched,
        EventKind::Remove(_) => Seen::Gone,
        _ => return Vec::new(),
    };
    paths.into_iter().map(|path| (path, seen)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use notify::event::{DataChange, MetadataKind, RemoveKind};

    #[test]
    fn what_events_say() {
        let data = EventKind::Modify(ModifyKind::Data(DataChange::Any));
        let name = |mode| EventKind::Modify(ModifyKind::Name(mode));
        for (kind, on_linux, elsewhere) in [
            (
                EventKind::Access(AccessKind::Close(AccessMode::Write)),
                Some(Seen::Written),
                Some(Seen::Written),
            ),
            (
                EventKind::Access(AccessKind::Open(AccessMode::Any)),
                None,
                None,
            ),
            (data, Some(Seen::Writing), Some(Seen::Touched)),
            (
                EventKind::Modify(ModifyKind::Metadata(MetadataKind::Any)),
                None,
                None,
            ),
            (
                EventKind::Create(CreateKind::File),
                Some(Seen::Created),
                Some(Seen::Created),
            ),
            (
                EventKind::Create(CreateKind::Folder),
                Some(Seen::Written),
                Some(Seen::Written),
            ),
            (
                EventKind::Remove(RemoveKind::File),
                Some(Seen::Gone),
                Some(Seen::Gone),
            ),
            (
                name(RenameMode::To),
                Some(Seen::Written),
                Some(Seen::Written),
            ),
            (name(RenameMode::From), Some(Seen::Gone), Some(Seen::Gone)),
            (
                name(RenameMode::Any),
                Some(Seen::Writing),
                Some(Seen::Touched),
            ),
        ] {
            let of = |linux| {
                translate(&kind, vec!["/a".into()], linux)
                    .pop()
                    .map(|(_, seen)| seen)
            };
            assert_eq!((of(true), of(false)), (on_linux, elsewhere), "{kind:?}");
        }
    }

    #[test]
    fn a_rename_of_which_both_ends_are_seen() {
        let kind = EventKind::Modify(ModifyKind::Name(RenameMode::Both));
        let paths = || vec![PathBuf::from("/from"), PathBuf::from("/to")];
        assert!(translate(&kind, paths(), true).is_empty());
        assert_eq!(
            translate(&kind, paths(), false),
            [("/from".into(), Seen::Gone), ("/to".into(), Seen::Written)]
        );
    }
}
