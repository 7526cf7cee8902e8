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

/// The folder that a path lies in; that of a name alone is the root, `""`.
pub fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A path as it is written in a file of the folder `base`. `None` where it is absolute or leads out of the root.
pub fn join(base: &str, relative: &str) -> Option<String> {
    if relative.starts_with('/') { None } else { normalize(&format!("./{base}/{relative}")) }
}

/// How a folder is written seen from another: `.`, `modules/net`, `../net`.
pub fn relative(from: &str, to: &str) -> String {
    fn parts(path: &str) -> Vec<&str> {
        path.split('/').filter(|part| !part.is_empty()).collect()
    }
    let (from, to) = (parts(from), parts(to));
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", from.len() - shared);
    let path: Vec<&str> = up.chain(to[shared..].iter().copied()).collect();
    if path.is_empty() { ".".to_owned() } else { path.join("/") }
}
