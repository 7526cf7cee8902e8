//! Paths inside a project: `/` between parts, relative to its root, without `.` and `..`.

/// A path without `.` and `..`; `None` where it leaves the root.
pub fn normalize(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
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

/// A path relative to a folder, from the root; `None` where it leaves the root.
pub fn join(folder: &str, relative: &str) -> Option<String> {
    normalize(&format!("{folder}/{relative}"))
}

/// How a folder is written seen from another: `.`, `modules/net`, `../net`.
pub fn relative(from: &str, to: &str) -> String {
    let parts = |path: &str| path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let (from, to) = (parts(from), parts(to));
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".to_owned(), from.len() - shared);
    let path: Vec<String> = up.chain(to[shared..].iter().cloned()).collect();
    if path.is_empty() { ".".to_owned() } else { path.join("/") }
}
