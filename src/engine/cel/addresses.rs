//! `ip()` and what is asked of addresses and ranges.

use std::net::IpAddr;

use super::evaluate::Machine;
use super::functions::mismatch;
use super::network::{Address, Net};
use super::value::{Outcome, Val};
use crate::engine::Failure;

/// `ip(text)`
pub(super) fn ip<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    match arguments {
        [value @ Val::Ip(_)] => Ok(value.clone()),
        [Val::Text(text)] => Address::parse(text)
            .map(Val::Ip)
            .ok_or_else(|| Failure::error("`ip` takes an address such as 10.0.0.1 or 2001:db8::1")),
        _ => Err(mismatch("ip", arguments)),
    }
}

/// `isIP(text)`
pub(super) fn is_ip<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    match arguments {
        [Val::Text(text)] => Ok(Val::Bool(Address::parse(text).is_some())),
        _ => Err(mismatch("isIP", arguments)),
    }
}

/// `isCIDR(text)`
pub(super) fn is_cidr<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    match arguments {
        [Val::Text(text)] => Ok(Val::Bool(text.contains('/') && Net::parse(text).is_some())),
        _ => Err(mismatch("isCIDR", arguments)),
    }
}

/// `ip.isCanonical(text)`: whether the text is how the address is written.
pub(super) fn is_canonical<'a>(machine: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    match (ip(machine, arguments)?, arguments) {
        (Val::Ip(address), [Val::Text(text)]) => Ok(Val::Bool(address.to_string() == **text)),
        _ => Err(mismatch("ip.isCanonical", arguments)),
    }
}

fn address(name: &str, arguments: &[Val<'_>]) -> Result<IpAddr, Failure> {
    match arguments {
        [Val::Ip(address)] => Ok(address.0),
        _ => Err(mismatch(name, arguments)),
    }
}

/// `a.family()`: 4 or 6.
pub(super) fn family<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    address("family", arguments).map(|address| Val::Int(if address.is_ipv4() { 4 } else { 6 }))
}

pub(super) fn is_unspecified<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    address("isUnspecified", arguments).map(|address| Val::Bool(address.is_unspecified()))
}

pub(super) fn is_loopback<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    address("isLoopback", arguments).map(|address| Val::Bool(address.is_loopback()))
}

fn unicast_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_link_local(),
        IpAddr::V6(v6) => v6.segments()[0] & 0xffc0 == 0xfe80,
    }
}

/// Neither unspecified, loopback, multicast, broadcast nor link-local.
pub(super) fn is_global_unicast<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    let address = address("isGlobalUnicast", arguments)?;
    let broadcast = matches!(address, IpAddr::V4(v4) if v4.is_broadcast());
    let other = address.is_unspecified()
        || address.is_loopback()
        || address.is_multicast()
        || broadcast
        || unicast_local(address);
    Ok(Val::Bool(!other))
}

pub(super) fn is_link_local_unicast<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    address("isLinkLocalUnicast", arguments).map(|address| Val::Bool(unicast_local(address)))
}

pub(super) fn is_link_local_multicast<'a>(
    _: &mut Machine<'a>,
    arguments: &[Val<'a>],
) -> Outcome<'a> {
    Ok(Val::Bool(match address("isLinkLocalMulticast", arguments)? {
        IpAddr::V4(v4) => v4.octets()[..3] == [224, 0, 0],
        IpAddr::V6(v6) => v6.segments()[0] & 0xff0f == 0xff02,
    }))
}

fn range(name: &str, arguments: &[Val<'_>]) -> Result<Option<Net>, Failure> {
    match arguments {
        [Val::Net(net), ..] => Ok(*net),
        _ => Err(mismatch(name, arguments)),
    }
}

/// `c.containsIP(address)`, also of a text.
pub(super) fn contains_ip<'a>(machine: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    let outer = range("containsIP", arguments)?;
    let Val::Ip(inner) = ip(machine, arguments.get(1..).unwrap_or_default())? else {
        return Err(mismatch("containsIP", arguments));
    };
    Ok(Val::Bool(outer.is_some_and(|outer| outer.holds(Net::single(inner)))))
}

/// `c.containsCIDR(range)`, also of a text.
pub(super) fn contains_cidr<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    let outer = range("containsCIDR", arguments)?;
    let inner = match arguments {
        [_, Val::Net(net)] => *net,
        [_, Val::Text(text)] => Net::parse(text),
        _ => return Err(mismatch("containsCIDR", arguments)),
    };
    Ok(Val::Bool(outer.zip(inner).is_some_and(|(outer, inner)| outer.holds(inner))))
}

/// `c.ip()`: the address as it is written.
pub(super) fn ip_of<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    Ok(range("ip", arguments)?.map_or(Val::Null, |net| Val::Ip(net.address())))
}

/// `c.masked()`: the range with its first address.
pub(super) fn masked<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    Ok(Val::Net(range("masked", arguments)?.map(Net::masked)))
}
