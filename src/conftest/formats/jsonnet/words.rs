//! What is wrong with a file of Jsonnet, in words.

use rsjsonnet_lang::ast::BinaryOp;
use rsjsonnet_lang::lexer::LexError;
use rsjsonnet_lang::parser::{ActualToken, ParseError};
use rsjsonnet_lang::program::{AnalyzeError, EvalErrorKind as Kind, EvalErrorValueType};
use rsjsonnet_lang::span::SpanId;

/// A text that is no sequence of words.
pub(super) fn lexing(error: &LexError) -> (SpanId, String) {
    use LexError as E;
    match error {
        E::InvalidChar { span, chr } => (*span, format!("`{chr}` has no meaning here")),
        E::InvalidUtf8 { span, .. } => (*span, "this is not UTF-8".to_owned()),
        E::UnfinishedMultilineComment { span } => (*span, "a comment does not end".to_owned()),
        E::LeadingZeroInNumber { span }
        | E::MissingFracDigits { span }
        | E::MissingExpDigits { span }
        | E::MissingDigitAfterUnderscore { span }
        | E::ExpOverflow { span } => (*span, "this is no number".to_owned()),
        E::InvalidEscapeInString { span, chr } => (*span, format!("`\\{chr}` is no escape")),
        E::IncompleteUnicodeEscape { span } | E::InvalidUtf16EscapeSequence { span, .. } => {
            (*span, "this escape is no character".to_owned())
        }
        E::UnfinishedString { span } => (*span, "a text does not end".to_owned()),
        E::MissingLineBreakAfterTextBlockStart { span }
        | E::MissingWhitespaceTextBlockStart { span }
        | E::InvalidTextBlockTermination { span } => {
            (*span, "a text block is not written as it has to be".to_owned())
        }
    }
}

/// Words in an order that means nothing.
pub(super) fn parsing(error: &ParseError) -> (SpanId, String) {
    let ParseError::Expected { span, instead, .. } = error;
    let found = match instead {
        ActualToken::EndOfFile => "the text ends where something is missing".to_owned(),
        ActualToken::Ident(name) => format!("`{name}` is not expected here"),
        ActualToken::OtherOp(operator) => format!("`{operator}` is no operator"),
        ActualToken::Simple(kind) => format!("{} is not expected here", simple(*kind)),
        ActualToken::Number => "a number is not expected here".to_owned(),
        ActualToken::String | ActualToken::TextBlock => "a text is not expected here".to_owned(),
    };
    (*span, found)
}

/// `RightBrace` as `right brace`.
fn simple(kind: rsjsonnet_lang::token::STokenKind) -> String {
    let mut words = String::new();
    for c in format!("{kind:?}").trim_end_matches('_').chars() {
        if c.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(c.to_lowercase());
    }
    format!("`{words}`")
}

/// Names that nothing declares, and the like.
pub(super) fn analyzing(error: &AnalyzeError) -> (SpanId, String) {
    use AnalyzeError as E;
    let outside = |word: &str| format!("`{word}` stands outside of an object");
    match error {
        E::UnknownVariable { span, name } => (*span, format!("nothing declares `{name}`")),
        E::SelfOutsideObject { self_span } => (*self_span, outside("self")),
        E::SuperOutsideObject { super_span } => (*super_span, outside("super")),
        E::DollarOutsideObject { dollar_span } => (*dollar_span, outside("$")),
        E::RepeatedLocalName { repeated_span, name, .. } => {
            (*repeated_span, format!("`{name}` is declared twice"))
        }
        E::RepeatedFieldName { repeated_span, name, .. } => {
            (*repeated_span, format!("the field `{name}` stands here twice"))
        }
        E::RepeatedParamName { repeated_span, name, .. } => {
            (*repeated_span, format!("the parameter `{name}` stands here twice"))
        }
        E::PositionalArgAfterNamed { arg_span } => {
            (*arg_span, "an argument without a name follows one with a name".to_owned())
        }
        E::TextBlockAsImportPath { span } | E::ComputedImportPath { span } => {
            (*span, "what is imported has to be a plain text".to_owned())
        }
    }
}

fn of(kind: EvalErrorValueType) -> &'static str {
    match kind {
        EvalErrorValueType::Null => "null",
        EvalErrorValueType::Bool => "a boolean",
        EvalErrorValueType::Number => "a number",
        EvalErrorValueType::String => "a text",
        EvalErrorValueType::Array => "an array",
        EvalErrorValueType::Object => "an object",
        EvalErrorValueType::Function => "a function",
    }
}

fn operator(of: BinaryOp) -> &'static str {
    match of {
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::Rem => "%",
        BinaryOp::Shl => "<<",
        BinaryOp::Shr => ">>",
        BinaryOp::Lt => "<",
        BinaryOp::Le => "<=",
        BinaryOp::Gt => ">",
        BinaryOp::Ge => ">=",
        BinaryOp::Eq => "==",
        BinaryOp::Ne => "!=",
        BinaryOp::In => "in",
        BinaryOp::BitwiseAnd => "&",
        BinaryOp::BitwiseOr => "|",
        BinaryOp::BitwiseXor => "^",
        BinaryOp::LogicAnd => "&&",
        BinaryOp::LogicOr => "||",
    }
}

/// What evaluation cannot do.
pub(super) fn evaluating(kind: &Kind) -> String {
    match kind {
        Kind::StackOverflow => "calls lie too deep in each other".to_owned(),
        Kind::InfiniteRecursion => "a value depends on itself".to_owned(),
        Kind::ExplicitError { message, .. } | Kind::Other { message, .. } => message.clone(),
        Kind::AssertFailed { message, .. } => match message {
            Some(message) => format!("an assertion does not hold: {message}"),
            None => "an assertion does not hold".to_owned(),
        },
        Kind::AssertEqualFailed { lhs, rhs } => format!("{lhs} is not {rhs}"),
        Kind::ImportFailed { path, .. } => format!("`{path}` cannot be imported"),
        Kind::UnknownExtVar { name } => format!("the external variable `{name}` has no value"),
        _ => value(kind),
    }
}

/// What does not go with the kind of a value.
fn value(kind: &Kind) -> String {
    match kind {
        Kind::InvalidIndexedType { got_type, .. } => format!("{} has no parts", of(*got_type)),
        Kind::InvalidSlicedType { got_type, .. } => format!("{} cannot be cut", of(*got_type)),
        Kind::SliceIndexOrStepIsNotNumber { got_type, .. }
        | Kind::StringIndexIsNotNumber { got_type, .. }
        | Kind::ArrayIndexIsNotNumber { got_type, .. } => {
            format!("an index is {}, not a number", of(*got_type))
        }
        Kind::NumericIndexIsNotValid { index, .. } => format!("{index} is no index"),
        Kind::NumericIndexOutOfRange { index, length, .. } => {
            format!("there is no element {index} of {length}")
        }
        Kind::ObjectIndexIsNotString { got_type, .. }
        | Kind::FieldNameIsNotString { got_type, .. } => {
            format!("the name of a field is {}, not a text", of(*got_type))
        }
        Kind::RepeatedFieldName { name, .. } => format!("the field `{name}` is made twice"),
        Kind::UnknownObjectField { field_name, .. } => format!("there is no field `{field_name}`"),
        Kind::FieldOfNonObject { .. } => "only objects have fields".to_owned(),
        Kind::SuperWithoutSuperObject { .. } => "`super` has no object".to_owned(),
        Kind::ForSpecValueIsNotArray { got_type, .. } => {
            format!("`for` goes over {}, not an array", of(*got_type))
        }
        Kind::CondIsNotBool { got_type, .. } => {
            format!("a condition is {}, not a boolean", of(*got_type))
        }
        Kind::InvalidUnaryOpType { rhs_type, .. } => {
            format!("the operator does not take {}", of(*rhs_type))
        }
        Kind::InvalidBinaryOpTypes { op, lhs_type, rhs_type, .. } => {
            format!("`{}` does not take {} and {}", operator(*op), of(*lhs_type), of(*rhs_type))
        }
        Kind::NumberNotBitwiseSafe { .. }
        | Kind::NumberOverflow { .. }
        | Kind::NumberNan { .. } => "a number is out of range".to_owned(),
        Kind::DivByZero { .. } => "division by zero".to_owned(),
        Kind::ShiftByNegative { .. } => "a shift by a negative number".to_owned(),
        Kind::ManifestFunction => "a function cannot be written as JSON".to_owned(),
        Kind::PrimitiveEqualsNonPrimitive { got_type } => {
            format!("`primitiveEquals` does not take {}", of(*got_type))
        }
        Kind::CompareNullInequality
        | Kind::CompareBooleanInequality
        | Kind::CompareObjectInequality
        | Kind::CompareFunctions
        | Kind::CompareDifferentTypesInequality { .. } => {
            "such values cannot be compared".to_owned()
        }
        _ => call(kind),
    }
}

/// What is wrong with a call.
fn call(kind: &Kind) -> String {
    match kind {
        Kind::CalleeIsNotFunction { got_type, .. } => format!("{} is called", of(*got_type)),
        Kind::TooManyCallArgs { num_params, .. } => {
            format!("a call has too many arguments, {num_params} are taken")
        }
        Kind::UnknownCallParam { param_name, .. } => {
            format!("there is no parameter `{param_name}`")
        }
        Kind::RepeatedCallParam { param_name, .. } => {
            format!("the parameter `{param_name}` is given twice")
        }
        Kind::CallParamNotBound { param_name, .. } => {
            format!("the parameter `{param_name}` has no value")
        }
        Kind::InvalidStdFuncArgType { func_name, arg_index, got_type, .. } => {
            format!(
                "`std.{func_name}` does not take {} as argument {}",
                of(*got_type),
                arg_index + 1
            )
        }
        _ => "a native function cannot be called".to_owned(),
    }
}

/// Where it is.
pub(super) fn place(kind: &Kind) -> Option<SpanId> {
    match kind {
        Kind::InvalidIndexedType { span, .. }
        | Kind::InvalidSlicedType { span, .. }
        | Kind::SliceIndexOrStepIsNotNumber { span, .. }
        | Kind::StringIndexIsNotNumber { span, .. }
        | Kind::ArrayIndexIsNotNumber { span, .. }
        | Kind::NumericIndexIsNotValid { span, .. }
        | Kind::NumericIndexOutOfRange { span, .. }
        | Kind::ObjectIndexIsNotString { span, .. }
        | Kind::RepeatedFieldName { span, .. }
        | Kind::FieldNameIsNotString { span, .. }
        | Kind::UnknownObjectField { span, .. }
        | Kind::FieldOfNonObject { span }
        | Kind::SuperWithoutSuperObject { span }
        | Kind::ForSpecValueIsNotArray { span, .. }
        | Kind::CondIsNotBool { span, .. }
        | Kind::InvalidUnaryOpType { span, .. }
        | Kind::AssertFailed { span, .. }
        | Kind::ExplicitError { span, .. }
        | Kind::ImportFailed { span, .. } => Some(*span),
        Kind::CalleeIsNotFunction { span, .. }
        | Kind::TooManyCallArgs { span, .. }
        | Kind::UnknownCallParam { span, .. }
        | Kind::RepeatedCallParam { span, .. }
        | Kind::CallParamNotBound { span, .. }
        | Kind::InvalidBinaryOpTypes { span, .. }
        | Kind::NumberNotBitwiseSafe { span }
        | Kind::NumberOverflow { span }
        | Kind::NumberNan { span }
        | Kind::DivByZero { span }
        | Kind::ShiftByNegative { span }
        | Kind::Other { span, .. } => *span,
        _ => None,
    }
}
