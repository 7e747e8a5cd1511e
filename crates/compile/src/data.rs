//! Files that are no scripts, as modules: what an import of them gets. The conventions are Vite's.

use hotgraph_core::syntax::literal::literal;
use hotgraph_core::syntax::name::is_identifier_name;

/// A module whose default export is a text: of `?raw`, `?inline` and `?url`.
pub fn text(text: &str) -> String {
    format!("export default {};\n", literal(text))
}

/// A module of JSON: the default export is the value, and those of its keys that can be names are exported too.
///
/// # Errors
///
/// The parser's, when the text is not JSON. Lines and columns count from 1, columns in bytes.
pub fn json(text: &str) -> Result<String, serde_json::Error> {
    let text = text.trim_start_matches('\u{feff}');
    let value: serde_json::Value = serde_json::from_str(text)?;
    let mut code = format!("const value = JSON.parse({});\n", literal(text));
    let keys = value
        .as_object()
        .into_iter()
        .flat_map(|object| object.keys());
    let names: Vec<&String> = keys.filter(|key| is_identifier_name(key)).collect();
    for (index, name) in names.iter().enumerate() {
        code.push_str(&format!("const export{index} = value.{name};\n"));
    }
    let exports = names.iter().enumerate();
    let exports: Vec<String> = exports
        .filter(|(_, name)| **name != "default")
        .map(|(index, name)| format!("export{index} as {name}"))
        .collect();
    code.push_str(&format!("export {{ {} }};\n", exports.join(", ")));
    code.push_str("export default value;\n");
    Ok(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_exported() {
        assert_eq!(
            text("a\n\"b\"\u{2028}"),
            "export default \"a\\n\\\"b\\\"\\u2028\";\n"
        );
    }

    #[test]
    fn json_has_names_where_they_can_be() {
        for (source, expected) in [
            ("[1]", "export {  };\n"),
            (
                r#"{"a":1,"b-c":2,"class":3,"default":4}"#,
                "export { export0 as a, export1 as class };\n",
            ),
        ] {
            let code = json(source).unwrap_or_default();
            assert!(code.contains(expected), "{code}");
            assert!(code.ends_with("export default value;\n"));
        }
        assert_eq!(
            json("{\n \"a\": }").map_err(|error| (error.line(), error.column())),
            Err((2, 7))
        );
    }
}
