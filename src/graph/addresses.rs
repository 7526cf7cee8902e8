//! What an address in a setting says of the connection: its scheme, and what a connection string asks for.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::Encrypted;
use crate::pack::Meanings;

/// Schemes of addresses by whether what is spoken is encrypted.
pub struct Schemes(BTreeMap<Arc<str>, Encrypted>);

impl Schemes {
    /// As the vocabulary has them.
    pub fn new(vocabulary: &Meanings) -> Self {
        let rows = vocabulary.table("address_schemes").iter();
        let rows = rows.filter_map(|row| Some((Arc::clone(row.first()?), row.get(1)?)));
        Self(rows.filter_map(|(name, word)| Some((name, state(word)?))).collect())
    }
}

fn state(word: &str) -> Option<Encrypted> {
    match word {
        "yes" => Some(Encrypted::Yes),
        "no" => Some(Encrypted::No),
        "optional" => Some(Encrypted::Optional),
        _ => None,
    }
}

/// What the text around a host says: `http://` before it, `?sslmode=require` after it.
pub fn spoken(Schemes(schemes): &Schemes, before: &str, after: &str) -> Encrypted {
    let asked = |rest: &str| {
        let query =
            rest.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',')).next()?;
        let (_, value) = query.split_once("sslmode=")?;
        let end = value.find(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        match &value[..end.unwrap_or(value.len())] {
            "require" | "verify-ca" | "verify-full" => Some(Encrypted::Yes),
            "disable" => Some(Encrypted::No),
            "allow" | "prefer" => Some(Encrypted::Optional),
            _ => None,
        }
    };
    asked(after).or_else(|| by_scheme(schemes, before)).unwrap_or(Encrypted::Unknown)
}

fn by_scheme(schemes: &BTreeMap<Arc<str>, Encrypted>, before: &str) -> Option<Encrypted> {
    let (start, rest) = before.rsplit_once("://")?;
    // Between the scheme and the host there may stand who connects.
    let is_user = rest.ends_with('@') && !rest.contains(|c: char| c.is_whitespace() || c == '/');
    if !rest.is_empty() && !is_user {
        return None;
    }
    let of_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    let scheme = start.rsplit(|c: char| !of_scheme(c)).next()?.to_ascii_lowercase();
    schemes.get(scheme.as_str()).copied()
}

/// What is known of a connection by the receiver, else by the address: of a receiver that takes both, the sender decides.
pub fn settled(receiver: Encrypted, spoken: Encrypted) -> Encrypted {
    match (receiver, spoken) {
        (Encrypted::Unknown | Encrypted::Optional, Encrypted::Yes | Encrypted::No) => spoken,
        (Encrypted::Unknown, _) => spoken,
        _ => receiver,
    }
}

/// The worse of what two addresses say of one connection.
pub fn worse(a: Encrypted, b: Encrypted) -> Encrypted {
    let rank = |state: Encrypted| match state {
        Encrypted::No => 0,
        Encrypted::Optional => 1,
        Encrypted::Unknown | Encrypted::NotApplicable => 2,
        Encrypted::Yes => 3,
    };
    if rank(b) < rank(a) { b } else { a }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("http://", ":80/x", Encrypted::No)]
    #[case("url=https://", "/x", Encrypted::Yes)]
    #[case("see http://a.example/?next=", "", Encrypted::Unknown)]
    #[case("postgres://app:secret@", ":5432/app?sslmode=verify-full", Encrypted::Yes)]
    #[case("postgres://app@", "/app?sslmode=disable", Encrypted::No)]
    #[case("host=", " port=5432 sslmode=disable", Encrypted::Unknown)]
    #[case("rediss://", ":6379", Encrypted::Yes)]
    #[case("", ":8080", Encrypted::Unknown)]
    #[case("xhttp://", "", Encrypted::Unknown)]
    fn an_address_says_what_is_spoken(
        #[case] before: &str,
        #[case] after: &str,
        #[case] wanted: Encrypted,
    ) {
        let rows = [("http", Encrypted::No), ("https", Encrypted::Yes), ("rediss", Encrypted::Yes)];
        let schemes = Schemes(rows.into_iter().map(|(name, it)| (name.into(), it)).collect());
        assert_eq!(spoken(&schemes, before, after), wanted);
    }
}
