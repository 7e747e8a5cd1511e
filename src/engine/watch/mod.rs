//! Watching: which folders are watched, what the operating system's events mean, what is polled instead, and which of
//! it all concerns a served file.

pub mod events;
mod intake;
mod poller;
pub mod reading;
pub mod watcher;
