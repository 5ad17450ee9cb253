//! What the README shows is what the program says.

use std::process::Command;

#[test]
fn the_output_that_the_readme_shows_is_real() {
    let readme = include_str!("../../README.md");
    let blocks: Vec<&str> = readme.split("```text\n$ innovate ").skip(1).collect();
    assert_eq!(blocks.len(), 2);
    for block in blocks {
        let (arguments, shown) = block.split_once('\n').unwrap();
        let (shown, _) = shown.split_once("\n```").unwrap();
        let root = env!("CARGO_MANIFEST_DIR");
        let output = Command::new(env!("CARGO_BIN_EXE_innovate")).current_dir(root).args(arguments.split(' ')).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim_end(), shown, "{arguments}");
    }
}
