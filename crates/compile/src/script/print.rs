//! From a syntax tree to text, with a source map.

use std::io::{self, Write};

use hotgraph_core::syntax::analyze::AnalyzeError;
use swc_core::common::comments::SingleThreadedComments;
use swc_core::common::source_map::SourceMapGenConfig;
use swc_core::common::sync::Lrc;
use swc_core::common::{FileName, SourceMap};
use swc_core::ecma::ast::Program;
use swc_core::ecma::codegen::text_writer::JsWriter;
use swc_core::ecma::codegen::{Config as Style, Emitter, Node};

use super::Script;

/// Prints a program. Fails where the text becomes far longer than its source.
pub fn print(
    files: &Lrc<SourceMap>,
    program: &Program,
    comments: &SingleThreadedComments,
    source: &str,
) -> Result<Script, AnalyzeError> {
    let mut places = Vec::new();
    let mut code = Bounded {
        bytes: Vec::new(),
        most: LEAST_LIMIT + source.len() * MOST_GROWTH,
    };
    let mut emitter = Emitter {
        cfg: Style::default(),
        cm: files.clone(),
        comments: Some(comments),
        wr: JsWriter::new(files.clone(), "\n", &mut code, Some(&mut places)),
    };
    let printed = program.emit_with(&mut emitter);
    printed.map_err(|_| AnalyzeError::TooDeep)?;
    let code = String::from_utf8(code.bytes).map_err(|_| AnalyzeError::Parser)?;
    let mut map = Vec::new();
    let built = files.build_source_map(&places, None, Mapping);
    built
        .to_writer(&mut map)
        .map_err(|_| AnalyzeError::Parser)?;
    let map = String::from_utf8(map).map_err(|_| AnalyzeError::Parser)?;
    Ok(Script {
        code,
        map,
        refresh: None,
        exports: Vec::new(),
    })
}

/// How many bytes code may become for each of its source, and how many in any case. Lines are indented by how deep they
/// are nested, so the blanks could be far more than the code.
const MOST_GROWTH: usize = 50;
/// See [`MOST_GROWTH`].
const LEAST_LIMIT: usize = 1 << 20;

/// Takes what is printed, up to a limit.
struct Bounded {
    bytes: Vec<u8>,
    most: usize,
}

impl Write for Bounded {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + more.len() > self.most {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(more);
        Ok(more.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How source maps are written.
struct Mapping;

impl SourceMapGenConfig for Mapping {
    fn file_name_to_source(&self, file: &FileName) -> String {
        file.to_string()
    }

    fn inline_sources_content(&self, _: &FileName) -> bool {
        true
    }
}
