//! What code reads of the environment it runs in: `process.env.NODE_ENV`, and where a statement about it may stand.

use hotgraph_core::syntax::analyze::{Dialect, Span, guarded};
use hotgraph_core::syntax::edit::Edit;
use swc_core::common::comments::SingleThreadedComments;
use swc_core::common::{BytePos, FileName, SourceMap, Spanned};
use swc_core::ecma::ast::{Expr, Lit, MemberProp};
use swc_core::ecma::visit::{Visit, VisitWith};

use super::parse;

/// Where JavaScript reads `process.env.NODE_ENV`, which browsers do not have. Where it assigns that, it means a variable of
/// its own.
pub fn node_env(code: &str) -> Vec<Span> {
    if !code.contains("NODE_ENV") {
        return Vec::new();
    }
    let found = guarded(code, Dialect::JavaScript, || {
        let files = SourceMap::default();
        let file = files.new_source_file(FileName::Anon.into(), code.to_owned());
        let module = parse(
            &file,
            code,
            Dialect::JavaScript,
            &SingleThreadedComments::default(),
        )?;
        let mut search = NodeEnv::default();
        module.visit_with(&mut search);
        Ok(search.found)
    });
    found.unwrap_or_default()
}

#[derive(Default)]
struct NodeEnv {
    found: Vec<Span>,
}

impl Visit for NodeEnv {
    // What is assigned to is no expression.
    fn visit_expr(&mut self, expr: &Expr) {
        if !is_node_env(expr) {
            return expr.visit_children_with(self);
        }
        let span = expr.span();
        let at = |position: BytePos| position.0.saturating_sub(1) as usize;
        self.found.push(Span {
            start: at(span.lo),
            end: at(span.hi),
        });
    }
}

/// Whether an expression is `process.env.NODE_ENV`, in any of its spellings.
fn is_node_env(expr: &Expr) -> bool {
    let env = property(expr, "NODE_ENV").and_then(|of| property(of, "env"));
    env.is_some_and(|process| match property(process, "process") {
        Some(global) => ["globalThis", "global"]
            .iter()
            .any(|name| is_ident(global, name)),
        None => is_ident(process, "process"),
    })
}

fn is_ident(expr: &Expr, name: &str) -> bool {
    matches!(expr, Expr::Ident(ident) if ident.sym == name)
}

/// The object whose property of this name an expression reads.
fn property<'e>(expr: &'e Expr, name: &str) -> Option<&'e Expr> {
    let member = match expr {
        Expr::Member(member) => member,
        Expr::OptChain(chain) => chain.base.as_member()?,
        _ => return None,
    };
    let is_named = match &member.prop {
        MemberProp::Ident(found) => found.sym == name,
        MemberProp::Computed(found) => {
            matches!(&*found.expr, Expr::Lit(Lit::Str(text)) if text.value == *name)
        }
        MemberProp::PrivateName(_) => false,
    };
    is_named.then_some(&*member.obj)
}

/// Puts a statement in front of all others of a module, on their line. A hashbang has to come first.
pub fn at_start(code: &str, statement: &str) -> Edit {
    let is_hashbang = code.trim_start_matches('\u{feff}').starts_with("#!");
    let at = match is_hashbang {
        true => code.find('\n').map_or(code.len(), |end| end + 1),
        false => code.len() - code.trim_start_matches('\u{feff}').len(),
    };
    Edit {
        span: Span { start: at, end: at },
        text: statement.to_owned().into(),
    }
}
