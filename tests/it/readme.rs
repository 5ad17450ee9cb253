//! What the README shows is what the program says.

use std::process::Command;

#[test]
fn the_output_that_the_readme_shows_is_real() {
    let readme = include_str!("../../README.md");
    let (_, block) = readme.split_once("```text\n$ innovate ").unwrap();
    let (arguments, shown) = block.split_once('\n').unwrap();
    let (shown, _) = shown.split_once("\n```").unwrap();
    let output =
        Command::new(env!("CARGO_BIN_EXE_innovate")).current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments.split(' ')).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim_end(), shown);
}
