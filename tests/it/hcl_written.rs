//! What hcl-rs writes from a tree, our parser reads back as an equal tree.

use dreadnought::source::FileId;
use dreadnought::syntax::hcl as ours;
use hcl::expr::{
    BinaryOp, BinaryOperator, Conditional, Expression, ForExpr, FuncCall, FuncName, Object,
    ObjectKey, Operation, Traversal, TraversalOperator, UnaryOp, UnaryOperator, Variable,
};
use hcl::{Attribute, Block, BlockLabel, Body, Identifier, Number, Structure};
use proptest::prelude::*;

use crate::second_opinion::{of_value, without_spans};

fn identifier() -> impl Strategy<Value = Identifier> {
    prop::sample::select(vec!["a", "b-1", "_c", "é", "for_each", "true_", "x9"])
        .prop_map(Identifier::unchecked)
}

fn variable() -> impl Strategy<Value = Expression> {
    identifier().prop_map(|name| Expression::Variable(Variable::unchecked(name.as_str())))
}

/// Without `$${`, which hcl-rs takes for escaped and leaves as it is.
fn text() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "a", " ", "\"", "\\", "\n", "\t", "\r", "$ ", "${", "%{", "}", "é", "😀", "#", "EOT",
    ]);
    prop::collection::vec(pieces, 0..5).prop_map(|pieces| pieces.concat())
}

fn leaf() -> impl Strategy<Value = Expression> {
    prop_oneof![
        Just(Expression::Null),
        any::<bool>().prop_map(Expression::Bool),
        any::<u64>().prop_map(|number| Expression::Number(Number::from(number))),
        (-1000_i64..0).prop_map(|number| Expression::Number(Number::from(number))),
        (1_u32..10_000).prop_map(|number| {
            Expression::Number(Number::from_f64(f64::from(number) / 8.0 + 0.01).unwrap())
        }),
        text().prop_map(Expression::String),
        variable(),
    ]
}

fn key() -> impl Strategy<Value = ObjectKey> {
    prop_oneof![
        identifier().prop_map(ObjectKey::Identifier),
        variable()
            .prop_map(|name| { ObjectKey::Expression(Expression::Parenthesis(Box::new(name))) }),
    ]
}

/// In parentheses where it could be read with what is around it.
fn operand(expression: Expression) -> Expression {
    match expression {
        Expression::Conditional(_) | Expression::Operation(_) | Expression::Number(_) => {
            Expression::Parenthesis(Box::new(expression))
        }
        other => other,
    }
}

fn operator() -> impl Strategy<Value = BinaryOperator> {
    use BinaryOperator as Op;
    prop::sample::select(vec![
        Op::Eq,
        Op::NotEq,
        Op::LessEq,
        Op::GreaterEq,
        Op::Less,
        Op::Greater,
        Op::Plus,
        Op::Minus,
        Op::Mul,
        Op::Div,
        Op::Mod,
        Op::And,
        Op::Or,
    ])
}

fn step(inner: impl Strategy<Value = Expression>) -> impl Strategy<Value = TraversalOperator> {
    prop_oneof![
        identifier().prop_map(TraversalOperator::GetAttr),
        inner.prop_map(TraversalOperator::Index),
        Just(TraversalOperator::FullSplat),
    ]
}

fn expression() -> impl Strategy<Value = Expression> {
    leaf().prop_recursive(4, 24, 4, |inner| {
        let several = prop::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            several.clone().prop_map(Expression::Array),
            prop::collection::vec((key(), inner.clone()), 0..4).prop_map(|entries| {
                Expression::Object(entries.into_iter().collect::<Object<_, _>>())
            }),
            (identifier(), prop::option::of(identifier()), several, any::<bool>()).prop_map(
                |(name, scope, args, expand)| {
                    let expand_final = expand && !args.is_empty();
                    let name = FuncName { namespace: scope.into_iter().collect(), name };
                    Expression::from(FuncCall { name, args, expand_final })
                }
            ),
            // Two legacy indices in a row would be one number.
            (
                variable(),
                prop::option::of((0_u64..10).prop_map(TraversalOperator::LegacyIndex)),
                prop::collection::vec(step(inner.clone()), 1..4)
            )
                .prop_map(|(base, index, steps)| {
                    Expression::from(Traversal::new(base, index.into_iter().chain(steps)))
                }),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(condition, yes, no)| {
                Expression::from(Conditional::new(operand(condition), operand(yes), operand(no)))
            }),
            (inner.clone(), operator(), inner.clone()).prop_map(|(left, operator, right)| {
                let operation = BinaryOp::new(operand(left), operator, operand(right));
                Expression::from(Operation::Binary(operation))
            }),
            (any::<bool>(), inner.clone()).prop_map(|(negate, operand_of)| {
                let operator = if negate { UnaryOperator::Neg } else { UnaryOperator::Not };
                Expression::from(Operation::Unary(UnaryOp::new(operator, operand(operand_of))))
            }),
            inner.clone().prop_map(|inner| Expression::Parenthesis(Box::new(inner))),
            for_expression(inner),
        ]
    })
}

fn for_expression(
    inner: impl Strategy<Value = Expression> + Clone,
) -> impl Strategy<Value = Expression> {
    let names = (prop::option::of(identifier()), identifier());
    let parts = (inner.clone(), prop::option::of(inner.clone()), inner.clone());
    (names, parts, any::<bool>(), prop::option::of(inner)).prop_map(
        |((key, value), (collection, key_expr, value_expr), group, condition)| {
            let mut node = ForExpr::new(value, operand(collection), operand(value_expr));
            node.key_var = key;
            node.grouping = group && key_expr.is_some();
            node.key_expr = key_expr.map(operand);
            node.cond_expr = condition.map(operand);
            Expression::from(node)
        },
    )
}

fn body() -> impl Strategy<Value = Body> {
    let attributes =
        prop::collection::btree_map("[a-z]{1,6}", expression(), 0..4).prop_map(|attributes| {
            let attribute = |(name, value): (String, Expression)| {
                Structure::from(Attribute::new(Identifier::unchecked(name), value))
            };
            attributes.into_iter().map(attribute).collect::<Body>()
        });
    attributes.prop_recursive(3, 12, 3, |inner| {
        let label = prop_oneof![
            identifier().prop_map(BlockLabel::Identifier),
            text().prop_map(BlockLabel::String),
        ];
        let block = (identifier(), prop::collection::vec(label, 0..3), inner.clone()).prop_map(
            |(identifier, labels, body)| Structure::Block(Block { identifier, labels, body }),
        );
        (inner, prop::collection::vec(block, 0..3))
            .prop_map(|(body, blocks)| body.into_iter().chain(blocks).collect())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn what_hcl_rs_writes_is_read_back(body in body()) {
        let text = hcl::format::to_string(&body).unwrap();
        let parsed = ours::parse(FileId(0), &text);
        prop_assert_eq!(parsed.problems, [], "{}", text);
        let expected = without_spans(&of_value(body));
        prop_assert!(without_spans(&parsed.body) == expected, "{text}\n{:?}\n{expected:?}", without_spans(&parsed.body));
    }
}
