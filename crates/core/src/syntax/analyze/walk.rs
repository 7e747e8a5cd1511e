//! The walk over a module's tree.
//!
//! Knows which places let `import.meta.hot` pass unharmed: a test, a binding, a call of one of its
//! functions. Wherever else it goes, the text does not tell what is accepted, and the record says so.

use memchr::memmem;
use swc_core::ecma::ast::*;
use swc_core::ecma::visit::Visit;

use super::collect::{self, strip};
use super::names::{Method, Names, Value};
use super::reach::{self, Reach};
use super::value::{member_name, value_of};
use super::{Misuse, MisuseKind, ModuleRecord, Span, hot, misuse, scan, span_of};

/// Collects the record of a module.
pub(super) fn walk(source: &str, module: &Module) -> ModuleRecord {
    let enters_code = scan::needs_rewrite(source) || scan::loads_scripts(source);
    let mut walk = Walk {
        record: ModuleRecord::default(),
        names: Names::default(),
        enters_code,
        follows_meta: enters_code && memmem::find(source.as_bytes(), b"meta").is_some(),
        reach: Reach::Always,
        self_accepts: Vec::new(),
        declined_by: None,
    };
    walk.visit_module(module);
    walk.settle_misuses();
    walk.record
        .dynamic_imports
        .sort_by_key(|import| import.argument);
    walk.record.data_imports = collect::data_imports(&walk.record);
    walk.record.is_barrel = collect::is_barrel(module);
    walk.record
}

/// A walk, and what it has found so far.
pub(super) struct Walk {
    pub(super) record: ModuleRecord,
    pub(super) names: Names,
    /// Whether anything but the top level's declarations can be of interest.
    pub(super) enters_code: bool,
    /// Whether `import.meta` can be in the code. Otherwise names do not matter.
    pub(super) follows_meta: bool,
    /// Whether the code that is visited runs.
    pub(super) reach: Reach,
    /// Calls that accept updates of the module.
    pub(super) self_accepts: Vec<Span>,
    /// A call of `decline` that runs whenever the module does.
    pub(super) declined_by: Option<Span>,
}

impl Walk {
    /// What an expression stands for.
    pub(super) fn value_of(&self, expression: &Expr) -> Value {
        if self.follows_meta {
            value_of(&self.names, expression)
        } else {
            Value::Other
        }
    }

    // -- values --------------------------------------------------------------------------------------

    /// `value` is mentioned.
    pub(super) fn see(&mut self, value: &Value) {
        self.record.hot.used |= value.is_hot();
    }

    /// Notes what is imported and exported.
    pub(super) fn visit_declaration(&mut self, declaration: &ModuleDecl) {
        collect::declaration(&mut self.record, declaration);
        if let ModuleDecl::Import(statement) = declaration
            && !statement.type_only
        {
            for specifier in &statement.specifiers {
                self.names.declare(&specifier.local().sym, Value::Other);
            }
        }
    }

    /// `value` goes somewhere that is not followed.
    pub(super) fn escape(&mut self, value: &Value) {
        self.see(value);
        if value.can_accept() {
            self.record.hot.used = true;
            self.record.hot.opaque = true;
        }
    }

    /// Visits an expression whose value is only tested, dropped, or followed by the caller.
    pub(super) fn visit_unescaped(&mut self, expression: &Expr) {
        if !self.follows_meta {
            return self.visit_expr(expression);
        }
        match strip(expression) {
            Expr::Bin(pair) if is_logical(pair.op) => {
                self.visit_unescaped(&pair.left);
                let reach = self.right_side(pair);
                self.reaching(reach, |walk| walk.visit_unescaped(&pair.right));
            }
            Expr::Cond(choice) => {
                self.visit_unescaped(&choice.test);
                let (cons, alt) = reach::branches(&choice.test, self.reach);
                self.reaching(cons, |walk| walk.visit_unescaped(&choice.cons));
                self.reaching(alt, |walk| walk.visit_unescaped(&choice.alt));
            }
            Expr::Ident(_) | Expr::MetaProp(_) => {
                let value = self.value_of(expression);
                self.see(&value);
            }
            Expr::Member(member) => self.visit_member(member),
            Expr::OptChain(chain) => match &*chain.base {
                OptChainBase::Member(member) => self.visit_member(member),
                OptChainBase::Call(call) => self.visit_call(&call.callee, &call.args),
            },
            other => self.visit_expr(other),
        }
    }

    /// Visits what a member expression is made of. Returns nothing of its own value: that is for the
    /// caller to see to.
    pub(super) fn visit_member(&mut self, member: &MemberExpr) {
        let object = self.value_of(&member.obj);
        if object.is_tracked() {
            let name = member_name(member);
            self.see(&object.property(name.as_deref()));
            if name.is_none() {
                self.escape(&object);
            }
            self.visit_unescaped(&member.obj);
        } else {
            self.visit_expr(&member.obj);
        }
        if let MemberProp::Computed(computed) = &member.prop {
            self.visit_expr(&computed.expr);
        }
    }

    pub(super) fn visit_call(&mut self, callee: &Expr, arguments: &[ExprOrSpread]) {
        let function = self.value_of(callee);
        if let Value::Method(method) = function {
            self.see(&function);
            self.call(method, callee, arguments);
            self.visit_unescaped(callee);
        } else {
            if self.follows_meta && is_object_assign(callee) {
                let target = arguments
                    .first()
                    .map(|argument| self.value_of(&argument.expr));
                self.record.hot.writes_data |= target.is_some_and(|target| is_data(&target));
            }
            if is_import_scripts(callee) {
                let literals = arguments
                    .iter()
                    .filter_map(|argument| collect::literal(&argument.expr));
                let scripts = literals.map(|(script, _)| script);
                self.record.scripts.extend(scripts);
            }
            self.visit_expr(callee);
        }
        arguments
            .iter()
            .for_each(|argument| self.visit_expr(&argument.expr));
    }

    pub(super) fn call(&mut self, method: Method, callee: &Expr, arguments: &[ExprOrSpread]) {
        let hot = &mut self.record.hot;
        if self.reach == Reach::Never {
            if method.decides() && method != Method::Decline {
                hot.misuses.push(Misuse {
                    kind: MisuseKind::Unreachable,
                    span: span_of(callee),
                });
            }
            return;
        }
        let names = &self.names;
        let value_of = |argument: &Expr| value_of(names, argument);
        hot::call(hot, method, arguments, &value_of);
        hot.misuses.extend(misuse::of_arguments(method, arguments));
        if misuse::accepts_itself(method, arguments) {
            self.self_accepts.push(span_of(callee));
        }
    }

    /// Notes a call that runs whenever the module does.
    pub(super) fn note_certain(&mut self, statement: &Expr) {
        let Some(callee) = reach::certain_callee(statement) else {
            return;
        };
        let span = span_of(callee);
        match self.value_of(callee) {
            Value::Method(Method::Decline) => {
                self.declined_by.get_or_insert(span);
            }
            Value::Method(Method::Invalidate) => self.record.hot.misuses.push(Misuse {
                kind: MisuseKind::AlwaysInvalidates,
                span,
            }),
            _ => {}
        }
    }

    /// Adds what only the whole module tells.
    pub(super) fn settle_misuses(&mut self) {
        let misuses = &mut self.record.hot.misuses;
        if let Some(by) = self.declined_by {
            let kind = MisuseKind::Declined { by };
            misuses.extend(self.self_accepts.iter().map(|&span| Misuse { kind, span }));
        }
        misuses.sort_by_key(|misuse| misuse.span);
    }

    // -- reach ---------------------------------------------------------------------------------------

    /// Visits code that is reached at best as far as `reach`.
    pub(super) fn reaching(&mut self, reach: Reach, visit: impl FnOnce(&mut Self)) {
        let outer = self.reach;
        self.reach = outer.max(reach);
        visit(self);
        self.reach = outer;
    }

    /// Visits something that runs even where the code around it never does: a function declaration.
    pub(super) fn hoisted(&mut self, visit: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.reach, Reach::Perhaps);
        visit(self);
        self.reach = outer;
    }

    /// How far the right side of `&&`, `||` or `??` is reached.
    pub(super) fn right_side(&self, pair: &BinExpr) -> Reach {
        let (holds, fails) = reach::branches(&pair.left, self.reach);
        match pair.op {
            BinaryOp::LogicalAnd => holds,
            BinaryOp::LogicalOr => fails,
            _ => self.reach.max(Reach::Perhaps),
        }
    }

    /// Notes a write when `place`, which is assigned, updated or deleted, is in `data`.
    pub(super) fn write(&mut self, place: &Expr) {
        let is_member = match strip(place) {
            Expr::Member(_) => true,
            Expr::OptChain(chain) => chain.base.is_member(),
            _ => false,
        };
        self.record.hot.writes_data |= is_member && is_data(&self.value_of(place));
    }

    /// Assigns `value` to a name: later code in this scope may use the alias. Functions above do not know
    /// of it, nor whether it happened.
    pub(super) fn rebind(&mut self, name: &Ident, value: Value) {
        let known = self.names.get(&name.sym);
        self.record.hot.opaque |= value.can_accept() || known.can_accept();
        if value.is_tracked() || known != Value::Other {
            self.names.declare(&name.sym, value);
        }
    }
}

pub(super) fn is_data(value: &Value) -> bool {
    matches!(value, Value::Data | Value::DataPart)
}

pub(super) fn is_logical(operator: BinaryOp) -> bool {
    use BinaryOp::{LogicalAnd, LogicalOr, NullishCoalescing};
    matches!(operator, LogicalAnd | LogicalOr | NullishCoalescing)
}

/// Operators whose result is nothing but true or false.
pub(super) fn is_comparison(operator: BinaryOp) -> bool {
    use BinaryOp::{EqEq, EqEqEq, In, InstanceOf, NotEq, NotEqEq};
    matches!(operator, EqEq | EqEqEq | NotEq | NotEqEq | In | InstanceOf)
}

pub(super) fn is_object_assign(callee: &Expr) -> bool {
    let Expr::Member(member) = strip(callee) else {
        return false;
    };
    member.obj.is_ident_ref_to("Object") && member_name(member).as_deref() == Some("assign")
}

/// `importScripts`, by itself or of the worker's global object.
pub(super) fn is_import_scripts(callee: &Expr) -> bool {
    match strip(callee) {
        Expr::Member(member) => member_name(member).as_deref() == Some("importScripts"),
        callee => callee.is_ident_ref_to("importScripts"),
    }
}
