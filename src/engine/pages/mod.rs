//! Pages: who is connected, how far each is, and what they are told when they come.

mod hello;
mod messages;

use std::collections::BTreeMap;
use std::sync::{MutexGuard, PoisonError};

use super::Shared;
use super::coordinator::Coordinator;

/// One connected page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Whether it said hello; before that it gets nothing.
    greeted: bool,
    /// The url of its HTML, when that was served through the engine.
    pub url: Option<String>,
    /// The version that it said it is at.
    pub version: u64,
    /// The version of the last update that it was sent, 0 before the first.
    sent: u64,
}

impl Page {
    /// Whether it was sent an update that it has not applied, nor said that it concerns nothing there.
    pub fn is_behind(&self) -> bool {
        self.version < self.sent
    }
}

impl Shared {
    fn pages(&self) -> MutexGuard<'_, BTreeMap<u32, Page>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The pages that said hello, in the order in which they connected.
    pub fn greeted(&self) -> Vec<(u32, Page)> {
        let pages = self.pages();
        let greeted = pages.iter().filter(|(_, page)| page.greeted);
        greeted
            .map(|(&client, page)| (client, page.clone()))
            .collect()
    }
}

impl Coordinator {
    /// The pages that said hello.
    pub fn greeted(&self) -> impl Iterator<Item = u32> {
        let pages = self.shared.greeted().into_iter();
        pages.map(|(client, _)| client)
    }

    pub fn connected(&mut self, client: u32) {
        self.shared.pages().insert(client, Page::default());
        self.sent_to.remove(&client);
    }

    pub fn disconnected(&mut self, client: u32) {
        self.shared.pages().remove(&client);
        self.sent_to.remove(&client);
    }

    /// An update of this version goes out to all pages.
    pub fn sent(&self, version: u64) {
        for page in self.shared.pages().values_mut().filter(|page| page.greeted) {
            page.sent = version;
        }
    }

    fn page_is_at(&self, client: u32, version: u64) {
        if let Some(page) = self.shared.pages().get_mut(&client) {
            page.version = page.version.max(version);
        }
    }
}
