//! Texts that are kept: compressed, since an app has thousands of them, and most are looked at once more or never.

use std::sync::Arc;

use lz4_flex::block::{compress_prepend_size, decompress_size_prepended};

/// Shorter texts, in bytes, are kept as they are.
const SHORTEST: usize = 4096;

/// A text that is kept.
#[derive(Debug, Clone)]
pub enum Kept {
    /// As it is.
    Plain(Arc<str>),
    /// By LZ4, its length in front.
    Compressed(Arc<[u8]>),
}

impl Kept {
    /// Keeps a text.
    pub fn new(text: Arc<str>) -> Self {
        if text.len() < SHORTEST {
            return Self::Plain(text);
        }
        Self::Compressed(compress_prepend_size(text.as_bytes()).into())
    }

    /// The text.
    pub fn text(&self) -> Arc<str> {
        match self {
            Self::Plain(text) => text.clone(),
            // Text that was compressed here is whole.
            Self::Compressed(bytes) => decompress_size_prepended(bytes)
                .ok()
                .and_then(|bytes| String::from_utf8(bytes).ok())
                .unwrap_or_default()
                .into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_comes_back_as_it_was() {
        for length in [0, 1, SHORTEST - 1, SHORTEST, 100_000] {
            let text: Arc<str> = "ünï code "
                .chars()
                .cycle()
                .take(length)
                .collect::<String>()
                .into();
            let kept = Kept::new(text.clone());
            assert_eq!(kept.text(), text);
            if let Kept::Compressed(bytes) = kept {
                assert!(bytes.len() < text.len() / 2);
            }
        }
    }
}
