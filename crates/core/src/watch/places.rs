//! Places: where to watch for events of what happens in a folder.

use std::path::Path;

/// What an operating system watches at no cost to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watches {
    /// Folders (inotify). A tree would take one for each of its folders, also for those that no page needs.
    Folders,
    /// Trees. Watching many folders has a price. macOS starts its one stream of events again for each, and may lose
    /// some. On Windows each is a handle that keeps the folder and those above it from being renamed.
    Trees,
}

/// What is watched of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The folder itself, and what is directly in it.
    Folder,
    /// All below it.
    Tree,
}

impl Watches {
    /// Those of an operating system, by its name in Rust.
    pub fn of(system: &str) -> Self {
        match system {
            "macos" | "windows" => Self::Trees,
            _ => Self::Folders,
        }
    }

    /// Where to watch for what happens in a folder. Served files are mostly below the root, which is one tree.
    pub fn place<'a>(self, root: &'a Path, folder: &'a Path) -> (&'a Path, Reach) {
        match self {
            Self::Trees if folder.starts_with(root) => (root, Reach::Tree),
            _ => (folder, Reach::Folder),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_is_one_tree_where_trees_are_watched() {
        for (system, folder, place, reach) in [
            ("linux", "/p", "/p", Reach::Folder),
            ("linux", "/p/src/a", "/p/src/a", Reach::Folder),
            ("freebsd", "/p/src", "/p/src", Reach::Folder),
            ("macos", "/p", "/p", Reach::Tree),
            ("macos", "/p/src/a", "/p", Reach::Tree),
            ("windows", "/p/src/a", "/p", Reach::Tree),
            // Outside of the root, and above it.
            ("macos", "/packages/a", "/packages/a", Reach::Folder),
            ("windows", "/", "/", Reach::Folder),
            ("windows", "/px/src", "/px/src", Reach::Folder),
        ] {
            let found = Watches::of(system).place(Path::new("/p"), Path::new(folder));
            assert_eq!(found, (Path::new(place), reach), "{system} {folder}");
        }
    }
}
