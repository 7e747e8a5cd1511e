//! Which code runs whenever the module does, which may, and which never does.
//!
//! Knows statements and constants. Says `Always` and `Never` only of what is certain.

use swc_core::ecma::ast::{BinaryOp, Callee, Expr, Lit, MemberExpr, OptChainBase, Stmt, UnaryOp};

use super::collect::strip;
use super::value::member_name;

/// Whether a piece of code runs when its module does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reach {
    /// It does, where there is an `import.meta.hot` and nothing is thrown before.
    Always,
    /// Only running the module tells.
    Perhaps,
    /// It never runs.
    Never,
}

/// Whether control never comes past a statement.
pub(super) fn ends(statement: &Stmt) -> bool {
    matches!(
        statement,
        Stmt::Return(_) | Stmt::Throw(_) | Stmt::Break(_) | Stmt::Continue(_)
    )
}

/// How far the branches of a condition are reached from code that is itself reached as far as `outer`:
/// when it holds, and when it does not.
pub(super) fn branches(condition: &Expr, outer: Reach) -> (Reach, Reach) {
    let perhaps = outer.max(Reach::Perhaps);
    match constant(condition) {
        Some(true) => (outer, Reach::Never),
        Some(false) => (Reach::Never, outer),
        None if is_hot(condition) => (outer, perhaps),
        None => (perhaps, perhaps),
    }
}

/// Operands looked at for one answer. The walk asks about each part of a long chain: without a limit, its cost would be
/// the chain's length squared.
const OPERANDS: u32 = 16;

/// Whether the text of a condition already says how it ends.
fn constant(condition: &Expr) -> Option<bool> {
    constant_within(condition, &mut OPERANDS.clone())
}

fn constant_within(condition: &Expr, operands: &mut u32) -> Option<bool> {
    *operands = operands.checked_sub(1)?;
    match strip(condition) {
        Expr::Lit(Lit::Bool(literal)) => Some(literal.value),
        // As minifiers write it.
        Expr::Unary(not) if not.op == UnaryOp::Bang => match strip(&not.arg) {
            Expr::Lit(Lit::Bool(literal)) => Some(!literal.value),
            Expr::Lit(Lit::Num(number)) => Some(number.value == 0.0),
            _ => None,
        },
        Expr::Bin(pair) => {
            let decisive = match pair.op {
                BinaryOp::LogicalAnd => false,
                BinaryOp::LogicalOr => true,
                _ => return None,
            };
            let left = constant_within(&pair.left, operands);
            if left == Some(decisive) {
                return left;
            }
            let right = constant_within(&pair.right, operands);
            right.filter(|&holds| holds == decisive || left.is_some())
        }
        _ => None,
    }
}

/// Whether an expression is `import.meta.hot`, spelled out: whether an alias has a value may depend on conditions.
fn is_hot(expression: &Expr) -> bool {
    member_of(expression).is_some_and(|member| {
        matches!(strip(&member.obj), Expr::MetaProp(_))
            && matches!(member_name(member).as_deref(), Some("hot" | "webpackHot"))
    })
}

fn member_of(expression: &Expr) -> Option<&MemberExpr> {
    match strip(expression) {
        Expr::Member(member) => Some(member),
        Expr::OptChain(chain) => chain.base.as_member(),
        _ => None,
    }
}

/// The function of `import.meta.hot`, spelled out, that an expression calls whenever it is evaluated.
pub(super) fn certain_callee(expression: &Expr) -> Option<&Expr> {
    let callee = match strip(expression) {
        Expr::Bin(pair) if pair.op == BinaryOp::LogicalAnd && is_hot(&pair.left) => {
            return certain_callee(&pair.right);
        }
        Expr::Call(call) => match &call.callee {
            Callee::Expr(callee) => callee,
            _ => return None,
        },
        Expr::OptChain(chain) => match &*chain.base {
            OptChainBase::Call(call) => &call.callee,
            OptChainBase::Member(_) => return None,
        },
        _ => return None,
    };
    let is_own = member_of(callee).is_some_and(|member| is_hot(&member.obj));
    is_own.then_some(callee)
}
