//! What code reads of the environment it runs in: `process.env.NODE_ENV`, and where a statement about it may stand.

use hotgraph_core::syntax::analyze::{Dialect, Span, guarded};
use hotgraph_core::syntax::edit::Edit;
use swc_core::common::comments::SingleThreadedComments;
use swc_core::common::{BytePos, FileName, SourceMap};
use swc_core::ecma::ast::{AssignTarget, Expr, MemberExpr, MemberProp};
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
    fn visit_assign_target(&mut self, target: &AssignTarget) {
        if !matches!(target, AssignTarget::Simple(_)) {
            target.visit_children_with(self);
        }
    }

    fn visit_member_expr(&mut self, member: &MemberExpr) {
        let is = |name: &MemberProp, expected: &str| matches!(name, MemberProp::Ident(name) if name.sym == expected);
        if is(&member.prop, "NODE_ENV")
            && let Expr::Member(env) = &*member.obj
            && is(&env.prop, "env")
            && let Expr::Ident(process) = &*env.obj
            && process.sym == "process"
        {
            let at = |position: BytePos| position.0.saturating_sub(1) as usize;
            self.found.push(Span {
                start: at(member.span.lo),
                end: at(member.span.hi),
            });
            return;
        }
        member.visit_children_with(self);
    }
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
