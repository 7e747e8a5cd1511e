//! Runs every input that fuzzing found worth keeping through the same checks, once.
//!
//! How fuzzing is done stands in docs/reliability.md.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

#[path = "../fuzz/properties/mod.rs"]
#[allow(dead_code, reason = "the seeds run with the parser's panics caught")]
mod properties;

#[test]
fn every_source_is_read_and_served_as_it_means() {
    check_all("code", properties::code::check);
}

#[test]
fn every_frame_leaves_an_engine_that_answers() {
    check_all("frames", properties::frames::check);
}

#[test]
fn every_url_is_stamped_and_resolved_as_in_a_browser() {
    check_all("urls", properties::urls::check);
}

/// Checks the inputs of a target: those that have names, and what fuzzing kept.
fn check_all(target: &str, check: fn(&[u8])) {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let named = ["seeds", "regressions"].map(|kind| fuzz.join(kind).join(target));
    let packed = fuzz.join("corpus").join(format!("{target}.tar.gz"));
    let mut inputs: Vec<_> = named.iter().flat_map(|folder| files_in(folder)).collect();
    assert!(inputs.len() > 30, "only {} have names", inputs.len());
    inputs.extend(files_packed_in(&packed));
    let failures: Vec<_> = inputs
        .into_iter()
        .filter(|(_, input)| std::panic::catch_unwind(|| check(input)).is_err())
        .map(|(name, _)| name)
        .collect();
    assert!(failures.is_empty(), "{failures:#?}");
}

type Input = (PathBuf, Vec<u8>);

fn files_in(folder: &Path) -> Vec<Input> {
    let entries = fs::read_dir(folder).expect("a folder of inputs");
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    let read = |file: PathBuf| {
        let input = fs::read(&file).expect("a readable file");
        (file, input)
    };
    files.into_iter().map(read).collect()
}

fn files_packed_in(archive: &Path) -> Vec<Input> {
    let file = fs::File::open(archive).expect("a packed corpus");
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(file));
    let entries = archive.entries().expect("an archive").map(|entry| {
        let mut entry = entry.expect("a whole archive");
        let name = entry.path().expect("a name").into_owned();
        let mut input = Vec::new();
        entry.read_to_end(&mut input).expect("a whole file");
        (name, input)
    });
    let inputs: Vec<Input> = entries.collect();
    assert!(inputs.len() > 1000, "only {} are packed", inputs.len());
    inputs
}
