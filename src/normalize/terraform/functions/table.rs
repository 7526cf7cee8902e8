//! What each function takes and gives: one row a function, sorted by name.

use std::sync::Arc;

use crate::normalize::terraform::types::Type;
use crate::normalize::terraform::value::Value;

use super::Host;
use super::argument;
use super::{
    collection, convert, date, encoding, files, format, gzip, hash, json, network, numeric,
    pattern, set, string, written, yaml_decode, yaml_encode,
};

/// The code of a function.
pub(super) type Body = fn(&[Value], &dyn Host) -> Result<Value, String>;

/// A row of the table.
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) parameters: &'static [Parameter],
    /// What further arguments are, if there may be any.
    pub(super) variadic: Option<Parameter>,
    pub(super) result: Returns,
    pub(super) mode: Mode,
    pub(super) body: Body,
}

/// How a function treats unknown values and marks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Anything unknown in an argument makes the result unknown; all marks become marks of the result.
    Whole,
    /// The body sees unknown values; all marks become marks of the result.
    Parts,
    /// An argument that is unknown as a whole makes the result unknown. Marks of arguments become marks of the result, marks
    /// inside of them stay where they are.
    Inner,
    /// As `Inner`, but the body sees arguments that are unknown as a whole too.
    Open,
    /// As `Inner`, for a body that looks at the top of its arguments only, so that these need no bound.
    Shallow,
    /// As `Open`, for such a body.
    ShallowOpen,
    /// The body sees everything.
    Raw,
}

impl Mode {
    /// Whether everything in an argument is looked at first, which also bounds it.
    pub(super) fn looks_inside(self) -> bool {
        matches!(self, Self::Whole | Self::Parts | Self::Inner | Self::Open)
    }
}

/// What a parameter takes. Of an argument whose type is not known, `Any` and `Shown` make a result of which nothing is known.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Parameter {
    /// Anything of known type but null.
    Any,
    /// Anything but null.
    Typeless,
    /// Anything.
    Nullable,
    /// Anything of known type.
    Shown,
    Number,
    String,
    List,
    ListOfBool,
    ListOfString,
    Set,
    MapOfLists,
}

impl Parameter {
    pub(super) fn takes_null(self) -> bool {
        matches!(self, Self::Nullable | Self::Shown)
    }

    pub(super) fn needs_type(self) -> bool {
        matches!(self, Self::Any | Self::Shown)
    }

    pub(super) fn kind(self) -> Type {
        let list = |element| Type::List(Arc::new(element));
        match self {
            Self::Any | Self::Typeless | Self::Nullable | Self::Shown => Type::Any,
            Self::Number => Type::Number,
            Self::String => Type::String,
            Self::List => list(Type::Any),
            Self::ListOfBool => list(Type::Bool),
            Self::ListOfString => list(Type::String),
            Self::Set => Type::Set(Arc::new(Type::Any)),
            Self::MapOfLists => Type::Map(Arc::new(list(Type::String))),
        }
    }
}

/// The type of the result, where the arguments are unknown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Returns {
    Any,
    Bool,
    Number,
    String,
    ListOfNumber,
    ListOfString,
    SetOfString,
    MapOfLists,
    /// That of the first argument.
    First,
    /// As the function of this name makes it of the types of its arguments.
    Length,
    Chunks,
    Element,
    Slice,
    Keys,
    Values,
    Reverse,
    One,
    Sum,
    Lookup,
    Merge,
    Concat,
    Zipmap,
    Product,
    Union,
    Matching,
    ParsedInt,
}

macro_rules! table {
    ($($name:literal $mode:ident ($($parameter:ident),*) $(+ $variadic:ident)? => $result:ident, $body:expr;)*) => {
        /// All functions, sorted by name.
        pub(super) static TABLE: &[Function] = &[$(Function {
            name: $name,
            parameters: &[$(Parameter::$parameter),*],
            variadic: table!(@variadic $($variadic)?),
            result: Returns::$result,
            mode: Mode::$mode,
            body: $body,
        }),*];
    };
    (@variadic) => { None };
    (@variadic $variadic:ident) => { Some(Parameter::$variadic) };
}

table! {
    "abs" Whole (Number) => Number, numeric::abs;
    "abspath" Whole (String) => String, files::abspath;
    "alltrue" Parts (ListOfBool) => Bool, collection::alltrue;
    "anytrue" Parts (ListOfBool) => Bool, collection::anytrue;
    "base64decode" Whole (String) => String, encoding::base64decode;
    "base64encode" Whole (String) => String, encoding::base64encode;
    "base64gzip" Whole (String) => String, gzip::base64gzip;
    "base64sha256" Whole (String) => String, hash::base64sha256;
    "base64sha512" Whole (String) => String, hash::base64sha512;
    "basename" Open (String) => String, files::basename;
    "bcrypt" Whole (String) + Number => String, |_, _| Ok(argument::differs("bcrypt"));
    "ceil" Whole (Number) => Number, numeric::ceil;
    "chomp" Whole (String) => String, string::chomp;
    "chunklist" Inner (List, Number) => Chunks, collection::chunklist;
    "cidrhost" Whole (String, Number) => String, network::cidrhost;
    "cidrnetmask" Whole (String) => String, network::cidrnetmask;
    "cidrsubnet" Whole (String, Number, Number) => String, network::cidrsubnet;
    "cidrsubnets" Whole (String) + Number => ListOfString, network::cidrsubnets;
    "coalesce" Open () + Nullable => Any, collection::coalesce;
    "coalescelist" Open () + Nullable => Any, collection::coalescelist;
    "compact" Parts (ListOfString) => ListOfString, collection::compact;
    "concat" Inner () + Any => Concat, collection::concat;
    "contains" Parts (Any, Any) => Bool, collection::contains;
    "csvdecode" Whole (String) => Any, encoding::csvdecode;
    "dirname" Whole (String) => String, files::dirname;
    "distinct" Whole (List) => First, collection::distinct;
    "element" Shallow (Any, Number) => Element, collection::element;
    "endswith" Whole (String, String) => Bool, string::endswith;
    "ephemeralasnull" Raw (Nullable) => Any, convert::ephemeralasnull;
    "file" Whole (String) => String, files::file;
    "filebase64" Whole (String) => String, files::filebase64;
    "filebase64sha256" Whole (String) => String, files::filebase64sha256;
    "filebase64sha512" Whole (String) => String, files::filebase64sha512;
    "fileexists" Whole (String) => Bool, files::fileexists;
    "filemd5" Whole (String) => String, files::filemd5;
    "fileset" Whole (String, String) => SetOfString, files::fileset;
    "filesha1" Whole (String) => String, files::filesha1;
    "filesha256" Whole (String) => String, files::filesha256;
    "filesha512" Whole (String) => String, files::filesha512;
    "flatten" Inner (Any) => Any, collection::flatten;
    "floor" Whole (Number) => Number, numeric::floor;
    "format" Parts (String) + Shown => String, format::format;
    "formatdate" Whole (String, String) => String, date::formatdate;
    "formatlist" Parts (String) + Shown => ListOfString, format::formatlist;
    "indent" Whole (Number, String) => String, string::indent;
    "index" Parts (Any, Any) => Number, collection::index;
    "issensitive" Raw (Nullable) => Bool, convert::issensitive;
    "join" Parts (String) + ListOfString => String, string::join;
    "jsondecode" Open (String) => Any, json::jsondecode;
    "jsonencode" Raw (Nullable) => String, json::jsonencode;
    "keys" ShallowOpen (Any) => Keys, collection::keys;
    "length" ShallowOpen (Typeless) => Length, collection::length;
    "log" Whole (Number, Number) => Number, numeric::log;
    "lookup" ShallowOpen (Any, String) + Nullable => Lookup, collection::lookup;
    "lower" Whole (String) => String, string::lower;
    "matchkeys" Parts (List, List, List) => Matching, collection::matchkeys;
    "max" Whole () + Number => Number, numeric::max;
    "md5" Whole (String) => String, hash::md5;
    "merge" Inner () + Nullable => Merge, collection::merge;
    "min" Whole () + Number => Number, numeric::min;
    "nonsensitive" Raw (Nullable) => Any, convert::nonsensitive;
    "one" Parts (Any) => One, collection::one;
    "parseint" Whole (Any, Number) => ParsedInt, numeric::parseint;
    "pathexpand" Whole (String) => String, files::pathexpand;
    "plantimestamp" Whole () => String, |_, _| Ok(argument::differs("plantimestamp"));
    "pow" Whole (Number, Number) => Number, numeric::pow;
    "provider::terraform::decode_tfvars" Whole (String) => Any, written::decode_tfvars;
    "provider::terraform::encode_expr" Parts (Any) => String, written::encode_expr;
    "provider::terraform::encode_tfvars" Parts (Any) => String, written::encode_tfvars;
    "range" Whole () + Number => ListOfNumber, numeric::range;
    "regex" Whole (String, String) => Any, pattern::regex;
    "regexall" Whole (String, String) => Any, pattern::regexall;
    "replace" Parts (String, String, String) => String, pattern::replace;
    "reverse" Shallow (Any) => Reverse, collection::reverse;
    "rsadecrypt" Whole (String, String) => String, |_, _| Ok(argument::not_computed("rsadecrypt"));
    "sensitive" Raw (Nullable) => Any, convert::sensitive;
    "setintersection" Whole (Set) + Set => Union, set::setintersection;
    "setproduct" Open () + Any => Product, set::setproduct;
    "setsubtract" Whole (Set, Set) => Union, set::setsubtract;
    "setunion" Parts (Set) + Set => Union, set::setunion;
    "sha1" Whole (String) => String, hash::sha1;
    "sha256" Whole (String) => String, hash::sha256;
    "sha512" Whole (String) => String, hash::sha512;
    "signum" Whole (Number) => Number, numeric::signum;
    "slice" ShallowOpen (Any, Number, Number) => Slice, collection::slice;
    "sort" Parts (ListOfString) => ListOfString, collection::sort;
    "split" Whole (String, String) => ListOfString, string::split;
    "startswith" Parts (String, String) => Bool, string::startswith;
    "strcontains" Whole (String, String) => Bool, string::strcontains;
    "strrev" Whole (String) => String, string::strrev;
    "substr" Whole (String, Number, Number) => String, string::substr;
    "sum" Whole (Any) => Sum, numeric::sum;
    "templatefile" Open (String, Any) => Any, files::templatefile;
    "templatestring" Open (String, Any) => String, files::templatestring;
    "textdecodebase64" Whole (String, String) => String, encoding::textdecodebase64;
    "textencodebase64" Whole (String, String) => String, encoding::textencodebase64;
    "timeadd" Whole (String, String) => String, date::timeadd;
    "timecmp" Whole (String, String) => Number, date::timecmp;
    "timestamp" Whole () => String, |_, _| Ok(argument::differs("timestamp"));
    "title" Whole (String) => String, string::title;
    "tobool" Raw (Nullable) => Bool, convert::tobool;
    "tolist" Raw (Nullable) => Any, convert::tolist;
    "tomap" Raw (Nullable) => Any, convert::tomap;
    "tonumber" Raw (Nullable) => Number, convert::tonumber;
    "toset" Raw (Nullable) => Any, convert::toset;
    "tostring" Raw (Nullable) => String, convert::tostring;
    "transpose" Whole (MapOfLists) => MapOfLists, collection::transpose;
    "trim" Whole (String, String) => String, string::trim;
    "trimprefix" Whole (String, String) => String, string::trimprefix;
    "trimspace" Whole (String) => String, string::trimspace;
    "trimsuffix" Whole (String, String) => String, string::trimsuffix;
    "upper" Whole (String) => String, string::upper;
    "urlencode" Whole (String) => String, encoding::urlencode;
    "uuid" Whole () => String, |_, _| Ok(argument::differs("uuid"));
    "uuidv5" Whole (String, String) => String, hash::uuidv5;
    "values" Shallow (Any) => Values, collection::values;
    "yamldecode" Whole (String) => Any, yaml_decode::yamldecode;
    "yamlencode" Raw (Nullable) => String, yaml_encode::yamlencode;
    "zipmap" Inner (ListOfString, Any) => Zipmap, collection::zipmap;
}
