//! Folders: which file a url names, and which url a file has.
//!
//! Knows how hosts name what is outside of their root. Must not know which files there are.

use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use super::url;

/// Characters that mean something else in a url than in a file's name.
const RESERVED: &AsciiSet = &CONTROLS.add(b' ').add(b'%').add(b'?').add(b'#').add(b'\\');

/// What names of files mean to the operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileNames {
    /// Themselves.
    Plain,
    /// As Windows has it, some are drives, streams or devices, and others are shorter than they are written.
    Windows,
}

/// Names that Windows takes for devices, in any folder and with any extension. Some have a digit after them.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];
const NUMBERED_DEVICES: [&str; 2] = ["com", "lpt"];

impl FileNames {
    /// What names mean to an operating system, as `std::env::consts::OS` names it.
    pub fn of(os: &str) -> Self {
        match os {
            "windows" => Self::Windows,
            _ => Self::Plain,
        }
    }

    /// Whether a part of a url's path, between slashes, names the file of that name below a folder, and nothing else.
    fn allow(self, part: &str) -> bool {
        if part == ".." || part.contains(['\\', '\0']) {
            return false;
        }
        self == Self::Plain
            || !(part.contains(|one: char| one < ' ' || r#":<>"|?*"#.contains(one))
                || (part != "." && part.ends_with(['.', ' ']))
                || is_device(part))
    }
}

fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or_default();
    let stem = stem.trim_end_matches(' ').to_lowercase();
    let is_number = |rest: &str| {
        let mut rest = rest.chars();
        let first = rest.next();
        rest.next().is_none()
            && first.is_some_and(|one| one.is_ascii_digit() || "¹²³".contains(one))
    };
    let numbered = |device: &&str| stem.strip_prefix(*device).is_some_and(is_number);
    DEVICES.contains(&stem.as_str()) || NUMBERED_DEVICES.iter().any(numbered)
}

/// Where the files of urls are.
#[derive(Debug, Clone)]
pub struct Folders {
    /// The folder that urls are files below. An absolute path.
    pub root: PathBuf,
    /// What urls begin with before their path in the root: empty, or a path without a slash at its end.
    pub base: String,
    /// The beginning of the urls of files outside of the root, if the host serves such files. The number of folders to
    /// go up from the root follows it, and then the path from there. @web/dev-server has `/__wds-outside-root__/`.
    pub outside: Option<String>,
    /// What the names of files mean.
    pub names: FileNames,
    /// Folders of which the host knows the urls. With one or more, urls below the root name no files.
    pub maps: Vec<FolderMap>,
}

/// A folder, and what the urls of its files begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderMap {
    /// Begins and ends with a slash.
    pub prefix: String,
    /// An absolute path.
    pub folder: PathBuf,
}

impl FolderMap {
    /// Those that a host gives, in the order in which they are asked: the longest prefix first.
    pub fn sorted(maps: impl IntoIterator<Item = (String, String)>) -> Vec<Self> {
        let maps = maps.into_iter().map(|(prefix, folder)| Self {
            prefix: format!("/{}/", prefix.trim_matches('/')).replace("//", "/"),
            folder: PathBuf::from(folder),
        });
        let mut maps: Vec<Self> = maps.collect();
        maps.sort_by(|a, b| {
            let by_length = b.prefix.len().cmp(&a.prefix.len());
            by_length.then_with(|| a.prefix.cmp(&b.prefix))
        });
        maps
    }
}

impl Folders {
    /// Those of a host that serves nothing but the root, at its own root, where names mean themselves.
    pub fn below(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            base: String::new(),
            outside: None,
            names: FileNames::Plain,
            maps: Vec::new(),
        }
    }

    /// The same folders, each where `of` says.
    pub fn moved(&self, of: impl Fn(&Path) -> PathBuf) -> Self {
        let maps = self.maps.iter().map(|map| FolderMap {
            prefix: map.prefix.clone(),
            folder: of(&map.folder),
        });
        Self {
            root: of(&self.root),
            maps: maps.collect(),
            ..self.clone()
        }
    }

    /// The path of a file below the folder whose files have urls by its name; `None` of one that is in no such folder.
    pub fn within<'f>(&self, file: &'f Path) -> Option<&'f Path> {
        if self.maps.is_empty() {
            return file.strip_prefix(&self.root).ok();
        }
        self.map_of(file).map(|(_, below)| below)
    }

    /// The innermost folder of a map that a file is in, if that map names it.
    fn map_of<'f>(&self, file: &'f Path) -> Option<(&FolderMap, &'f Path)> {
        let found = self
            .maps
            .iter()
            .filter_map(|map| Some((map, file.strip_prefix(&map.folder).ok()?)));
        found.min_by_key(|(_, below)| below.components().count())
    }

    /// The file that a url names, whether or not there is one; `None` when no file can have that url. The url of a folder
    /// names its page.
    pub fn file_of(&self, url: &str) -> Option<PathBuf> {
        let path = url.split(['?', '#']).next().unwrap_or_default();
        let path = path.strip_prefix(self.base.as_str()).unwrap_or(path);
        let outside = self.outside.as_ref();
        if let Some(rest) = outside.and_then(|prefix| path.strip_prefix(prefix.as_str())) {
            let (levels, rest) = rest.split_once('/')?;
            return self.descend(self.root.ancestors().nth(levels.parse().ok()?)?, rest);
        }
        if self.maps.is_empty() {
            return self.descend(&self.root, path);
        }
        let mut maps = self.maps.iter();
        maps.find_map(|map| Some((map, path.strip_prefix(&*map.prefix)?)))
            .and_then(|(map, rest)| self.descend(&map.folder, rest))
    }

    fn descend(&self, folder: &Path, path: &str) -> Option<PathBuf> {
        let decoded = percent_decode_str(path).decode_utf8().ok()?;
        let mut file = folder.to_path_buf();
        for part in decoded.split('/').filter(|part| !part.is_empty()) {
            if !self.names.allow(part) {
                return None;
            }
            if part != "." {
                file.push(part);
            }
        }
        if matches!(decoded.rsplit('/').next(), Some("" | ".")) {
            file.push("index.html");
        }
        Some(file)
    }

    /// What people call a file: its path from the root.
    pub fn name_of(&self, file: &Path) -> Option<String> {
        match self.within(file) {
            Some(_) => self.url_of(file),
            None => path_of(file.strip_prefix(&self.root).ok()?).map(|path| format!("/{path}")),
        }
    }

    /// The url of a file below the root, or elsewhere.
    pub fn url_of(&self, file: &Path) -> Option<String> {
        if let Some((map, below)) = self.map_of(file) {
            let address = format!("{}{}", map.prefix, path_of(below)?);
            return Some(url::identify(&address).0);
        }
        let mut folders = self.root.ancestors().enumerate();
        let (levels, rest) =
            folders.find_map(|(levels, folder)| Some((levels, file.strip_prefix(folder).ok()?)))?;
        let path = path_of(rest)?;
        let address = match levels {
            0 if self.maps.is_empty() => format!("/{path}"),
            _ => format!("{}{levels}/{path}", self.outside.as_ref()?),
        };
        Some(url::identify(&format!("{}{address}", self.base)).0)
    }
}

/// A path in a url.
fn path_of(below: &Path) -> Option<String> {
    let parts = below.components().map(|part| part.as_os_str().to_str());
    let path = parts.collect::<Option<Vec<&str>>>()?.join("/");
    Some(utf8_percent_encode(&path, RESERVED).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders(base: &str, outside: Option<&str>) -> Folders {
        Folders {
            root: PathBuf::from("/home/r"),
            base: base.to_owned(),
            outside: outside.map(str::to_owned),
            names: FileNames::Plain,
            maps: Vec::new(),
        }
    }

    #[test]
    fn with_maps_only_urls_below_them_are_files() {
        let maps = [
            ("/assets/", "/home/r/app"),
            ("lib", "/home/lib"),
            ("/assets/vendor", "/home/r/vendor"),
        ];
        let maps = maps.map(|(prefix, folder)| (prefix.to_owned(), folder.to_owned()));
        let mapped = Folders {
            maps: FolderMap::sorted(maps),
            ..folders("", Some("/-/"))
        };
        for (url, file) in [
            ("/assets/a%20b.js?x", "/home/r/app/a b.js"),
            ("/assets/vendor/v.js", "/home/r/vendor/v.js"),
            ("/lib/l.js", "/home/lib/l.js"),
            // Elsewhere.
            ("/-/0/x.js", "/home/r/x.js"),
            ("/-/1/p/x.js", "/home/p/x.js"),
        ] {
            assert_eq!(
                mapped.file_of(url).as_deref(),
                Some(Path::new(file)),
                "{url}"
            );
            let (path, _) = url.split_once('?').unwrap_or((url, ""));
            assert_eq!(
                mapped.url_of(Path::new(file)).as_deref(),
                Some(path),
                "{file}"
            );
        }
        for url in [
            "/x.js",
            "/assets",
            "/assetsx/a.js",
            "/library/l.js",
            "/assets/../x.js",
        ] {
            assert_eq!(mapped.file_of(url), None, "{url}");
        }
        let name_of = |file| mapped.name_of(Path::new(file));
        assert_eq!(
            name_of("/home/r/views/x.html").as_deref(),
            Some("/views/x.html")
        );
        assert_eq!(name_of("/home/r/app/a.js").as_deref(), Some("/assets/a.js"));
        let all = Folders {
            maps: FolderMap::sorted([("/".to_owned(), "/home/r".to_owned())]),
            ..folders("", Some("/-/"))
        };
        assert_eq!(
            all.url_of(Path::new("/home/r/a.js")).as_deref(),
            Some("/a.js")
        );
        assert_eq!(
            all.file_of("/a.js").as_deref(),
            Some(Path::new("/home/r/a.js"))
        );
    }

    #[test]
    fn the_url_of_a_folder_names_its_page() {
        for (url, file) in [
            ("/", "/home/r/index.html"),
            ("/a/?x", "/home/r/a/index.html"),
            ("/a%2F", "/home/r/a/index.html"),
            ("/-/1/", "/home/index.html"),
            ("/./a.js#x", "/home/r/a.js"),
            ("/.", "/home/r/index.html"),
            ("/a/%2e", "/home/r/a/index.html"),
        ] {
            let found = folders("", Some("/-/")).file_of(url);
            assert_eq!(found.as_deref(), Some(Path::new(file)), "{url}");
        }
    }

    #[test]
    fn on_windows_names_are_refused_that_mean_something_else() {
        let windows = Folders {
            names: FileNames::Windows,
            ..folders("", Some("/-/"))
        };
        let plain = folders("", Some("/-/"));
        for url in [
            "/C:/x.js",
            "/c%3A/x.js",
            "/C:x.js",
            "//C:/x.js",
            "/-/1/C:/x.js",
            "/folder%20/",
            "/x.js%3a%3a$DATA",
            "/x.js::$DATA",
            "/x.js:stream",
            "/CON",
            "/nul",
            "/aux.js",
            "/a/Aux.tar.js",
            "/com1.js",
            "/LPT%C2%B9",
            "/conin$",
            "/nul%20.js",
            "/x.js.",
            "/x.js%20",
            "/folder./x.js",
            "/a%0Ab.js",
            "/a%3Fb.js",
        ] {
            assert_eq!(windows.file_of(url), None, "{url}");
            assert!(plain.file_of(url).is_some(), "{url}");
        }
        for url in [
            "/a%5Cb.js",
            "/..\\x.js",
            "/..%5C..%5Cx.js",
            "/%5c%5cserver%5cshare%5cx.js",
            "/%5c%5c%3f%5cC:%5cx.js",
            "/%2e%2e/x.js",
        ] {
            assert_eq!((windows.file_of(url), plain.file_of(url)), (None, None));
        }
        for url in [
            "/console.js",
            "/auxiliary.js",
            "/com.js",
            "/com10.js",
            "/a.nul",
            "/./x.js",
            "/.hidden",
            "/a b/ü.js",
        ] {
            assert_eq!(windows.file_of(url), plain.file_of(url), "{url}");
            assert!(windows.file_of(url).is_some(), "{url}");
        }
    }

    #[test]
    fn files_stay_below_their_folder() {
        for (url, file) in [
            ("/a.js?x", Some("/home/r/a.js")),
            ("/%C3%BC%20b.js", Some("/home/r/ü b.js")),
            ("/a%", Some("/home/r/a%")),
            ("/a%zz", Some("/home/r/a%zz")),
            ("/..%2f..%2fetc/passwd", None),
            ("/%2e%2e/x", None),
            ("/%ff", None),
            ("/%00", None),
            ("/-/0/a.js", Some("/home/r/a.js")),
            ("/-/1/a%20b.js?x", Some("/home/a b.js")),
            ("/-/2/a.js", Some("/a.js")),
            ("/-/3/a.js", None),
            ("/-/1/../a.js", None),
            ("/-/x/a.js", None),
            ("/-/99999999999999999999/a.js", None),
            ("/-/1", None),
        ] {
            assert_eq!(
                folders("", Some("/-/")).file_of(url).as_deref(),
                file.map(Path::new),
                "{url}"
            );
        }
        assert_eq!(
            folders("", None).file_of("/-/1/a.js").as_deref(),
            Some(Path::new("/home/r/-/1/a.js"))
        );
    }

    #[test]
    fn files_have_urls_below_and_outside() {
        for (file, below, outside) in [
            ("/home/r/a b.js", Some("/a%20b.js"), Some("/a%20b.js")),
            (
                "/home/r/a%41#b?.js",
                Some("/a%2541%23b%3F.js"),
                Some("/a%2541%23b%3F.js"),
            ),
            ("/home/r", Some("/"), Some("/")),
            ("/home/rr/a.js", None, Some("/-/1/rr/a.js")),
            ("/a.js", None, Some("/-/2/a.js")),
            ("a.js", None, None),
        ] {
            for (prefix, url) in [(None, below), (Some("/-/"), outside)] {
                let found = folders("", prefix).url_of(Path::new(file));
                assert_eq!(found.as_deref(), url, "{file} {prefix:?}");
            }
        }
    }

    #[test]
    fn all_urls_have_the_base() {
        let folders = folders("/app", Some("/-/"));
        for (url, file) in [
            ("/app/a.js", "/home/r/a.js"),
            ("/app/-/1/a.js", "/home/a.js"),
        ] {
            assert_eq!(folders.file_of(url).as_deref(), Some(Path::new(file)));
            assert_eq!(folders.url_of(Path::new(file)).as_deref(), Some(url));
        }
        // Hosts that take a base off leave others as they are.
        let file = folders.file_of("/b.js");
        assert_eq!(file.as_deref(), Some(Path::new("/home/r/b.js")));
    }
}
