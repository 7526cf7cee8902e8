//! `semver()`: versions as values.

use std::rc::Rc;

use super::evaluate::Machine;
use super::functions::mismatch;
use super::value::{Outcome, Val};
use crate::engine::Failure;
use crate::engine::semver::Version;

/// A version from a text; with `true` also one as people write it (`v1.2`).
fn read(name: &str, arguments: &[Val<'_>]) -> Result<Option<Version>, Failure> {
    match arguments {
        [Val::Text(text)] | [Val::Text(text), Val::Bool(false)] => Ok(Version::parse(text)),
        [Val::Text(text), Val::Bool(true)] => Ok(Version::normalized(text)),
        [Val::Version(version)] => Ok(Some(Version::clone(version))),
        _ => Err(mismatch(name, arguments)),
    }
}

/// `semver(text[, normalize])`
pub(super) fn semver<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    match read("semver", arguments)? {
        Some(version) => Ok(Val::Version(Rc::new(version))),
        None => Err(Failure::error("`semver` takes a version such as 1.2.3")),
    }
}

/// `isSemver(text[, normalize])`
pub(super) fn is_semver<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    read("isSemver", arguments).map(|version| Val::Bool(version.is_some()))
}

/// `v.satisfies(constraint)`
pub(super) fn satisfies<'a>(machine: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    let [Val::Version(version), Val::Text(constraint)] = arguments else {
        return Err(mismatch("satisfies", arguments));
    };
    machine.charge_bytes(constraint.len() * 16)?;
    version.satisfies(constraint).map(Val::Bool).ok_or_else(|| {
        Failure::error("`satisfies` takes a constraint such as `>= 1.2, < 2`, `~> 1.2`, `^1.2`")
    })
}

fn number<'a>(name: &str, arguments: &[Val<'a>], place: usize) -> Outcome<'a> {
    match arguments {
        [Val::Version(version)] => {
            Ok(Val::Int(i64::try_from(version.numbers[place]).unwrap_or(i64::MAX)))
        }
        _ => Err(mismatch(name, arguments)),
    }
}

pub(super) fn major<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    number("major", arguments, 0)
}

pub(super) fn minor<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    number("minor", arguments, 1)
}

pub(super) fn patch<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    number("patch", arguments, 2)
}

fn compared(name: &str, arguments: &[Val<'_>]) -> Result<std::cmp::Ordering, Failure> {
    match arguments {
        [Val::Version(one), Val::Version(other)] => Ok(one.cmp(other)),
        _ => Err(mismatch(name, arguments)),
    }
}

pub(super) fn is_less<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    compared("isLessThan", arguments).map(|order| Val::Bool(order.is_lt()))
}

pub(super) fn is_greater<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    compared("isGreaterThan", arguments).map(|order| Val::Bool(order.is_gt()))
}

pub(super) fn compare<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    compared("compareTo", arguments).map(|order| Val::Int(order as i64))
}
