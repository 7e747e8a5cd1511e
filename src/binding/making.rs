//! Reading files and making modules, on threads of their own.

use std::path::PathBuf;
use std::string::FromUtf8Error;
use std::sync::Arc;

use napi::bindgen_prelude::{Buffer, Either, Result};
use napi::{Env, Task};
use napi_derive::napi;

use crate::engine::{self, Engine, read_file};
use hotgraph_core::diagnostic::place_of;
use hotgraph_core::syntax::edit::origin;

/// What `make` makes of a file.
#[napi(object)]
pub struct MadeModule {
    /// The text for the browser.
    pub code: String,
    /// Whether it is a script; else it is a style sheet.
    pub is_script: bool,
    /// Specifiers of which `resolved` has to say what they stand for: nothing was made, and it is to be asked again then.
    pub asks: Option<Vec<String>>,
}

impl MadeModule {
    fn of(made: engine::Made) -> Self {
        Self {
            code: made.code,
            is_script: made.is_script,
            asks: None,
        }
    }

    fn asking(specifiers: Vec<String>) -> Self {
        Self {
            code: String::new(),
            is_script: true,
            asks: Some(specifiers),
        }
    }
}

/// What is made, or why not: errors are JavaScript's.
pub(super) fn made_or_asked(
    made: std::result::Result<Option<engine::Made>, engine::Refusal>,
) -> Result<Option<MadeModule>> {
    match made {
        Ok(made) => Ok(made.map(MadeModule::of)),
        Err(engine::Refusal::Asks(specifiers)) => Ok(Some(MadeModule::asking(specifiers))),
        Err(engine::Refusal::Wrong(message)) => Err(napi::Error::from_reason(message)),
    }
}

/// Makes a module of a file, on a thread of its own.
pub struct Making {
    pub(super) engine: Arc<Engine>,
    pub(super) url: String,
    pub(super) file: PathBuf,
    pub(super) source: String,
    pub(super) by_host: Option<engine::HostText>,
}

#[napi]
impl Task for Making {
    type Output = Option<MadeModule>;
    type JsValue = Option<MadeModule>;

    fn compute(&mut self) -> Result<Self::Output> {
        let by_host = self.by_host.as_ref();
        let made = self
            .engine
            .make(&self.url, &self.file, &self.source, by_host);
        made_or_asked(made)
    }

    fn resolve(&mut self, _: Env, made: Self::Output) -> Result<Self::JsValue> {
        Ok(made)
    }
}

/// The lines around a place in a text, with a mark below it. Line and column are from 1; places that are not there become
/// near ones.
#[napi(catch_unwind)]
pub fn code_frame(source: String, line: u32, column: u32) -> String {
    let offset = origin(&source, &[], line, column);
    place_of(&source, offset).frame
}

/// Reads a file, on a thread of its own.
pub struct Reading {
    pub(super) file: PathBuf,
}

#[napi]
impl Task for Reading {
    type Output = Option<std::result::Result<String, Vec<u8>>>;
    type JsValue = Option<Either<String, Buffer>>;

    fn compute(&mut self) -> Result<Self::Output> {
        let bytes = read_file(&self.file);
        Ok(bytes.map(|bytes| String::from_utf8(bytes).map_err(FromUtf8Error::into_bytes)))
    }

    fn resolve(&mut self, _: Env, read: Self::Output) -> Result<Self::JsValue> {
        Ok(read.map(|read| match read {
            Ok(text) => Either::A(text),
            Err(bytes) => Either::B(bytes.into()),
        }))
    }
}
