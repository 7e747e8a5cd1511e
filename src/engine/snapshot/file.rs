//! The snapshot's file, which outlives the process. With it, the next run goes on with the pages of this one. The file
//! is there only while it is exact: it is removed before anything new is served or told.
//!
//! Knows the file's format. Must not know what is in a [`Snapshot`]. The file is untrusted: whatever is not exactly what
//! was written is refused, and there is no snapshot then.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

use xxhash_rust::xxh3::xxh3_64;

use super::record::Snapshot;
use crate::engine::{EngineOptions, SnapshotOptions};

/// Begins each file. The number is that of the format.
const MAGIC: &str = "hotgraph snapshot 4";
/// Larger files are none of ours.
const LARGEST: u64 = 256 << 20;

/// Counts the snapshots that this process has written.
static PREPARED: AtomicU32 = AtomicU32::new(0);

/// Why there is no snapshot to go on with: how a sentence about the server ends.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// None is kept.
    #[error("it keeps no record of earlier runs")]
    Off,
    /// There is no file.
    #[error("it has no record of earlier runs")]
    Missing,
    /// The file cannot be read.
    #[error("its record of earlier runs cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
    /// The file is not what was written.
    #[error("its record of earlier runs is damaged")]
    Damaged,
    /// The file was written by another version, for another project, or with other settings.
    #[error("its settings, packages or version are not those of the earlier run")]
    OtherSettings,
}

/// Tells one file from another that has its place later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    length: u64,
    modified: SystemTime,
    identity: u64,
}

impl Stamp {
    /// That of the file at a path; `None` when there is none.
    pub fn of(path: &Path) -> Option<Self> {
        let found = path.symlink_metadata().ok()?;
        #[cfg(unix)]
        let identity = std::os::unix::fs::MetadataExt::ino(&found);
        #[cfg(not(unix))]
        let identity = 0;
        Some(Self {
            length: found.len(),
            modified: found.modified().ok()?,
            identity,
        })
    }
}

/// A snapshot that is written and not in its place yet. Goes away with the value.
pub struct Prepared {
    temporary: PathBuf,
    file: PathBuf,
}

impl Prepared {
    /// Puts it in its place, in one step, and returns which file that is. Without it the next run reloads the pages,
    /// which is all there is to say.
    pub fn put_in_place(&self) -> Option<Stamp> {
        let stamp = Stamp::of(&self.temporary)?;
        fs::rename(&self.temporary, &self.file).ok()?;
        Some(stamp)
    }
}

impl Drop for Prepared {
    fn drop(&mut self) {
        // Not there when it was put in its place.
        let _ = fs::remove_file(&self.temporary);
    }
}

impl Snapshot {
    /// Reads and checks the snapshot of an engine with these options.
    ///
    /// # Errors
    /// [`SnapshotError`], for anything but a whole snapshot of the same project and settings.
    pub fn read(options: &EngineOptions) -> Result<Self, SnapshotError> {
        let SnapshotOptions { file, .. } = options.snapshot.as_ref().ok_or(SnapshotError::Off)?;
        let found = file
            .symlink_metadata()
            .map_err(|error| match error.kind() {
                std::io::ErrorKind::NotFound => SnapshotError::Missing,
                _ => error.into(),
            })?;
        // A pipe might never end, and a link lead to what is none of ours.
        if !found.is_file() || found.len() > LARGEST {
            return Err(SnapshotError::Damaged);
        }
        let mut bytes = Vec::with_capacity(found.len() as usize);
        File::open(file)?.take(LARGEST).read_to_end(&mut bytes)?;
        Self::decode(&bytes, binding(options))
    }

    /// Writes the snapshot of an engine with these options next to its place.
    ///
    /// # Errors
    /// What the file system says.
    pub fn prepare(&self, options: &EngineOptions) -> std::io::Result<Prepared> {
        let off = || std::io::Error::other(SnapshotError::Off);
        let SnapshotOptions { file, .. } = options.snapshot.as_ref().ok_or_else(off)?;
        if let Some(folder) = file.parent() {
            let mut builder = DirBuilder::new();
            builder.recursive(true);
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
            builder.create(folder)?;
        }
        let number = PREPARED.fetch_add(1, Ordering::Relaxed);
        let mut temporary = file.clone().into_os_string();
        temporary.push(format!(".{}-{number}.tmp", std::process::id()));
        let prepared = Prepared {
            temporary: temporary.into(),
            file: file.clone(),
        };
        let mut how = OpenOptions::new();
        // Never through a link, and never into a file that another program has put there.
        how.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut how, 0o600);
        let mut open = how.open(&prepared.temporary)?;
        open.write_all(&self.encode(binding(options))?)?;
        Ok(prepared)
    }

    fn encode(&self, binding: u64) -> std::io::Result<Vec<u8>> {
        let body = serde_json::to_vec(self)?;
        let mut bytes = header(binding, xxh3_64(&body)).into_bytes();
        bytes.extend(body);
        Ok(bytes)
    }

    fn decode(bytes: &[u8], binding: u64) -> Result<Self, SnapshotError> {
        let end = bytes.iter().position(|&byte| byte == b'\n');
        let (head, body) = bytes.split_at(end.ok_or(SnapshotError::Damaged)? + 1);
        let checksum = xxh3_64(body);
        if head != header(binding, checksum).as_bytes() {
            let is_sound = head.starts_with(b"hotgraph snapshot ")
                && head.ends_with(format!(" {checksum:016x}\n").as_bytes());
            return Err(if is_sound {
                SnapshotError::OtherSettings
            } else {
                SnapshotError::Damaged
            });
        }
        serde_json::from_slice(body).map_err(|_| SnapshotError::Damaged)
    }
}

/// What a snapshot has to have in common with the engine that reads it.
fn binding(options: &EngineOptions) -> u64 {
    let EngineOptions {
        folders,
        client_url,
        snapshot,
        ..
    } = options;
    let settings = snapshot.as_ref().map_or("", |options| &options.settings);
    let root = folders.root.to_string_lossy();
    let (base, outside) = (&folders.base, folders.outside.as_deref());
    let parts = [
        env!("CARGO_PKG_VERSION"),
        &root,
        base,
        outside.unwrap_or_default(),
        client_url,
        settings,
    ];
    xxh3_64(parts.join("\0").as_bytes())
}

fn header(binding: u64, checksum: u64) -> String {
    format!("{MAGIC} {binding:016x} {checksum:016x}\n")
}

#[cfg(test)]
mod tests {
    use super::super::record::tests::sample;
    use super::*;
    use hotgraph_core::graph::folders::Folders;

    fn options(folder: &Path, settings: &str) -> EngineOptions {
        EngineOptions {
            snapshot: Some(SnapshotOptions {
                file: folder.join("below/one.snapshot"),
                settings: settings.to_owned(),
                fixed: Vec::new(),
            }),
            ..EngineOptions::new(Folders::below("/project"), "/__hotgraph/abc/main.js")
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let folder = std::env::temp_dir().join(format!("hotgraph-snapshot-{}", std::process::id()));
        let options_here = options(&folder, "these");
        assert!(matches!(
            Snapshot::read(&options_here),
            Err(SnapshotError::Missing)
        ));
        let snapshot = sample();
        drop(snapshot.prepare(&options_here).unwrap());
        assert!(matches!(
            Snapshot::read(&options_here),
            Err(SnapshotError::Missing)
        ));
        let prepared = snapshot.prepare(&options_here).unwrap();
        prepared.put_in_place();
        drop(prepared);
        assert_eq!(Snapshot::read(&options_here).unwrap(), snapshot);
        let others = Snapshot::read(&options(&folder, "others"));
        assert!(matches!(others, Err(SnapshotError::OtherSettings)));
        assert_eq!(fs::read_dir(folder.join("below")).unwrap().count(), 1);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn damage_is_found_wherever_it_is() {
        let bytes = sample().encode(5).unwrap();
        assert!(Snapshot::decode(&bytes, 5).is_ok());
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut damaged = bytes.clone();
                damaged[at] ^= 1 << bit;
                assert!(
                    Snapshot::decode(&damaged, 5).is_err(),
                    "bit {bit} of byte {at}"
                );
            }
            assert!(Snapshot::decode(&bytes[..at], 5).is_err(), "cut at {at}");
        }
        let longer = [&bytes[..], b" "].concat();
        assert!(Snapshot::decode(&longer, 5).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_written_through_a_link() {
        let folder = std::env::temp_dir().join(format!("hotgraph-link-{}", std::process::id()));
        let options = options(&folder, "these");
        let mine = folder.join("mine.txt");
        fs::create_dir_all(folder.join("below")).expect("a folder");
        fs::write(&mine, "mine").expect("a file");
        let next = PREPARED.load(Ordering::Relaxed);
        // Other tests may take some of the numbers.
        for number in next..next + 100 {
            let name = format!("below/one.snapshot.{}-{number}.tmp", std::process::id());
            std::os::unix::fs::symlink(&mine, folder.join(name)).expect("a link");
        }
        let prepared = sample().prepare(&options);
        assert!(prepared.is_err());
        assert_eq!(fs::read(&mine).expect("it is there"), b"mine");
        fs::remove_dir_all(folder).expect("the folder is there");
    }
}
