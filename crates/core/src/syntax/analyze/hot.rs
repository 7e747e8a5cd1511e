//! What a call of `accept` and its relatives accepts.
//!
//! Knows the forms of all dialects, one call at a time. Must not know scopes: names are looked up by the
//! caller.

use std::rc::Rc;

use swc_core::ecma::ast::{BinaryOp, Expr, ExprOrSpread, Lit, ObjectLit, PropOrSpread, UnaryOp};

use super::collect::{literal, property, strip};
use super::names::{Method, Value};
use super::{AcceptedDep, HotUse, SelfAccept};

/// Adds to `hot` what a call of `method` accepts. `value_of` tells what an expression stands for.
pub(super) fn call(
    hot: &mut HotUse,
    method: Method,
    arguments: &[ExprOrSpread],
    value_of: &dyn Fn(&Expr) -> Value,
) {
    // The arguments of a spread are unknown, and so are the places of those after it.
    if arguments
        .iter()
        .take(2)
        .any(|argument| argument.spread.is_some())
    {
        hot.opaque = true;
        return;
    }
    let mut arguments = arguments.iter().map(|argument| strip(&argument.expr));
    let (first, second) = (arguments.next(), arguments.next());
    match method {
        Method::Accept => accept(hot, first, second, value_of),
        Method::AcceptDeps => match first.and_then(|first| dependencies(hot, first, value_of)) {
            Some(found) => accept_dependencies(hot, &found),
            None => hot.opaque |= first.is_some(),
        },
        Method::AcceptExports => {
            let found = first.and_then(|first| dependencies(hot, first, value_of));
            hot.opaque |= found.is_none();
            let names = hot.accepts_exports.get_or_insert_default();
            names.extend(
                found
                    .iter()
                    .flat_map(|found| found.iter())
                    .map(|name| name.specifier.clone()),
            );
        }
        Method::Decline => hot.declines = true,
        Method::Invalidate | Method::Neutral => {}
    }
}

fn accept(
    hot: &mut HotUse,
    first: Option<&Expr>,
    second: Option<&Expr>,
    value_of: &dyn Fn(&Expr) -> Value,
) {
    let Some(first) = first.filter(|first| !is_nothing(first)) else {
        return accept_self(hot, false, second);
    };
    if let Some(found) = dependencies(hot, first, value_of) {
        return accept_dependencies(hot, &found);
    }
    match first {
        Expr::Object(options) => {
            accept_self(hot, false, second);
            bubble(hot, options);
        }
        Expr::Fn(_) | Expr::Arrow(_) | Expr::Call(_) => accept_self(hot, true, second),
        // A specifier that is put together at run time.
        Expr::Tpl(_) => hot.opaque = true,
        Expr::Bin(sum) if sum.op == BinaryOp::Add => hot.opaque = true,
        // Most likely a callback by its name. It could be a list as well.
        _ => {
            accept_self(hot, true, second);
            hot.opaque = true;
        }
    }
}

fn accept_dependencies(hot: &mut HotUse, found: &[AcceptedDep]) {
    hot.accepts.extend_from_slice(found);
}

fn accept_self(hot: &mut HotUse, callback: bool, options: Option<&Expr>) {
    let accepts: &mut SelfAccept = hot.accepts_self.get_or_insert_default();
    accepts.callback |= callback;
    match options {
        Some(Expr::Object(options)) => bubble(hot, options),
        Some(other) => hot.opaque |= !is_nothing(other),
        None => {}
    }
}

/// Reads `{ bubbles: true }`.
fn bubble(hot: &mut HotUse, options: &ObjectLit) {
    match property(options, "bubbles") {
        Some(Expr::Lit(Lit::Bool(bubbles))) => {
            hot.accepts_self.get_or_insert_default().bubbles |= bubbles.value;
        }
        Some(_) => hot.opaque = true,
        // It could still be a shorthand, a getter or in a spread.
        None => hot.opaque |= options.props.iter().any(is_unclear),
    }
}

fn is_unclear(property: &PropOrSpread) -> bool {
    match property {
        PropOrSpread::Spread(_) => true,
        PropOrSpread::Prop(property) => !property.is_key_value(),
    }
}

fn is_nothing(expression: &Expr) -> bool {
    match expression {
        Expr::Lit(Lit::Null(_)) => true,
        Expr::Ident(name) => &*name.sym == "undefined",
        Expr::Unary(unary) => unary.op == UnaryOp::Void,
        _ => false,
    }
}

/// The specifiers (or names) in a string, a list of strings, or a constant of either. An element that is
/// not a literal is left out and makes the module opaque. `None` for any other expression.
fn dependencies(
    hot: &mut HotUse,
    expression: &Expr,
    value_of: &dyn Fn(&Expr) -> Value,
) -> Option<Rc<[AcceptedDep]>> {
    if let Some(found) = constant(expression) {
        return Some(found);
    }
    match expression {
        Expr::Array(list) => {
            let mut found = Vec::with_capacity(list.elems.len());
            for element in &list.elems {
                let known = element
                    .as_ref()
                    .filter(|element| element.spread.is_none())
                    .and_then(|element| one(&element.expr, value_of));
                match known {
                    Some(dependency) => found.push(dependency),
                    None => hot.opaque = true,
                }
            }
            Some(found.into())
        }
        Expr::Ident(_) => match value_of(expression) {
            Value::Specifiers(found) => Some(found),
            _ => None,
        },
        _ => None,
    }
}

/// One element of a list: a literal, or a constant that is one.
fn one(element: &Expr, value_of: &dyn Fn(&Expr) -> Value) -> Option<AcceptedDep> {
    if let Some((specifier, span)) = literal(element) {
        return Some(AcceptedDep { specifier, span });
    }
    match value_of(element) {
        Value::Specifiers(found) => match &*found {
            [only] => Some(only.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// The specifiers in a literal, or in a list of nothing but literals.
pub(super) fn constant(expression: &Expr) -> Option<Rc<[AcceptedDep]>> {
    if let Some((specifier, span)) = literal(expression) {
        return Some(Rc::new([AcceptedDep { specifier, span }]));
    }
    let list = strip(expression)
        .as_array()
        .filter(|list| !list.elems.is_empty())?;
    list.elems
        .iter()
        .map(|element| {
            let element = element
                .as_ref()
                .filter(|element| element.spread.is_none())?;
            let (specifier, span) = literal(&element.expr)?;
            Some(AcceptedDep { specifier, span })
        })
        .collect()
}
