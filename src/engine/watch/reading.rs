//! Reading files: the content on disk, by its hash, and its bytes where they may be wanted.
//!
//! Opens regular files only: a pipe waits for a writer, and a device may have no end. Holds no large file in memory.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;
use std::time::SystemTime;

use xxhash_rust::xxh3::{Xxh3Default, xxh3_64};

use crate::engine::serve::script::MAX_ANALYSED;

/// Files of more bytes than this are told apart by size and time: reading one would hold up an update.
const MOST_HASHED: u64 = 64 << 20;

/// How many bytes are read at a time, where they are not kept.
const CHUNK: usize = 64 << 10;

/// What is on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnDisk {
    /// The hash of the content, or of size and time.
    pub hash: u64,
    /// How many bytes it has.
    pub length: u64,
    /// What tells it from other states of the file without reading it.
    pub stamp: Stamp,
    /// The bytes, where there are no more than [`MAX_ANALYSED`].
    pub bytes: Option<Vec<u8>>,
}

/// A state of a file, by its length in bytes and the time of its last write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    /// The state that a file is in; `None` where there is none.
    pub fn of(path: &Path) -> Option<Self> {
        path.metadata().ok().map(|found| Self::from(&found))
    }
}

impl From<&Metadata> for Stamp {
    fn from(found: &Metadata) -> Self {
        Self {
            length: found.len(),
            modified: found.modified().ok(),
        }
    }
}

/// Why there is nothing to be had.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Its writer has not finished.
    #[error("the file changed while it was read")]
    Changing,
    /// Something else has taken its place.
    #[error("the file became {0}")]
    NoFile(&'static str),
    /// There is no file.
    #[error("the file was deleted")]
    Gone,
    /// The operating system says no.
    #[error("the file cannot be read: {0}")]
    Refused(io::Error),
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::Gone,
            _ => Self::Refused(error),
        }
    }
}

impl ReadError {
    /// Whether it is worth while to look again soon: nothing has to happen to the file for it to be read then.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Changing => true,
            Self::NoFile(_) | Self::Gone => false,
            Self::Refused(error) => is_passing(error),
        }
    }
}

/// Whether the process or the machine is short of something, or another program holds the file.
fn is_passing(error: &io::Error) -> bool {
    #[cfg(unix)]
    const CODES: [i32; 3] = [libc::EMFILE, libc::ENFILE, libc::ENOMEM];
    // ERROR_TOO_MANY_OPEN_FILES, ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION.
    #[cfg(windows)]
    const CODES: [i32; 3] = [4, 32, 33];
    use io::ErrorKind::{Interrupted, ResourceBusy, WouldBlock};
    matches!(error.kind(), Interrupted | ResourceBusy | WouldBlock)
        || error
            .raw_os_error()
            .is_some_and(|code| CODES.contains(&code))
}

/// Reads a file.
///
/// # Errors
/// [`ReadError`] when it is none, cannot be read, or changes meanwhile.
pub fn read(path: &Path) -> Result<OnDisk, ReadError> {
    // Opening some devices has an effect of its own.
    require_file(&path.metadata()?)?;
    let mut file = open(path)?;
    let before = file.metadata()?;
    require_file(&before)?;
    let length = before.len();
    let stamp = Stamp::from(&before);
    if length > MOST_HASHED {
        return Ok(OnDisk {
            hash: xxh3_64(format!("{stamp:?}").as_bytes()),
            length,
            stamp,
            bytes: None,
        });
    }
    // One byte more shows that it has grown.
    let mut content = Read::take(&mut file, length + 1);
    let (hash, bytes, read) = if length <= MAX_ANALYSED as u64 {
        let mut bytes = Vec::with_capacity(length as usize + 1);
        content.read_to_end(&mut bytes)?;
        let read = bytes.len() as u64;
        (xxh3_64(&bytes), Some(bytes), read)
    } else {
        let (hash, read) = hash_of(content)?;
        (hash, None, read)
    };
    let after = path.metadata()?;
    if read != length || Stamp::from(&after) != stamp {
        return Err(ReadError::Changing);
    }
    Ok(OnDisk {
        hash,
        length,
        stamp,
        bytes,
    })
}

/// The content of a file; `None` where it cannot be [read](read) now, or has more than [`MAX_ANALYSED`] bytes.
pub fn read_file(path: &Path) -> Option<Vec<u8>> {
    read(path).ok().and_then(|found| found.bytes)
}

fn hash_of(mut content: impl Read) -> io::Result<(u64, u64)> {
    let mut hasher = Xxh3Default::new();
    let mut chunk = vec![0; CHUNK];
    let mut length = 0;
    loop {
        match content.read(&mut chunk) {
            Ok(0) => return Ok((hasher.digest(), length)),
            Ok(read) => {
                hasher.update(chunk.get(..read).unwrap_or_default());
                length += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Opens a file, and does not wait where a pipe has taken its place.
fn open(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    options.open(path)
}

fn require_file(found: &Metadata) -> Result<(), ReadError> {
    if found.is_file() {
        return Ok(());
    }
    if found.is_dir() {
        return Err(ReadError::NoFile("a folder"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        let kind = found.file_type();
        if kind.is_fifo() {
            return Err(ReadError::NoFile("a pipe"));
        }
        if kind.is_socket() {
            return Err(ReadError::NoFile("a socket"));
        }
    }
    Err(ReadError::NoFile("a device"))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("hotgraph-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        folder
    }

    #[test]
    fn what_a_file_holds_is_told_by_its_hash() {
        let folder = folder("reading");
        let file = folder.join("a.js");
        for content in ["", "1", "2"] {
            fs::write(&file, content).expect("a file");
            let found = read(&file).expect("it can be read");
            assert_eq!(found.hash, xxh3_64(content.as_bytes()));
            assert_eq!(found.bytes.as_deref(), Some(content.as_bytes()));
        }
        fs::remove_dir_all(folder).expect("the folder is there");
    }

    #[test]
    fn large_files_are_not_held() {
        let folder = folder("large");
        let file = folder.join("video.mp4");
        let sparse = File::create(&file).expect("a file");
        sparse.set_len(20 << 20).expect("20 MiB");
        let found = read(&file).expect("it can be read");
        assert_eq!(found.bytes, None);
        assert_eq!(found.hash, xxh3_64(&vec![0; 20 << 20]));
        // More than any disk has: it is not read.
        sparse.set_len(3 << 40).expect("3 TiB");
        let found = read(&file).expect("it can be read");
        assert_eq!((found.length, found.bytes), (3 << 40, None));
        sparse.set_len((3 << 40) + 1).expect("a byte more");
        assert_ne!(read(&file).expect("it can be read").hash, found.hash);
        fs::remove_dir_all(folder).expect("the folder is there");
    }

    #[cfg(unix)]
    #[test]
    fn nothing_but_files_is_opened() {
        let folder = folder("odd");
        let pipe = folder.join("pipe.js");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.expect("mkfifo").success());
        let link = folder.join("zero.js");
        std::os::unix::fs::symlink("/dev/zero", &link).expect("a link");
        let socket = folder.join("socket.js");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).expect("a socket");
        for (path, expected) in [
            (&pipe, "the file became a pipe"),
            (&link, "the file became a device"),
            (&socket, "the file became a socket"),
            (&folder, "the file became a folder"),
            (&folder.join("none.js"), "the file was deleted"),
            (&pipe.join("below.js"), "the file was deleted"),
        ] {
            let error = read(path).expect_err("it is no file");
            assert_eq!(error.to_string(), expected);
            assert!(!error.is_passing());
        }
        fs::remove_dir_all(folder).expect("the folder is there");
    }

    #[test]
    fn what_passes_is_told_from_what_stays() {
        #[cfg(unix)]
        let codes = [
            (libc::EMFILE, true),
            (libc::ENFILE, true),
            (libc::EBUSY, true),
            (libc::EACCES, false),
            (libc::EIO, false),
        ];
        #[cfg(windows)]
        let codes = [(4, true), (32, true), (5, false)];
        for (code, expected) in codes {
            let error = ReadError::from(io::Error::from_raw_os_error(code));
            assert_eq!(error.is_passing(), expected, "{error}");
        }
    }
}
