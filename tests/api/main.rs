//! The whole service over real HTTP: sandbox peers and the service on free loopback ports, as its callers see it.

mod bad_input;
mod certificates;
mod question;
mod refused;
mod restart;
mod sign_in;
mod support;
