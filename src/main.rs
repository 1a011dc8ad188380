//! The `amnat` program: arguments in, exit status out. Everything else is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    amnat::cli::run(std::env::args_os())
}
