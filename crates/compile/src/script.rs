//! TypeScript and JSX to JavaScript, by swc.
//!
//! Syntax that browsers run natively stays as it is written. Types go, and JSX, enums, namespaces, parameter properties
//! and decorators become what they stand for. Types are not checked.

mod components;
mod env;
mod print;
mod strip;
#[cfg(test)]
mod tests;

use std::mem;

use hotgraph_core::syntax::analyze::{AnalyzeError, Dialect, SyntaxError, explain, guarded};
use swc_core::common::comments::SingleThreadedComments;
use swc_core::common::sync::Lrc;
use swc_core::common::{BytePos, FileName, GLOBALS, Globals, Mark, SourceFile, SourceMap};
use swc_core::ecma::ast::{AutoAccessor, Decorator, EsVersion, Key, Module, Pass, Program};
use swc_core::ecma::parser::lexer::Lexer;
use swc_core::ecma::parser::{Parser, StringInput};
use swc_core::ecma::transforms::base::fixer::fixer;
use swc_core::ecma::transforms::base::helpers::{HELPERS, Helpers, inject_helpers};
use swc_core::ecma::transforms::base::hygiene::hygiene;
use swc_core::ecma::transforms::base::resolver;
use swc_core::ecma::transforms::proposal::decorator_2023_11::decorator_2023_11;
use swc_core::ecma::transforms::proposal::decorators::{Config as LegacyDecorators, decorators};
use swc_core::ecma::transforms::react::{
    Options as React, RefreshOptions, Runtime, react, refresh,
};
use swc_core::ecma::transforms::typescript::{
    Config as TypeScript, TsImportExportAssignConfig, TsxConfig, tsx, typescript,
};
use swc_core::ecma::visit::{Visit, VisitWith};

use crate::fields::assign_fields;
use components::{RegisterMore, exports_of, has_component_classes};
pub use env::{at_start, node_env};
use print::print;
pub use strip::strip;

/// What a `tsconfig.json` says of how code is compiled. The default is TypeScript's for modules of today.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ScriptOptions {
    /// What JSX becomes.
    pub jsx: Jsx,
    /// Which decorators the code means.
    pub decorators: Decorators,
    /// Whether fields are defined, as JavaScript does, and not assigned (`useDefineForClassFields`).
    pub defines_fields: bool,
    /// Whether imports stay that nothing uses (`verbatimModuleSyntax`).
    pub keeps_imports: bool,
    /// Whether components and hooks are registered, by calls of `$RefreshReg$` and `$RefreshSig$`.
    pub refreshes: bool,
}

impl Default for ScriptOptions {
    fn default() -> Self {
        Self {
            jsx: Jsx::default(),
            decorators: Decorators::Standard,
            defines_fields: true,
            keeps_imports: false,
            refreshes: false,
        }
    }
}

/// What JSX becomes (`jsx`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Jsx {
    /// Calls to the functions that this package exports for it (`jsxImportSource`).
    Automatic {
        /// A package, `react`.
        source: String,
    },
    /// Calls of names that the code has (`jsxFactory`, `jsxFragmentFactory`).
    Classic {
        /// What makes an element: `React.createElement`, `h`.
        factory: String,
        /// What a fragment is: `React.Fragment`.
        fragment: String,
    },
}

impl Default for Jsx {
    fn default() -> Self {
        Self::Automatic {
            source: "react".to_owned(),
        }
    }
}

impl Jsx {
    /// Calls as React had them before there was a `jsx-runtime`.
    pub fn classic() -> Self {
        Self::Classic {
            factory: "React.createElement".to_owned(),
            fragment: "React.Fragment".to_owned(),
        }
    }
}

/// Which decorators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Decorators {
    /// Those of the language.
    Standard,
    /// TypeScript's own (`experimentalDecorators`).
    Legacy {
        /// Whether types are kept for them (`emitDecoratorMetadata`).
        has_metadata: bool,
    },
}

/// A script as browsers run it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// The code, without a source map.
    pub code: String,
    /// The source map of [`Script::code`], version 3, as JSON. It has one source, which is inlined.
    pub map: String,
    /// Which parts of it are registered, if any ([`ScriptOptions::refreshes`]).
    pub refresh: Option<Refresh>,
    /// The names that it exports, and the line of each in the source, from 1; only of what accepts its own updates.
    pub exports: Vec<(String, usize)>,
}

/// What a module registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refresh {
    /// Hooks of its own: edits concern who uses them.
    Registers,
    /// Components: edits can be applied in the module alone.
    Accepts,
}

/// Makes JavaScript of a source.
///
/// `name` is what the source map calls the source.
///
/// # Errors
///
/// [`AnalyzeError::Syntax`] when the source cannot be parsed, or says what no module can; otherwise as
/// [`guarded`]. Never panics and never exhausts the stack.
pub fn compile(
    source: &str,
    dialect: Dialect,
    name: &str,
    options: &ScriptOptions,
) -> Result<Script, AnalyzeError> {
    guarded(source, dialect, || {
        GLOBALS.set(&Globals::new(), || {
            HELPERS.set(&Helpers::new(false), || {
                transform(source, dialect, name, options)
            })
        })
    })
}

fn transform(
    source: &str,
    dialect: Dialect,
    name: &str,
    options: &ScriptOptions,
) -> Result<Script, AnalyzeError> {
    let files = Lrc::<SourceMap>::default();
    let file = files.new_source_file(FileName::Custom(name.to_owned()).into(), source.to_owned());
    let comments = SingleThreadedComments::default();
    let mut program = Program::Module(parse(&file, source, dialect, &comments)?);
    let is_typed = matches!(dialect, Dialect::TypeScript | Dialect::Tsx);
    let has_jsx = matches!(dialect, Dialect::Jsx | Dialect::Tsx);
    let found = Unsupported::of(&program);
    if let Some(error) = found.error() {
        return Err(AnalyzeError::Syntax(error));
    }
    let refreshes = options.refreshes;
    let has_classes = refreshes && has_component_classes(&program);
    let exports = match refreshes {
        true => exports_of(&program, &files),
        false => Vec::new(),
    };
    let (unresolved, top_level) = (Mark::new(), Mark::new());
    let mut apply = |mut pass: Box<dyn Pass>| pass.process(&mut program);

    apply(Box::new(resolver(unresolved, top_level, is_typed)));
    let legacy = match options.decorators {
        Decorators::Legacy { has_metadata } if found.has_decorators => Some(LegacyDecorators {
            legacy: true,
            emit_metadata: has_metadata,
            use_define_for_class_fields: options.defines_fields,
        }),
        _ => None,
    };
    let is_standard = found.has_decorators && options.decorators == Decorators::Standard;
    if let Some(legacy) = legacy {
        apply(Box::new(decorators(legacy)));
    }
    if is_standard || found.has_accessors {
        apply(Box::new(decorator_2023_11()));
    }
    if is_typed {
        let config = TypeScript {
            verbatim_module_syntax: options.keeps_imports,
            native_class_properties: options.defines_fields,
            no_empty_export: true,
            import_export_assign_config: TsImportExportAssignConfig::EsNext,
            ..TypeScript::default()
        };
        if has_jsx {
            let jsx = match &options.jsx {
                Jsx::Automatic { .. } => TsxConfig::default(),
                Jsx::Classic { factory, fragment } => TsxConfig {
                    pragma: Some(factory.clone().into()),
                    pragma_frag: Some(fragment.clone().into()),
                },
            };
            let comments = comments.clone();
            apply(Box::new(tsx(
                files.clone(),
                config,
                jsx,
                comments,
                unresolved,
                top_level,
            )));
        } else {
            apply(Box::new(typescript(config, unresolved, top_level)));
        }
        if !options.defines_fields {
            apply(Box::new(assign_fields()));
        }
    }
    if refreshes {
        if has_jsx {
            apply(Box::new(RegisterMore));
        }
        apply(Box::new(refresh(
            true,
            Some(RefreshOptions::default()),
            files.clone(),
            Some(comments.clone()),
            top_level,
        )));
    }
    if has_jsx {
        let options = jsx_options(&options.jsx);
        let comments = Some(comments.clone());
        apply(Box::new(react(
            files.clone(),
            comments,
            options,
            top_level,
            unresolved,
        )));
    }
    apply(Box::new(inject_helpers(top_level)));
    apply(Box::new(hygiene()));
    apply(Box::new(fixer(Some(&comments))));
    let script = print(&files, &program, &comments, source)?;
    let has = |call: &str| refreshes && script.code.contains(call);
    let (has_components, has_hooks) = (has("$RefreshReg$("), has("$RefreshSig$("));
    // A function with a capital is a component only where there is JSX.
    let refresh = match has_jsx {
        true if has_components || has_classes => Some(Refresh::Accepts),
        _ => (has_components || has_hooks).then_some(Refresh::Registers),
    };
    let exports = match refresh {
        Some(Refresh::Accepts) => exports,
        _ => Vec::new(),
    };
    Ok(Script {
        refresh,
        exports,
        ..script
    })
}

/// Whether code may define hooks: functions with names such as `useCount`.
pub fn may_define_hooks(source: &str) -> bool {
    source.match_indices("use").any(|(at, _)| {
        let rest = &source[at + 3..];
        let is_hook = rest.starts_with(|first: char| first.is_ascii_uppercase());
        let name = rest.trim_start_matches(|one: char| one.is_alphanumeric() || one == '_');
        let before = source[..at].trim_end();
        is_hook && (before.ends_with("function") || name.trim_start().starts_with('='))
    })
}

/// What of classes browsers do not have. The pass for it changes other classes too.
#[derive(Default)]
struct Unsupported {
    has_decorators: bool,
    /// `accessor name = 1`.
    has_accessors: bool,
    /// The first decorated accessor with a private name. The pass makes code of it that does not run.
    decorated_private: Option<BytePos>,
}

impl Unsupported {
    fn of(program: &impl VisitWith<Self>) -> Self {
        let mut found = Self::default();
        program.visit_with(&mut found);
        found
    }

    fn error(&self) -> Option<SyntaxError> {
        let offset = self.decorated_private?.0.saturating_sub(1) as usize;
        Some(SyntaxError {
            remedy: Some("name it without \"#\", or take its decorators away"),
            ..SyntaxError::new(
                "decorators of an accessor with a private name cannot be compiled",
                offset,
            )
        })
    }

    fn is_any(&self) -> bool {
        self.has_decorators || self.has_accessors
    }
}

impl Visit for Unsupported {
    fn visit_decorator(&mut self, _: &Decorator) {
        self.has_decorators = true;
    }

    fn visit_auto_accessor(&mut self, accessor: &AutoAccessor) {
        self.has_accessors = true;
        if matches!(accessor.key, Key::Private(_)) && !accessor.decorators.is_empty() {
            self.decorated_private.get_or_insert(accessor.span.lo);
        }
        accessor.visit_children_with(self);
    }
}

pub(crate) fn parse(
    file: &SourceFile,
    source: &str,
    dialect: Dialect,
    comments: &SingleThreadedComments,
) -> Result<Module, AnalyzeError> {
    let refuse = |error| AnalyzeError::Syntax(explain(error, source, dialect));
    let input = StringInput::from(file);
    let lexer = Lexer::new(dialect.syntax(), EsVersion::EsNext, input, Some(comments));
    let mut parser = Parser::new_from(lexer);
    let module = parser.parse_module().map_err(refuse)?;
    match mem::take(&mut parser.take_errors()).into_iter().next() {
        Some(error) => Err(refuse(error)),
        None => Ok(module),
    }
}

#[expect(
    deprecated,
    reason = "an unused field of the library's options is deprecated"
)]
fn jsx_options(jsx: &Jsx) -> React {
    let options = React {
        use_builtins: None,
        ..React::default()
    };
    match jsx {
        Jsx::Automatic { source } => React {
            runtime: Some(Runtime::Automatic),
            import_source: Some(source.as_str().into()),
            ..options
        },
        Jsx::Classic { factory, fragment } => React {
            runtime: Some(Runtime::Classic),
            pragma: Some(factory.clone().into()),
            pragma_frag: Some(fragment.clone().into()),
            ..options
        },
    }
}
