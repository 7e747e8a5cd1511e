//! A page's life on the server: from the opening of its socket to the last update that it applied.
//!
//! Knows versions. Must not know sockets or messages.

/// What a connected page has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PageLife {
    /// It has not said hello, and gets nothing.
    #[default]
    Silent,
    /// It said hello, and waits while the host is asked for what it missed.
    Waiting,
    /// It has every update that it was sent, the last of them or its own modules at this version.
    Current {
        /// The version that it said it is at.
        version: u64,
    },
    /// It was sent an update that it has not applied, nor said that it concerns nothing there.
    Behind {
        /// The version that it said it is at.
        version: u64,
        /// The version of the last update that it was sent.
        sent: u64,
    },
}

/// What can happen to a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageEvent {
    /// It said hello.
    Hello,
    /// Its hello was answered: it is at `version`, and was sent the updates up to `sent`, if any.
    Answered {
        /// The version that it said it is at.
        version: u64,
        /// The version of the update that it was sent with the answer.
        sent: Option<u64>,
    },
    /// An update of this version goes out to all pages.
    Sent(u64),
    /// It applied the update of this version, or has nothing to do for it.
    At(u64),
}

impl PageLife {
    /// The state after an event; `None` where the event has no place, which is an error of the code that caused it.
    ///
    /// | before          | event            | after                                   |
    /// |-----------------|------------------|-----------------------------------------|
    /// | Silent          | Hello            | Waiting                                 |
    /// | Waiting         | Answered         | Current, or Behind with missed updates  |
    /// | Current, Behind | Sent             | Behind                                  |
    /// | Current, Behind | At(last sent)    | Current                                 |
    /// | Current, Behind | At(earlier)      | as before, at the newer of the versions |
    /// | Silent, Waiting | Sent             | as before: it is told with its answer   |
    pub fn after(self, event: PageEvent) -> Option<Self> {
        match (self, event) {
            (Self::Silent, PageEvent::Hello) => Some(Self::Waiting),
            (Self::Waiting, PageEvent::Answered { version, sent }) => {
                Some(Self::of(version, sent.unwrap_or_default()))
            }
            (Self::Silent | Self::Waiting, PageEvent::Sent(_)) => Some(self),
            (Self::Current { version } | Self::Behind { version, .. }, PageEvent::Sent(sent)) => {
                Some(Self::of(version, sent))
            }
            (Self::Current { version }, PageEvent::At(at)) => Some(Self::of(version.max(at), 0)),
            (Self::Behind { version, sent }, PageEvent::At(at)) => {
                Some(Self::of(version.max(at), sent))
            }
            _ => None,
        }
    }

    fn of(version: u64, sent: u64) -> Self {
        match version < sent {
            true => Self::Behind { version, sent },
            false => Self::Current { version },
        }
    }

    /// The version that it said it is at; `None` before its hello was answered.
    pub fn version(self) -> Option<u64> {
        match self {
            Self::Silent | Self::Waiting => None,
            Self::Current { version } | Self::Behind { version, .. } => Some(version),
        }
    }

    /// Whether it was sent an update that it has not applied, nor said that it concerns nothing there.
    pub fn is_behind(self) -> bool {
        matches!(self, Self::Behind { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::PageEvent::*;
    use super::PageLife::{self, *};
    use super::*;

    #[track_caller]
    fn check(events: &[PageEvent], expected: Option<PageLife>) {
        let life = events
            .iter()
            .try_fold(PageLife::default(), |life, event| life.after(*event));
        assert_eq!(life, expected, "{events:?}");
    }

    #[test]
    fn the_table_of_a_page() {
        let answered = |version, sent| Answered { version, sent };
        check(&[], Some(Silent));
        check(&[Sent(7)], Some(Silent));
        check(&[At(7)], None);
        check(&[answered(5, None)], None);
        check(&[Hello], Some(Waiting));
        check(&[Hello, Sent(7)], Some(Waiting));
        check(&[Hello, Hello], None);
        check(&[Hello, At(7)], None);
        let greeted = [Hello, answered(5, None)];
        check(&greeted, Some(Current { version: 5 }));
        check(
            &[Hello, answered(5, Some(7))],
            Some(Behind {
                version: 5,
                sent: 7,
            }),
        );
        let after = |events: &[PageEvent], expected| {
            check(&[&greeted[..], events].concat(), expected);
        };
        after(&[Hello], None);
        after(
            &[Sent(7)],
            Some(Behind {
                version: 5,
                sent: 7,
            }),
        );
        after(
            &[Sent(7), Sent(8), At(7)],
            Some(Behind {
                version: 7,
                sent: 8,
            }),
        );
        after(&[Sent(7), Sent(8), At(8)], Some(Current { version: 8 }));
        after(&[Sent(7), At(7), At(6)], Some(Current { version: 7 }));
        after(&[At(9), Sent(8)], Some(Current { version: 9 }));
    }
}
