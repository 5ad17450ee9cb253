//! The policies are part of the program: a change to one of them rebuilds it.

fn main() {
    println!("cargo::rerun-if-changed=policies");
}
