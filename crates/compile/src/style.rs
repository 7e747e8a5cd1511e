//! Style sheets as modules: CSS modules by lightningcss, and what imports of style sheets get.

use std::collections::BTreeMap;

use hotgraph_core::syntax::literal::literal;
use hotgraph_core::syntax::name::is_identifier_name;
use lightningcss::css_modules::{
    Config, CssModuleExport, CssModuleExports, CssModuleReference, Pattern,
};
use lightningcss::printer::PrinterOptions;
use lightningcss::stylesheet::{ParserOptions, StyleSheet};

/// How deep blocks and brackets may stand in each other: the parser recurses.
const MOST_OPEN: usize = 200;

/// Why a style sheet is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StyleError {
    /// What is wrong, in the parser's words.
    pub message: String,
    /// From 1, if it is known.
    pub line: u32,
    /// From 1, in UTF-16 code units.
    pub column: u32,
}

/// A CSS module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scoped {
    /// The style sheet with its own names.
    pub css: String,
    /// The names in it by what its author calls them.
    pub names: BTreeMap<String, Vec<Name>>,
}

/// A class of a style sheet, or what is composed into one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Name {
    /// This class.
    Class(String),
    /// What another style sheet calls so.
    Of {
        /// The specifier of the other.
        specifier: String,
        /// The name there.
        name: String,
    },
}

/// Gives the classes of a style sheet names that are no other's.
///
/// `path` is the file below the root: two files of one content have different names, which stay when the content changes.
///
/// # Errors
///
/// [`StyleError`] when the text cannot be parsed.
pub fn scoped(source: &str, path: &str) -> Result<Scoped, StyleError> {
    if deepest(source) > MOST_OPEN {
        return Err(StyleError {
            message: format!("blocks stand more than {MOST_OPEN} deep in each other"),
            line: 1,
            column: 1,
        });
    }
    let pattern = Pattern::parse("[name]_[local]_[hash]").unwrap_or_default();
    let options = ParserOptions {
        filename: path.to_owned(),
        css_modules: Some(Config {
            pattern,
            ..Config::default()
        }),
        ..ParserOptions::default()
    };
    let sheet = StyleSheet::parse(source, options).map_err(|error| {
        let place = error.loc.as_ref();
        StyleError {
            message: reason(&error.kind.to_string()),
            line: place.map_or(1, |place| place.line + 1),
            column: place.map_or(1, |place| place.column),
        }
    })?;
    let printed = sheet.to_css(PrinterOptions::default());
    let printed = printed.map_err(|error| StyleError {
        message: error.to_string(),
        line: 1,
        column: 1,
    })?;
    Ok(Scoped {
        css: printed.code,
        names: names_of(&printed.exports.unwrap_or_default()),
    })
}

/// Why a sheet cannot be parsed, where the parser does not say what to write.
fn reason(said: &str) -> String {
    match said.starts_with("Ambiguous CSS module class") {
        true => {
            "`:global` and `:local` need a selector of their own: write :global(.name)".to_owned()
        }
        false => said.to_owned(),
    }
}

fn names_of(exports: &CssModuleExports) -> BTreeMap<String, Vec<Name>> {
    let name_of = |reference: &CssModuleReference| match reference {
        CssModuleReference::Local { name } | CssModuleReference::Global { name } => {
            Name::Class(name.clone())
        }
        CssModuleReference::Dependency { name, specifier } => Name::Of {
            specifier: specifier.clone(),
            name: name.clone(),
        },
    };
    let all_of = |export: &CssModuleExport| {
        let own = Name::Class(export.name.clone());
        let composed = export.composes.iter().map(name_of);
        std::iter::once(own).chain(composed).collect()
    };
    let exports = exports.iter();
    exports
        .map(|(name, export)| (name.clone(), all_of(export)))
        .collect()
}

/// How deep blocks and brackets could stand in each other.
fn deepest(source: &str) -> usize {
    let (mut open, mut most) = (0_usize, 0);
    for byte in source.bytes() {
        match byte {
            b'{' | b'(' | b'[' => open += 1,
            b'}' | b')' | b']' => open = open.saturating_sub(1),
            _ => {}
        }
        most = most.max(open);
    }
    most
}

/// The module that an import of a style sheet gets. It puts a link to the sheet into the page, waits until that has
/// loaded, and takes it away when nothing imports it any more. Changes of the sheet are the link's.
///
/// `sheet_url` is where the page gets the sheet. `names` are exported; of a plain style sheet there are none.
pub fn module(sheet_url: &str, names: &BTreeMap<String, Vec<Name>>) -> String {
    let mut code = String::new();
    let mut others: Vec<&str> = Vec::new();
    let mut values = Vec::new();
    for (name, parts) in names {
        let parts: Vec<String> = parts
            .iter()
            .map(|part| match part {
                Name::Class(class) => literal(class),
                Name::Of { specifier, name } => {
                    let known = others.iter().position(|other| other == specifier);
                    let index = known.unwrap_or_else(|| {
                        others.push(specifier);
                        others.len() - 1
                    });
                    format!("other{index}[{}]", literal(name))
                }
            })
            .collect();
        values.push((name, parts.join(" + ' ' + ")));
    }
    for (index, specifier) in others.iter().enumerate() {
        code.push_str(&format!(
            "import other{index} from {};\n",
            literal(specifier)
        ));
    }
    code.push_str(&LINK.replace("$SHEET", &literal(sheet_url)));
    let entries = values.iter();
    let entries: Vec<String> = entries
        .map(|(name, value)| format!("{}: {value}", literal(name)))
        .collect();
    if names.is_empty() {
        return code + "export default undefined;\n";
    }
    code.push_str(&format!(
        "const names = {{ {} }};\nexport default names;\n",
        entries.join(", ")
    ));
    let named = names
        .keys()
        .enumerate()
        .filter(|(_, name)| is_identifier_name(name) && *name != "default");
    for (index, name) in named {
        code.push_str(&format!(
            "const name{index} = names.{name};\nexport {{ name{index} as {name} }};\n"
        ));
    }
    code.push_str(RENAMED);
    code
}

/// Puts a style sheet into the page.
const LINK: &str = "\
const { hot } = import.meta;
const data = hot?.data ?? {};
if (data.link === undefined && globalThis.document) {
  data.link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: $SHEET });
  const { nonce } = document.querySelector('[nonce]') ?? {};
  if (nonce) data.link.nonce = nonce;
  const loaded = new Promise((resolve, reject) => {
    data.link.onload = resolve;
    // What a sheet imports from elsewhere may be missing, as in any page.
    const lacks = (sheet) => [...sheet.cssRules].some(({ href, styleSheet }) => {
      if (!href || new URL(href, sheet.href).origin !== location.origin) return false;
      return !styleSheet?.cssRules.length || lacks(styleSheet);
    });
    data.link.onerror = () => {
      const { sheet } = data.link;
      if (sheet?.cssRules.length && !lacks(sheet)) resolve();
      else reject(new Error(`the style sheet ${$SHEET} could not be loaded`));
    };
  });
  document.head.append(data.link);
  await loaded;
}
hot?.prune(() => data.link?.remove());
";

/// An edit that changes no names changes nothing for who imports them.
const RENAMED: &str = "\
hot?.accept((next) => {
  if (JSON.stringify(next.default) !== JSON.stringify(names)) {
    hot.invalidate('its class names are others now');
  }
});
";

#[cfg(test)]
mod tests {
    use super::*;

    fn names(source: &str) -> Vec<(String, Vec<Name>)> {
        match scoped(source, "src/a.module.css") {
            Ok(scoped) => scoped.names.into_iter().collect(),
            Err(error) => panic!("{source}: {error:?}"),
        }
    }

    #[test]
    fn classes_get_names_of_their_own() {
        let found =
            names(".a { color: red } .b { composes: a; composes: c from './c.module.css' }");
        let [(a, a_parts), (b, b_parts)] = &found[..] else {
            panic!("{found:?}");
        };
        assert_eq!((a.as_str(), b.as_str()), ("a", "b"));
        let Some(Name::Class(class)) = a_parts.first() else {
            panic!("{a_parts:?}");
        };
        assert!(class.starts_with("a-module_a_"), "{class}");
        assert_eq!(b_parts.get(1), a_parts.first());
        let other = Name::Of {
            specifier: "./c.module.css".to_owned(),
            name: "c".to_owned(),
        };
        assert_eq!(b_parts.get(2), Some(&other));
        // The content does not count, the file does.
        assert_eq!(names(".a { color: blue }")[0].1, *a_parts);
        let elsewhere = scoped(".a {}", "lib/a.module.css").map(|scoped| scoped.names["a"].clone());
        assert_ne!(elsewhere.as_ref(), Ok(a_parts));
    }

    #[test]
    fn mistakes_have_a_place() {
        let error = scoped(".a { color: red }\n.b { 1 }\n", "a.module.css");
        let Err(StyleError { line, .. }) = error else {
            panic!("{error:?}");
        };
        assert_eq!(line, 2);
        let deep = format!("{}{}", ".a {".repeat(10_000), "}".repeat(10_000));
        assert!(scoped(&deep, "a.module.css").is_err());
        let deep = format!(
            ".a {{ width: {}1{} }}",
            "calc(".repeat(190),
            ")".repeat(190)
        );
        let _ = scoped(&deep, "a.module.css");
    }

    #[test]
    fn a_module_exports_the_names() {
        let code = module(
            "/a.css?scoped",
            &names(".a {} .b-c {} .class {} .d { composes: e from './e.css' }")
                .into_iter()
                .collect(),
        );
        assert!(
            code.starts_with("import other0 from \"./e.css\";\n"),
            "{code}"
        );
        assert!(code.contains(" + ' ' + other0[\"e\"]"), "{code}");
        assert!(code.contains("export { name0 as a };"), "{code}");
        assert!(code.contains("as class };"), "{code}");
        assert!(!code.contains("as b-c"), "{code}");
        assert!(module("/a.css", &BTreeMap::new()).contains("href: \"/a.css\""));
    }
}
