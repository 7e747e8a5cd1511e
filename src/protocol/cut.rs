//! How much of a page's message counts: no list and no text may be longer than a page has reason to make it.

use super::{ClientMessage, ReloadReport, Thrown};

/// What a page says of one module, or of one update: entries of a list that count.
const MOST_ENTRIES: usize = 1000;

/// The same of lists that may name all modules of a page.
const MOST_MODULES: usize = 10_000;

/// Bytes of a text that count. A person reads it, or it names something.
const LONGEST_TEXT: usize = 8 * 1024;

impl ClientMessage {
    /// The message, cut to what a page has reason to say. Parts of it are kept, and parts go to all pages. Custom
    /// events are the project's own, and pass as they are.
    pub fn cut(mut self) -> Self {
        match &mut self {
            Self::Hello {
                session,
                page,
                reloaded,
                since: _,
                again: _,
            } => {
                cut_text(session);
                page.iter_mut().for_each(cut_text);
                if let Some(report) = reloaded {
                    let ReloadReport {
                        cause: _,
                        changed,
                        chain,
                        message,
                        remedy,
                    } = report;
                    cut_list(chain, MOST_ENTRIES);
                    let texts = changed.iter_mut().chain(remedy).chain([message]);
                    texts.for_each(cut_text);
                }
            }
            Self::Want { urls, question: _ } => cut_list(urls, MOST_MODULES),
            Self::Invalidate {
                url,
                message,
                trail,
                version: _,
            } => {
                message.iter_mut().chain([url]).for_each(cut_text);
                cut_list(trail, MOST_ENTRIES);
            }
            Self::Accepts {
                url,
                deps,
                exports,
                version: _,
                accepts_self: _,
                declined: _,
            } => {
                cut_text(url);
                cut_list(deps, MOST_ENTRIES);
                exports
                    .iter_mut()
                    .for_each(|names| cut_list(names, MOST_ENTRIES));
            }
            Self::Applied { boundaries, .. } => cut_list(boundaries, MOST_MODULES),
            Self::Failed {
                message,
                kept,
                thrown,
                version: _,
            } => {
                cut_text(message);
                cut_list(kept, MOST_MODULES);
                thrown.truncate(MOST_ENTRIES);
                thrown.iter_mut().for_each(Thrown::cut);
            }
            Self::Thrown { thrown } => thrown.cut(),
            Self::Open { file, .. } => cut_text(file),
            Self::Ping | Self::Acknowledged { .. } | Self::Custom { .. } => {}
        }
        self
    }
}

impl Thrown {
    fn cut(&mut self) {
        let Self {
            message,
            url,
            specifier,
            name,
            calls,
            remedy,
            question: _,
            failure: _,
        } = self;
        let texts = [url, specifier, name, remedy].into_iter().flatten();
        texts.chain([message]).for_each(cut_text);
        calls.truncate(MOST_ENTRIES);
        for call in calls {
            call.name
                .iter_mut()
                .chain([&mut call.url])
                .for_each(cut_text);
        }
    }
}

fn cut_list(texts: &mut Vec<String>, most: usize) {
    texts.truncate(most);
    texts.iter_mut().for_each(cut_text);
}

/// Shortens a text that is too long to be read.
pub fn cut_text(text: &mut String) {
    let mut end = text.len().min(LONGEST_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
}

#[cfg(test)]
mod tests {
    use super::super::ReloadCause;
    use super::*;

    #[test]
    fn messages_are_cut_to_what_counts() {
        let urls = |count: usize| vec!["/a.js".to_owned(); count];
        let long = || "ü".repeat(LONGEST_TEXT);
        let cut = || "ü".repeat(LONGEST_TEXT / 2);
        let invalidate = |message, trail| ClientMessage::Invalidate {
            url: "/a.js".to_owned(),
            version: 1,
            message,
            trail,
        };
        let accepts = |deps, exports| ClientMessage::Accepts {
            url: "/a.js".to_owned(),
            version: 1,
            accepts_self: true,
            deps,
            declined: false,
            exports,
        };
        let failed = |message, kept| ClientMessage::Failed {
            version: 1,
            message,
            kept,
            thrown: Vec::new(),
        };
        let hello = |page, chain, message| ClientMessage::Hello {
            session: String::new(),
            since: 1,
            page,
            reloaded: Some(ReloadReport {
                cause: ReloadCause::DeadEnd,
                changed: None,
                chain,
                message,
                remedy: None,
            }),
            again: false,
        };
        for (given, expected) in [
            (
                invalidate(Some(long()), urls(1001)),
                invalidate(Some(cut()), urls(1000)),
            ),
            (
                accepts(vec![long()], Some(urls(1001))),
                accepts(vec![cut()], Some(urls(1000))),
            ),
            (failed(long(), urls(10_001)), failed(cut(), urls(10_000))),
            (
                hello(Some(long()), urls(1001), long()),
                hello(Some(cut()), urls(1000), cut()),
            ),
            // Odd places of the cut.
            (
                failed(format!("a{}", long()), Vec::new()),
                failed(format!("a{}", &cut()[2..]), Vec::new()),
            ),
        ] {
            assert_eq!(given.cut(), expected);
        }
    }
}
