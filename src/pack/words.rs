//! The shapes of names in packs. The JSON schemas state the same as patterns.

/// `public-read-acl`: the id of a rule, the name of a pack.
pub(crate) fn is_kebab_case(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.split('-').all(|part| !part.is_empty() && part.bytes().all(is_lower_or_digit))
}

/// `max_age`: a parameter, a part of a Rego package.
pub(crate) fn is_snake_case(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|byte| is_lower_or_digit(byte) || byte == b'_')
}

/// `aws.sg.ingress-ssh-world`: a concept.
pub(super) fn is_concept(text: &str) -> bool {
    text.split('.').all(|part| {
        part.split('-')
            .all(|word| !word.is_empty() && word.bytes().all(|b| is_lower_or_digit(b) || b == b'_'))
    })
}

/// `aws_s3_bucket`, `Deployment`: a resource type.
pub(super) fn is_resource_type(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-/".contains(&byte))
}

/// `T003`, `ACME-7`: a threat class.
pub(crate) fn is_threat_id(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.split('-').all(|part| {
            !part.is_empty()
                && part.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        })
}

/// `https://…`: a link.
pub(crate) fn is_link(text: &str) -> bool {
    text.strip_prefix("https://").is_some_and(|rest| {
        !rest.is_empty() && !rest.contains(|c: char| c.is_whitespace() || c.is_control())
    })
}

/// `1.2.3` or `1.2.3-beta.1`.
pub(crate) fn is_version(text: &str) -> bool {
    let (numbers, label) = match text.split_once('-') {
        Some((numbers, label)) => (numbers, Some(label)),
        None => (text, None),
    };
    let is_label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-')
    };
    numbers.split('.').count() == 3
        && numbers.split('.').all(is_number)
        && label.is_none_or(is_label)
}

/// The numbers of `>=0.1` or `>=0.1.2`.
pub(super) fn least_version(text: &str) -> Option<Vec<u32>> {
    let numbers: Vec<&str> = text.strip_prefix(">=")?.split('.').collect();
    if !(2..=3).contains(&numbers.len()) || !numbers.iter().all(|number| is_number(number)) {
        return None;
    }
    numbers.into_iter().map(|number| number.parse().ok()).collect()
}

/// `sha256:` and 64 hexadecimal digits.
pub(crate) fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(|hex| {
        hex.len() == 64 && hex.bytes().all(|b| is_lower_or_digit(b) && b.is_ascii_hexdigit())
    })
}

/// `CWE-79`.
pub(super) fn is_cwe(text: &str) -> bool {
    text.strip_prefix("CWE-").is_some_and(is_number)
}

/// `CAPEC-122`.
pub(super) fn is_capec(text: &str) -> bool {
    text.strip_prefix("CAPEC-").is_some_and(is_number)
}

/// `T1530`, `T1552.001`.
pub(super) fn is_attack(text: &str) -> bool {
    let digits = |text: &str, count: usize| text.len() == count && is_number(text);
    text.strip_prefix('T').is_some_and(|rest| match rest.split_once('.') {
        Some((technique, part)) => digits(technique, 4) && digits(part, 3),
        None => digits(rest, 4),
    })
}

/// `AC-3`, `SC-7(5)`.
pub(super) fn is_nist(text: &str) -> bool {
    let (control, enhancement) = match text.split_once('(') {
        Some((control, rest)) => (control, rest.strip_suffix(')')),
        None => (text, Some("0")),
    };
    let is_control = control.split_once('-').is_some_and(|(family, number)| {
        family.len() == 2 && family.bytes().all(|b| b.is_ascii_uppercase()) && is_number(number)
    });
    is_control && enhancement.is_some_and(is_number)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_lower_or_digit(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}
