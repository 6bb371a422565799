//! Embeds the console anew when it has been built anew.

fn main() {
    // Without this, Cargo would not notice files that the console's build adds or renames. The folder is always there; what
    // is in it comes from `make run` or `npm run build` in `console/`, and may be missing.
    println!("cargo::rerun-if-changed=../../console/dist");
}
