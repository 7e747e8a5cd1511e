//! Edits as a walk over the tree finds them.
//!
//! Knows places in the text. Must not know what is put there.

use std::borrow::Cow;

use swc_core::common::BytePos;

use crate::syntax::analyze::{Span, offset_of};
use crate::syntax::edit::Edit;

/// The order of edits at one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// The end of something: what is within ends first, so it must be added first.
    Close,
    /// The start of something: what is around starts first, so it must be added first.
    Open,
    /// Other text instead of what starts there.
    Replace,
}

/// Edits of one source.
pub(super) struct Edits {
    edits: Vec<(Rank, Edit)>,
    /// How many bytes may still be added.
    rest: usize,
}

/// How many times as long as its source a body may be. No honest code comes near: names that are written
/// once and used everywhere could make it as long as they like.
const MOST_GROWTH: usize = 64;

/// How much any source may grow.
const FREE_GROWTH: usize = 1 << 20;

impl Edits {
    pub(super) fn new(source: &str) -> Self {
        Self {
            edits: Vec::new(),
            rest: source.len().saturating_mul(MOST_GROWTH).max(FREE_GROWTH),
        }
    }

    /// Inserts where something starts.
    pub(super) fn open(&mut self, at: BytePos, text: impl Into<Cow<'static, str>>) {
        self.insert(Rank::Open, at, text.into());
    }

    /// Inserts where something ends.
    pub(super) fn close(&mut self, at: BytePos, text: impl Into<Cow<'static, str>>) {
        self.insert(Rank::Close, at, text.into());
    }

    /// Replaces all of something.
    pub(super) fn replace(&mut self, span: Span, text: impl Into<Cow<'static, str>>) {
        self.add(Rank::Replace, span, text.into());
    }

    fn insert(&mut self, rank: Rank, at: BytePos, text: Cow<'static, str>) {
        let at = offset_of(at);
        self.add(rank, Span { start: at, end: at }, text);
    }

    /// Whether more has been added than can be.
    pub(super) fn is_full(&self) -> bool {
        self.rest == 0
    }

    fn add(&mut self, rank: Rank, span: Span, text: Cow<'static, str>) {
        self.rest = self.rest.saturating_sub(text.len());
        if !self.is_full() {
            self.edits.push((rank, Edit { span, text }));
        }
    }

    /// The edits in the order of the text; `None` when they are too long.
    pub(super) fn sorted(mut self) -> Option<Box<[Edit]>> {
        let is_full = self.is_full();
        let sorted = |edit: &(Rank, Edit)| (edit.1.span.start, edit.0);
        self.edits.sort_by_key(sorted);
        let edits = self.edits.into_iter().map(|(_, edit)| edit);
        (!is_full).then(|| edits.collect())
    }
}
