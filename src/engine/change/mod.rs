//! From changed files to updates: what really changed, whether it can be served, what the host makes of it, and the
//! message that tells pages.

mod ahead;
mod batch;
pub mod bodies;
pub mod check;
mod describe;
mod inputs;
mod made;
mod meaning;
mod publish;
pub mod pull;
mod resolved;

pub use ahead::Ahead;
pub use describe::{describe, tell_departures};
pub use inputs::Inputs;
pub use made::MadeOfSave;
pub use publish::GivenUp;
