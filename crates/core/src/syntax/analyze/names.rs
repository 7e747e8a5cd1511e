//! What names stand for: aliases of `import.meta.hot` and its parts, by scope.
//!
//! Knows scopes and values. Must not know syntax. A name that was not declared as something of interest stands for
//! [`Value::Other`]. Shadowing is recorded only where there is something to shadow. So code without aliases costs
//! nothing.

use std::collections::HashMap;
use std::rc::Rc;

use swc_core::ecma::atoms::Atom;

use super::AcceptedDep;

/// What an expression stands for, as far as `import.meta.hot` is concerned.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// Something else.
    Other,
    /// `import.meta`.
    Meta,
    /// `import.meta.hot`.
    Hot,
    /// `import.meta.hot.data`.
    Data,
    /// A property of `data`, at any depth.
    DataPart,
    /// A function of `import.meta.hot`.
    Method(Method),
    /// A constant with one or more specifiers in it.
    Specifiers(Rc<[AcceptedDep]>),
}

/// A function of `import.meta.hot`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    /// `accept`
    Accept,
    /// `acceptDeps`
    AcceptDeps,
    /// `acceptExports`
    AcceptExports,
    /// `decline`
    Decline,
    /// `invalidate`
    Invalidate,
    /// `dispose`, `on` and whatever else accepts nothing.
    Neutral,
}

impl Method {
    /// Whether a call of it changes what the module accepts.
    pub fn decides(self) -> bool {
        !matches!(self, Self::Invalidate | Self::Neutral)
    }
}

impl Value {
    /// What the property `name` of this value is; `None` is a name that only running the code tells.
    pub fn property(&self, name: Option<&str>) -> Self {
        match (self, name) {
            (Self::Meta, Some("hot" | "webpackHot")) => Self::Hot,
            (Self::Meta, Some("dispose")) => Self::Method(Method::Neutral),
            (Self::Hot, Some("data")) => Self::Data,
            (Self::Hot, Some("accept")) => Self::Method(Method::Accept),
            (Self::Hot, Some("acceptDeps")) => Self::Method(Method::AcceptDeps),
            (Self::Hot, Some("acceptExports")) => Self::Method(Method::AcceptExports),
            (Self::Hot, Some("decline")) => Self::Method(Method::Decline),
            (Self::Hot, Some("invalidate")) => Self::Method(Method::Invalidate),
            (Self::Hot, Some(_)) => Self::Method(Method::Neutral),
            (Self::Data | Self::DataPart, _) => Self::DataPart,
            _ => Self::Other,
        }
    }

    /// Whether this is `import.meta` or anything below it.
    pub fn is_tracked(&self) -> bool {
        !matches!(self, Self::Other | Self::Specifiers(_))
    }

    /// Whether this is `import.meta.hot` or anything below it.
    pub fn is_hot(&self) -> bool {
        self.is_tracked() && *self != Self::Meta
    }

    /// Whether code could accept something through this value without the parser seeing it.
    pub fn can_accept(&self) -> bool {
        match self {
            Self::Meta | Self::Hot => true,
            Self::Method(method) => method.decides(),
            _ => false,
        }
    }
}

/// The names in scope.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Per name, what it stands for in the scopes that declare it, outermost first.
    bindings: HashMap<Atom, Vec<(usize, Value)>>,
    /// Declared names, in order of declaration.
    declared: Vec<Atom>,
    /// How many names were declared when each open scope began.
    scopes: Vec<usize>,
}

impl Names {
    /// Begins a scope.
    pub fn enter(&mut self) {
        self.scopes.push(self.declared.len());
    }

    /// Ends the innermost scope and forgets its names.
    pub fn leave(&mut self) {
        let start = self.scopes.pop().unwrap_or_default();
        for name in self.declared.drain(start..) {
            if let Some(bindings) = self.bindings.get_mut(&name) {
                bindings.pop();
            }
        }
    }

    /// Declares `name` in the innermost scope. The last declaration counts.
    pub fn declare(&mut self, name: &Atom, value: Value) {
        if value == Value::Other && self.find(name).is_none() {
            return;
        }
        let depth = self.scopes.len();
        let bindings = self.bindings.entry(name.clone()).or_default();
        match bindings.last_mut() {
            Some((declared_at, known)) if *declared_at == depth => *known = value,
            _ => {
                bindings.push((depth, value));
                self.declared.push(name.clone());
            }
        }
    }

    /// What the value of `name` stands for.
    pub fn get(&self, name: &Atom) -> Value {
        match self.find(name) {
            None => Value::Other,
            Some(value) => value.clone(),
        }
    }

    /// What was declared, if it is of interest.
    fn find(&self, name: &Atom) -> Option<&Value> {
        if self.declared.is_empty() {
            return None;
        }
        let (_, value) = self.bindings.get(name)?.last()?;
        (*value != Value::Other).then_some(value)
    }
}
