//! Pages: who is connected, how far each is, and what they are told when they come.

mod hello;
pub mod life;
mod messages;

use std::collections::BTreeMap;
use std::sync::{MutexGuard, PoisonError};

use super::coordinator::Coordinator;
use super::{Shared, Target};
use crate::protocol::ServerMessage;
use life::{PageEvent, PageLife};

/// One connected page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// What it has.
    pub life: PageLife,
    /// The url of its HTML, when that was served through the engine.
    pub url: Option<String>,
    /// How often it asked where something comes from.
    pub questions: u32,
}

/// Questions of one connection that are answered. Each may cost a walk over the modules, and a page has few errors.
const MOST_QUESTIONS: u32 = 200;

impl Shared {
    fn pages(&self) -> MutexGuard<'_, BTreeMap<u32, Page>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The pages whose hello was answered, in the order in which they connected.
    pub fn greeted(&self) -> Vec<(u32, Page)> {
        let pages = self.pages();
        let greeted = pages
            .iter()
            .filter(|(_, page)| page.life.version().is_some());
        greeted
            .map(|(&client, page)| (client, page.clone()))
            .collect()
    }
}

impl Coordinator {
    /// The url of a page's HTML.
    pub fn page_url(&self, client: u32) -> Option<String> {
        self.shared.pages().get(&client)?.url.clone()
    }

    /// A page asks where something comes from. Returns whether it may.
    pub fn may_ask(&self, client: u32) -> bool {
        let mut pages = self.shared.pages();
        let Some(page) = pages.get_mut(&client) else {
            return false;
        };
        page.questions = page.questions.saturating_add(1);
        page.questions <= MOST_QUESTIONS
    }

    /// The pages whose hello was answered.
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

    /// Tells all pages that said hello that this run does not go on with them.
    pub fn refuse_all(&self) {
        let lineage = self.shared.lineage();
        let message = ServerMessage::Connected {
            session: lineage.session.clone(),
            version: self.shared.state().version,
            refusal: lineage.refusal.clone(),
            uncertain: None,
        };
        let pages = self.shared.pages().clone();
        for (client, page) in pages {
            if page.life != PageLife::Silent {
                self.shared.send(Target::Client(client), &message);
            }
        }
    }

    /// An update of this version goes out to all pages.
    pub fn sent(&self, version: u64) {
        let clients: Vec<u32> = self.shared.pages().keys().copied().collect();
        for client in clients {
            self.page_is(client, PageEvent::Sent(version));
        }
    }

    /// Something happened to a page. Returns whether it may: what a page says at the wrong time changes nothing.
    fn page_is(&self, client: u32, event: PageEvent) -> bool {
        let mut pages = self.shared.pages();
        let Some(page) = pages.get_mut(&client) else {
            return false;
        };
        let after = page.life.after(event);
        page.life = after.unwrap_or(page.life);
        after.is_some()
    }
}
