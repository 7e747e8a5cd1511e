//! Source text in, facts and served text out. Alone in naming swc.

pub mod analyze;
pub mod carry;
pub mod edit;
pub mod literal;
pub mod live;
pub mod patch;
pub mod rewrite;
pub mod style;
