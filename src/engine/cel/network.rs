//! Address ranges and ports.
//!
//! Takes texts as configurations write them; a text that is no range is a range that is nowhere, not an error.
#![expect(clippy::unnecessary_wraps, reason = "all functions of the table have one signature")]

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::evaluate::Machine;
use super::functions::mismatch;
use super::library::whole;
use super::refine;
use super::value::{Open, Outcome, Reasons, Val, merge};
use crate::document::ValueType;
use crate::engine::Failure;

/// An address range, with the address as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) struct Net(IpNet);

/// An address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Address(pub(super) IpAddr);

impl Address {
    /// Reads an address; one of IPv4 within IPv6 is read where it is written in hexadecimal digits.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let address: IpAddr = text.parse().ok()?;
        match address {
            IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
                Some(_) if text.contains('.') => None,
                Some(v4) => Some(Self(IpAddr::V4(v4))),
                None => Some(Self(address)),
            },
            IpAddr::V4(_) => Some(Self(address)),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Net {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Ranges of IPv4 that are not routed on the internet.
const SPECIAL_V4: [(Ipv4Addr, u8); 15] = [
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// All of IPv6 that is routed lies in `2000::/3`, except these of it.
const GLOBAL_V6: (Ipv6Addr, u8) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);
const SPECIAL_V6: [(Ipv6Addr, u8); 2] = [
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

impl Net {
    /// Reads `10.0.0.0/8`, `10.1.2.3/8`, `::/0`, `0.0.0.0/00`, a single address. Addresses of IPv4 within IPv6 are
    /// read as IPv4.
    pub(in crate::engine) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (address, prefix) =
            text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().ok().or_else(|| padded(address))?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(text) if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => {
                text.parse::<u8>().ok()?
            }
            Some(_) => return None,
            None => width,
        };
        let mapped = match address {
            IpAddr::V6(v6) => v6.to_ipv4_mapped().filter(|_| prefix >= 96),
            IpAddr::V4(_) => None,
        };
        let net = match mapped {
            Some(v4) => IpNet::new(IpAddr::V4(v4), prefix - 96),
            None => IpNet::new(address, prefix),
        };
        net.ok().map(Self)
    }

    /// The range that holds one address.
    pub(super) fn single(address: Address) -> Self {
        Self(address.0.into())
    }

    /// The address as it is written.
    pub(super) fn address(self) -> Address {
        Address(self.0.addr())
    }

    /// The range with its first address.
    pub(super) fn masked(self) -> Self {
        Self(self.0.trunc())
    }

    /// Whether it holds every address of its family.
    pub(in crate::engine) fn is_any(self) -> bool {
        self.0.prefix_len() == 0
    }

    /// Whether all of another range lies in it.
    pub(in crate::engine) fn holds(self, inner: Self) -> bool {
        self.0.contains(&inner.0)
    }

    /// Whether nothing in it is routed on the internet.
    pub(super) fn is_special(self) -> bool {
        match self.0 {
            IpNet::V4(_) => !self.is_public(),
            IpNet::V6(_) => false,
        }
    }

    /// Whether an address in it is routed on the internet.
    pub(in crate::engine) fn is_public(self) -> bool {
        match self.0 {
            IpNet::V4(net) => !SPECIAL_V4.iter().any(|(address, prefix)| {
                Ipv4Net::new(*address, *prefix).is_ok_and(|special| special.contains(&net))
            }),
            IpNet::V6(net) => {
                let within = |(address, prefix): (Ipv6Addr, u8)| {
                    Ipv6Net::new(address, prefix).is_ok_and(|special| special.contains(&net))
                };
                let around = Ipv6Net::new(GLOBAL_V6.0, GLOBAL_V6.1)
                    .is_ok_and(|global| net.contains(&global));
                around || (within(GLOBAL_V6) && !SPECIAL_V6.into_iter().any(within))
            }
        }
    }
}

/// IPv4 with leading zeros, `010.0.0.000`, as decimal numbers.
fn padded(text: &str) -> Option<IpAddr> {
    let mut octets = [0_u8; 4];
    let mut parts = text.split('.');
    for octet in &mut octets {
        let part = parts.next()?;
        let digits =
            (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        *octet = part.parse().ok().filter(|_| digits)?;
    }
    parts.next().is_none().then_some(IpAddr::V4(octets.into()))
}

/// `cidr(text)`: what is no address range gives a value that is neither any nor public.
pub(super) fn cidr<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    Ok(match arguments {
        [value @ Val::Net(_)] => value.clone(),
        [Val::Unknown(open)] => Val::Unknown(Open { net: true, ..open.clone() }),
        [Val::Text(text)] => Val::Net(Net::parse(text)),
        _ => Val::Net(None),
    })
}

fn net(name: &str, arguments: &[Val<'_>]) -> Result<Option<Net>, Failure> {
    match arguments {
        [Val::Net(net), ..] => Ok(*net),
        _ => Err(Failure::error(format!("`{name}` is called on a range: cidr(x).{name}()"))),
    }
}

/// Whether it holds every address of its family.
pub(super) fn is_any<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    let net = net("is_any", arguments)?;
    Ok(Val::Bool(net.is_some_and(Net::is_any)))
}

/// Whether an address in it is routed on the internet.
pub(super) fn is_public<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    let net = net("is_public", arguments)?;
    Ok(Val::Bool(net.is_some_and(Net::is_public)))
}

/// The length of its prefix, null where the text is no range.
pub(super) fn prefix<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    let net = net("prefix", arguments)?;
    Ok(net.map_or(Val::Null, |net| Val::Int(net.0.prefix_len().into())))
}

/// Whether all of another range or address lies in it.
pub(super) fn contains<'a>(arguments: &[Val<'a>]) -> Outcome<'a> {
    let outer = net("contains", arguments)?;
    let inner = match arguments {
        [_, Val::Text(text)] => Net::parse(text),
        [_, Val::Net(net)] => *net,
        [_, Val::Ip(address)] => Some(Net::single(*address)),
        _ => return Err(mismatch("contains", arguments)),
    };
    Ok(Val::Bool(outer.zip(inner).is_some_and(|(outer, inner)| outer.holds(inner))))
}

/// `port_in(port, range)`: a range is a number, `"22"`, `"20-25"`, `"*"`, or a list of these.
pub(super) fn port_in<'a>(machine: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    let [port, range] = arguments else { return Err(mismatch("port_in", arguments)) };
    let mut open: Option<Reasons> = None;
    let mut found = false;
    match range {
        Val::List(items) => {
            machine.charge(items.len())?;
            for item in items.iter() {
                found |= within(port, &item, &mut open);
            }
        }
        range => found = within(port, range, &mut open),
    }
    Ok(match open {
        Some(reasons) if !found => Val::unknown(reasons),
        _ => Val::Bool(found),
    })
}

fn within(port: &Val<'_>, range: &Val<'_>, open: &mut Option<Reasons>) -> bool {
    if port.is_null() || range.is_null() {
        return false;
    }
    for (value, other) in [(port, range), (range, port)] {
        if let Val::Unknown(unknown) = value {
            let number = whole(other).map(Val::Int);
            let is_other = number.is_some_and(|number| never(unknown, &number));
            if !is_other {
                merge(open, &unknown.reasons);
            }
            return false;
        }
    }
    let (Some(port), Some((first, last))) = (whole(port), bounds(range)) else { return false };
    (first..=last).contains(&port)
}

/// Whether an unknown port is a number, and not this one. A text may name a range.
fn never(port: &Open, number: &Val<'_>) -> bool {
    port.value().is_some_and(|known| known.kind == Some(ValueType::Number))
        && refine::equal(port, number) == Some(false)
}

/// The first and last port of a range.
fn bounds(range: &Val<'_>) -> Option<(i64, i64)> {
    if let Some(port) = whole(range) {
        return Some((port, port));
    }
    let text = range.as_str()?.trim();
    if text == "*" {
        return Some((0, 65_535));
    }
    let (first, last) = text.split_once('-')?;
    Some((first.trim().parse().ok()?, last.trim().parse().ok()?))
}
