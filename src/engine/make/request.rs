//! What a request for a file wants of it, by the url. The conventions are Vite's.

use std::path::Path;

use hotgraph_core::syntax::analyze::Dialect;

/// What an import wants of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// The script that it is.
    Script(Dialect),
    /// An ES module made of CommonJS (`?__commonjs`). Another tool makes it.
    CommonJs,
    /// Its text (`?raw`).
    Raw,
    /// Its url (`?url`), which is also what an import of an image gets.
    Url,
    /// The text of a style sheet, its names its own where it is a CSS module (`?inline`).
    Inline,
    /// A module that puts a style sheet into the page.
    Style,
    /// The style sheet of a CSS module (`?scoped`).
    Scoped,
    /// A module of JSON.
    Json,
    /// The file.
    File,
}

/// Marks the url of what is imported as a script and is none.
pub const IMPORT: &str = "import";
/// Marks the url of a CSS module's style sheet.
pub const SCOPED: &str = "scoped";
/// Marks the url of CommonJS.
pub const COMMONJS: &str = "__commonjs";

impl Wanted {
    /// What is wanted of the file at `path` by this url.
    pub fn of(module_url: &str, path: &Path) -> Self {
        let query = module_url.split_once('?').map_or("", |(_, query)| query);
        let query = query.split('#').next().unwrap_or_default();
        let has = |name: &str| {
            let mut parameters = query.split('&');
            parameters.any(|parameter| parameter.split('=').next() == Some(name))
        };
        let extension = path.extension().and_then(|found| found.to_str());
        let is_style = extension == Some("css");
        if has("raw") {
            Self::Raw
        } else if has("url") {
            Self::Url
        } else if has(COMMONJS) {
            Self::CommonJs
        } else if is_style && has("inline") {
            Self::Inline
        } else if is_style && has(SCOPED) {
            Self::Scoped
        } else if let Some(dialect) = Dialect::from_extension(path) {
            Self::Script(dialect)
        } else if !has(IMPORT) {
            Self::File
        } else if is_style {
            Self::Style
        } else if extension == Some("json") {
            Self::Json
        } else {
            Self::Url
        }
    }

    /// What has to stand in the url of an import that wants this.
    pub fn marker(self, is_commonjs: impl FnOnce() -> bool) -> Option<&'static str> {
        match self {
            Self::File => Some(IMPORT),
            Self::Script(_) if is_commonjs() => Some(COMMONJS),
            _ => None,
        }
    }
}

/// A specifier with a marker as the first parameter of its query.
pub fn with_marker(specifier: &str, marker: &str) -> String {
    let at = specifier.find('#').unwrap_or(specifier.len());
    let (address, hash) = specifier.split_at(at);
    match address.split_once('?') {
        Some((path, query)) => format!("{path}?{marker}&{query}{hash}"),
        None => format!("{address}?{marker}{hash}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_says_what_is_wanted() {
        for (url, expected) in [
            ("/a.ts", Wanted::Script(Dialect::TypeScript)),
            ("/a.js?x", Wanted::Script(Dialect::JavaScript)),
            ("/a.js?raw", Wanted::Raw),
            ("/a.js?x&raw=", Wanted::Raw),
            ("/a.svg?url", Wanted::Url),
            ("/a.svg?import", Wanted::Url),
            ("/a.svg", Wanted::File),
            ("/a.css", Wanted::File),
            ("/a.css?import", Wanted::Style),
            ("/a.css?import&inline", Wanted::Inline),
            ("/a.css?scoped", Wanted::Scoped),
            ("/a.json?import", Wanted::Json),
            ("/a.json", Wanted::File),
            ("/a.js?__commonjs=define", Wanted::CommonJs),
            ("/a.js?rawest", Wanted::Script(Dialect::JavaScript)),
        ] {
            let path = Path::new(url.split('?').next().unwrap_or_default());
            assert_eq!(Wanted::of(url, path), expected, "{url}");
        }
    }

    #[test]
    fn markers_come_first() {
        assert_eq!(with_marker("./a.css", "import"), "./a.css?import");
        assert_eq!(with_marker("./a.css?x#y", "import"), "./a.css?import&x#y");
    }
}
