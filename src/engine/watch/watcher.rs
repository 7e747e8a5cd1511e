//! Watching: which folders are watched, and how.
//!
//! Knows notify and paths. Must not know modules, nor what is done about an event.
//!
//! It watches folders instead of files, since an editor that saves by renaming kills the watch of a file. It watches
//! only the folders of served files, since a project may hold 20,000 others. It also watches the folders above them up
//! to the root: this way it finds a deleted folder when it comes back. While the root itself is gone, the nearest
//! folder above it is watched too. Where trees are watched better than many folders, the root is one ([`Watches`]).
//!
//! Where events are missing, it polls the served files: in folders for which the operating system has no watch left, on
//! filesystems that other machines write to, and where a change was found that no event told of.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use notify::{ErrorKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::events::{Listener, forward};
use super::poller::Poller;
use hotgraph_core::watch::mounts::Mounts;
use hotgraph_core::watch::places::{Reach, Watches};

/// How changes of files are found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Watching {
    /// Not at all: the host tells.
    Off,
    /// By events of the operating system, and by polling where it sends none.
    #[default]
    Events,
    /// By polling alone.
    Polling,
}

/// Watches the folders of served files.
pub struct FileWatcher {
    root: PathBuf,
    watches: Watches,
    listener: Listener,
    native: Option<RecommendedWatcher>,
    poller: Option<Poller>,
    mounts: Mounts,
    wanted: HashSet<PathBuf>,
    /// Places that send events.
    active: HashSet<PathBuf>,
    /// Folders of which files are polled.
    polled: HashSet<PathBuf>,
    /// Wanted folders that are gone, with all that would tell when they come back.
    missing: HashSet<PathBuf>,
    /// The folders above those, which tell of it.
    lookouts: HashSet<PathBuf>,
    complaints: Vec<String>,
    /// The causes that were reported: each is reported once.
    said: HashSet<Cause>,
}

/// Why files are polled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Cause {
    /// The user wants it so.
    Asked,
    /// There is no queue for events.
    NoQueue,
    /// There is no watch left for a folder.
    NoWatch,
    /// The filesystem does not tell of all changes.
    Remote,
    /// A change was found that no event told of.
    Silence,
}

impl FileWatcher {
    /// A watcher for files below (and, as far as they are served, outside) `root`.
    pub fn new(root: &Path, how: Watching, watches: Watches, listener: Listener) -> Self {
        let mut watcher = Self {
            root: real_path(root),
            watches,
            listener,
            native: None,
            poller: None,
            mounts: Mounts::default(),
            wanted: HashSet::new(),
            active: HashSet::new(),
            polled: HashSet::new(),
            missing: HashSet::new(),
            lookouts: HashSet::new(),
            complaints: Vec::new(),
            said: HashSet::new(),
        };
        match how {
            Watching::Off => {}
            Watching::Polling => watcher.start_polling(),
            Watching::Events => {
                match notify::recommended_watcher(forward(watcher.listener.clone())) {
                    Ok(native) => {
                        let mountinfo = std::fs::read_to_string("/proc/self/mountinfo");
                        watcher.mounts = Mounts::parse(&mountinfo.unwrap_or_default());
                        watcher.native = Some(native);
                    }
                    Err(error) => {
                        watcher.complain(Cause::NoQueue, &watcher.root.clone(), &error.to_string());
                        watcher.start_polling();
                    }
                }
            }
        }
        watcher
    }

    /// Whether changes of files on disk are seen at all.
    pub fn is_enabled(&self) -> bool {
        self.native.is_some() || self.poller.is_some()
    }

    /// What to tell the user about a watcher that does not work as it should, once.
    pub fn take_complaint(&mut self) -> Option<String> {
        (!self.complaints.is_empty()).then(|| self.complaints.remove(0))
    }

    /// Watches the folder of a file. Returns the file's real path, where events will name it.
    pub fn watch_file(&mut self, path: &Path) -> PathBuf {
        let real = real_path(path);
        let mut is_polled = real.parent().is_some_and(|folder| self.want(folder));
        let leads_over_links = real != path;
        if leads_over_links {
            is_polled |= self.want_links_on_the_way(path);
        }
        if is_polled && let Some(poller) = &self.poller {
            poller.add(path);
        }
        real
    }

    /// Watches a folder that appeared although nothing in it was served yet.
    pub fn watch_folder(&mut self, folder: &Path) {
        self.want(folder);
    }

    /// A file changed and no event told of it: the files in its folder are to be polled. Returns whether they
    /// were not already.
    pub fn distrust(&mut self, file: &Path) -> bool {
        let real = real_path(file);
        let Some(folder) = real.parent() else {
            return false;
        };
        !self.polled.contains(folder) && self.poll(folder, Cause::Silence, "")
    }

    /// Whether a path is a folder that is, or should be, watched, or a symbolic link on the way to one.
    pub fn wants(&self, path: &Path) -> bool {
        self.wanted.contains(path)
            || self.lookouts.contains(path)
            || self.missing.iter().any(|folder| folder.starts_with(path))
    }

    /// A wanted folder is gone, and with it its watches.
    pub fn forget(&mut self, folder: &Path) {
        self.deactivate_below(folder);
        let is_told_of = |it: &Self| {
            let parent = folder.parent();
            parent.is_some_and(|parent| it.active.contains(it.place(parent).0))
                || it.polled.contains(folder)
        };
        if self.wanted.contains(folder) && !is_told_of(self) {
            self.missing.insert(folder.to_path_buf());
        }
        self.look_out();
    }

    /// A wanted folder is there again.
    pub fn revive(&mut self, folder: &Path) {
        self.deactivate_below(folder);
        self.activate_below(folder);
        self.look_out();
    }

    /// Keeps an eye on the places where folders that are gone will come back.
    fn look_out(&mut self) {
        // Until nothing has changed between the look and the watch.
        loop {
            let returned: Vec<PathBuf> = self.missing.extract_if(|it| it.is_dir()).collect();
            for folder in returned {
                self.activate_below(&folder);
            }
            let needed: HashSet<PathBuf> = self
                .missing
                .iter()
                .filter_map(|folder| folder.ancestors().find(|above| above.is_dir()))
                .map(Path::to_path_buf)
                .collect();
            if needed == self.lookouts {
                return;
            }
            for outdated in std::mem::replace(&mut self.lookouts, needed) {
                if !self.lookouts.contains(&outdated) && !self.wanted.contains(&outdated) {
                    self.unwatch(&outdated);
                }
            }
            for lookout in self.lookouts.clone() {
                self.activate(&lookout);
            }
        }
    }

    fn activate_below(&mut self, folder: &Path) {
        for path in paths_below(&self.wanted, folder) {
            self.activate(&path);
        }
    }

    fn deactivate_below(&mut self, folder: &Path) {
        for path in paths_below(&self.active, folder) {
            self.unwatch(&path);
        }
        self.lookouts.retain(|lookout| !lookout.starts_with(folder));
    }

    /// Watches a folder and those above it. Returns whether files in it have to be polled.
    fn want(&mut self, folder: &Path) -> bool {
        let is_below_root = folder.starts_with(&self.root);
        for (height, ancestor) in folder.ancestors().enumerate() {
            if (!is_below_root && height > 1) || !self.wanted.insert(ancestor.to_path_buf()) {
                break;
            }
            self.activate(ancestor);
            if ancestor == self.root {
                break;
            }
        }
        self.polled.contains(folder)
    }

    /// A symbolic link that is pointed elsewhere is an event in the folder that holds the link. There may be more links
    /// on the way to what it names. Returns whether any of that has to be polled.
    fn want_links_on_the_way(&mut self, path: &Path) -> bool {
        let mut is_polled = false;
        let mut ways = vec![path.to_path_buf()];
        // Links may lead in a circle.
        let mut followed = HashSet::new();
        while let Some(way) = ways.pop() {
            for ancestor in way.ancestors() {
                if ancestor == self.root {
                    break;
                }
                let Ok(target) = ancestor.read_link() else {
                    continue;
                };
                let (Some(parent), Some(name)) = (ancestor.parent(), ancestor.file_name()) else {
                    continue;
                };
                let holder = real_path(parent);
                if !followed.insert(holder.join(name)) {
                    continue;
                }
                is_polled |= self.want(&holder);
                self.wanted.insert(holder.join(name));
                let rest = way.strip_prefix(ancestor).unwrap_or(Path::new(""));
                ways.push(holder.join(target).join(rest));
            }
        }
        is_polled
    }

    fn place<'a>(&'a self, folder: &'a Path) -> (&'a Path, Reach) {
        self.watches.place(&self.root, folder)
    }

    fn activate(&mut self, folder: &Path) {
        let (place, reach) = self.place(folder);
        if !self.is_enabled() || self.active.contains(place) || !folder.is_dir() {
            return;
        }
        let place = place.to_path_buf();
        let Some(native) = &mut self.native else {
            self.poll(folder, Cause::Asked, "");
            return;
        };
        let mode = match reach {
            Reach::Folder => RecursiveMode::NonRecursive,
            Reach::Tree => RecursiveMode::Recursive,
        };
        match native.watch(&place, mode) {
            Ok(()) => {
                self.active.insert(place);
            }
            Err(error) if out_of_watches(&error) => {
                self.poll(folder, Cause::NoWatch, "");
            }
            // Deleted in this moment: the folder above tells when it comes back.
            Err(_) => {}
        }
        if let Some(kind) = self.mounts.remote(folder).map(str::to_owned) {
            self.poll(folder, Cause::Remote, &kind);
        }
    }

    fn unwatch(&mut self, folder: &Path) {
        self.active.remove(folder);
        // Fails when the folder is gone, and its watch with it; that is what is wanted.
        if let Some(native) = &mut self.native {
            let _ = native.unwatch(folder);
        }
    }

    /// Polls a folder, and from now on the files in it that are watched. Returns whether that can be done.
    fn poll(&mut self, folder: &Path, cause: Cause, detail: &str) -> bool {
        self.complain(cause, folder, detail);
        if self.poller.is_none() {
            self.start_polling();
        }
        let Some(poller) = &self.poller else {
            return false;
        };
        self.polled.insert(folder.to_path_buf());
        poller.add(folder);
        true
    }

    fn start_polling(&mut self) {
        match Poller::start(self.listener.clone()) {
            Ok(poller) => self.poller = Some(poller),
            Err(error) => {
                let complaint = format!("files cannot be polled: {error}");
                if !self.complaints.contains(&complaint) {
                    self.complaints.push(complaint);
                }
            }
        }
    }

    fn complain(&mut self, cause: Cause, place: &Path, detail: &str) {
        if !self.said.insert(cause) {
            return;
        }
        let place = place.display();
        self.complaints.push(match cause {
            Cause::Asked => return,
            Cause::NoQueue => format!(
                "files are polled, because the operating system sends no events: {detail}. {MORE_QUEUES}"
            ),
            Cause::NoWatch => format!(
                "files in {place} are polled, because the operating system has no watches left. Folders that follow may \
                 be polled too. {MORE_WATCHES}"
            ),
            Cause::Remote => format!(
                "files in {place} and on other mounts like it ({detail}) are polled too, because no event tells of \
                 changes by other machines"
            ),
            Cause::Silence => format!(
                "files in {place} are polled too, because one changed and the operating system sent no event. If that \
                 happens elsewhere, files there are polled too. watch: 'poll' polls all files from the start"
            ),
        });
    }
}

#[cfg(target_os = "linux")]
const MORE_WATCHES: &str = "To give it more: sudo sysctl fs.inotify.max_user_watches=524288";
#[cfg(target_os = "linux")]
const MORE_QUEUES: &str = "To allow more watchers: sudo sysctl fs.inotify.max_user_instances=1024";
#[cfg(not(target_os = "linux"))]
const MORE_WATCHES: &str = "Other programs that watch many files may hold them.";
#[cfg(not(target_os = "linux"))]
const MORE_QUEUES: &str = "";

/// Those at or below a folder, each after the folders above it: once those are watched, a folder is either there, or
/// an event tells when it is made.
fn paths_below(paths: &HashSet<PathBuf>, folder: &Path) -> Vec<PathBuf> {
    let below = paths.iter().filter(|path| path.starts_with(folder));
    let mut below: Vec<PathBuf> = below.cloned().collect();
    below.sort_unstable();
    below
}

fn out_of_watches(error: &notify::Error) -> bool {
    match &error.kind {
        ErrorKind::MaxFilesWatch => true,
        ErrorKind::Io(io) => io.kind() == std::io::ErrorKind::StorageFull,
        _ => false,
    }
}

/// The path without symbolic links, and as everybody writes it: Windows has another form (`\\?\C:\`), which events and
/// the root do not have. A path that does not exist yet keeps its name below the real path of the folder that does.
pub fn real_path(path: &Path) -> PathBuf {
    if let Ok(real) = dunce::canonicalize(path) {
        return real;
    }
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => real_path(parent).join(name),
        _ => path.to_path_buf(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::events::Sighting;
    use super::*;

    #[test]
    fn a_tree_is_one_watch_and_follows_folders_that_come_and_go() {
        let root = std::env::temp_dir().join(format!("hotgraph-tree-{}", std::process::id()));
        let file = root.join("src/deep/a.js");
        std::fs::create_dir_all(root.join("src/deep")).expect("folders");
        std::fs::write(&file, "1").expect("a file");
        let (sender, sightings) = std::sync::mpsc::channel();
        let listener = Arc::new(move |sighting| drop(sender.send(sighting)));
        let mut watcher = FileWatcher::new(&root, Watching::Events, Watches::Trees, listener);
        let real = watcher.watch_file(&file);
        assert_eq!(watcher.active, HashSet::from([watcher.root.clone()]));
        let is_told = |wanted: &Path| loop {
            let next = sightings.recv_timeout(std::time::Duration::from_secs(5));
            match next.expect("it is told of") {
                Sighting::Paths(seen) if seen.iter().any(|(path, _)| path == wanted) => return,
                _ => {}
            }
        };
        std::fs::write(&file, "2").expect("a save");
        is_told(&real);
        // A folder goes and another takes its place: one more event, and no further watch.
        let folder = watcher.root.join("src");
        std::fs::rename(root.join("src"), root.join("old")).expect("nothing keeps it");
        is_told(&folder);
        watcher.forget(&folder);
        assert!(watcher.missing.is_empty(), "the tree tells of it");
        std::fs::create_dir_all(root.join("src/deep")).expect("folders");
        is_told(&folder);
        watcher.revive(&folder);
        assert_eq!(watcher.active, HashSet::from([watcher.root.clone()]));
        std::fs::remove_dir_all(root).expect("the folder is there");
    }
}
