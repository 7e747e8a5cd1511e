//! Packs, and the modules that go into them, are made away from Node's thread, which has requests to answer.

use std::sync::Arc;

use napi::bindgen_prelude::Result;
use napi::{Env, Task};
use napi_derive::napi;

use crate::engine::{self, Engine};

/// Whether a script has a pack.
#[napi(object)]
pub struct PackStatus {
    /// How many modules its pack holds.
    pub modules: Option<u32>,
    /// The urls of those that are no files: they may be others by now. Whoever makes them is to be asked again.
    pub made_up: Vec<String>,
    /// Why there is none, and the script is served alone.
    pub reason: Option<String>,
}

/// The making of a pack.
pub struct Packing {
    /// Who makes it.
    pub engine: Arc<Engine>,
    /// Of which script.
    pub url: String,
}

impl Task for Packing {
    type Output = PackStatus;
    type JsValue = PackStatus;

    fn compute(&mut self) -> Result<Self::Output> {
        Ok(match self.engine.pack(&self.url) {
            Ok(packed) => PackStatus {
                modules: Some(packed.modules as u32),
                made_up: packed.made_up,
                reason: None,
            },
            Err(reason) => PackStatus {
                modules: None,
                made_up: Vec::new(),
                reason: Some(reason.to_string()),
            },
        })
    }

    fn resolve(&mut self, _: Env, status: Self::Output) -> Result<Self::JsValue> {
        Ok(status)
    }
}

/// What came of reading scripts.
#[napi(object)]
pub struct ReadScripts {
    /// The urls of those that the host has to be asked for.
    pub left: Vec<String>,
    /// The urls of the scripts that the others import, each once.
    pub imports: Vec<String>,
}

/// The reading of scripts.
pub struct ReadingScripts {
    /// Who reads them.
    pub engine: Arc<Engine>,
    /// Their urls.
    pub urls: Vec<String>,
}

#[napi]
impl Task for ReadingScripts {
    type Output = engine::ReadScripts;
    type JsValue = ReadScripts;

    fn compute(&mut self) -> Result<Self::Output> {
        Ok(self.engine.read_scripts(&self.urls))
    }

    fn resolve(&mut self, _: Env, read: Self::Output) -> Result<Self::JsValue> {
        let engine::ReadScripts { left, imports } = read;
        Ok(ReadScripts { left, imports })
    }
}
