//! Which places in the code matter to a body.
//!
//! Knows the grammar. Must not know what becomes of what it finds.

use swc_core::common::Spanned;
use swc_core::ecma::ast::*;
use swc_core::ecma::visit::{Visit, VisitWith};

use super::references::References;
use super::writes::assigned;
use crate::syntax::analyze::collect::strip;
use crate::syntax::analyze::{scopes, span_of};

impl References<'_> {
    /// Visits a statement that stands in a list of statements.
    pub(super) fn listed(&mut self, statement: &Stmt) {
        if let Stmt::Expr(expression) = statement {
            self.statement = expression.expr.span_lo();
        }
        statement.visit_with(self);
    }

    fn waits(&mut self) {
        self.is_async |= self.functions == 0;
    }
}

impl Visit for References<'_> {
    // -- statements ----------------------------------------------------------------------------------

    fn visit_stmts(&mut self, statements: &[Stmt]) {
        for statement in statements {
            self.listed(statement);
        }
    }

    fn visit_stmt(&mut self, statement: &Stmt) {
        statement.visit_children_with(self);
        if let Stmt::Expr(_) | Stmt::Return(_) | Stmt::Throw(_) | Stmt::Decl(Decl::Var(_)) =
            statement
        {
            self.end(statement.span());
        }
    }

    fn visit_for_stmt(&mut self, repeat: &ForStmt) {
        self.in_scope(|walk| {
            if let Some(VarDeclOrExpr::VarDecl(variables)) = &repeat.init
                && variables.kind != VarDeclKind::Var
            {
                scopes::declarators(&variables.decls, &mut |name| walk.shadow(name));
            }
            repeat.visit_children_with(walk);
        });
    }

    fn visit_for_in_stmt(&mut self, repeat: &ForInStmt) {
        self.in_scope(|walk| {
            walk.loop_head(&repeat.left);
            repeat.right.visit_with(walk);
            walk.loop_body(&repeat.left, &repeat.body);
        });
    }

    fn visit_for_of_stmt(&mut self, repeat: &ForOfStmt) {
        if repeat.is_await {
            self.waits();
        }
        self.in_scope(|walk| {
            walk.loop_head(&repeat.left);
            repeat.right.visit_with(walk);
            walk.loop_body(&repeat.left, &repeat.body);
        });
    }

    fn visit_using_decl(&mut self, using: &UsingDecl) {
        if using.is_await {
            self.waits();
        }
        using.visit_children_with(self);
    }

    // -- scopes --------------------------------------------------------------------------------------

    fn visit_block_stmt(&mut self, block: &BlockStmt) {
        self.in_scope(|walk| {
            walk.shadow_block(&block.stmts);
            block.stmts.visit_with(walk);
        });
    }

    fn visit_switch_stmt(&mut self, switch: &SwitchStmt) {
        switch.discriminant.visit_with(self);
        self.in_scope(|walk| {
            walk.shadow_block(switch.cases.iter().flat_map(|case| &case.cons));
            switch.cases.visit_with(walk);
        });
    }

    fn visit_catch_clause(&mut self, clause: &CatchClause) {
        self.in_scope(|walk| {
            if let Some(parameter) = &clause.param {
                walk.shadow_pattern(parameter);
            }
            clause.visit_children_with(walk);
        });
    }

    fn visit_function(&mut self, function: &Function) {
        function.decorators.visit_with(self);
        self.in_function(true, |walk| {
            for parameter in &function.params {
                walk.shadow_pattern(&parameter.pat);
            }
            function.params.visit_with(walk);
            if let Some(body) = &function.body {
                walk.function_body(body);
            }
        });
    }

    fn visit_constructor(&mut self, constructor: &Constructor) {
        self.in_function(true, |walk| {
            for parameter in &constructor.params {
                if let ParamOrTsParamProp::Param(parameter) = parameter {
                    walk.shadow_pattern(&parameter.pat);
                }
            }
            constructor.params.visit_with(walk);
            if let Some(body) = &constructor.body {
                walk.function_body(body);
            }
        });
    }

    fn visit_arrow_expr(&mut self, arrow: &ArrowExpr) {
        self.in_function(false, |walk| {
            for parameter in &arrow.params {
                walk.shadow_pattern(parameter);
            }
            arrow.params.visit_with(walk);
            match &*arrow.body {
                ArrowFunctionBody::FunctionBody(body) => walk.function_body(body),
                ArrowFunctionBody::Expr(value) => value.visit_with(walk),
            }
        });
    }

    fn visit_fn_expr(&mut self, function: &FnExpr) {
        self.in_scope(|walk| {
            if let Some(name) = &function.ident {
                walk.shadow(name);
            }
            function.function.visit_with(walk);
        });
    }

    fn visit_class_decl(&mut self, class: &ClassDecl) {
        self.in_scope(|walk| {
            walk.shadow(&class.ident);
            class.class.visit_with(walk);
        });
    }

    fn visit_class_expr(&mut self, class: &ClassExpr) {
        self.in_scope(|walk| {
            if let Some(name) = &class.ident {
                walk.shadow(name);
            }
            class.class.visit_with(walk);
        });
    }

    fn visit_static_block(&mut self, block: &StaticBlock) {
        self.in_function(true, |walk| {
            scopes::vars(&block.body, &mut |name| walk.shadow(name));
            block.body.visit_with(walk);
        });
    }

    fn visit_class_prop(&mut self, field: &ClassProp) {
        field.decorators.visit_with(self);
        field.key.visit_with(self);
        self.field(field.value.as_deref());
        self.end(field.span);
    }

    fn visit_private_prop(&mut self, field: &PrivateProp) {
        field.decorators.visit_with(self);
        self.field(field.value.as_deref());
        self.end(field.span);
    }

    fn visit_auto_accessor(&mut self, field: &AutoAccessor) {
        field.decorators.visit_with(self);
        field.key.visit_with(self);
        self.field(field.value.as_deref());
        self.end(field.span);
    }

    fn visit_decorator(&mut self, decorator: &Decorator) {
        // The text that replaces a name may be more than a decorator can be without parentheses.
        self.edits.open(decorator.expr.span_lo(), "(");
        decorator.expr.visit_with(self);
        self.edits.close(decorator.expr.span_hi(), ")");
    }

    // -- expressions ---------------------------------------------------------------------------------

    fn visit_expr(&mut self, expression: &Expr) {
        match expression {
            Expr::Ident(name) => self.reference(name),
            _ => expression.visit_children_with(self),
        }
    }

    fn visit_prop(&mut self, property: &Prop) {
        match property {
            Prop::Shorthand(name) => self.shorthand(name, self.substitute(name)),
            _ => property.visit_children_with(self),
        }
    }

    fn visit_member_expr(&mut self, member: &MemberExpr) {
        match (self.namespace(&member.obj), &member.prop) {
            (Some(import), MemberProp::Ident(_)) => {
                let text = format!("{}_{import}", self.prefix);
                self.edits.replace(span_of(&member.obj), text);
            }
            _ => self.whole_member(member),
        }
    }

    fn visit_opt_chain_expr(&mut self, chain: &OptChainExpr) {
        match &*chain.base {
            OptChainBase::Member(member) => self.whole_member(member),
            OptChainBase::Call(call) => {
                self.callee(&call.callee);
                call.args.visit_with(self);
            }
        }
    }

    fn visit_call_expr(&mut self, call: &CallExpr) {
        match &call.callee {
            Callee::Expr(callee) => {
                self.has_eval |= strip(callee).is_ident_ref_to("eval");
                self.callee(callee);
            }
            Callee::Import(import) => {
                self.has_phase |= import.phase != ImportPhase::Evaluation;
                let text = format!("{}_x.import", self.prefix);
                self.edits.replace(span_of(import), text);
            }
            Callee::Super(_) => {}
        }
        call.args.visit_with(self);
    }

    fn visit_tagged_tpl(&mut self, template: &TaggedTpl) {
        self.callee(&template.tag);
        template.tpl.visit_with(self);
    }

    fn visit_new_expr(&mut self, new: &NewExpr) {
        self.constructor = new.callee.span_lo();
        new.visit_children_with(self);
    }

    fn visit_meta_prop_expr(&mut self, meta: &MetaPropExpr) {
        if meta.kind == MetaPropKind::ImportMeta {
            self.meta(meta, "", "");
        }
    }

    fn visit_await_expr(&mut self, wait: &AwaitExpr) {
        self.waits();
        wait.visit_children_with(self);
    }

    // -- writes --------------------------------------------------------------------------------------

    fn visit_unary_expr(&mut self, unary: &UnaryExpr) {
        match unary.op {
            UnaryOp::Delete => match strip(&unary.arg) {
                // Names cannot be deleted.
                Expr::MetaProp(meta) if meta.kind == MetaPropKind::ImportMeta => {
                    self.meta(meta, "(0,", ")");
                }
                _ => self.target(&unary.arg),
            },
            _ => unary.visit_children_with(self),
        }
    }

    fn visit_update_expr(&mut self, update: &UpdateExpr) {
        let name = strip(&update.arg).as_ident();
        self.writing(update.span, name, |walk| walk.target(&update.arg));
    }

    fn visit_assign_expr(&mut self, assignment: &AssignExpr) {
        let names = assigned(&assignment.left);
        self.writing(assignment.span, names, |walk| {
            match &assignment.left {
                AssignTarget::Simple(SimpleAssignTarget::Ident(name)) => walk.assigned(&name.id),
                AssignTarget::Simple(SimpleAssignTarget::Member(member)) => {
                    walk.whole_member(member);
                }
                AssignTarget::Simple(SimpleAssignTarget::Paren(inner)) => walk.target(&inner.expr),
                AssignTarget::Pat(AssignTargetPat::Array(array)) => walk.target_array(array),
                AssignTarget::Pat(AssignTargetPat::Object(object)) => walk.target_object(object),
                other => other.visit_children_with(walk),
            }
            assignment.right.visit_with(walk);
        });
    }
}
