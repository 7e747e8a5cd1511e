//! Names of JavaScript, as far as generated code has to spell them.
//!
//! Knows single names. Must not know where they stand.

use swc_core::ecma::ast::Ident;

/// Whether a name can stand as it is where any identifier name can: after a dot, in a list of exports.
pub fn is_identifier_name(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(Ident::is_valid_start) && characters.all(Ident::is_valid_continue)
}
