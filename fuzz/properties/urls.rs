//! Urls: a stamp comes off as it went on, an identity is its own, and specifiers resolve as in a browser.

use hotgraph_core::graph::folders::Folders;
use hotgraph_core::graph::url::{as_relative, identify, resolve, split_stamp, stamp};
use url::Url;

const ORIGIN: &str = "http://hotgraph.invalid";

/// Checks two lines: what imports, and what is imported.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let (importer, specifier) = text.split_once('\n').unwrap_or(("/a.js", text));
    let version = data.len() as u64;
    for reference in [importer, specifier] {
        check_stamp(reference, version);
        check_identity(reference, version);
        check_file(reference);
    }
    check_relative(specifier);
    let (importer, _) = identify(&format!("/{}", importer.trim_start_matches(['/', '\\'])));
    if !has_drive(&importer) && !has_drive(specifier) {
        check_resolution(&importer, specifier);
    }
}

fn check_stamp(specifier: &str, version: u64) {
    let stamped = stamp(specifier, version);
    let specifier = specifier.trim_end_matches(|c: char| c <= ' ');
    let (bare, _) = split_stamp(specifier);
    assert_eq!(
        split_stamp(&stamped),
        (bare.clone(), Some(version)),
        "{stamped:?}"
    );
    assert_eq!(split_stamp(&bare), (bare.clone(), None));
    assert_eq!(stamp(&stamped, version), stamped);
    let hash = |text: &str| text.split_once('#').map(|(_, hash)| hash.to_owned());
    assert_eq!(hash(specifier), hash(&stamped));
}

fn check_identity(request: &str, version: u64) {
    let (url, _) = identify(request);
    assert_eq!(identify(&url), (url.clone(), None), "of {request:?}");
    if request.starts_with('/') {
        let stamped = identify(&stamp(request, version));
        assert_eq!(stamped, (url.clone(), Some(version)), "of {request:?}");
    }
}

/// A file that a static server would answer with is below the root, or where the url says how far it is outside, and
/// has a url of its own.
fn check_file(url: &str) {
    let mut folders = Folders::below("/home/root");
    let is_plain = |part: &std::path::Component| matches!(part, std::path::Component::Normal(_));
    if let Some(file) = folders.file_of(url) {
        let below = file
            .strip_prefix(&folders.root)
            .expect("a file below the root");
        assert!(below.components().all(|part| is_plain(&part)), "{file:?}");
        assert_eq!(
            folders.url_of(&file).and_then(|url| folders.file_of(&url)),
            Some(file)
        );
    }
    folders.outside = Some("/o/".to_owned());
    if let Some(file) = folders.file_of(url) {
        assert!(
            file.components().skip(1).all(|part| is_plain(&part)),
            "{file:?}"
        );
        assert_eq!(
            folders.url_of(&file).and_then(|url| folders.file_of(&url)),
            Some(file)
        );
    }
}

/// A reference that a page or a style sheet writes is, as a specifier, the same address.
fn check_relative(reference: &str) {
    let page = "/x/y.html";
    let base = Url::parse(ORIGIN)
        .expect("a url")
        .join(page)
        .expect("a url");
    let (bare, _) = split_stamp(reference);
    if has_drive(&bare) {
        return;
    }
    let is_own = !bare.is_empty() && !bare.starts_with(['\\', '?']) && !bare.starts_with("//");
    if !is_own || is_stripped(&bare) || bare.contains("//") {
        return;
    }
    let address = base
        .join(&bare)
        .ok()
        .filter(|url| url.host_str() == Some("hotgraph.invalid"));
    let specifier = as_relative(&bare);
    // `http:a` is relative to addresses of the same scheme, and people do not write it.
    if !has_scheme(&specifier) {
        assert_eq!(
            resolve(page, &specifier),
            address.as_ref().map(identity),
            "{reference:?}"
        );
    }
}

fn has_scheme(text: &str) -> bool {
    !matches!(
        Url::parse(text),
        Err(url::ParseError::RelativeUrlWithoutBase)
    )
}

/// Whether a segment looks like a drive letter, of which the parser of addresses lets no `..` lead out. Browsers do.
fn has_drive(text: &str) -> bool {
    let text = text.replace(['\t', '\n', '\r'], "");
    text.trim().split(['/', '\\', '?', '#']).any(|segment| {
        let mut characters = segment.chars();
        let first = characters.next();
        first.is_some_and(|first| first.is_ascii_alphabetic())
            && matches!(characters.as_str(), ":" | "|")
    })
}

fn identity(url: &Url) -> String {
    let (path, query) = (url.path(), url.query().unwrap_or_default());
    match split_stamp(&format!("?{query}")).0.as_str() {
        "" | "?" => path.to_owned(),
        query => format!("{path}{query}"),
    }
}

/// Whether a browser leaves out characters of it: of references in pages, these were taken off before.
fn is_stripped(text: &str) -> bool {
    text.contains(['\t', '\n', '\r']) || text.trim_matches(|c: char| c <= ' ') != text
}

fn check_resolution(importer: &str, specifier: &str) {
    let resolved = resolve(importer, specifier);
    let by_standard = is_path(specifier)
        .then(|| {
            Url::parse(&format!("{ORIGIN}{importer}"))
                .ok()?
                .join(specifier)
                .ok()
        })
        .flatten()
        .filter(|url| url.host_str() == Some("hotgraph.invalid"));
    let address = by_standard.as_ref().map(identity);
    assert_eq!(resolved, address, "{importer:?} imports {specifier:?}");
    if let Some(url) = resolved {
        assert_eq!(
            identify(&url),
            (url.clone(), None),
            "{importer:?} imports {specifier:?}"
        );
        assert_eq!(resolve(importer, &stamp(specifier, 7)), Some(url));
    }
}

/// Whether a specifier is an address of this server rather than a bare one.
fn is_path(specifier: &str) -> bool {
    let starts = ["/", "./", "../"]
        .iter()
        .any(|start| specifier.starts_with(start));
    starts && !specifier.starts_with("//")
}
