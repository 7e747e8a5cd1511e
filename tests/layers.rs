//! The rooms' walls: what each folder of the engine must not name.

use std::fs;
use std::path::{Path, PathBuf};

/// A folder or file, and the words that none of its lines may hold outside of comments.
const WALLS: [(&str, &[&str]); 5] = [
    ("src/protocol.rs", PROTOCOL),
    ("src/protocol", PROTOCOL),
    ("src/engine", &["napi", "crate::binding"]),
    ("src/binding.rs", BINDING),
    ("src/binding", BINDING),
];

/// What the messages must not name.
const PROTOCOL: &[&str] = &["napi", "tokio", "notify", "dashmap", "std::fs", "crate::"];

/// What the binding must not name.
const BINDING: &[&str] = &["tokio", "notify", "swc_", "dashmap", "std::fs"];

/// Only this folder knows which parser is used.
const SWC_ROOM: &str = "syntax";

#[test]
fn no_room_names_what_it_must_not_know() {
    let mut offences = Vec::new();
    for (room, words) in WALLS {
        for file in rust_files(Path::new(env!("CARGO_MANIFEST_DIR")).join(room)) {
            offences.extend(lines_with(&file, words));
        }
    }
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

#[test]
fn only_the_syntax_room_names_swc() {
    let offences: Vec<String> =
        rust_files(Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/core/src"))
            .into_iter()
            .filter(|file| !file.components().any(|part| part.as_os_str() == SWC_ROOM))
            .flat_map(|file| lines_with(&file, &["swc_"]))
            .collect();
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

fn rust_files(root: PathBuf) -> Vec<PathBuf> {
    if root.is_file() {
        return vec![root];
    }
    let entries = fs::read_dir(&root).unwrap_or_else(|error| panic!("{}: {error}", root.display()));
    entries
        .flatten()
        .map(|entry| entry.path())
        .flat_map(|path| {
            if path.is_dir() {
                rust_files(path)
            } else {
                vec![path]
            }
        })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

fn lines_with(file: &Path, words: &[&str]) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .filter_map(|(index, line)| {
            let word = words.iter().find(|word| line.contains(**word))?;
            Some(format!("{}:{}: names {word}", file.display(), index + 1))
        })
        .collect()
}
