//! From what people write to what browsers run: TypeScript and JSX to JavaScript, style sheets and data to modules.
//!
//! Every function is a function of its arguments: text in, text out. The caller knows what a specifier stands for, and
//! which files exist.
//!
//! - [`elements`]: what makes modules hot that define custom elements.
//! - [`script`]: TypeScript and JSX to JavaScript, with a source map.
//! - [`style`]: CSS modules, and what imports of style sheets get.
//! - [`data`]: what imports of JSON, texts and other files get.

pub mod data;
pub mod elements;
mod fields;
pub mod script;
pub mod style;
