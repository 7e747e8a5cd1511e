//! Source text in, facts and served text out. Alone in naming swc.

pub mod analyze;
pub mod body;
pub mod edit;
pub mod literal;
pub mod name;
pub mod style;
