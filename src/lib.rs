//! Amnat (อำนาจ, "authority"): may these people bind this company for this act, now?
//!
//! The map. Each room answers one question:
//!
//! | room | question |
//! |---|---|
//! | [`kernel`] | which words do all rooms share? |
//! | [`signing_rule`] | what does a registered authority statement mean? |
//! | [`identity`] | who is this person, with which assurance? |
//! | [`registry`] | which companies, officers and statements, as of when? |
//! | [`linkage`] | is this person that officer? |
//! | [`authority`] | may these people bind this company for this act? |
//! | [`document`] | what do we certify, and is this file what we issued? |
//! | [`ledger`] | what was recorded, and can anybody have changed it since? |
//! | [`face`] | is it the same living person? |
//! | [`access`] | which machine is calling, and what may it ask? |
//! | [`portal`] | what does a person see? |
//! | [`sandbox`] | what stands in for the outside world on one machine? |
//!
//! Workshops know no business: [`web`], [`db`], [`pdf`], [`crypto`]. [`app`] puts everything together.

pub mod kernel;

pub mod access;
pub mod authority;
pub mod document;
pub mod face;
pub mod identity;
pub mod ledger;
pub mod linkage;
pub mod portal;
pub mod registry;
pub mod sandbox;
pub mod signing_rule;

pub mod crypto;
pub mod db;
pub mod pdf;
pub mod web;

pub mod app;
pub mod cli;
pub mod config;
pub mod telemetry;
