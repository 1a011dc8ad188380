//! Words every room shares: values only.
//!
//! Nothing here reads a clock, draws randomness, opens a file or knows a database. What a room
//! needs from outside comes in as an argument: the time through [`time::Clock`], randomness and
//! fresh identifiers through [`id::Randomness`].
//!
//! To add a word: a module with one concept, its parsing (which refuses), its printing (which
//! never guesses) and tests beside it.

pub mod act;
pub mod digest;
pub mod id;
pub mod lang;
pub mod money;
pub mod text;
pub mod time;
