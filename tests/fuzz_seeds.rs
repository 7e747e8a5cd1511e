//! Runs every input that fuzzing found worth keeping through the same checks, once.
//!
//! How fuzzing is done stands in docs/reliability.md.

use std::fs;
use std::path::Path;

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

/// Checks the corpus and the findings of a target.
fn check_all(target: &str, check: fn(&[u8])) {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let (mut count, mut failures) = (0, Vec::new());
    for kind in ["corpus", "findings"] {
        let folder = fuzz.join(kind).join(target);
        let entries = fs::read_dir(&folder).expect("a folder of inputs");
        let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        files.sort();
        for file in files {
            let input = fs::read(&file).expect("a readable file");
            if std::panic::catch_unwind(|| check(&input)).is_err() {
                failures.push(file);
            }
            count += 1;
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
    assert!(count > 10, "only {count} inputs were found");
}
