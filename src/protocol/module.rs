//! Modules: what they are, their content, and what linking needs to know of them.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use serde::Serialize;
#[cfg(test)]
use ts_rs::TS;

/// The content of a module, to be run without being imported. What a shell holds, and what updates bring.
#[derive(Debug, Clone, PartialEq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(TS))]
#[cfg_attr(test, ts(export, export_to = "protocol.ts"))]
pub struct Body {
    /// What linking needs to know.
    pub definition: Definition,
    /// An expression for the function that the module's own text became (docs/protocol.md, "Bodies"). `None` for data.
    pub code: Option<Arc<str>>,
    /// In place of code, the text of a JSON module or of another that is data.
    pub value: Option<Arc<str>>,
}

/// What linking needs to know of a module: what it imports and exports.
#[derive(Debug, Clone, PartialEq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(TS))]
#[cfg_attr(test, ts(export, export_to = "protocol.ts"))]
pub struct Definition {
    /// The module.
    pub url: String,
    /// The version of its content: of the update that changed it last, 0 before any.
    #[cfg_attr(test, ts(type = "number"))]
    pub version: u64,
    /// Names the text that the body was made of. A page that runs a module with this hash has nothing to renew.
    pub hash: String,
    /// One for each statement that imports or re-exports, in source order.
    pub imports: Vec<ImportLink>,
    /// The names by which it exports variables of its own.
    pub locals: Vec<String>,
    /// What it exports that is another module's.
    pub indirect: Vec<IndirectExport>,
    /// Which of the imports are `export *`.
    pub stars: Vec<u32>,
    /// Whether it uses `import.meta.hot`.
    pub hot: bool,
    /// Whether the page is to report what it accepts, since its text does not tell.
    pub reports: bool,
    /// Whether it waits at its top level: its body is an async function.
    pub is_async: bool,
}

/// An import or re-export of a [`Definition`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(TS))]
#[cfg_attr(test, ts(export, export_to = "protocol.ts"))]
pub struct ImportLink {
    /// As the served code writes it.
    pub specifier: String,
    /// What the server takes it for: a url, or a whole address on another origin. `None` for a bare name that it does
    /// not know. A page with an import map resolves by itself.
    pub url: Option<String>,
    /// How it is imported.
    pub kind: ImportKind,
    /// The names that the other module has to export.
    pub names: Vec<String>,
    /// Its import attributes, where `kind` is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub attributes: Option<BTreeMap<String, String>>,
    /// Whether the other module is served byte for byte, and is the browser's.
    pub plain: bool,
    /// Whether the other module has no code of its own, but passes on what others export: a second one does no harm.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(test, ts(as = "Option<bool>", optional))]
    pub barrel: bool,
    /// Whether code that pages have no record of imports the other module too. Then it may have run.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(test, ts(as = "Option<bool>", optional))]
    pub native: bool,
}

impl Hash for ImportLink {
    /// Without what is known of the other module only: a page need not hear of it.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let link = (&self.specifier, &self.url, self.kind, &self.names);
        (link, &self.attributes, self.plain).hash(state);
    }
}

/// An export that is another module's.
#[derive(Debug, Clone, PartialEq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(TS))]
#[cfg_attr(test, ts(export, export_to = "protocol.ts"))]
pub struct IndirectExport {
    /// Its name here.
    pub exported: String,
    /// Which of the imports it comes from.
    pub import: u32,
    /// Its name there; `null` for the whole namespace.
    pub name: Option<String>,
}

/// How a module is imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(TS))]
#[cfg_attr(test, ts(export, export_to = "protocol.ts"))]
pub enum ImportKind {
    /// As a script.
    Script,
    /// With `{ type: 'json' }`.
    Json,
    /// With `{ type: 'css' }`.
    Css,
    /// With another type: text, bytes.
    Other,
}

/// What sort of resource a module is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(TS))]
#[cfg_attr(test, ts(export, export_to = "protocol.ts"))]
pub enum ModuleKind {
    /// JavaScript, however it was written.
    Script,
    /// A style sheet.
    Style,
    /// An HTML document.
    Page,
    /// Anything else: JSON, images, fetched data.
    Asset,
    /// A file that the host watches and that nothing was served from. Any page may show what the host makes of it.
    Input,
}

/// What a module does with an update of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(TS))]
#[cfg_attr(test, ts(export, export_to = "protocol.ts"))]
pub enum SelfAcceptance {
    /// Passes it on to its importers.
    None,
    /// Accepts it (`accept()`, `accept(callback)`, or writes to `data`).
    Accepts,
    /// Accepts it and still passes it on (`{ bubbles: true }`).
    Bubbles,
    /// Accepts it while importers use no other exports than those named to `acceptExports`.
    Exports,
    /// Refuses it: the page reloads.
    Declines,
}
