//! Which parts of a tree a walk enters, in which scope and with which reach.
//!
//! Knows the grammar. Must not know what `import.meta.hot` accepts: values go to the walk itself.

use swc_core::ecma::ast::*;
use swc_core::ecma::visit::{Visit, VisitWith};

use super::collect;
use super::names::Value;
use super::reach::{self, Reach};
use super::value::value_of_member;
use super::walk::{Walk, is_comparison, is_data, is_logical};

impl Visit for Walk {
    fn visit_module(&mut self, module: &Module) {
        self.in_scope(|walk| {
            for item in &module.body {
                if let ModuleItem::ModuleDecl(declaration) = item {
                    walk.visit_declaration(declaration);
                }
            }
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
                self.record.hot.throws = true;
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
            // The left side of `&&` is never its result where the result is of interest.
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
