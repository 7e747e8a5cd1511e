//! Import maps: what a page says that specifiers stand for.
//!
//! Knows the text of specifiers and addresses. The rules are the HTML standard's ("resolve an imports match"). The
//! scope with the longest matching prefix comes first, then the map's own imports. A whole specifier comes before the
//! longest prefix that ends with a slash.

use std::collections::HashMap;

/// The import map of one page, its addresses resolved to urls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportMap {
    /// Specifier, or prefix with a slash at its end -> url.
    pub imports: HashMap<String, String>,
    /// The url of a module, or the prefix of urls with a slash at its end -> what counts there.
    pub scopes: HashMap<String, HashMap<String, String>>,
}

impl ImportMap {
    /// What `specifier` stands for in the module `importer`; `None` where the map says nothing. `specifier` is bare, or
    /// the url that it names.
    pub fn resolve(&self, importer: &str, specifier: &str) -> Option<String> {
        let matches = |scope: &&String| {
            *scope == importer || (scope.ends_with('/') && importer.starts_with(&**scope))
        };
        let mut scopes: Vec<&String> = self.scopes.keys().filter(matches).collect();
        scopes.sort_by_key(|scope| std::cmp::Reverse(scope.len()));
        let scoped = scopes
            .into_iter()
            .filter_map(|scope| self.scopes.get(scope));
        let mut maps = scoped.chain([&self.imports]);
        maps.find_map(|map| look_up(map, specifier))
    }
}

fn look_up(map: &HashMap<String, String>, specifier: &str) -> Option<String> {
    if let Some(whole) = map.get(specifier) {
        return Some(whole.clone());
    }
    let mut prefix = specifier;
    while let Some(at) = prefix.trim_end_matches('/').rfind('/') {
        prefix = &prefix[..=at];
        if let Some(folder) = map.get(prefix) {
            return Some(format!("{folder}{}", &specifier[prefix.len()..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(entries: &[(&str, &str)]) -> HashMap<String, String> {
        let owned = entries
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        owned.collect()
    }

    #[test]
    fn scopes_come_first_the_longest_before_others() {
        let page = ImportMap {
            imports: map(&[
                ("dep", "/dep1.js"),
                ("lib/", "/lib/"),
                ("lib/x.js", "/x.js"),
            ]),
            scopes: HashMap::from([
                ("/lib/".to_owned(), map(&[("dep", "/dep2.js")])),
                ("/lib/deep/".to_owned(), map(&[("dep", "/dep3.js")])),
                ("/one.js".to_owned(), map(&[("dep", "/dep4.js")])),
            ]),
        };
        for (importer, specifier, expected) in [
            ("/main.js", "dep", Some("/dep1.js")),
            ("/lib/a.js", "dep", Some("/dep2.js")),
            ("/lib/deep/a.js", "dep", Some("/dep3.js")),
            ("/one.js", "dep", Some("/dep4.js")),
            ("/one.js.map", "dep", Some("/dep1.js")),
            ("/lib/a.js", "lib/b.js", Some("/lib/b.js")),
            ("/main.js", "lib/x.js", Some("/x.js")),
            ("/main.js", "other", None),
        ] {
            let found = page.resolve(importer, specifier);
            assert_eq!(found.as_deref(), expected, "{importer} {specifier}");
        }
    }
}
