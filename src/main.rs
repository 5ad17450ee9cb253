//! The program: wiring and exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    innovate::command::main()
}
