//! What a request for a file wants of it, by the url. The conventions are Vite's.

use std::path::Path;

use super::hooks::TextKind;
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
        let has = |name: &str| has_parameter(module_url, name);
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

    /// What is wanted by this url of a text of this kind, which plugins made.
    pub fn of_type(module_url: &str, kind: TextKind) -> Self {
        let has = |name: &str| has_parameter(module_url, name);
        match kind {
            TextKind::Js => Self::Script(Dialect::JavaScript),
            TextKind::Jsx => Self::Script(Dialect::Jsx),
            TextKind::Ts => Self::Script(Dialect::TypeScript),
            TextKind::Tsx => Self::Script(Dialect::Tsx),
            TextKind::Json => Self::Json,
            TextKind::Css if has("inline") => Self::Inline,
            TextKind::Css if has(SCOPED) => Self::Scoped,
            TextKind::Css if has(IMPORT) => Self::Style,
            TextKind::Css => Self::File,
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

fn has_parameter(module_url: &str, name: &str) -> bool {
    let query = module_url.split_once('?').map_or("", |(_, query)| query);
    let query = query.split('#').next().unwrap_or_default();
    let mut parameters = query.split('&');
    parameters.any(|parameter| parameter.split('=').next() == Some(name))
}

/// A url without the markers that say what an import wants of a style sheet.
pub fn without_markers(module_url: &str) -> String {
    let Some((path, query)) = module_url.split_once('?') else {
        return module_url.to_owned();
    };
    let mut rest: Vec<&str> = query.split('&').collect();
    rest.retain(|parameter| {
        let name = parameter.split('=').next().unwrap_or_default();
        !matches!(name, IMPORT | SCOPED | "inline")
    });
    match rest.is_empty() {
        true => path.to_owned(),
        false => format!("{path}?{}", rest.join("&")),
    }
}

/// Whether the names of a style sheet are its own: `a.module.css`. Plugins name the results of other languages after
/// these (`a.module.scss`), or by the end of a query. `sheet_url` is the url of a sheet that they made.
pub fn is_css_module(file: &Path, sheet_url: Option<&str>) -> bool {
    let name = file.file_name().and_then(|name| name.to_str());
    let name = name.unwrap_or_default();
    let Some(sheet_url) = sheet_url else {
        return name.ends_with(".module.css");
    };
    let stem = name.rsplit_once('.').map_or("", |(stem, _)| stem);
    let end = sheet_url.rsplit_once('.').map_or("", |(start, _)| start);
    stem.ends_with(".module") || (sheet_url.contains('?') && end.ends_with(".module"))
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
    fn sheets_of_plugins_have_urls_and_names() {
        for (url, bare) in [
            ("/a.scss?import", "/a.scss"),
            ("/a.vue?import&vue&lang.css", "/a.vue?vue&lang.css"),
            ("/a.vue?scoped&vue", "/a.vue?vue"),
            ("/a.css", "/a.css"),
        ] {
            assert_eq!(without_markers(url), bare, "{url}");
        }
        let is_module = |file: &str, url| is_css_module(Path::new(file), url);
        assert!(is_module("a.module.css", None));
        assert!(!is_module("a.module.scss", None));
        assert!(is_module("a.module.scss", Some("/a.module.scss")));
        assert!(is_module("a.vue", Some("/a.vue?vue&lang.module.css")));
        assert!(!is_module("a.vue", Some("/a.vue?vue&lang.css")));
    }

    #[test]
    fn markers_come_first() {
        assert_eq!(with_marker("./a.css", "import"), "./a.css?import");
        assert_eq!(with_marker("./a.css?x#y", "import"), "./a.css?import&x#y");
    }
}
