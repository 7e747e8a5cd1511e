//! Events: what the operating system says about paths.
//!
//! Knows notify and paths. Must not know modules, nor what is done about an event.

use std::path::PathBuf;
use std::sync::Arc;

use notify::event::{AccessKind, AccessMode, CreateKind, EventKind, ModifyKind, RenameMode};

use hotgraph_core::watch::change::Seen;

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

/// Passes on what the operating system says.
pub fn forward(listener: Listener) -> impl notify::EventHandler {
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
        EventKind::Modify(ModifyKind::Name(RenameMode::From)) => Seen::Moved,
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
        EventKind::Modify(ModifyKind::Metadata(_)) => Seen::Attributes,
        EventKind::Modify(ModifyKind::Name(_)) if !announces_close => Seen::Renamed,
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
                Some(Seen::Attributes),
                Some(Seen::Attributes),
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
            (name(RenameMode::From), Some(Seen::Moved), Some(Seen::Moved)),
            (
                name(RenameMode::Any),
                Some(Seen::Writing),
                Some(Seen::Renamed),
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
