//! Making modules hot that define custom elements.

use std::path::PathBuf;

use napi::bindgen_prelude::Result;
use napi_derive::napi;

use crate::engine::elements;
use hotgraph_compile::elements::{Definer, Definers};

/// A name in the code of modules that define custom elements.
#[napi(object)]
pub struct ElementDefiner {
    /// What it is called, `default` for a default import.
    pub name: String,
    /// The specifiers that it may be imported from. Left out or empty: any variable of this name.
    pub from: Option<Vec<String>>,
}

/// What makes a module one that defines custom elements, besides `customElements.define()` and Lit's and FAST's decorators.
#[napi(object)]
pub struct ElementDefiners {
    /// Decorators of classes.
    pub decorators: Option<Vec<ElementDefiner>>,
    /// Functions that return classes.
    pub functions: Option<Vec<ElementDefiner>>,
    /// Base classes.
    pub base_classes: Option<Vec<ElementDefiner>>,
}

/// A module with custom elements, made hot.
#[napi(object)]
pub struct HotElements {
    /// Its text, on the same lines.
    pub code: String,
    /// Source map version 3, as JSON.
    pub map: String,
    /// Whether it defines elements, and now accepts itself.
    pub defines: bool,
}

/// Makes a module hot that has custom elements: `null` where there is nothing to do. The name of the file says its
/// language. `runtime` is the url of the page's side.
///
/// Throws when the source cannot be parsed.
#[napi(catch_unwind)]
pub fn make_elements_hot(
    source: String,
    file: String,
    runtime: String,
    definers: ElementDefiners,
) -> Result<Option<HotElements>> {
    let list = |some: Option<Vec<ElementDefiner>>| {
        let all = some.unwrap_or_default().into_iter();
        all.map(|ElementDefiner { name, from }| Definer {
            name,
            from: from.unwrap_or_default(),
        })
        .collect()
    };
    let definers = Definers {
        decorators: list(definers.decorators),
        functions: list(definers.functions),
        base_classes: list(definers.base_classes),
    };
    elements::make_hot(&source, &PathBuf::from(file), &runtime, &definers)
        .map(|made| {
            made.map(|made| HotElements {
                code: made.code,
                map: made.map,
                defines: made.defines,
            })
        })
        .map_err(|error| napi::Error::from_reason(error.to_string()))
}
