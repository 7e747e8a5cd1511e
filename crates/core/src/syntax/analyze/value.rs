//! What an expression stands for: follows `import.meta` through members, parentheses, fallbacks and
//! names.
//!
//! Knows expressions and the names in scope. Changes nothing.

use std::borrow::Cow;

use swc_core::ecma::ast::{
    BinaryOp, Expr, Lit, MemberExpr, MemberProp, MetaPropKind, OptChainBase,
};

use super::collect::{literal, strip};
use super::names::{Names, Value};

/// Nodes looked at for one answer. Long chains lead nowhere that matters, and the walk asks about each of their links.
/// Without a limit, its cost would be their length squared.
const REACH: u32 = 32;

/// What `expression` stands for when it has a value at all: `a || b` and `c ? a : b` stand for `a` where
/// that is of interest, else for `b`.
pub(super) fn value_of(names: &Names, expression: &Expr) -> Value {
    within(names, expression, &mut REACH.clone())
}

/// What a member expression stands for.
pub(super) fn value_of_member(names: &Names, member: &MemberExpr) -> Value {
    member_within(names, member, &mut REACH.clone())
}

fn within(names: &Names, expression: &Expr, reach: &mut u32) -> Value {
    if *reach == 0 {
        return Value::Other;
    }
    *reach -= 1;
    match strip(expression) {
        Expr::MetaProp(meta) if meta.kind == MetaPropKind::ImportMeta => Value::Meta,
        Expr::Ident(name) => names.get(&name.sym),
        Expr::Member(member) => member_within(names, member, reach),
        Expr::OptChain(chain) => match &*chain.base {
            OptChainBase::Member(member) => member_within(names, member, reach),
            OptChainBase::Call(_) => Value::Other,
        },
        Expr::Bin(pair) => match pair.op {
            BinaryOp::LogicalOr | BinaryOp::NullishCoalescing => {
                either(names, &pair.left, &pair.right, reach)
            }
            BinaryOp::LogicalAnd => within(names, &pair.right, reach),
            _ => Value::Other,
        },
        Expr::Cond(choice) => either(names, &choice.cons, &choice.alt, reach),
        Expr::Assign(assignment) => within(names, &assignment.right, reach),
        _ => Value::Other,
    }
}

fn either(names: &Names, first: &Expr, second: &Expr, reach: &mut u32) -> Value {
    match within(names, first, reach) {
        Value::Other => within(names, second, reach),
        found => found,
    }
}

fn member_within(names: &Names, member: &MemberExpr, reach: &mut u32) -> Value {
    match within(names, &member.obj, reach) {
        Value::Other => Value::Other,
        object => object.property(member_name(member).as_deref()),
    }
}

/// The name of the property that a member expression reads, as far as it is spelled out.
pub(super) fn member_name(member: &MemberExpr) -> Option<Cow<'_, str>> {
    match &member.prop {
        MemberProp::Ident(name) => Some(Cow::Borrowed(&*name.sym)),
        MemberProp::Computed(computed) => match strip(&computed.expr) {
            Expr::Lit(Lit::Num(number)) => Some(Cow::Owned(number.value.to_string())),
            expression => literal(expression).map(|(name, _)| Cow::Owned(name)),
        },
        MemberProp::PrivateName(_) => None,
    }
}
