//! A file's life: what pages have of it, what is on disk, and what is wrong with that, as one state with a table.
//!
//! Knows hashes and diagnostics handed in as arguments. Must not know the disk, or how content is judged.

use crate::diagnostic::Diagnostic;

/// What was found on disk when the file was looked at last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Disk {
    /// Nobody has looked: what was served of it first still waits to be compared.
    #[default]
    Unread,
    /// Content.
    Present,
    /// No content yet: most often the moment between the opening and the writing of the next save.
    Empty,
    /// No file, since this number of pages was loaded.
    Absent { loads: u64 },
}

/// What the pages have of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Pages {
    /// Something that was never on disk: the host made it up.
    #[default]
    Unknown,
    /// All the content with this hash.
    Alike(u64),
    /// They were told of this content after some had something else: it may be news, though no module changed.
    Settling(u64),
    /// Some may have something else than they were told of last.
    Doubtful(Option<u64>),
}

/// What one look at a file found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// It changed while it was read.
    Unfinished,
    /// It has no content.
    Empty {
        /// The hash of no content.
        hash: u64,
        /// Whether it was written just now. More may follow.
        is_fresh: bool,
    },
    /// Content with this hash.
    Content(u64),
    /// It is not there or cannot be read, which is this problem.
    Absent(Diagnostic),
}

/// What follows from a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Look again later.
    LookAgain,
    /// Pages have what is there.
    Unchanged {
        /// Whether they were told of a problem that is gone.
        has_recovered: bool,
    },
    /// The content is news: judge it, and call [`FileLife::judged`].
    Judge,
    /// Pages have to hear of this problem.
    Broken(Diagnostic),
    /// Pages have to hear of this content.
    Changed {
        /// Whether they were told of a problem that is gone.
        has_recovered: bool,
        /// The hash of what they were told of before.
        outdated: Option<u64>,
    },
}

/// One file's state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileLife {
    disk: Disk,
    pages: Pages,
    problem: Option<Diagnostic>,
}

impl FileLife {
    /// The life of a file that an earlier run knew.
    pub fn resumed(told: Option<u64>, is_doubtful: bool) -> Self {
        let pages = match (told, is_doubtful) {
            (told, true) => Pages::Doubtful(told),
            (Some(told), false) => Pages::Alike(told),
            (None, false) => Pages::Unknown,
        };
        Self {
            disk: Disk::Present,
            pages,
            problem: None,
        }
    }

    /// The hash of the content that pages were told of last; `None` of what was never on disk.
    pub fn told(&self) -> Option<u64> {
        match self.pages {
            Pages::Unknown => None,
            Pages::Alike(told) | Pages::Settling(told) => Some(told),
            Pages::Doubtful(told) => told,
        }
    }

    /// Whether the host makes it up: it was looked for, and never found.
    fn is_made_up(&self) -> bool {
        self.told().is_none() && self.disk != Disk::Unread
    }

    /// What is wrong with the content on disk, while something is.
    pub fn problem(&self) -> Option<&Diagnostic> {
        self.problem.as_ref()
    }

    /// Whether some page may have something else than was told last. `loads` is the number of pages that were loaded so
    /// far: what is loaded while a file is absent lacks it.
    pub fn is_doubtful(&self, loads: u64) -> bool {
        matches!(self.pages, Pages::Doubtful(_)) || self.was_missed(loads)
    }

    /// Whether some page may have something else, or had when it was told last: equal content is news to it.
    pub fn may_be_news(&self) -> bool {
        matches!(self.pages, Pages::Doubtful(_) | Pages::Settling(_))
    }

    fn was_missed(&self, loads: u64) -> bool {
        matches!(self.disk, Disk::Absent { loads: then } if then < loads)
    }

    /// The file was compared with what was served of it first: `told` is what pages have, as far as it came from disk.
    pub fn compared(&mut self, told: Option<u64>) {
        if told.is_some() || self.disk == Disk::Unread {
            self.disk = Disk::Present;
        }
        self.pages = match (self.pages, told) {
            (Pages::Doubtful(_), told) => Pages::Doubtful(told),
            (_, Some(told)) => Pages::Alike(told),
            (_, None) => Pages::Unknown,
        };
    }

    /// A page may have got something else than was told: what was broken, or there for a moment only.
    pub fn doubt(&mut self) {
        self.pages = Pages::Doubtful(self.told());
    }

    /// Something is wrong with what a page got: the next save is news in any case. Returns whether that was not known.
    pub fn found_broken(&mut self, problem: &Diagnostic) -> bool {
        self.doubt();
        let is_new = self.problem.as_ref() != Some(problem);
        self.problem = Some(problem.clone());
        is_new
    }

    /// The host made something of it again, though it is what it was. Returns whether something was wrong with it.
    pub fn recovered(&mut self) -> bool {
        self.problem.take().is_some()
    }

    /// Takes in one look. `loads` is the number of pages that were loaded so far.
    ///
    /// | before          | seen       | after            | verdict                            |
    /// |-----------------|------------|------------------|------------------------------------|
    /// | any             | Unfinished | as before        | LookAgain                          |
    /// | Unread          | Content    | as before        | Unchanged: its comparison follows  |
    /// | any             | Empty      | Empty            | LookAgain                          |
    /// | Empty           | Empty, old | as any content   | as any content                     |
    /// | Alike(h)        | Content(h) | Present          | Unchanged                          |
    /// | anything else   | Content    | Present          | Judge                              |
    /// | Absent, missed  | Content    | Doubtful         | Judge                              |
    /// | made up         | Absent     | as before        | Unchanged                          |
    /// | any             | Absent     | Absent           | Broken, once                       |
    pub fn seen(&mut self, sight: Sight, loads: u64) -> Verdict {
        match sight {
            Sight::Unfinished => Verdict::LookAgain,
            Sight::Empty { .. } if self.disk == Disk::Unread => Verdict::LookAgain,
            Sight::Empty { is_fresh, .. } if is_fresh || self.disk != Disk::Empty => {
                self.note_missed(loads);
                self.disk = Disk::Empty;
                Verdict::LookAgain
            }
            Sight::Content(_) if self.disk == Disk::Unread => Verdict::Unchanged {
                has_recovered: false,
            },
            Sight::Content(hash) | Sight::Empty { hash, .. } => {
                self.note_missed(loads);
                self.disk = Disk::Present;
                match self.pages {
                    Pages::Alike(told) | Pages::Settling(told) if told == hash => {
                        Verdict::Unchanged {
                            has_recovered: self.problem.take().is_some(),
                        }
                    }
                    _ => Verdict::Judge,
                }
            }
            Sight::Absent(_) if self.is_made_up() => Verdict::Unchanged {
                has_recovered: false,
            },
            Sight::Absent(problem) => {
                if !matches!(self.disk, Disk::Absent { .. }) {
                    self.disk = Disk::Absent { loads };
                }
                self.broken(problem)
            }
        }
    }

    fn note_missed(&mut self, loads: u64) {
        if self.was_missed(loads) {
            self.doubt();
        }
    }

    /// Takes in what was judged of new content.
    ///
    /// | before   | judged  | after    | verdict                     |
    /// |----------|---------|----------|-----------------------------|
    /// | any      | problem | broken   | Broken, or nothing new      |
    /// | Doubtful | good    | Settling | Changed                     |
    /// | others   | good    | Alike    | Changed                     |
    pub fn judged(&mut self, hash: u64, problem: Option<Diagnostic>) -> Verdict {
        if let Some(problem) = problem {
            return self.broken(problem);
        }
        let outdated = self.told().filter(|told| *told != hash);
        self.pages = match self.pages {
            Pages::Doubtful(_) => Pages::Settling(hash),
            _ => Pages::Alike(hash),
        };
        Verdict::Changed {
            has_recovered: self.problem.take().is_some(),
            outdated,
        }
    }

    fn broken(&mut self, problem: Diagnostic) -> Verdict {
        if self.problem.as_ref() == Some(&problem) {
            return Verdict::Unchanged {
                has_recovered: false,
            };
        }
        self.problem = Some(problem.clone());
        Verdict::Broken(problem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Severity;

    fn problem(message: &str) -> Diagnostic {
        Diagnostic {
            severity: Severity::Error,
            message: message.to_owned(),
            remedy: None,
            url: "/a.js".to_owned(),
            file: None,
            place: None,
        }
    }

    /// What happens to a file. Content is named by a number; what is above 100 cannot be served.
    #[derive(Debug, Clone, Copy)]
    enum Event {
        Compared(Option<u64>),
        Loaded,
        Doubted,
        Failed,
        Content(u64),
        Empty,
        EmptyStill,
        Unfinished,
        Absent,
    }
    use Event::*;

    /// What pages hear, in short.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Heard {
        Nothing,
        Wait,
        Broken,
        Recovered,
        Changed,
        /// Changed, and no longer broken.
        Mended,
        /// Changed, perhaps for some pages only.
        News,
    }

    fn look(life: &mut FileLife, event: Event, loads: u64) -> Heard {
        const NO_CONTENT: u64 = 0;
        let (sight, hash) = match event {
            Content(hash) => (Sight::Content(hash), hash),
            Empty | EmptyStill => {
                let is_fresh = matches!(event, Empty);
                let hash = NO_CONTENT;
                (Sight::Empty { hash, is_fresh }, hash)
            }
            Unfinished => (Sight::Unfinished, NO_CONTENT),
            _ => (Sight::Absent(problem("gone")), NO_CONTENT),
        };
        let mut verdict = life.seen(sight, loads);
        if verdict == Verdict::Judge {
            verdict = life.judged(hash, (hash > 100).then(|| problem(&hash.to_string())));
        }
        match verdict {
            Verdict::LookAgain | Verdict::Judge => Heard::Wait,
            Verdict::Unchanged { has_recovered } => match has_recovered {
                true => Heard::Recovered,
                false => Heard::Nothing,
            },
            Verdict::Broken(_) => Heard::Broken,
            Verdict::Changed { has_recovered, .. } => match has_recovered {
                _ if life.may_be_news() => Heard::News,
                true => Heard::Mended,
                false => Heard::Changed,
            },
        }
    }

    #[track_caller]
    fn check(events: &[Event], expected: &[Heard]) {
        let mut life = FileLife::default();
        let (mut loads, mut heard) = (0, Vec::new());
        for &event in events {
            match event {
                Compared(told) => life.compared(told),
                Loaded => loads += 1,
                Doubted => life.doubt(),
                Failed => {
                    life.found_broken(&problem("thrown"));
                }
                event => heard.push(look(&mut life, event, loads)),
            }
        }
        assert_eq!(heard, expected, "{events:?}");
    }

    #[test]
    fn the_table_of_a_file() {
        use Heard::*;
        let told = Compared(Some(1));
        // Before it is compared, only its absence counts.
        check(&[Content(1)], &[Nothing]);
        check(&[Empty, EmptyStill], &[Wait, Wait]);
        check(&[Absent, Absent], &[Broken, Nothing]);
        // Saves.
        check(&[told, Content(1)], &[Nothing]);
        check(
            &[told, Content(2), Content(2), Content(1)],
            &[Changed, Nothing, Changed],
        );
        check(&[told, Unfinished, Content(2)], &[Wait, Changed]);
        check(&[told, Empty, Content(2)], &[Wait, Changed]);
        check(&[told, Empty, Content(1)], &[Wait, Nothing]);
        check(&[told, EmptyStill, EmptyStill], &[Wait, Changed]);
        check(&[told, Empty, Empty, EmptyStill], &[Wait, Wait, Changed]);
        // Made up by the host, until there is a file.
        check(&[Compared(None), Content(1)], &[Changed]);
        check(&[Compared(None), Absent, Absent], &[Nothing, Nothing]);
        check(&[Compared(None), Content(1), Absent], &[Changed, Broken]);
        check(&[Compared(None), Failed, Absent], &[Nothing]);
        // Broken saves keep what pages have.
        check(&[told, Content(101), Content(101)], &[Broken, Nothing]);
        check(&[told, Content(101), Content(1)], &[Broken, Recovered]);
        check(&[told, Content(101), Content(2)], &[Broken, Mended]);
        check(
            &[told, Content(101), Empty, Content(1)],
            &[Broken, Wait, Recovered],
        );
        check(&[told, Content(101), Content(102)], &[Broken, Broken]);
        // Absence.
        check(
            &[told, Absent, Absent, Content(1)],
            &[Broken, Nothing, Recovered],
        );
        check(&[told, Absent, Content(2)], &[Broken, Mended]);
        check(&[told, Absent, Loaded, Content(1)], &[Broken, News]);
        check(
            &[told, Absent, Loaded, Content(101), Content(1)],
            &[Broken, Broken, News],
        );
        check(
            &[told, Absent, Loaded, Empty, Content(1)],
            &[Broken, Wait, News],
        );
        check(&[told, Loaded, Absent, Content(1)], &[Broken, Recovered]);
        // If pages may have other content, that is news, once.
        check(&[told, Doubted, Content(1), Content(1)], &[News, Nothing]);
        check(&[told, Doubted, Content(2), Content(1)], &[News, Changed]);
        check(&[told, Failed, Content(1), Content(1)], &[News, Nothing]);
        check(&[Doubted, told, Content(1)], &[News]);
    }

    #[test]
    fn a_file_of_an_earlier_run_goes_on() {
        for (told, is_doubtful, expected) in [
            (Some(1), false, Heard::Nothing),
            (Some(2), false, Heard::Changed),
            (Some(1), true, Heard::News),
            (None, false, Heard::Changed),
            (None, true, Heard::News),
        ] {
            let mut life = FileLife::resumed(told, is_doubtful);
            assert_eq!(life.told(), told);
            assert_eq!(life.is_doubtful(0), is_doubtful);
            assert_eq!(look(&mut life, Content(1), 0), expected);
        }
    }
}
