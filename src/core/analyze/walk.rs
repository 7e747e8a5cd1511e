//! The walk over a module's tree.
//!
//! Knows which places let `import.meta.hot` pass unharmed: a test, a binding, a call of one of its
//! functions. Wherever else it goes, the text does not tell what is accepted, and the record says so.

use memchr::memmem;
use swc_core::ecma::ast::*;
use swc_core::ecma::visit::{Visit, VisitWith};

use super::collect::{self, strip};
use super::names::{Method, Names, Value};
use super::reach::{self, Reach};
use super::value::{member_name, value_of, value_of_member};
use super::{Misuse, MisuseKind, ModuleRecord, Span, hot, misuse, scan, span_of};

/// Collects the record of a module.
pub(super) fn walk(source: &str, module: &Module) -> ModuleRecord {
    let needs_rewrite = scan::needs_rewrite(source);
    let enters_code = needs_rewrite || scan::loads_scripts(source);
    let mut walk = Walk {
        record: ModuleRecord::default(),
        names: Names::default(),
        imported: hot::ImportedNames::new(),
        enters_code,
        follows_meta: needs_rewrite && memmem::find(source.as_bytes(), b"meta").is_some(),
        reach: Reach::Always,
        self_accepts: Vec::new(),
        declined_by: None,
    };
    walk.visit_module(module);
    walk.settle_misuses();
    walk.record
        .dynamic_imports
        .sort_by_key(|import| import.argument);
    walk.record
}

/// A walk, and what it has found so far.
pub(super) struct Walk {
    pub(super) record: ModuleRecord,
    pub(super) names: Names,
    imported: hot::ImportedNames,
    /// Whether anything but the top level's declarations can be of interest.
    enters_code: bool,
    /// Whether `import.meta` can be in the code, so that names matter.
    pub(super) follows_meta: bool,
    /// Whether the code that is visited runs.
    reach: Reach,
    /// Calls that accept updates of the module.
    self_accepts: Vec<Span>,
    /// A call of `decline` that runs whenever the module does.
    declined_by: Option<Span>,
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

    /// `value` goes somewhere that is not followed.
    pub(super) fn escape(&mut self, value: &Value) {
        self.see(value);
        if value.can_accept() {
            self.record.hot.used = true;
            self.record.hot.opaque = true;
        }
    }

    /// Visits an expression whose value is only tested, dropped, or followed by the caller.
    fn visit_unescaped(&mut self, expression: &Expr) {
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
    fn visit_member(&mut self, member: &MemberExpr) {
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

    fn visit_call(&mut self, callee: &Expr, arguments: &[ExprOrSpread]) {
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

    fn call(&mut self, method: Method, callee: &Expr, arguments: &[ExprOrSpread]) {
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
        hot::call(hot, method, arguments, &self.imported, &value_of);
        hot.misuses.extend(misuse::of_arguments(method, arguments));
        if misuse::accepts_itself(method, arguments) {
            self.self_accepts.push(span_of(callee));
        }
    }

    /// Notes a call that runs whenever the module does.
    fn note_certain(&mut self, statement: &Expr) {
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
    fn settle_misuses(&mut self) {
        let misuses = &mut self.record.hot.misuses;
        if let Some(by) = self.declined_by {
            let kind = MisuseKind::Declined { by };
            misuses.extend(self.self_accepts.iter().map(|&span| Misuse { kind, span }));
        }
        misuses.sort_by_key(|misuse| misuse.span);
    }

    // -- reach ---------------------------------------------------------------------------------------

    /// Visits code that is reached at best as far as `reach`.
    fn reaching(&mut self, reach: Reach, visit: impl FnOnce(&mut Self)) {
        let outer = self.reach;
        self.reach = outer.max(reach);
        visit(self);
        self.reach = outer;
    }

    /// Visits something that runs even where the code around it never does: a function declaration.
    fn hoisted(&mut self, visit: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.reach, Reach::Perhaps);
        visit(self);
        self.reach = outer;
    }

    /// How far the right side of `&&`, `||` or `??` is reached.
    fn right_side(&self, pair: &BinExpr) -> Reach {
        let (holds, fails) = reach::branches(&pair.left, self.reach);
        match pair.op {
            BinaryOp::LogicalAnd => holds,
            BinaryOp::LogicalOr => fails,
            _ => self.reach.max(Reach::Perhaps),
        }
    }

    /// Notes a write when `place`, which is assigned, updated or deleted, is in `data`.
    fn write(&mut self, place: &Expr) {
        let is_member = match strip(place) {
            Expr::Member(_) => true,
            Expr::OptChain(chain) => chain.base.is_member(),
            _ => false,
        };
        self.record.hot.writes_data |= is_member && is_data(&self.value_of(place));
    }

    /// Assigns `value` to a name: later code in this scope may use the alias. Functions above do not know
    /// of it, nor whether it happened.
    fn rebind(&mut self, name: &Ident, value: Value) {
        let known = self.names.get(&name.sym);
        self.record.hot.opaque |= value.can_accept() || known.can_accept();
        if value.is_tracked() || known != Value::Other {
            self.names.declare(&name.sym, value);
        }
    }
}

fn is_data(value: &Value) -> bool {
    matches!(value, Value::Data | Value::DataPart)
}

fn is_logical(operator: BinaryOp) -> bool {
    use BinaryOp::{LogicalAnd, LogicalOr, NullishCoalescing};
    matches!(operator, LogicalAnd | LogicalOr | NullishCoalescing)
}

/// Operators whose result is nothing but true or false.
fn is_comparison(operator: BinaryOp) -> bool {
    use BinaryOp::{EqEq, EqEqEq, In, InstanceOf, NotEq, NotEqEq};
    matches!(operator, EqEq | EqEqEq | NotEq | NotEqEq | In | InstanceOf)
}

fn is_object_assign(callee: &Expr) -> bool {
    let Expr::Member(member) = strip(callee) else {
        return false;
    };
    member.obj.is_ident_ref_to("Object") && member_name(member).as_deref() == Some("assign")
}

/// `importScripts`, by itself or of the worker's global object.
fn is_import_scripts(callee: &Expr) -> bool {
    match strip(callee) {
        Expr::Member(member) => member_name(member).as_deref() == Some("importScripts"),
        callee => callee.is_ident_ref_to("importScripts"),
    }
}

impl Visit for Walk {
    fn visit_module(&mut self, module: &Module) {
        for item in &module.body {
            if let ModuleItem::ModuleDecl(declaration) = item {
                collect::declaration(&mut self.record, declaration);
                if self.follows_meta
                    && let ModuleDecl::Import(import) = declaration
                {
                    let names = import
                        .specifiers
                        .iter()
                        .map(|specifier| specifier.local().sym.to_string());
                    let known = self.imported.entry(collect::text(&import.src)).or_default();
                    known.extend(names);
                }
            }
        }
        self.in_scope(|walk| {
            walk.hoist_vars(module);
            if walk.follows_meta {
                for item in &module.body {
                    match item {
                        ModuleItem::Stmt(Stmt::Decl(declaration)) => {
                            walk.hoist_declaration(declaration);
                        }
                        ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => {
                            walk.hoist_declaration(&export.decl);
                        }
                        _ => {}
                    }
                }
            }
            if walk.enters_code {
                module.body.visit_with(walk);
            }
        });
    }

    fn visit_module_items(&mut self, items: &[ModuleItem]) {
        let outer = self.reach;
        for item in items {
            item.visit_with(self);
            if matches!(item, ModuleItem::Stmt(statement) if reach::ends(statement)) {
                self.reach = Reach::Never;
            }
        }
        self.reach = outer;
    }

    fn visit_stmts(&mut self, statements: &[Stmt]) {
        let outer = self.reach;
        for statement in statements {
            statement.visit_with(self);
            if reach::ends(statement) {
                self.reach = Reach::Never;
            }
        }
        self.reach = outer;
    }

    fn visit_stmt(&mut self, statement: &Stmt) {
        match statement {
            Stmt::Block(_) | Stmt::Expr(_) | Stmt::If(_) | Stmt::Decl(_) => {
                statement.visit_children_with(self);
            }
            // Whether, and how often, its parts run depends.
            _ => self.reaching(Reach::Perhaps, |walk| statement.visit_children_with(walk)),
        }
    }

    fn visit_fn_decl(&mut self, function: &FnDecl) {
        self.hoisted(|walk| function.visit_children_with(walk));
    }

    fn visit_module_decl(&mut self, declaration: &ModuleDecl) {
        match declaration {
            ModuleDecl::ExportNamed(export) if export.src.is_none() => {
                for specifier in &export.specifiers {
                    if let ExportSpecifier::Named(named) = specifier
                        && let ModuleExportName::Ident(name) = &named.orig
                    {
                        let value = self.names.get(&name.sym);
                        self.escape(&value);
                    }
                }
            }
            ModuleDecl::ExportDecl(export) => {
                export.decl.visit_with(self);
                if let Decl::Var(variables) = &export.decl {
                    for declarator in &variables.decls {
                        let init = declarator.init.as_deref();
                        let value = init.map_or(Value::Other, |init| self.value_of(init));
                        if value.can_accept() {
                            self.escape(&value);
                        }
                    }
                }
            }
            ModuleDecl::ExportDefaultDecl(_) => {
                self.hoisted(|walk| declaration.visit_children_with(walk));
            }
            ModuleDecl::ExportDefaultExpr(_) => declaration.visit_children_with(self),
            _ => {}
        }
    }

    // -- scopes --------------------------------------------------------------------------------------

    fn visit_block_stmt(&mut self, block: &BlockStmt) {
        self.in_scope(|walk| {
            walk.hoist(&block.stmts);
            block.stmts.visit_with(walk);
        });
    }

    fn visit_function(&mut self, function: &Function) {
        self.in_scope(|walk| {
            walk.bind_parameters(function.params.iter().map(|parameter| &parameter.pat));
            function.visit_children_with(walk);
        });
    }

    fn visit_arrow_expr(&mut self, arrow: &ArrowExpr) {
        self.in_scope(|walk| {
            walk.bind_parameters(&arrow.params);
            walk.reaching(Reach::Perhaps, |walk| arrow.visit_children_with(walk));
        });
    }

    fn visit_constructor(&mut self, constructor: &Constructor) {
        self.in_scope(|walk| {
            walk.bind_parameters(constructor.params.iter().filter_map(
                |parameter| match parameter {
                    ParamOrTsParamProp::Param(parameter) => Some(&parameter.pat),
                    ParamOrTsParamProp::TsParamProp(_) => None,
                },
            ));
            constructor.visit_children_with(walk);
        });
    }

    fn visit_function_body(&mut self, body: &FunctionBody) {
        self.hoist_vars(body);
        self.hoist(&body.stmts);
        self.reaching(Reach::Perhaps, |walk| body.stmts.visit_with(walk));
    }

    fn visit_static_block(&mut self, block: &StaticBlock) {
        self.in_scope(|walk| {
            walk.hoist_vars(&block.body);
            walk.hoist(&block.body.stmts);
            walk.reaching(Reach::Perhaps, |walk| block.body.stmts.visit_with(walk));
        });
    }

    fn visit_fn_expr(&mut self, function: &FnExpr) {
        self.in_scope(|walk| {
            if let Some(name) = &function.ident {
                walk.names.declare(&name.sym, Value::Other);
            }
            function.function.visit_with(walk);
        });
    }

    fn visit_class_expr(&mut self, class: &ClassExpr) {
        self.in_scope(|walk| {
            if let Some(name) = &class.ident {
                walk.names.declare(&name.sym, Value::Other);
            }
            class.class.visit_with(walk);
        });
    }

    fn visit_catch_clause(&mut self, clause: &CatchClause) {
        self.in_scope(|walk| {
            walk.bind_parameters(&clause.param);
            clause.visit_children_with(walk);
        });
    }

    fn visit_for_stmt(&mut self, repeat: &ForStmt) {
        self.in_scope(|walk| {
            if let Some(VarDeclOrExpr::VarDecl(variables)) = &repeat.init {
                walk.hoist_head(variables);
            }
            repeat.visit_children_with(walk);
        });
    }

    fn visit_for_in_stmt(&mut self, repeat: &ForInStmt) {
        self.in_scope(|walk| {
            if let ForHead::VarDecl(variables) = &repeat.left {
                walk.hoist_head(variables);
            }
            repeat.visit_children_with(walk);
        });
    }

    fn visit_for_of_stmt(&mut self, repeat: &ForOfStmt) {
        self.in_scope(|walk| {
            if let ForHead::VarDecl(variables) = &repeat.left {
                walk.hoist_head(variables);
            }
            repeat.visit_children_with(walk);
        });
    }

    fn visit_switch_stmt(&mut self, switch: &SwitchStmt) {
        self.visit_unescaped(&switch.discriminant);
        self.in_scope(|walk| {
            walk.hoist(switch.cases.iter().flat_map(|case| &case.cons));
            switch.cases.visit_with(walk);
        });
    }

    // -- places that see a value and do not keep it ---------------------------------------------------

    fn visit_var_declarator(&mut self, declarator: &VarDeclarator) {
        declarator.name.visit_with(self);
        if let Some(init) = &declarator.init {
            // Hoisting has bound it.
            if self.value_of(init).is_tracked() {
                self.visit_unescaped(init);
            } else {
                self.visit_expr(init);
            }
        }
    }

    fn visit_expr_stmt(&mut self, statement: &ExprStmt) {
        if self.follows_meta && self.reach == Reach::Always {
            self.note_certain(&statement.expr);
        }
        self.visit_unescaped(&statement.expr);
    }

    fn visit_if_stmt(&mut self, branch: &IfStmt) {
        self.visit_unescaped(&branch.test);
        let (cons, alt) = reach::branches(&branch.test, self.reach);
        self.reaching(cons, |walk| branch.cons.visit_with(walk));
        self.reaching(alt, |walk| branch.alt.visit_with(walk));
    }

    fn visit_cond_expr(&mut self, choice: &CondExpr) {
        self.visit_unescaped(&choice.test);
        let (cons, alt) = reach::branches(&choice.test, self.reach);
        self.reaching(cons, |walk| walk.visit_expr(&choice.cons));
        self.reaching(alt, |walk| walk.visit_expr(&choice.alt));
    }

    fn visit_bin_expr(&mut self, pair: &BinExpr) {
        if is_comparison(pair.op) {
            self.visit_unescaped(&pair.left);
            self.visit_unescaped(&pair.right);
        } else if is_logical(pair.op) {
            // What `&&` tests is never its result where that is of interest.
            if pair.op == BinaryOp::LogicalAnd {
                self.visit_unescaped(&pair.left);
            } else {
                self.visit_expr(&pair.left);
            }
            let reach = self.right_side(pair);
            self.reaching(reach, |walk| walk.visit_expr(&pair.right));
        } else {
            pair.visit_children_with(self);
        }
    }

    fn visit_unary_expr(&mut self, unary: &UnaryExpr) {
        match unary.op {
            UnaryOp::Bang | UnaryOp::TypeOf | UnaryOp::Void => self.visit_unescaped(&unary.arg),
            UnaryOp::Delete => {
                self.write(&unary.arg);
                self.visit_unescaped(&unary.arg);
            }
            _ => unary.visit_children_with(self),
        }
    }

    // -- writes --------------------------------------------------------------------------------------

    fn visit_update_expr(&mut self, update: &UpdateExpr) {
        self.write(&update.arg);
        update.visit_children_with(self);
    }

    fn visit_assign_expr(&mut self, assignment: &AssignExpr) {
        let value = self.value_of(&assignment.right);
        match &assignment.left {
            AssignTarget::Simple(SimpleAssignTarget::Ident(name)) => self.rebind(name, value),
            AssignTarget::Simple(SimpleAssignTarget::Member(member)) if self.follows_meta => {
                self.record.hot.writes_data |= is_data(&value_of_member(&self.names, member));
                self.visit_member_expr(member);
            }
            AssignTarget::Simple(SimpleAssignTarget::Paren(ParenExpr { expr, .. }))
            | AssignTarget::Simple(SimpleAssignTarget::TsNonNull(TsNonNullExpr { expr, .. }))
            | AssignTarget::Simple(SimpleAssignTarget::TsAs(TsAsExpr { expr, .. })) => {
                self.write(expr);
                self.visit_expr(expr);
            }
            other => other.visit_children_with(self),
        }
        self.visit_expr(&assignment.right);
    }

    fn visit_pat(&mut self, pattern: &Pat) {
        match pattern {
            Pat::Expr(place) => {
                self.write(place);
                self.visit_expr(place);
            }
            Pat::Ident(_) => {}
            _ => pattern.visit_children_with(self),
        }
    }

    // -- everything else -----------------------------------------------------------------------------

    fn visit_expr(&mut self, expression: &Expr) {
        match expression {
            Expr::Ident(name) => {
                if self.follows_meta {
                    let value = self.names.get(&name.sym);
                    self.escape(&value);
                }
            }
            Expr::MetaProp(meta) => {
                if meta.kind == MetaPropKind::ImportMeta {
                    self.escape(&Value::Meta);
                }
            }
            _ => expression.visit_children_with(self),
        }
    }

    fn visit_prop(&mut self, property: &Prop) {
        match property {
            Prop::Shorthand(name) => {
                let value = self.names.get(&name.sym);
                self.escape(&value);
            }
            _ => property.visit_children_with(self),
        }
    }

    fn visit_member_expr(&mut self, member: &MemberExpr) {
        self.visit_member(member);
        if self.follows_meta {
            let value = value_of_member(&self.names, member);
            self.escape(&value);
        }
    }

    fn visit_opt_chain_expr(&mut self, chain: &OptChainExpr) {
        match &*chain.base {
            OptChainBase::Member(member) => self.visit_member_expr(member),
            OptChainBase::Call(call) => self.visit_call(&call.callee, &call.args),
        }
    }

    fn visit_call_expr(&mut self, call: &CallExpr) {
        match &call.callee {
            Callee::Expr(callee) => return self.visit_call(callee, &call.args),
            Callee::Import(_) => {
                self.record
                    .dynamic_imports
                    .extend(collect::dynamic_import(&call.args));
            }
            Callee::Super(_) => {}
        }
        call.args.visit_with(self);
    }

    // Types hold no code.
    fn visit_ts_type(&mut self, _: &TsType) {}
    fn visit_ts_type_ann(&mut self, _: &TsTypeAnn) {}
    fn visit_ts_type_param_decl(&mut self, _: &TsTypeParamDecl) {}
    fn visit_ts_type_param_instantiation(&mut self, _: &TsTypeParamInstantiation) {}
    fn visit_ts_interface_decl(&mut self, _: &TsInterfaceDecl) {}
    fn visit_ts_type_alias_decl(&mut self, _: &TsTypeAliasDecl) {}
}
