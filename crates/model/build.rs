//! The schemas are part of the crate: a change to one of them rebuilds it.

fn main() {
    println!("cargo::rerun-if-changed=../../schemas");
}
