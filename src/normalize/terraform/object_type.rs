//! The attributes of an object type, shared by all who hold the type.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use super::types::Type;
use super::value::Value;

/// The attributes of an object type by name.
#[derive(Clone, Debug, Default)]
pub struct ObjectType {
    attributes: BTreeMap<Arc<str>, ObjectAttribute>,
    /// The type of its values, where that is another one. Variables are converted to their constraints again and again.
    values: OnceLock<Option<Type>>,
    /// Whether nothing in it is `any`.
    whole: OnceLock<bool>,
}

/// An attribute of an object type.
#[derive(Clone, Debug)]
pub struct ObjectAttribute {
    /// Its type.
    pub kind: Type,
    /// `optional(…)`.
    pub optional: bool,
    /// `optional(…, default)`.
    pub default: Option<Value>,
    /// What it is where it is not written.
    pub(super) filled: OnceLock<Value>,
}

impl ObjectAttribute {
    /// `optional(…)`, with or without a default.
    pub fn optional(kind: Type, default: Option<Value>) -> Self {
        Self { kind, optional: true, default, filled: OnceLock::new() }
    }
}

impl From<Type> for ObjectAttribute {
    fn from(kind: Type) -> Self {
        Self { kind, optional: false, default: None, filled: OnceLock::new() }
    }
}

impl PartialEq for ObjectAttribute {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.optional == other.optional && self.default == other.default
    }
}

impl PartialEq for ObjectType {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other) || self.attributes == other.attributes
    }
}

impl Deref for ObjectType {
    type Target = BTreeMap<Arc<str>, ObjectAttribute>;

    fn deref(&self) -> &Self::Target {
        &self.attributes
    }
}

impl From<BTreeMap<Arc<str>, ObjectAttribute>> for ObjectType {
    fn from(attributes: BTreeMap<Arc<str>, ObjectAttribute>) -> Self {
        Self { attributes, values: OnceLock::new(), whole: OnceLock::new() }
    }
}

impl ObjectType {
    /// Whether nothing in it is `any`.
    pub(super) fn is_whole(&self) -> bool {
        *self.whole.get_or_init(|| self.attributes.values().all(|it| it.kind.is_whole()))
    }

    /// Whether the type of its values is the same: nothing in it is optional.
    pub(super) fn is_of_values(&self) -> bool {
        self.other_of_values().is_none()
    }

    /// The type of its values.
    pub(super) fn of_values(self: &Arc<Self>) -> Type {
        self.other_of_values().cloned().unwrap_or_else(|| Type::Object(Arc::clone(self)))
    }

    /// Whether values of the other type are values of this one as they are.
    pub(super) fn is_type_of(self: &Arc<Self>, values: &Arc<Self>) -> bool {
        match self.other_of_values() {
            Some(Type::Object(own)) => Arc::ptr_eq(own, values),
            _ => Arc::ptr_eq(self, values),
        }
    }

    fn other_of_values(&self) -> Option<&Type> {
        let other = self.values.get_or_init(|| {
            let mut attributes = self.attributes.values();
            let is_plain = |it: &ObjectAttribute| {
                !it.optional && it.default.is_none() && it.kind.is_of_values()
            };
            let plain = |(name, it): (&Arc<str>, &ObjectAttribute)| {
                (Arc::clone(name), it.kind.of_values().into())
            };
            (!attributes.all(is_plain)).then(|| Type::object(self.attributes.iter().map(plain)))
        });
        other.as_ref()
    }
}
