//! Every way an answer of a provider can be wrong.
