//! The command line: arguments to use cases, outcomes to exit status.
