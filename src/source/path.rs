//! Paths inside of a tree of files: `/` between parts, relative to the root, which is `""`.

/// A path without `.`, `..` and empty parts. `None` where it is absolute or leads out of the root.
pub fn normalize(path: &str) -> Option<String> {
    if path.starts_with('/') || path.contains('\0') {
        return None;
    }
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// A path as it is written in a file of the folder `base`. `None` where it is absolute or leads out of the root.
pub fn join(base: &str, relative: &str) -> Option<String> {
    if relative.starts_with('/') { None } else { normalize(&format!("./{base}/{relative}")) }
}
