//! Module identity: the url of a module, its version stamp, and how a specifier becomes a url.
//!
//! Knows the grammar of URLs (by the `url` crate, which follows the same standard as browsers).
//! Must not know which modules exist.

use std::borrow::Cow;
use std::collections::VecDeque;
use url::{Position, Url};

/// The query parameter that carries a module's version: `/a.js?__hot=1763683066001`.
pub const STAMP: &str = "__hot";

/// Marks the query of the url that stands for more queries of one file than are told apart: `/a.js?__others`.
const OTHERS: &str = "__others";

/// A stand-in for the origin, which identity leaves out: one server, one origin.
const ORIGIN: &str = "http://hotgraph.invalid";

/// The identity of what a browser asks for: path and query as a browser writes them, without version
/// stamp and hash. Returns the url and the stamp it carried.
///
/// `request` is a path with an optional query (`/src/a.js?x=1&__hot=7`). One that is no path keeps its text: a hostile
/// request gets an identity of its own and nothing else.
pub fn identify(request: &str) -> (String, Option<u64>) {
    let (bare, version) = split_stamp(&without_ignored(request));
    match normalize(&bare) {
        Some(url) => (url, version),
        None => (request.to_owned(), None),
    }
}

/// The url that stands for all other queries of a module than those that are told apart.
pub fn others_of(module_url: &str) -> String {
    let path = module_url.split('?').next().unwrap_or_default();
    format!("{path}?{OTHERS}")
}

/// Takes hash and stamp off a specifier or request without touching anything else.
pub fn split_stamp(specifier: &str) -> (String, Option<u64>) {
    let without_hash = specifier.split('#').next().unwrap_or_default();
    let Some((path, query)) = without_hash.split_once('?') else {
        return (without_hash.to_owned(), None);
    };
    if !query.contains(STAMP) {
        return (without_hash.to_owned(), None);
    }
    let mut version = None;
    let mut rest = Vec::new();
    for parameter in query.split('&') {
        match stamp_of(parameter) {
            Some(found) => version = Some(found),
            None => rest.push(parameter),
        }
    }
    let bare = if rest.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", rest.join("&"))
    };
    (bare, version)
}

fn stamp_of(parameter: &str) -> Option<u64> {
    let digits = parameter.strip_prefix(STAMP)?.strip_prefix('=')?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}

/// The specifier with a version stamp as its last query parameter, in front of a hash. An older stamp
/// is replaced.
pub fn stamp(specifier: &str, version: u64) -> String {
    // Behind it, blanks would no longer be at the end, where a browser leaves them out.
    let specifier = specifier.trim_end_matches(is_trimmed);
    let hash = specifier.find('#').map_or("", |at| &specifier[at..]);
    let (bare, _) = split_stamp(specifier);
    let separator = if bare.contains('?') { '&' } else { '?' };
    format!("{bare}{separator}{STAMP}={version}{hash}")
}

/// The url that a browser would ask for when the module `importer` imports `specifier`. `None` for bare
/// specifiers and for other origins and schemes, which are no modules of this server.
pub fn resolve(importer: &str, specifier: &str) -> Option<String> {
    if !is_path(specifier) || specifier.starts_with("//") {
        return None;
    }
    if let Some(simple) = resolve_simple(importer, specifier) {
        return Some(simple);
    }
    let specifier = without_ignored(specifier);
    // The characters that are left out may have hidden that it names a host.
    if specifier.starts_with('/') && specifier[1..].starts_with(is_slash) {
        return None;
    }
    let (mut address, _) = split_stamp(&specifier);
    if !address.starts_with('/') {
        address = format!("{}/{address}", folder_of(importer)?);
    }
    normalize(&address)
}

/// The hosts, with their ports, under which pages are asked for: `localhost:8000`. An address on one of them names the
/// same module of this server as its path does. Behind a proxy the scheme is not known, so it does not count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hosts(VecDeque<String>);

/// So many are told apart, the newest. A server has a few names.
const MOST_HOSTS: usize = 16;

impl Hosts {
    /// Takes in the host of an address. Returns whether it is a new one.
    pub fn note(&mut self, address: &str) -> bool {
        let Some(host) = parse_address(address).map(|url| host_of(&url).to_owned()) else {
            return false;
        };
        if self.0.contains(&host) {
            return false;
        }
        if self.0.len() == MOST_HOSTS {
            self.0.pop_front();
        }
        self.0.push_back(host);
        true
    }

    /// The specifier or reference as a path, where it is an address on one of these hosts; else as it is.
    pub fn localize<'a>(&self, reference: &'a str) -> Cow<'a, str> {
        let own =
            parse_address(reference).filter(|url| self.0.iter().any(|host| host == host_of(url)));
        match own {
            Some(url) => Cow::Owned(url[Position::BeforePath..].to_owned()),
            None => Cow::Borrowed(reference),
        }
    }

    /// Their names, the newest last.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

/// What an address of the web says, with a scheme or without (`//host/path`); `None` of other references.
fn parse_address(reference: &str) -> Option<Url> {
    let reference = reference.trim_matches(is_trimmed);
    let is_relative = reference.starts_with("//");
    let url = match is_relative {
        true => Url::parse(&format!("http:{reference}")),
        false if is_absolute(reference) => Url::parse(reference),
        false => return None,
    };
    url.ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))
}

fn host_of(url: &Url) -> &str {
    &url[Position::BeforeHost..Position::AfterPort]
}

/// Whether a specifier says that it is an address. `.` and `..` do not: browsers take them for bare.
fn is_path(specifier: &str) -> bool {
    ["/", "./", "../"]
        .iter()
        .any(|prefix| specifier.starts_with(prefix))
}

/// Whether a specifier is a name that only a resolver or an import map makes an address.
pub fn is_bare(specifier: &str) -> bool {
    !is_path(specifier) && !is_absolute(specifier)
}

/// A reference as a specifier: in HTML's `src="app.js"` and in CSS it is relative without saying so.
pub fn as_relative(reference: &str) -> String {
    if is_bare(reference) {
        format!("./{reference}")
    } else {
        reference.to_owned()
    }
}

/// Whether a specifier or reference is a whole address: it names a scheme.
pub fn is_absolute(reference: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    let scheme = reference.split_once(':').map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic()) && scheme.bytes().all(is_part)
    })
}

/// The common case without the URL parser: `./name`, `../name` or `/name` of unreserved ASCII.
fn resolve_simple(importer: &str, specifier: &str) -> Option<String> {
    if !specifier.bytes().all(is_unreserved) {
        return None;
    }
    let mut rest = specifier;
    let mut folder = "";
    if !rest.starts_with('/') {
        folder = folder_of(importer)?;
        rest = rest.strip_prefix("./").unwrap_or(rest);
        while let Some(above) = rest.strip_prefix("../") {
            rest = above;
            folder = folder.rsplit_once('/').map_or("", |(parent, _)| parent);
        }
    } else {
        rest = &rest[1..];
    }
    let dotted = rest.starts_with('.') || rest.contains("/.") || rest.contains("//");
    (!dotted).then(|| format!("{folder}/{rest}"))
}

/// The folder of a url, without the slash after it.
fn folder_of(url: &str) -> Option<&str> {
    let path = url.split('?').next()?;
    path.rsplit_once('/').map(|(folder, _)| folder)
}

/// Path and query as a browser writes them. `None` for what is no path.
fn normalize(address: &str) -> Option<String> {
    if !address.starts_with(is_slash) {
        return None;
    }
    if !address.contains("/.") && address.bytes().all(is_unreserved) {
        return Some(address.to_owned());
    }
    let (path, query) = match address.split_once('?') {
        Some((path, query)) => (path, Some(query).filter(|query| !query.is_empty())),
        None => (address, None),
    };
    let mut url = Url::parse(ORIGIN).ok()?;
    url.set_path(&without_dots(path));
    url.set_query(query);
    Some(url[Position::BeforePath..Position::AfterQuery].to_owned())
}

/// A path without the segments `.` and `..`, escaped or not. The parser takes `c:` for a drive that none of them
/// leads out of, which it is in `file:` only.
fn without_dots(path: &str) -> String {
    let mut kept = vec![""];
    let mut segments = path.split(is_slash).skip(1).peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment.to_ascii_lowercase().replace("%2e", ".").as_str() {
            "." => {}
            ".." if kept.len() > 1 => drop(kept.pop()),
            ".." => {}
            _ => {
                kept.push(segment);
                continue;
            }
        }
        if is_last {
            kept.push("");
        }
    }
    kept.join("/")
}

/// Whether a byte of a path stays as it is.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.' | b'@')
}

fn is_slash(character: char) -> bool {
    matches!(character, '/' | '\\')
}

/// An address without what is no part of it wherever it stands: blanks and control characters around it, tabs and
/// line breaks anywhere.
fn without_ignored(address: &str) -> Cow<'_, str> {
    let address = address.trim_matches(is_trimmed);
    if address.contains(['\t', '\n', '\r']) {
        Cow::Owned(address.replace(['\t', '\n', '\r'], ""))
    } else {
        Cow::Borrowed(address)
    }
}

fn is_trimmed(character: char) -> bool {
    character <= ' '
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_on_own_hosts_are_paths() {
        let mut hosts = Hosts::default();
        assert!(hosts.note("http://localhost:8000/docs/"));
        assert!(!hosts.note("https://LOCALHOST:8000/"));
        assert!(hosts.note("http://dev.example.com/"));
        assert!(hosts.note("http://[::1]:8000/"));
        assert!(!hosts.note("/docs/"));
        assert!(!hosts.note("data:text/html,x"));
        for (reference, expected) in [
            ("http://localhost:8000/x.js", "/x.js"),
            ("https://localhost:8000/x.js?a=1#b", "/x.js?a=1#b"),
            (" HTTP://LocalHost:8000/a/../x.js ", "/x.js"),
            ("http:\\\\localhost:8000\\x.js", "/x.js"),
            ("//localhost:8000/x.js", "/x.js"),
            ("http://localhost:8000", "/"),
            ("http://dev.example.com:80/x.js", "/x.js"),
            ("https://dev.example.com:443/x.js", "/x.js"),
            ("http://[::1]:8000/x.js", "/x.js"),
            ("http://localhost/x.js", "http://localhost/x.js"),
            ("http://localhost:8001/x.js", "http://localhost:8001/x.js"),
            (
                "http://localhost:8000.evil/x.js",
                "http://localhost:8000.evil/x.js",
            ),
            (
                "http://localhost:8000@evil/x.js",
                "http://localhost:8000@evil/x.js",
            ),
            ("ftp://localhost:8000/x.js", "ftp://localhost:8000/x.js"),
            (
                "https://dev.example.com:80/x.js",
                "https://dev.example.com:80/x.js",
            ),
            ("./x.js", "./x.js"),
            ("localhost:8000/x.js", "localhost:8000/x.js"),
            ("x", "x"),
            ("http://", "http://"),
        ] {
            assert_eq!(hosts.localize(reference), expected, "{reference}");
        }
        for port in 1..100 {
            hosts.note(&format!("http://localhost:{port}/"));
        }
        assert_eq!(hosts.names().count(), MOST_HOSTS);
        assert_eq!(hosts.names().last(), Some("localhost:99"));
    }

    #[test]
    fn identity_leaves_out_stamp_and_hash() {
        for (request, url, version) in [
            ("/a.js", "/a.js", None),
            ("/a.js?__hot=7", "/a.js", Some(7)),
            ("/a.js?x=1&__hot=7", "/a.js?x=1", Some(7)),
            ("/a.js?__h\tot=7", "/a.js", Some(7)),
            ("/a.js?__hot=7&x=1#h", "/a.js?x=1", Some(7)),
            ("/a.js?x", "/a.js?x", None),
            ("/a.js?", "/a.js", None),
            ("/a.js?&__hot=7", "/a.js", Some(7)),
            ("/a.js?&x&&__hot=7", "/a.js?&x&", Some(7)),
            ("/a.js?__hot=abc", "/a.js?__hot=abc", None),
            ("/ü b.js", "/%C3%BC%20b.js", None),
            ("/%C3%BC%20b.js", "/%C3%BC%20b.js", None),
            ("/a/../b.js", "/b.js", None),
            ("/a/%2E./.%2e/b/.", "/b/", None),
            ("/c:/../b.js", "/b.js", None),
            ("/a.js?__hot=+7", "/a.js?__hot=+7", None),
            ("/a.js?__hot=7\r&\n", "/a.js", Some(7)),
            ("//evil/a.js", "//evil/a.js", None),
            ("//evil/ü.js", "//evil/%C3%BC.js", None),
            ("http://evil/a.js", "http://evil/a.js", None),
        ] {
            assert_eq!(identify(request), (url.to_owned(), version), "{request}");
        }
    }

    #[test]
    fn a_stamp_is_the_last_parameter_in_front_of_the_hash() {
        for (specifier, stamped) in [
            ("./a.js", "./a.js?__hot=7"),
            ("./a.js?x", "./a.js?x&__hot=7"),
            ("./a.js?x#h", "./a.js?x&__hot=7#h"),
            ("./a.js?__hot=3", "./a.js?__hot=7"),
            ("/a.js?__hot=3&x=1", "/a.js?x=1&__hot=7"),
            ("./a.js ", "./a.js?__hot=7"),
        ] {
            assert_eq!(stamp(specifier, 7), stamped);
        }
    }

    #[test]
    fn specifiers_resolve_as_in_a_browser() {
        for (importer, specifier, url) in [
            ("/src/a.js", "./b.js", Some("/src/b.js")),
            ("/src/a.js?q", "../b.js", Some("/b.js")),
            ("/src/a.js", "../../../b.js", Some("/b.js")),
            ("/src/a.js", "/lib/b.js", Some("/lib/b.js")),
            ("/src/a.js", "./x/../b.js", Some("/src/b.js")),
            ("/src/a.js", "./b.js?x=1&__hot=5", Some("/src/b.js?x=1")),
            ("/src/a.js", "./ü.js", Some("/src/%C3%BC.js")),
            ("/src/a.js", "./%C3%BC.js#f", Some("/src/%C3%BC.js")),
            ("/src/a.js", "./sub/", Some("/src/sub/")),
            ("/a.js", "./", Some("/")),
            ("/x://z/a.js", "../../../b.js", Some("/b.js")),
            ("/x:/y/a.js", "../../ü.js", Some("/%C3%BC.js")),
            ("/x//a.js", "../ü.js", Some("/x/%C3%BC.js")),
            ("/a.js", "./b.js #f", Some("/b.js%20")),
            ("/a.js", "./b.js ", Some("/b.js")),
            ("//x/a.js", "./ü.js", Some("//x/%C3%BC.js")),
            ("/x/a.js", "..//y/b.js", Some("//y/b.js")),
            ("/a.js", ".", None),
            ("/a.js", "..", None),
            ("/a.js", "lit", None),
            ("/a.js", ".hidden", None),
            ("/a.js", "@scope/x", None),
            ("/a.js", "//cdn/x.js", None),
            ("/a.js", "https://cdn/x.js", None),
            ("/a.js", "/\t/cdn/x.js", None),
            ("/a.js", "/\\cdn/x.js", None),
            ("/a.js", "data:text/javascript,1", None),
        ] {
            assert_eq!(
                resolve(importer, specifier).as_deref(),
                url,
                "{importer} imports {specifier}"
            );
        }
    }

    #[test]
    fn references_are_relative_without_saying_so() {
        for (reference, specifier) in [
            ("a.css", "./a.css"),
            ("./a.css", "./a.css"),
            ("../a.css", "../a.css"),
            ("/a.css", "/a.css"),
            (".hidden.css", "./.hidden.css"),
            ("..", "./.."),
            ("1:2.css", "./1:2.css"),
            ("a/b:c.css", "./a/b:c.css"),
            ("data:text/css,p{}", "data:text/css,p{}"),
            ("//cdn/a.css", "//cdn/a.css"),
        ] {
            assert_eq!(as_relative(reference), specifier, "{reference}");
        }
    }

    #[test]
    fn the_short_way_and_the_url_parser_agree() {
        let importers = ["/a.js", "/x/y/a.js", "/x.y/z/a.js?q=/w/"];
        let specifiers = [
            "./b.js",
            "../b.js",
            "../../b.js",
            "/b.js",
            "./c/d.js",
            "/c-d/e_f@1.js",
        ];
        for importer in importers {
            for specifier in specifiers {
                let by_parser = Url::parse(ORIGIN)
                    .and_then(|origin| origin.join(importer))
                    .and_then(|base| base.join(specifier))
                    .map(|url| url.path().to_owned());
                assert_eq!(resolve_simple(importer, specifier), by_parser.ok());
            }
        }
    }
}
