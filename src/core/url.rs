//! Module identity: the url of a module, its version stamp, and how a specifier becomes a url.
//!
//! Knows the grammar of URLs (by the `url` crate, which follows the same standard as browsers).
//! Must not know which modules exist.

use std::path::{Path, PathBuf};
use url::Url;

/// The query parameter that carries a module's version: `/a.js?__hot=1763683066001`.
pub const STAMP: &str = "__hot";

/// A stand-in for the origin, which identity leaves out: one server, one origin.
const ORIGIN: &str = "http://hotgraph.invalid";

/// The identity of what a browser asks for: path and query as a browser writes them, without version
/// stamp and hash. Returns the url and the stamp it carried.
///
/// `request` is a path with an optional query (`/src/a.js?x=1&__hot=7`). One that cannot be parsed
/// keeps its text, so that a hostile request gets an identity of its own and nothing else.
pub fn identify(request: &str) -> (String, Option<u64>) {
    let (path_and_query, version) = split_stamp(request);
    // What is no part of a url (a tab) may have hidden a stamp.
    let (url, hidden) = split_stamp(&normalize(&path_and_query));
    (url, version.or(hidden))
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
    parameter
        .strip_prefix(STAMP)?
        .strip_prefix('=')?
        .parse()
        .ok()
}

/// The specifier with a version stamp as its last query parameter, in front of a hash. An older stamp
/// is replaced.
pub fn stamp(specifier: &str, version: u64) -> String {
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
    let (specifier, _) = split_stamp(specifier);
    let base = Url::parse(ORIGIN).ok()?.join(importer).ok()?;
    let url = base.join(&specifier).ok()?;
    is_own(&url).then(|| split_stamp(&path_and_query(&url)).0)
}

/// Whether a url is of this server: tabs and line breaks, which are no part of a url, may hide that it is not.
fn is_own(url: &Url) -> bool {
    url.host_str() == Some("hotgraph.invalid")
}

/// Whether a specifier says that it is an address. `.` and `..` do not: browsers take them for bare.
fn is_path(specifier: &str) -> bool {
    ["/", "./", "../"]
        .iter()
        .any(|prefix| specifier.starts_with(prefix))
}

/// Whether a specifier is a name that only a resolver or an import map makes an address.
pub fn is_bare(specifier: &str) -> bool {
    !is_path(specifier) && !has_scheme(specifier)
}

/// A reference as a specifier: in HTML's `src="app.js"` and in CSS it is relative without saying so.
pub fn as_relative(reference: &str) -> String {
    if is_bare(reference) {
        format!("./{reference}")
    } else {
        reference.to_owned()
    }
}

fn has_scheme(reference: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    let scheme = reference.split_once(':').map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic()) && scheme.bytes().all(is_part)
    })
}

/// The common case without the URL parser: `./name`, `../name` or `/name` of unreserved ASCII.
fn resolve_simple(importer: &str, specifier: &str) -> Option<String> {
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.' | b'@');
    if !specifier.bytes().all(plain) {
        return None;
    }
    let mut rest = specifier;
    let mut folder = "";
    if !rest.starts_with('/') {
        folder = importer
            .split('?')
            .next()
            .and_then(|path| path.rsplit_once('/'))?
            .0;
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

fn normalize(path_and_query_text: &str) -> String {
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'@');
    let dots_are_simple = !path_and_query_text.contains("/.");
    if dots_are_simple
        && path_and_query_text
            .bytes()
            .all(|byte| plain(byte) || byte == b'.')
    {
        return path_and_query_text.to_owned();
    }
    Url::parse(ORIGIN)
        .and_then(|origin| origin.join(path_and_query_text))
        .ok()
        .filter(is_own)
        .map_or_else(
            || path_and_query_text.to_owned(),
            |url| path_and_query(&url),
        )
}

fn path_and_query(url: &Url) -> String {
    match url.query() {
        Some(query) if !query.is_empty() => format!("{}?{query}", url.path()),
        _ => url.path().to_owned(),
    }
}

/// The file below `root` that a static server would answer `url` with. `None` when the path does not
/// decode to UTF-8 or would leave `root`.
pub fn file_below(root: &Path, url: &str) -> Option<PathBuf> {
    let path = url.split('?').next().unwrap_or_default();
    let decoded = percent_decode(path)?;
    let mut file = root.to_path_buf();
    for part in decoded.split('/').filter(|part| !part.is_empty()) {
        if part == ".." || part.contains('\\') || part.contains('\0') {
            return None;
        }
        file.push(part);
    }
    Some(file)
}

fn percent_decode(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let escaped = if first == b'%' {
            tail.get(..2).and_then(hex_byte)
        } else {
            None
        };
        bytes.push(escaped.unwrap_or(first));
        rest = if escaped.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8(bytes).ok()
}

fn hex_byte(digits: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

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
            ("//evil/a.js", "//evil/a.js", None),
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
            ("/a.js", ".", None),
            ("/a.js", "..", None),
            ("/a.js", "lit", None),
            ("/a.js", ".hidden", None),
            ("/a.js", "@scope/x", None),
            ("/a.js", "//cdn/x.js", None),
            ("/a.js", "https://cdn/x.js", None),
            ("/a.js", "/\t/cdn/x.js", None),
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
                    .map(|url| path_and_query(&url));
                assert_eq!(resolve_simple(importer, specifier), by_parser.ok());
            }
        }
    }

    #[test]
    fn files_stay_below_their_root() {
        let root = Path::new("/r");
        for (url, file) in [
            ("/a.js?x", Some("/r/a.js")),
            ("/%C3%BC%20b.js", Some("/r/ü b.js")),
            ("/a%", Some("/r/a%")),
            ("/a%zz", Some("/r/a%zz")),
            ("/..%2f..%2fetc/passwd", None),
            ("/%2e%2e/x", None),
            ("/%ff", None),
            ("/%00", None),
        ] {
            assert_eq!(
                file_below(root, url).as_deref(),
                file.map(Path::new),
                "{url}"
            );
        }
    }
}
