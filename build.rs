fn main() {
    println!("cargo::rerun-if-changed=fixtures");
    println!("cargo::rerun-if-changed=policies");
    println!("cargo::rerun-if-changed=schemas");
}
