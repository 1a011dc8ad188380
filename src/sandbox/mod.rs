//! Stand-ins of every outside system.

pub mod world;
