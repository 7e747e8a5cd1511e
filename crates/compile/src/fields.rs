//! Fields of classes as assignments, as TypeScript means them without `useDefineForClassFields`.
//!
//! A field without a value is a type, and gone. One with a value is assigned in the constructor, after `super()`, and so
//! reaches a setter that a base class or a decorator has defined. Fields with computed names stay as they are.

use std::mem;

use swc_core::common::{DUMMY_SP, Spanned};
use swc_core::ecma::ast::{
    AssignExpr, AssignOp, AssignTarget, BlockStmt, Class, ClassMember, ClassProp, ComputedPropName,
    Expr, ExprStmt, Lit, MemberExpr, MemberProp, Pass, PrivateProp, PropName, SimpleAssignTarget,
    StaticBlock, Stmt, ThisExpr,
};
use swc_core::ecma::utils::constructor::inject_after_super;
use swc_core::ecma::utils::default_constructor_with_span;
use swc_core::ecma::visit::{VisitMut, VisitMutWith, visit_mut_pass};

/// Makes assignments of the fields of all classes. Decorators and types are gone by then.
pub fn assign_fields() -> impl Pass {
    visit_mut_pass(Fields)
}

struct Fields;

impl VisitMut for Fields {
    fn visit_mut_class(&mut self, class: &mut Class) {
        class.visit_mut_children_with(self);
        let mut assignments = Vec::new();
        let members = mem::take(&mut class.body).into_iter();
        class.body = members
            .filter_map(|member| match member {
                ClassMember::ClassProp(field) => keep_field(field, &mut assignments),
                ClassMember::PrivateProp(field) => Some(keep_private(field, &mut assignments)),
                member => Some(member),
            })
            .collect();
        if assignments.is_empty() {
            return;
        }
        let is_constructor = |member: &ClassMember| member.is_constructor();
        if !class.body.iter().any(is_constructor) {
            let has_super = class.super_class.is_some();
            let constructor = default_constructor_with_span(has_super, class.span());
            class.body.push(ClassMember::Constructor(constructor));
        }
        let members = class.body.iter_mut();
        let mut constructors = members.filter_map(ClassMember::as_mut_constructor);
        // Those without a body are types.
        if let Some(constructor) = constructors.find(|found| found.body.is_some()) {
            let assignments = assignments.into_iter().map(Box::new);
            inject_after_super(constructor, assignments.collect());
        }
    }
}

fn keep_field(mut field: ClassProp, assignments: &mut Vec<Expr>) -> Option<ClassMember> {
    if field.key.is_computed() {
        return Some(ClassMember::ClassProp(field));
    }
    let value = field.value.take()?;
    let assignment = assign(member_of(field.key), value);
    if !field.is_static {
        assignments.push(assignment);
        return None;
    }
    let statement = Stmt::Expr(ExprStmt {
        span: DUMMY_SP,
        expr: Box::new(assignment),
    });
    Some(ClassMember::StaticBlock(StaticBlock {
        span: field.span,
        body: BlockStmt {
            stmts: vec![statement],
            ..BlockStmt::default()
        },
    }))
}

/// A private field has to be declared, but gets its value in the order of all fields.
fn keep_private(mut field: PrivateProp, assignments: &mut Vec<Expr>) -> ClassMember {
    if !field.is_static
        && let Some(value) = field.value.take()
    {
        assignments.push(assign(MemberProp::PrivateName(field.key.clone()), value));
    }
    ClassMember::PrivateProp(field)
}

fn member_of(key: PropName) -> MemberProp {
    match key {
        PropName::Ident(name) => MemberProp::Ident(name),
        PropName::Computed(name) => MemberProp::Computed(name),
        PropName::Str(name) => computed(Lit::Str(name)),
        PropName::Num(name) => computed(Lit::Num(name)),
        PropName::BigInt(name) => computed(Lit::BigInt(name)),
    }
}

fn computed(name: Lit) -> MemberProp {
    MemberProp::Computed(ComputedPropName {
        span: name.span(),
        expr: Box::new(Expr::Lit(name)),
    })
}

/// `this.name = value`
fn assign(name: MemberProp, value: Box<Expr>) -> Expr {
    let member = MemberExpr {
        span: DUMMY_SP,
        obj: Box::new(Expr::This(ThisExpr { span: DUMMY_SP })),
        prop: name,
    };
    Expr::Assign(AssignExpr {
        span: value.span(),
        op: AssignOp::Assign,
        left: AssignTarget::Simple(SimpleAssignTarget::Member(member)),
        right: value,
    })
}
