//! Functions of IP networks.

use std::net::{Ipv4Addr, Ipv6Addr};

use num_bigint::BigInt;

use super::Host;
use super::argument::{check_items, number, text, whole};
use crate::normalize::terraform::value::Value;

/// A network: its lowest address as a number, and how many bits that is.
#[derive(Clone, Copy)]
struct Network {
    address: u128,
    prefix: u32,
    bits: u32,
}

impl Network {
    fn parse(text: &str) -> Result<Self, String> {
        Self::read(text)
            .ok_or_else(|| format!("invalid CIDR expression: invalid CIDR address: {text}"))
    }

    fn read(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/')?;
        if prefix.is_empty() || prefix.len() > 3 || !prefix.bytes().all(|it| it.is_ascii_digit()) {
            return None;
        }
        let prefix: u32 = prefix.parse().ok()?;
        let (address, bits) = if address.contains(':') {
            (u128::from(address.parse::<Ipv6Addr>().ok()?), 128)
        } else {
            (u128::from(read_v4(address)?), 32)
        };
        let network = Self { address, prefix, bits };
        (prefix <= bits).then(|| Self { address: address & !network.host_mask(), ..network })
    }

    /// Ones where the host's number stands.
    fn host_mask(&self) -> u128 {
        low_bits(self.bits - self.prefix)
    }

    fn address_text(&self, address: u128) -> String {
        match u32::try_from(address) {
            Ok(narrow) if self.bits == 32 => Ipv4Addr::from(narrow).to_string(),
            _ => Ipv6Addr::from(address).to_string(),
        }
    }

    fn text(&self) -> String {
        format!("{}/{}", self.address_text(self.address), self.prefix)
    }
}

/// Four decimal numbers; leading zeros mean nothing.
fn read_v4(text: &str) -> Option<u32> {
    let parts: Vec<&str> = text.split('.').collect();
    if parts.len() != 4 {
        return None;
    }
    parts.into_iter().try_fold(0u32, |address, part| {
        let plain =
            !part.is_empty() && part.len() <= 8 && part.bytes().all(|it| it.is_ascii_digit());
        let byte: u8 = plain.then(|| part.parse().ok()).flatten()?;
        Some(address << 8 | u32::from(byte))
    })
}

fn low_bits(count: u32) -> u128 {
    if count == 0 { 0 } else { u128::MAX >> (128 - count.min(128)) }
}

fn shifted(value: u128, by: u32) -> u128 {
    value.checked_shl(by).unwrap_or(0)
}

pub(super) fn cidrhost(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let network = Network::parse(text(&arguments[0])?)?;
    let host = number(&arguments[1])?.to_big_int().ok_or("value must be a whole number")?;
    let size = BigInt::from(network.host_mask()) + 1u32;
    let wanted = if host < BigInt::from(0) { &size + &host } else { host.clone() };
    let fits = wanted >= BigInt::from(0) && wanted < size;
    let offset = u128::try_from(wanted).ok().filter(|_| fits).ok_or_else(|| {
        format!("prefix of {} does not accommodate a host numbered {host}", network.prefix)
    })?;
    Ok(Value::string(network.address_text(network.address | offset)))
}

pub(super) fn cidrnetmask(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let whole = text(&arguments[0])?;
    let network = Network::parse(whole)?;
    if network.bits == 128 {
        return Err(format!("IPv6 addresses cannot have a netmask: {whole}"));
    }
    Ok(Value::string(network.address_text(low_bits(32) & !network.host_mask())))
}

pub(super) fn cidrsubnet(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let network = Network::parse(text(&arguments[0])?)?;
    let extension = u32::try_from(whole(&arguments[1])?)
        .map_err(|_| "the number of new bits must not be negative".to_owned())?;
    let wanted = number(&arguments[2])?.to_big_int().ok_or("value must be a whole number")?;
    let prefix = network.prefix.saturating_add(extension);
    if prefix > network.bits {
        return Err(format!(
            "insufficient address space to extend prefix of {} by {extension}",
            network.prefix
        ));
    }
    let subnet = u128::try_from(&wanted).ok().filter(|it| *it <= low_bits(extension));
    let subnet = subnet.ok_or_else(|| {
        format!("prefix extension of {extension} does not accommodate a subnet numbered {wanted}")
    })?;
    let address = network.address | shifted(subnet, network.bits - prefix);
    Ok(Value::string(Network { address, prefix, ..network }.text()))
}

pub(super) fn cidrsubnets(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let network = Network::parse(text(&arguments[0])?)?;
    check_items(arguments.len())?;
    let last = network.address | network.host_mask();
    let mut next = Some(network.address);
    let mut subnets: Vec<Value> = Vec::new();
    for argument in &arguments[1..] {
        let extension = whole(argument)?;
        if extension < 1 {
            return Err("must extend prefix by at least one bit".to_owned());
        }
        let prefix = u32::try_from(extension).unwrap_or(u32::MAX).saturating_add(network.prefix);
        if extension > 32 {
            return Err("may not extend prefix by more than 32 bits".to_owned());
        }
        if prefix > network.bits {
            let version = if network.bits == 32 { 4 } else { 6 };
            return Err(format!(
                "would extend prefix to {prefix} bits, which is too long for an IPv{version} address"
            ));
        }
        let size = low_bits(network.bits - prefix);
        // The next address on a boundary of this size from which the whole subnet fits.
        let start = next.and_then(|next| Some(next.checked_add(size)? & !size));
        let end = start.and_then(|start| start.checked_add(size)).filter(|end| *end <= last);
        let (Some(address), Some(end)) = (start, end) else {
            return Err(format!(
                "not enough remaining address space for a subnet with a prefix of {prefix} bits"
            ));
        };
        subnets.push(Value::string(Network { address, prefix, ..network }.text()));
        next = end.checked_add(1);
    }
    Ok(Value::list(subnets))
}
