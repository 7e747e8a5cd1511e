//! Mounts: which folders are on filesystems that do not tell of all changes.
//!
//! Knows the text of Linux' `/proc/self/mountinfo`. Must not read it.

use std::path::{Path, PathBuf};

/// Filesystems whose files other machines change, or the host of a virtual machine or container. The kernel
/// tells of the changes that it makes itself and knows nothing of the others.
const REMOTE: [&str; 19] = [
    "9p",
    "afs",
    "ceph",
    "cifs",
    "coda",
    "fakeowner",
    "fuse.glusterfs",
    "fuse.grpcfuse",
    "fuse.osxfs",
    "fuse.rclone",
    "fuse.sshfs",
    "fuse.vmhgfs-fuse",
    "nfs",
    "nfs4",
    "prl_fs",
    "smb3",
    "vboxsf",
    "virtiofs",
    "vmhgfs",
];

/// The mounts of this process, with what is mounted there.
#[derive(Debug, Default)]
pub struct Mounts {
    mounts: Vec<(PathBuf, String)>,
}

impl Mounts {
    /// Reads `/proc/self/mountinfo`. A line that is none is left out.
    pub fn parse(mountinfo: &str) -> Self {
        let mounts = mountinfo.lines().filter_map(|line| {
            let (about, kind) = line.split_once(" - ")?;
            let point = about.split(' ').nth(4)?;
            let kind = kind.split(' ').next()?;
            Some((PathBuf::from(unescape(point)), kind.to_owned()))
        });
        Self {
            mounts: mounts.collect(),
        }
    }

    /// The filesystem that a real path is on, when it does not tell of all changes.
    pub fn remote(&self, path: &Path) -> Option<&str> {
        let above = self
            .mounts
            .iter()
            .filter(|(point, _)| path.starts_with(point));
        // If there are several mounts at one place, the last one is seen.
        let (_, kind) = above.max_by_key(|(point, _)| point.components().count())?;
        REMOTE.contains(&kind.as_str()).then_some(kind)
    }
}

/// Blanks and the like in mount points are written as three octal digits.
fn unescape(point: &str) -> String {
    let mut parts = point.split('\\');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |mut text, part| {
        let code = part.get(..3).map(|code| u8::from_str_radix(code, 8));
        match code {
            Some(Ok(code)) => {
                text.push(char::from(code));
                text.push_str(&part[3..]);
            }
            _ => {
                text.push('\\');
                text.push_str(part);
            }
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_on_the_mount_nearest_above_them() {
        let mounts = Mounts::parse(
            "22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
31 22 0:27 / /mnt/c rw,noatime - 9p drvfs rw,aname=drvfs
32 22 0:28 / /home/me/my\\040work rw shared:1 master:2 - nfs4 server:/work rw
33 32 0:29 / /home/me/my\\040work/local rw - tmpfs tmpfs rw
34 22 0:30 / /app rw - ext4 /dev/vdb rw
35 34 0:31 / /app rw - fuse.grpcfuse grpcfuse rw
36 22 0:32 / /odd\\x rw - virtiofs odd rw
no line of a mountinfo",
        );
        for (path, expected) in [
            ("/home/me", None),
            ("/mnt/c/Users/me", Some("9p")),
            ("/mnt/cc", None),
            ("/home/me/my work/src", Some("nfs4")),
            ("/home/me/my work/local/src", None),
            ("/app/src", Some("fuse.grpcfuse")),
            ("/odd\\x/src", Some("virtiofs")),
        ] {
            assert_eq!(mounts.remote(Path::new(path)), expected, "{path}");
        }
        assert_eq!(Mounts::default().remote(Path::new("/")), None);
    }
}
