//! Pages' frames: whatever comes, the engine goes on, and what it says is sound.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use hotgraph::engine::{Engine, EngineOptions, Target};
use hotgraph_core::graph::ModuleKind;
use hotgraph_core::graph::folders::Folders;
use serde_json::{Value, json};

/// Modules that have a cycle, a boundary, one that only a page knows to accept, and a style sheet.
const MODULES: [(&str, &str); 6] = [
    (
        "/main.js",
        "import './a.js'; import './hot.js'; import('./lazy.js')",
    ),
    ("/a.js", "import { b } from './b.js'; export const a = 1"),
    ("/b.js", "import './a.js'; export const b = 2"),
    (
        "/hot.js",
        "import { b } from './b.js'; import.meta.hot.accept('./b.js', () => {}); import './opaque.js'",
    ),
    ("/opaque.js", "register(import.meta.hot); export let x = 1"),
    (
        "/lazy.js",
        "import.meta.hot.acceptExports(['y'], () => {}); export const y = 1; import './b.js'",
    ),
];

/// How many pages a frame may come from.
const PAGES: u32 = 3;
/// A page whose messages are not at random.
const WITNESS: u32 = 99;

/// Checks lines: each is a frame from a page, whose number is the first byte, or, after an `!`, something that
/// happens apart from them. `$session` and `$version` stand for what the engine said.
pub fn check(data: &[u8]) {
    let (sender, said) = channel();
    let sink = move |target, text| {
        // Nobody listens to an engine that is going.
        let _ = sender.send((target, text));
    };
    let options = EngineOptions {
        pulls: true,
        answers_for_host: true,
        ..EngineOptions::new(Folders::below("/nowhere"), "/client.js")
    };
    let engine = Engine::start(options, std::sync::Arc::new(sink)).expect("a thread");
    for (url, source) in MODULES {
        engine.serve_script(url, source, None, None);
    }
    engine.serve_page("/", "/", &["main.js".to_owned()], None, None);
    for client in 0..PAGES {
        engine.connect(client);
    }
    let session = engine.session().to_owned();
    let mut count = 0;
    for line in data.split(|byte| *byte == b'\n') {
        let line = String::from_utf8_lossy(line);
        let mut characters = line.chars();
        let Some(first) = characters.next() else {
            continue;
        };
        let rest = characters.as_str();
        count += 1;
        if first == '!' {
            happens(&engine, rest);
        } else {
            let version = engine.version().to_string();
            let frame = rest
                .replace("$session", &session)
                .replace("$version", &version);
            engine.receive(u32::from(first) % PAGES, frame);
        }
    }
    engine.connect(WITNESS);
    engine.receive(
        WITNESS,
        json!({ "type": "hello", "session": session, "since": 0 }).to_string(),
    );
    check_messages(&engine, &said, count);
}

/// What happens apart from the frames: a module is served, a page comes or goes, a file that is not on the disk changes.
fn happens(engine: &Engine, what: &str) {
    let (word, rest) = what.split_once(' ').unwrap_or((what, ""));
    let page = rest.len() as u32 % PAGES;
    match word {
        "connect" => engine.connect(page),
        "disconnect" => engine.disconnect(page),
        "changed" => engine.file_changed(rest.into(), false),
        "remade" => engine.file_changed(rest.into(), true),
        "style" => {
            engine.serve_resource(rest, ModuleKind::Style, None, Some("@import 'b.css'"));
        }
        "bodies" => {
            engine.bodies(&[rest.to_owned()]);
        }
        "preview" => {
            let (url, source) = rest.split_once(' ').unwrap_or((rest, ""));
            engine.preview(url, source);
        }
        "pulled" => engine.pulled(rest.len() as u32, Vec::new()),
        "script" => {
            let (url, source) = rest.split_once(' ').unwrap_or((rest, ""));
            engine.serve_script(url, source, None, None);
        }
        _ => {}
    }
}

/// The engine answers the last hello, once its questions are answered; versions rise; each message costs a bounded
/// number of answers.
fn check_messages(engine: &Engine, said: &Receiver<(Target, String)>, frames: usize) {
    let mut newest: HashMap<u32, u64> = HashMap::new();
    let mut messages = 0;
    loop {
        let (target, text) = said
            .recv_timeout(Duration::from_secs(10))
            .expect("an engine that answers");
        messages += 1;
        let message: Value = serde_json::from_str(&text).expect("JSON");
        let Target::Client(client) = target else {
            if message["type"] == "pull" {
                answer(engine, &message);
            }
            continue;
        };
        if message["type"] == "update" {
            check_update(&message);
            let version = message["version"].as_u64().expect("a version");
            let before = newest.insert(client, version).unwrap_or_default();
            assert!(version >= before, "{version} after {before}");
        }
        if client == WITNESS && message["type"] == "connected" {
            break;
        }
    }
    let limit = (frames + 1) * (PAGES as usize + 1) * 4;
    assert!(messages <= limit, "{messages} messages for {frames} frames");
}

/// A host that can make nothing but what was there.
fn answer(engine: &Engine, pull: &Value) {
    for (url, source) in MODULES {
        if pull["preview"]
            .as_array()
            .is_some_and(|urls| urls.contains(&url.into()))
        {
            engine.preview(url, &format!("{source};"));
        }
    }
    let question = pull["question"].as_u64().expect("a number");
    engine.pulled(question as u32, Vec::new());
}

/// Every module that changed is stale, each stale module is named once, and importers are named but once each.
fn check_update(update: &Value) {
    let urls = |list: &Value| -> Vec<String> {
        let list = list.as_array().expect("a list");
        list.iter()
            .filter_map(|url| url.as_str())
            .map(ToOwned::to_owned)
            .collect()
    };
    let stale = update["stale"].as_array().expect("a list");
    let names: Vec<&str> = stale
        .iter()
        .filter_map(|module| module["url"].as_str())
        .collect();
    let distinct: std::collections::HashSet<_> = names.iter().collect();
    assert_eq!(distinct.len(), names.len(), "{update}");
    for changed in urls(&update["changed"]) {
        assert!(names.contains(&changed.as_str()), "{changed} of {update}");
    }
    for module in stale {
        assert!(module["version"].as_u64() <= update["version"].as_u64());
        let importers = module["importers"].as_array().expect("a list");
        let distinct: std::collections::HashSet<_> = importers
            .iter()
            .map(|importer| importer["url"].as_str())
            .collect();
        assert_eq!(distinct.len(), importers.len(), "{update}");
    }
}
