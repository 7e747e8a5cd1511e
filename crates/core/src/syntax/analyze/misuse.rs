//! Calls of `accept` that cannot do what they say, by their arguments.
//!
//! Knows literals, one call at a time. Says nothing of what only running the code tells.

use swc_core::ecma::ast::{Expr, ExprOrSpread, Lit};

use super::collect::strip;
use super::names::Method;
use super::{Misuse, MisuseKind, span_of};

/// What is wrong with the arguments of a call of `method`.
pub(super) fn of_arguments(method: Method, arguments: &[ExprOrSpread]) -> Vec<Misuse> {
    if arguments.iter().any(|argument| argument.spread.is_some()) {
        return Vec::new();
    }
    let mut arguments = arguments.iter().map(|argument| strip(&argument.expr));
    let (Some(first), second) = (arguments.next(), arguments.next()) else {
        return Vec::new();
    };
    let found = |kind, place: &Expr| Misuse {
        kind,
        span: span_of(place),
    };
    let mut misuses = Vec::new();
    match (method, first) {
        (Method::Accept | Method::AcceptDeps, Expr::Array(list)) => {
            if list.elems.is_empty() {
                misuses.push(found(MisuseKind::NoDependencies, first));
            }
            let elements = list.elems.iter().flatten();
            misuses.extend(
                elements
                    .filter(|element| element.spread.is_none() && is_no_text(&element.expr))
                    .map(|element| found(MisuseKind::NotASpecifier, &element.expr)),
            );
        }
        (Method::Accept, Expr::Fn(_) | Expr::Arrow(_)) => {
            let dependency = second.filter(|second| is_text(second) || second.is_array());
            misuses.extend(dependency.map(|second| found(MisuseKind::CallbackFirst, second)));
            return misuses;
        }
        (Method::Accept, Expr::Object(_) | Expr::Lit(Lit::Null(_))) => return misuses,
        (Method::Accept | Method::AcceptDeps, _) if is_no_text(first) => {
            misuses.push(found(MisuseKind::NotASpecifier, first));
        }
        (Method::Accept | Method::AcceptDeps, _) if is_text(first) => {}
        _ => return misuses,
    }
    let callback = second.filter(|second| {
        !matches!(
            second,
            Expr::Fn(_) | Expr::Arrow(_) | Expr::Lit(Lit::Null(_))
        ) && (is_text(second) || is_no_text(second))
    });
    misuses.extend(callback.map(|second| found(MisuseKind::NotACallback, second)));
    misuses
}

/// Whether a call of `method` certainly is about updates of the module itself.
pub(super) fn accepts_itself(method: Method, arguments: &[ExprOrSpread]) -> bool {
    match (method, arguments.first()) {
        (Method::AcceptExports, _) | (Method::Accept, None) => true,
        (Method::Accept, Some(first)) => {
            let is_itself = matches!(
                strip(&first.expr),
                Expr::Fn(_) | Expr::Arrow(_) | Expr::Object(_)
            );
            first.spread.is_none() && is_itself
        }
        _ => false,
    }
}

fn is_text(expression: &Expr) -> bool {
    matches!(expression, Expr::Lit(Lit::Str(_)) | Expr::Tpl(_))
}

/// Whether an expression is a literal of something else than a string.
fn is_no_text(expression: &Expr) -> bool {
    match strip(expression) {
        Expr::Lit(literal) => !matches!(literal, Lit::Str(_)),
        other => matches!(
            other,
            Expr::Array(_) | Expr::Object(_) | Expr::Fn(_) | Expr::Arrow(_)
        ),
    }
}
