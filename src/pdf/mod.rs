//! (front door to be written)
