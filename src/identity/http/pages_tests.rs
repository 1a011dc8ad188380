//! The whole way over real HTTP.
