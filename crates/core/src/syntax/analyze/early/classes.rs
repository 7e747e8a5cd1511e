//! Classes: private names, `super`, and members that cannot be.
//!
//! Knows classes and methods. Must not know scopes.

use std::collections::HashMap;

use swc_core::atoms::Atom;
use swc_core::common::{BytePos, Spanned};
use swc_core::ecma::ast::{
    Class, ClassMember, Expr, Key, MemberProp, MethodKind, OptChainBase, PrivateName, PropName,
};
use swc_core::ecma::visit::VisitWith;

use super::code::Code;
use crate::syntax::analyze::collect::{key_name, strip};

/// The parts of its surroundings that code can use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Home {
    /// `super(…)`
    pub(super) super_call: bool,
    /// `super.x`
    pub(super) super_property: bool,
    /// `new.target`
    pub(super) new_target: bool,
}

impl Home {
    /// That of functions which are no methods.
    pub(super) const FUNCTION: Self = Self {
        super_call: false,
        super_property: false,
        new_target: true,
    };
    /// That of methods, fields and static blocks.
    pub(super) const METHOD: Self = Self {
        super_property: true,
        ..Self::FUNCTION
    };
}

/// How a private name is declared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Private {
    Getter { is_static: bool },
    Setter { is_static: bool },
    Whole,
}

impl Code<'_> {
    pub(super) fn class(&mut self, class: &Class) {
        class.decorators.visit_with(self);
        class.super_class.visit_with(self);
        let mut names: HashMap<Atom, Private> = HashMap::new();
        for member in &class.body {
            if let Some((name, private)) = private_member(member) {
                self.declare(&mut names, name, private);
            }
            self.static_prototype(member);
        }
        for name in names.keys() {
            *self.private.entry(name.clone()).or_default() += 1;
        }
        let outer = std::mem::replace(&mut self.is_derived, class.super_class.is_some());
        class.body.visit_with(self);
        self.is_derived = outer;
        for name in names.keys() {
            if let Some(count) = self.private.get_mut(name) {
                *count -= 1;
            }
        }
    }

    fn declare(
        &mut self,
        names: &mut HashMap<Atom, Private>,
        name: &PrivateName,
        private: Private,
    ) {
        let is_pair = match (names.get(&name.name), private) {
            (None, _) => {
                names.insert(name.name.clone(), private);
                return;
            }
            (Some(Private::Getter { is_static: one }), Private::Setter { is_static: other })
            | (Some(Private::Setter { is_static: one }), Private::Getter { is_static: other }) => {
                *one == other
            }
            _ => false,
        };
        if is_pair {
            names.insert(name.name.clone(), Private::Whole);
        } else {
            self.report(name.span.lo, || {
                format!("`#{}` is declared twice", name.name)
            });
        }
    }

    fn static_prototype(&mut self, member: &ClassMember) {
        let key = match member {
            ClassMember::Method(method) if method.is_static => &method.key,
            ClassMember::ClassProp(field) if field.is_static => &field.key,
            _ => return,
        };
        let is_computed = matches!(key, PropName::Computed(_));
        if !is_computed && key_name(key).as_deref() == Some("prototype") {
            self.report(key.span_lo(), || {
                "a class has its `prototype` already".to_owned()
            });
        }
    }

    /// Checks that a class around the place has a private name.
    pub(super) fn private_name(&mut self, name: &PrivateName) {
        let is_declared = self.private.get(&name.name).is_some_and(|count| *count > 0);
        if !is_declared {
            self.report(name.span.lo, || {
                format!("no class around this declares `#{}`", name.name)
            });
        }
    }

    /// Checks what is deleted.
    pub(super) fn deleted(&mut self, target: &Expr) {
        let property = match strip(target) {
            Expr::Ident(name) => {
                return self.report(name.span.lo, || "names cannot be deleted".to_owned());
            }
            Expr::Member(member) => &member.prop,
            Expr::OptChain(chain) => match &*chain.base {
                OptChainBase::Member(member) => &member.prop,
                OptChainBase::Call(_) => return,
            },
            _ => return,
        };
        if let MemberProp::PrivateName(name) = property {
            self.report(name.span.lo, || {
                "private names cannot be deleted".to_owned()
            });
        }
    }

    /// Visits code with another home.
    pub(super) fn at_home(&mut self, home: Home, visit: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.home, home);
        visit(self);
        self.home = outer;
    }

    pub(super) fn needs(&mut self, is_there: bool, at: BytePos, what: &str) {
        if !is_there {
            self.report(at, || format!("`{what}` cannot stand here"));
        }
    }
}

fn private_member(member: &ClassMember) -> Option<(&PrivateName, Private)> {
    match member {
        ClassMember::PrivateProp(field) => Some((&field.key, Private::Whole)),
        ClassMember::PrivateMethod(method) => {
            let is_static = method.is_static;
            let private = match method.kind {
                MethodKind::Getter => Private::Getter { is_static },
                MethodKind::Setter => Private::Setter { is_static },
                MethodKind::Method => Private::Whole,
            };
            Some((&method.key, private))
        }
        ClassMember::AutoAccessor(accessor) => match &accessor.key {
            Key::Private(name) => Some((name, Private::Whole)),
            Key::Public(_) => None,
        },
        _ => None,
    }
}
