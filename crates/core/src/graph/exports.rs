//! Whether modules link: each name that one imports is there in the other ("ResolveExport" of ECMA-262, 16.2.1.7.2.2).
//!
//! Knows plans of bodies. Must not know urls: modules are numbered.

use std::collections::HashSet;

use crate::syntax::body::BodyPlan;

/// A module among others.
#[derive(Debug, Clone)]
pub struct Unit<'a> {
    /// What it imports and exports.
    pub plan: &'a BodyPlan,
    /// Where each of its imports leads. `None` for what is no script, and has a default export alone.
    pub imports: Vec<Option<usize>>,
}

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Found<'a> {
    Nothing,
    Ambiguous,
    /// A variable of a module, or the namespace that one passes on.
    Variable(usize, &'a str),
    /// The default export of what is no script.
    Value(usize, usize),
}

/// Whether each name that one of these modules imports is there.
pub fn link(units: &[Unit]) -> bool {
    let all = units.iter().enumerate();
    all.into_iter().all(|(at, unit)| {
        let mut imports = unit.plan.imports().iter().enumerate();
        imports.all(|(index, import)| {
            let mut names = import.names.iter();
            names.all(|name| {
                let found = imported(units, at, index, name, &mut HashSet::new());
                !matches!(found, Found::Nothing | Found::Ambiguous)
            })
        })
    })
}

/// Steps that were taken: to end in circles.
type Steps<'a> = HashSet<(usize, &'a str)>;

fn imported<'a>(
    units: &'a [Unit<'a>],
    at: usize,
    index: usize,
    name: &'a str,
    steps: &mut Steps<'a>,
) -> Found<'a> {
    match units[at].imports.get(index) {
        Some(Some(target)) => resolve(units, *target, name, steps),
        Some(None) if name == "default" => Found::Value(at, index),
        _ => Found::Nothing,
    }
}

fn resolve<'a>(
    units: &'a [Unit<'a>],
    at: usize,
    name: &'a str,
    steps: &mut Steps<'a>,
) -> Found<'a> {
    if !steps.insert((at, name)) {
        return Found::Nothing;
    }
    let plan = units[at].plan;
    let mut locals = plan.locals().iter();
    if let Some(local) = locals.find(|local| local.exported == name) {
        return Found::Variable(at, &local.local);
    }
    let mut indirect = plan.indirect().iter();
    if let Some(one) = indirect.find(|one| one.exported == name) {
        return match &one.name {
            Some(name) => imported(units, at, one.import, name, steps),
            None => Found::Variable(at, name),
        };
    }
    if name == "default" {
        return Found::Nothing;
    }
    let mut found = Found::Nothing;
    for star in plan.stars() {
        found = match (found, imported(units, at, star, name, steps)) {
            (Found::Nothing, other) | (other, Found::Nothing) => other,
            (one, other) if one == other => one,
            _ => return Found::Ambiguous,
        };
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::analyze::{Dialect, analyze_fully};

    /// Modules by their texts. `./1.js` is the second.
    fn links(sources: &[&str]) -> bool {
        let records: Vec<_> = sources
            .iter()
            .map(|source| analyze_fully(source, Dialect::JavaScript).expect("it parses"))
            .collect();
        let units: Vec<Unit> = records
            .iter()
            .filter_map(|record| record.body.as_ref()?.as_ref().ok())
            .map(|plan| Unit {
                plan,
                imports: plan
                    .imports()
                    .iter()
                    .map(|import| import.specifier[2..3].parse().ok())
                    .collect(),
            })
            .collect();
        assert_eq!(units.len(), sources.len());
        link(&units)
    }

    #[test]
    fn names_are_there() {
        let barrel =
            "export * from './2.js'; export { b as c } from './2.js'; export * as d from './2.js'";
        let leaf = "export const a = 1; export let b; export default 2";
        assert!(links(&[
            "import { a, b, c, d } from './1.js'",
            barrel,
            leaf
        ]));
        assert!(!links(&["import e from './1.js'", barrel, leaf]));
        assert!(!links(&["import { e } from './1.js'", barrel, leaf]));
        assert!(!links(&["export { e } from './1.js'", barrel, leaf]));
    }

    #[test]
    fn two_ways_to_one_variable_are_one() {
        let stars = "export * from './2.js'; export * from './3.js'";
        let passes = "export * from './2.js'";
        let has = "export const a = 1";
        assert!(links(&["import { a } from './1.js'", stars, has, passes]));
        assert!(!links(&["import { a } from './1.js'", stars, has, has]));
    }

    #[test]
    fn circles_end() {
        assert!(!links(&[
            "import { a } from './1.js'",
            "export { a } from './1.js'"
        ]));
        let stars = "export * from './1.js'; export * from './2.js'";
        assert!(links(&[
            "import { a } from './1.js'",
            stars,
            "export var a"
        ]));
    }

    #[test]
    fn what_is_no_script_has_a_default_export() {
        let import = |name| format!("import {name} from './x.json' with {{ type: 'json' }}");
        assert!(links(&[&import("a")]));
        assert!(!links(&[&import("{ a }")]));
    }
}
