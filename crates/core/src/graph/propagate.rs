//! Propagation: what a change makes stale, and where it stops.
//!
//! Knows the graph, which it only reads. Must not know what is done about the answer: versions are
//! raised by the engine, and each page decides with its own modules whether it applies or reloads.

use std::collections::HashSet;

use super::{ModuleGraph, ModuleId, ModuleKind, SelfAcceptance};

/// Where an update stops because a module accepts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Boundary {
    /// The module that accepts.
    pub boundary: ModuleId,
    /// What it accepts: itself, or one of its imports.
    pub accepted: ModuleId,
}

/// Where an update cannot stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeadEnd {
    /// The module without importers, the page, or the module that declined.
    pub at: ModuleId,
    /// Whether it declined.
    pub declined: bool,
}

/// The answer to "these modules changed".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Propagation {
    /// Every stale module: the changed ones first, then breadth first over importers.
    pub stale: Vec<ModuleId>,
    /// Each boundary once, in the order found.
    pub boundaries: Vec<Boundary>,
    /// Each dead end once, in the order found.
    pub dead_ends: Vec<DeadEnd>,
}

/// Walks a graph upwards. It keeps its scratch tables between walks. So the time of a walk grows with the number of
/// stale modules, not of loaded ones.
#[derive(Debug, Default)]
pub struct Propagator {
    seen_in: Vec<u32>,
    walk: u32,
}

impl Propagator {
    /// Finds what is stale when `changed` changed. No module of `trail` counts as accepting anything: those
    /// gave this update up by `invalidate()`.
    pub fn propagate(
        &mut self,
        graph: &ModuleGraph,
        changed: &[ModuleId],
        trail: &[ModuleId],
    ) -> Propagation {
        self.start_walk(graph.len());
        let gave_up: HashSet<ModuleId> = trail.iter().copied().collect();
        let mut result = Propagation::default();
        for &id in changed {
            self.visit(id, &mut result.stale);
        }
        let mut next = 0;
        while let Some(&module) = result.stale.get(next) {
            next += 1;
            let acceptance = graph.acceptance(module);
            let accepts = match acceptance {
                SelfAcceptance::None | SelfAcceptance::Declines => false,
                _ if gave_up.contains(&module) => false,
                SelfAcceptance::Accepts | SelfAcceptance::Bubbles => true,
                SelfAcceptance::Exports => accepts_by_exports(graph, module),
            };
            if accepts {
                result.boundaries.push(Boundary {
                    boundary: module,
                    accepted: module,
                });
            }
            if acceptance == SelfAcceptance::Declines {
                result.dead_ends.push(DeadEnd {
                    at: module,
                    declined: true,
                });
            }
            // Where a module that declines is no longer imported, its importers get its new code with the next import.
            if !accepts || acceptance == SelfAcceptance::Bubbles {
                let is_top = graph.importers(module).is_empty();
                if !accepts && acceptance != SelfAcceptance::Declines && is_top {
                    result.dead_ends.push(DeadEnd {
                        at: module,
                        declined: false,
                    });
                }
                self.visit_importers(graph, module, &gave_up, &mut result);
            }
        }
        result
    }

    fn visit_importers(
        &mut self,
        graph: &ModuleGraph,
        module: ModuleId,
        gave_up: &HashSet<ModuleId>,
        result: &mut Propagation,
    ) {
        for &importer in graph.importers(module) {
            // A script keeps the sheet that it imported, which is given new text: it does not run again.
            let swaps_styles = graph.kind(module) == ModuleKind::Style
                && matches!(graph.kind(importer), ModuleKind::Page | ModuleKind::Script);
            let accepts = graph.accepts(importer, module) && !gave_up.contains(&importer);
            if swaps_styles || accepts {
                result.boundaries.push(Boundary {
                    boundary: importer,
                    accepted: module,
                });
            } else {
                self.visit(importer, &mut result.stale);
            }
        }
    }

    fn start_walk(&mut self, modules: usize) {
        self.seen_in.resize(modules.max(self.seen_in.len()), 0);
        self.walk = self.walk.wrapping_add(1);
        if self.walk == 0 {
            self.seen_in.fill(0);
            self.walk = 1;
        }
    }

    fn visit(&mut self, module: ModuleId, stale: &mut Vec<ModuleId>) {
        let seen = &mut self.seen_in[module.index()];
        if *seen != self.walk {
            *seen = self.walk;
            stale.push(module);
        }
    }
}

/// Whether no importer uses more than the exports whose updates the module accepts.
fn accepts_by_exports(graph: &ModuleGraph, module: ModuleId) -> bool {
    graph.accepted_exports(module).is_some_and(|exports| {
        graph
            .importers(module)
            .iter()
            .all(|&importer| exports.suffice(importer))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{AcceptedDependency, AcceptedExports};
    use std::collections::HashMap;

    /// Builds a graph from lines such as `main -> dep other`, `dep self`, `main accepts ./dep=dep`,
    /// `lazy declines`, `index page`, `app.css style`, `dep exports a b | main=a other=b`.
    fn graph(lines: &str) -> ModuleGraph {
        let mut graph = ModuleGraph::default();
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let mut words = line.split_whitespace();
            let module = words.next().map(|url| graph.intern(url));
            let (Some(module), Some(verb)) = (module, words.next()) else {
                continue;
            };
            let kind = |graph: &ModuleGraph| match graph.is_served(module) {
                true => graph.kind(module),
                false => ModuleKind::Script,
            };
            match verb {
                "->" => {
                    let imports = words.map(|url| graph.intern(url)).collect();
                    let kind = kind(&graph);
                    graph.set_served(module, kind);
                    graph.set_imports(module, imports, 1);
                }
                "exports" => {
                    let names = words
                        .by_ref()
                        .take_while(|word| *word != "|")
                        .map(str::to_owned)
                        .collect();
                    let mut used: HashMap<_, Vec<String>> = HashMap::new();
                    for (importer, name) in words.filter_map(|word| word.split_once('=')) {
                        let importer = graph.intern(importer);
                        used.entry(importer).or_default().push(name.to_owned());
                    }
                    graph.set_acceptance(module, SelfAcceptance::Exports, vec![]);
                    graph.set_accepted_exports(module, Some(AcceptedExports { names, used }));
                }
                "page" => graph.set_served(module, ModuleKind::Page),
                "style" => graph.set_served(module, ModuleKind::Style),
                "self" => graph.set_acceptance(module, SelfAcceptance::Accepts, vec![]),
                "bubbles" => graph.set_acceptance(module, SelfAcceptance::Bubbles, vec![]),
                "declines" => graph.set_acceptance(module, SelfAcceptance::Declines, vec![]),
                "accepts" => {
                    let accepted = words
                        .map(|url| AcceptedDependency {
                            specifier: format!("./{url}").into(),
                            target: graph.intern(url),
                        })
                        .collect();
                    graph.set_acceptance(module, SelfAcceptance::None, accepted);
                }
                other => panic!("no such verb: {other}"),
            }
        }
        graph
    }

    fn describe(graph: &ModuleGraph, result: &Propagation) -> String {
        let url = |id| graph.url(id).to_owned();
        let stale: Vec<_> = result.stale.iter().map(|&id| url(id)).collect();
        let boundaries: Vec<_> = result
            .boundaries
            .iter()
            .map(|found| format!("{}<{}", url(found.boundary), url(found.accepted)))
            .collect();
        let dead_ends: Vec<_> = result
            .dead_ends
            .iter()
            .map(|found| format!("{}{}", url(found.at), if found.declined { "!" } else { "" }))
            .collect();
        format!(
            "{} | {} | {}",
            stale.join(" "),
            boundaries.join(" "),
            dead_ends.join(" ")
        )
    }

    #[track_caller]
    fn check(lines: &str, changed: &[&str], trail: &[&str], expected: &str) {
        let mut graph = graph(lines);
        let changed: Vec<_> = changed.iter().map(|url| graph.intern(url)).collect();
        let trail: Vec<_> = trail.iter().map(|url| graph.intern(url)).collect();
        let result = Propagator::default().propagate(&graph, &changed, &trail);
        assert_eq!(describe(&graph, &result), expected);
    }

    #[test]
    fn a_self_accepting_module_stops_its_own_update() {
        check("main -> dep\ndep self", &["dep"], &[], "dep | dep<dep | ");
    }

    #[test]
    fn an_update_goes_over_importers_to_a_boundary() {
        check(
            "main -> mid\nmid -> dep\nmid self",
            &["dep"],
            &[],
            "dep mid | mid<mid | ",
        );
        check(
            "main -> mid\nmid -> dep\nmain accepts mid",
            &["dep"],
            &[],
            "dep mid | main<mid | ",
        );
    }

    #[test]
    fn a_chain_without_boundary_is_a_dead_end() {
        check(
            "page page\npage -> main\nmain -> dep",
            &["dep"],
            &[],
            "dep main page |  | page",
        );
        check("main -> dep", &["dep"], &[], "dep main |  | main");
    }

    #[test]
    fn every_way_up_counts() {
        check(
            "main -> left right\nleft -> dep\nright -> dep\nleft self",
            &["dep"],
            &[],
            "dep left right main | left<left | main",
        );
        check(
            "main -> left right\nleft -> dep\nright -> dep\nmain accepts left right",
            &["dep"],
            &[],
            "dep left right | main<left main<right | ",
        );
    }

    #[test]
    fn cycles_end() {
        check("a -> b\nb -> a", &["a"], &[], "a b |  | ");
        check(
            "main -> a\na -> b\nb -> a\na self",
            &["b"],
            &[],
            "b a | a<a | ",
        );
        check("a -> a\nmain -> a", &["a"], &[], "a main |  | main");
    }

    #[test]
    fn bubbling_modules_accept_and_pass_on() {
        check(
            "main -> dep\ndep bubbles\nmain self",
            &["dep"],
            &[],
            "dep main | dep<dep main<main | ",
        );
        check("dep bubbles", &["dep"], &[], "dep | dep<dep | ");
    }

    #[test]
    fn accepted_exports_stop_an_update_when_nobody_uses_others() {
        check(
            "main -> dep\nother -> dep\ndep exports a b | main=a main=b other=b",
            &["dep"],
            &[],
            "dep | dep<dep | ",
        );
        check(
            "main -> dep\ndep exports a |",
            &["dep"],
            &[],
            "dep | dep<dep | ",
        );
        check("dep exports a |", &["dep"], &[], "dep | dep<dep | ");
    }

    #[test]
    fn accepted_exports_let_an_update_pass_when_somebody_uses_another() {
        check(
            "main -> dep\nother -> dep\nmain accepts dep\nother self\ndep exports a | main=a other=b",
            &["dep"],
            &[],
            "dep other | main<dep other<other | ",
        );
        check(
            "main -> dep\ndep exports a | main=*",
            &["dep"],
            &[],
            "dep main |  | main",
        );
        check(
            "main -> dep\nmain self\ndep exports a | main=a",
            &["dep"],
            &["dep"],
            "dep main | main<main | ",
        );
    }

    #[test]
    fn a_module_that_declines_is_a_dead_end() {
        check(
            "main -> dep\ndep declines\nmain self",
            &["dep"],
            &[],
            "dep main | main<main | dep!",
        );
        check(
            "main -> mid\nmid -> dep\nmid declines",
            &["dep"],
            &[],
            "dep mid main |  | mid! main",
        );
    }

    #[test]
    fn modules_that_gave_up_are_no_boundaries() {
        check(
            "main -> dep\ndep self\nmain self",
            &["dep"],
            &["dep"],
            "dep main | main<main | ",
        );
        check(
            "main -> dep\ndep -> main\ndep self\nmain self",
            &["dep"],
            &["dep", "main"],
            "dep main |  | ",
        );
    }

    #[test]
    fn modules_that_gave_up_accept_no_dependencies_either() {
        check(
            "main -> a\nmain accepts a\na -> b\na accepts b\nb -> a\nb accepts a",
            &["b"],
            &["a", "b"],
            "b a | main<a | ",
        );
    }

    #[test]
    fn a_script_that_imports_a_style_is_not_stale_with_it() {
        check(
            "main -> app.css\napp.css style",
            &["app.css"],
            &[],
            "app.css | main<app.css | ",
        );
    }

    #[test]
    fn styles_are_swapped_in_the_pages_that_link_them() {
        check(
            "index page\nindex -> app.css\napp.css style\napp.css -> part.css\npart.css style",
            &["part.css"],
            &[],
            "part.css app.css | index<app.css | ",
        );
    }

    #[test]
    fn several_changes_are_one_walk() {
        check(
            "main -> a b\na self\nb -> c\nmain accepts b",
            &["a", "c"],
            &[],
            "a c b | a<a main<b | ",
        );
    }

    #[test]
    fn a_propagator_forgets_between_walks() {
        let mut graph = graph("main -> dep\nmain self");
        let dep = graph.intern("dep");
        let mut propagator = Propagator::default();
        let first = propagator.propagate(&graph, &[dep], &[]);
        assert_eq!(propagator.propagate(&graph, &[dep], &[]), first);
    }
}
