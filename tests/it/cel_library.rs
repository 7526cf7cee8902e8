//! CEL: the functions that rules call, with what they make of null and unknown values.

use rstest::rstest;

use crate::cel::run;

#[rstest]
// Optional values
#[case("attr.?name.orValue('x') + attr.?missing.orValue('none')", r#""webnone""#)]
#[case(
    "[attr.?acl.hasValue(), attr.?nothing.hasValue(), attr.missing.?x.hasValue()]",
    "[true,true,false]"
)]
#[case("attr.obj.?n.hasValue()", "false")]
#[case("{'k': null}.?k.hasValue()", "true")]
#[case("[attr.list[?0].value(), attr.list[?5].orValue(7)]", "[1,7]")]
#[case("attr.?tags.env.orValue('dev')", r#""prod""#)]
#[case("attr.?missing.env.or(attr.?name).value()", r#""web""#)]
#[case("attr.?port.optMap(p, p + 1).value()", "23")]
#[case("attr.?tags.optFlatMap(t, t.?env).value()", r#""prod""#)]
#[case("optional.ofNonZeroValue('').orValue('empty')", r#""empty""#)]
#[case("optional.of(1) == optional.of(1) && optional.none() != optional.of(1)", "true")]
#[case("[?attr.?name, ?attr.?missing, 1]", r#"["web",1]"#)]
#[case("{?'a': attr.?name, ?'b': attr.?missing}", r#"{"a":"web"}"#)]
#[case(
    "optional.unwrap([optional.of(1), optional.none()]) + [optional.of(2)].unwrapOpt()",
    "[1,2]"
)]
#[case("attr.list.first().value() + attr.list.last().value()", "3")]
#[case("[].first().hasValue()", "false")]
#[case("optional.of(1).orValue(1 / 0)", "1")]
#[case("type(optional.none()) == optional_type", "true")]
#[case("optional.none().value()", "failed: an optional value is not there")]
#[case("attr.name.or(attr.?name)", "failed: `or` needs an optional value, not a string")]
#[case("attr.?unk.hasValue()", "unknown: later")]
#[case("attr.?unk.orValue('x')", "unknown: later")]
#[case("attr.?missing.orValue(attr.unk)", "unknown: later")]
#[case("attr.?name.orValue(attr.unk)", r#""web""#)]
#[case("optional.of(attr.unk).hasValue()", "true")]
#[case("[?attr.?unk]", "unknown: later")]
#[case("attr.unk.?x.hasValue()", "unknown: later")]
#[case("attr.list[?attr.unk]", "unknown: later")]
// Binding, loops with two variables
#[case("cel.bind(p, attr.port, p + p)", "44")]
#[case("cel.bind(a, 1, cel.bind(a, a + 1, a))", "2")]
#[case("attr.names.transformList(i, n, n + string(i))", r#"["a0","b1"]"#)]
#[case("attr.names.transformList(i, n, i > 0, n)", r#"["b"]"#)]
#[case("attr.tags.transformMap(k, v, k + v)", r#"{"env":"envprod"}"#)]
#[case("attr.tags.transformMapEntry(k, v, {v: k})", r#"{"prod":"env"}"#)]
#[case("attr.names.transformMapEntry(i, n, {'x': i})", "failed: a map has one key twice")]
#[case("attr.missing.transformMap(k, v, v)", "{}")]
#[case("attr.mixed.transformList(i, v, v)", r#"[null,"a"] /0?element"#)]
#[case("attr.mixed.transformList(i, v, v == 'a', v)", "unknown: element")]
#[case("[1, 2].exists_one(x, x > 0 || 1 / 0 == 1)", "false")]
#[case("[0, 1, 2].exists_one(x, 2 / x > 0)", "failed: division by zero")]
// Sets
#[case("sets.contains([1, 2, 3], [3, 1]) && !sets.contains(attr.list, [3])", "true")]
#[case("sets.intersects(attr.list, [2, 9]) && !sets.intersects(attr.list, [])", "true")]
#[case("sets.equivalent([1, 2, 2], [2, 1]) && !sets.equivalent([1], [1, 2])", "true")]
#[case("sets.contains(attr.missing, []) && !sets.contains(attr.missing, ['x'])", "true")]
#[case("sets.contains(attr.mixed, ['a'])", "true")]
#[case("sets.contains(attr.mixed, ['b'])", "unknown: element")]
#[case("sets.contains(['b'], attr.mixed)", "false")]
#[case("sets.intersects(attr.unk, ['a'])", "unknown: later")]
// Parts of texts
#[case("regex.extract('web-22', '([0-9]+)').value()", r#""22""#)]
#[case("regex.extract('web', '[0-9]+').hasValue()", "false")]
#[case("regex.extractAll('a1b2', '[a-z]([0-9])')", r#"["1","2"]"#)]
#[case(r"regex.replace('a-b', '(a)-(b)', '\\2-\\1')", r#""b-a""#)]
#[case("regex.replace('aaa', 'a', 'b', 2)", r#""bba""#)]
#[case("regex.extract('ab', '(a)(b)')", "failed: a pattern to extract with has one group at most")]
#[case("regex.extract(attr.unk, 'a').hasValue()", "unknown: later")]
#[case("{'a-b': 1, 'c': 2}.`a-b`", "1")]
#[case("has(attr.tags.`x/y`) || attr.tags.`env` == 'prod'", "true")]
#[case("'`' + \"a`b`\"", r#""`a`b`""#)]
// Time
#[case("timestamp('2024-02-29T10:00:00Z') + duration('24h')", r#""2024-03-01T10:00:00Z""#)]
#[case("timestamp('2024-01-01T00:00:00+02:00')", r#""2023-12-31T22:00:00Z""#)]
#[case(
    "timestamp('2025-01-01T00:00:00Z') - timestamp('2024-01-01T00:00:00Z') == duration('8784h')",
    "true"
)]
#[case("string(duration('1h1m1.5s'))", r#""3661.5s""#)]
#[case("timestamp(0).getFullYear() + timestamp(0).getDayOfWeek()", "1974")]
#[case("timestamp('2024-07-01T22:30:00Z').getHours('Europe/Berlin')", "0")]
#[case("timestamp('2024-07-01T22:30:00Z').getHours('-02:00')", "20")]
#[case("duration('90m').getHours()", "1")]
#[case(
    "timestamp('2024-13-01T00:00:00Z')",
    "failed: `timestamp` takes a text such as 2024-01-31T10:00:00Z"
)]
#[case("duration('1')", "failed: `duration` takes a text such as 1h30m or 3.5s")]
#[case(
    "timestamp('9999-12-31T23:59:59Z') + duration('1s')",
    "failed: a timestamp lies in the years 1 to 9999"
)]
#[case("timestamp(attr.missing)", "null")]
#[case("timestamp(attr.unk) < timestamp(0)", "unknown: later")]
// Versions
#[case("semver('1.2.10') > semver('1.2.9') && semver('1.0.0-rc.1') < semver('1.0.0')", "true")]
#[case("[isSemver('1.2.3'), isSemver('1.2'), isSemver('v1.2', true)]", "[true,false,true]")]
#[case("semver('v1.2', true)", r#""1.2.0""#)]
#[case("semver('1.5.3').satisfies('>= 1.2, < 2') && !semver('2.0.0').satisfies('~> 1.2')", "true")]
#[case("semver('1.2.9').satisfies('~> 1.2.3') && !semver('1.3.0').satisfies('~> 1.2.3')", "true")]
#[case("semver('0.2.9').satisfies('^0.2.1') && !semver('0.3.0').satisfies('^0.2.1')", "true")]
#[case("semver('3.1.0').satisfies('1.x || 3.*')", "true")]
#[case("semver('1.2.0').satisfies('1.2') && !semver('1.2.1').satisfies('1.2')", "true")]
#[case("semver('1.2.3').major() + semver('1.2.3').compareTo(semver('2.0.0'))", "0")]
#[case("semver('1')", "failed: `semver` takes a version such as 1.2.3")]
#[case("semver(attr.unk).satisfies('> 1')", "unknown: later")]
// Networks
#[case(
    "cidr('10.0.0.0/8').containsIP('10.1.2.3') && !cidr('10.0.0.0/8').containsIP(ip('11.0.0.1'))",
    "true"
)]
#[case(
    "cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16') && cidr('10.0.0.0/8').contains(ip('10.0.0.1'))",
    "true"
)]
#[case(
    "[string(cidr('10.1.2.3/8').masked()), string(cidr('10.1.2.3/8').ip())]",
    r#"["10.0.0.0/8","10.1.2.3"]"#
)]
#[case(
    "ip('::1').isLoopback() && ip('169.254.1.1').isLinkLocalUnicast() && ip('8.8.8.8').isGlobalUnicast()",
    "true"
)]
#[case("ip('10.0.0.1').family() + ip('::1').family()", "10")]
#[case(
    "[isIP('1.2.3.4'), isIP('1.2.3'), isCIDR('10.0.0.0/8'), isCIDR('10.0.0.0')]",
    "[true,false,true,false]"
)]
#[case("type(ip('1.2.3.4')) == net.IP && type(cidr('::/0')) == net.CIDR", "true")]
#[case("ip('nonsense')", "failed: `ip` takes an address such as 10.0.0.1 or 2001:db8::1")]
#[case("cidr('10.0.0.0/8').containsIP(attr.unk)", "unknown: later")]
#[case("cidr(attr.missing).containsIP('10.0.0.1')", "false")]
fn gives(#[case] source: &str, #[case] expected: &str) {
    assert_eq!(run(source), expected, "{source}");
}

/// The statement under test, around which everything is the same.
fn allowed(statements: &str, question: &str) -> String {
    run(&format!("policy({{'Statement': {statements}}}).{question}"))
}

#[rstest]
#[case(
    "{'Effect': 'Allow', 'Action': 's3:Get*', 'Resource': '*'}",
    "allows('s3:GetObject', 'arn:x')",
    "true"
)]
#[case(
    "{'Effect': 'Allow', 'Action': 'S3:get*', 'Resource': '*'}",
    "allows('s3:GETobject', 'arn:x')",
    "true"
)]
#[case(
    "{'Effect': 'Allow', 'Action': 's3:Get*', 'Resource': '*'}",
    "allows('s3:*', 'arn:x')",
    "false"
)]
#[case(
    "{'Effect': 'Allow', 'Action': 's3:*', 'Resource': 'arn:a/*'}",
    "allows('s3:Get*', 'arn:a/b')",
    "true"
)]
#[case(
    "{'Effect': 'Allow', 'Action': 's3:*', 'Resource': 'arn:a/?'}",
    "allows('s3:Get*', 'arn:a/*')",
    "false"
)]
#[case(
    "{'Effect': 'Allow', 'Action': '*', 'Resource': 'arn:A'}",
    "allows('s3:GetObject', 'arn:a')",
    "false"
)]
// What is left out
#[case(
    "{'Effect': 'Allow', 'NotAction': 'iam:*', 'Resource': '*'}",
    "allows('s3:GetObject', 'x')",
    "true"
)]
#[case(
    "{'Effect': 'Allow', 'NotAction': 'iam:*', 'Resource': '*'}",
    "allows('iam:PassRole', 'x')",
    "false"
)]
#[case(
    "{'Effect': 'Allow', 'NotAction': 'iam:PassRole', 'Resource': '*'}",
    "allows('iam:*', 'x')",
    "false"
)]
#[case(
    "{'Effect': 'Allow', 'Action': '*', 'NotResource': 'arn:x'}",
    "allows('a:b', 'arn:y')",
    "true"
)]
#[case("{'Effect': 'Allow', 'Action': '*', 'NotResource': 'arn:x'}", "allows('a:b', '*')", "false")]
#[case(
    "{'Effect': 'Allow', 'NotPrincipal': {'AWS': '123456789012'}, 'Action': '*'}",
    "allows('a:b', 'x', '*')",
    "true"
)]
#[case(
    "{'Effect': 'Allow', 'NotPrincipal': {'AWS': '123456789012'}, 'Action': '*'}",
    "allows('a:b', 'x', 'arn:aws:iam::123456789012:root')",
    "false"
)]
// Principals
#[case("{'Effect': 'Allow', 'Principal': '*', 'Action': '*'}", "allows('a:b', 'x', '*')", "true")]
#[case(
    "{'Effect': 'Allow', 'Principal': {'AWS': ['*']}, 'Action': '*'}",
    "allows('a:b', 'x', '*')",
    "true"
)]
#[case(
    "{'Effect': 'Allow', 'Principal': {'Service': 'ec2.amazonaws.com'}, 'Action': '*'}",
    "allows('a:b', 'x', '*')",
    "false"
)]
#[case(
    "{'Effect': 'Allow', 'Principal': {'Service': 'ec2.amazonaws.com'}, 'Action': '*'}",
    "allows('a:b', 'x', 'service:ec2.amazonaws.com')",
    "true"
)]
// Denied
#[case(
    "[{'Effect': 'Allow', 'Action': '*', 'Resource': '*'}, {'Effect': 'Deny', 'Action': 's3:Delete*', 'Resource': '*'}]",
    "allows('s3:DeleteBucket', 'x')",
    "false"
)]
#[case(
    "[{'Effect': 'Allow', 'Action': '*', 'Resource': '*'}, {'Effect': 'Deny', 'Action': 's3:Delete*', 'Resource': '*'}]",
    "allows('s3:*', 'x')",
    "false"
)]
#[case(
    "[{'Effect': 'Allow', 'Action': '*', 'Resource': '*'}, {'Effect': 'Deny', 'NotAction': 's3:*', 'Resource': '*'}]",
    "allows('s3:GetObject', 'x')",
    "true"
)]
// Conditions
#[case(
    "{'Effect': 'Allow', 'Action': '*', 'Resource': '*', 'Condition': {'Bool': {'a': 'b'}}}",
    "allows('a:b', 'x')",
    "true"
)]
#[case(
    "{'Effect': 'Allow', 'Action': '*', 'Resource': '*', 'Condition': {'Bool': {'a': 'b'}}}",
    "allows_always('a:b', 'x')",
    "false"
)]
#[case(
    "[{'Effect': 'Allow', 'Action': '*', 'Resource': '*'}, {'Effect': 'Deny', 'Action': '*', 'Resource': '*', 'Condition': {'Bool': {'a': 'b'}}}]",
    "allows_always('a:b', 'x')",
    "false"
)]
#[case("[]", "allows('a:b', 'x')", "false")]
// Unknown
#[case(
    "{'Effect': 'Allow', 'Action': '*', 'Resource': attr.unk}",
    "allows('a:b', 'x')",
    "unknown: later"
)]
#[case(
    "{'Effect': 'Allow', 'Action': ['*', attr.unk], 'Resource': '*'}",
    "allows('a:b', 'x')",
    "true"
)]
#[case("{'Effect': 'Deny', 'Action': attr.unk, 'Resource': '*'}", "allows('a:b', 'x')", "false")]
#[case("{'Effect': attr.unk, 'Action': 'c:*', 'Resource': '*'}", "allows('a:b', 'x')", "false")]
#[case(
    "[{'Effect': 'Allow', 'Action': '*', 'Resource': '*'}, attr.unk]",
    "allows('a:b', 'x')",
    "unknown: later"
)]
#[case(
    "{'Effect': 'Allow', 'Action': '*', 'Resource': '*'}",
    "allows(attr.unk, 'x')",
    "unknown: later"
)]
fn policies_are_read_as_iam_reads_them(
    #[case] statements: &str,
    #[case] question: &str,
    #[case] expected: &str,
) {
    assert_eq!(allowed(statements, question), expected, "{statements}");
}

#[test]
fn a_policy_is_a_map_or_a_text() {
    let text =
        r#"policy('{"Statement": [{"Effect": "Allow", "Action": "a:*", "Resource": "*"}]}')"#;
    assert_eq!(run(&format!("{text}.allows('a:b', 'x')")), "true");
    assert_eq!(run(&format!("{text}.statements[0].effect")), r#""Allow""#);
    assert_eq!(run("policy(attr.missing).allows('a:b', 'x')"), "false");
    assert_eq!(run("policy('nonsense').allows('a:b', 'x')"), "false");
    assert_eq!(run("policy(attr.unk).allows('a:b', 'x')"), "unknown: later");
    assert_eq!(
        run("policy(parsed.policy).allows('s3:PutObject', 'y', '*')"),
        "unknown: whole statement"
    );
}

/// What is a secret that is written out, by its name and value.
#[rstest]
#[case::password("DB_PASSWORD", "qT7-harbour-9", true)]
#[case::bad_password("db.password", "harbour", true)]
#[case::key("apiKey", "9f2Kc81TqLw0aZx4", true)]
#[case::token("SESSION_TOKEN", "9f2Kc81TqLw0aZx4", true)]
#[case::with_an_ending("signing-key-base64", "OWYyS2M4MVRxTHcwYVp4NA==", true)]
#[case::another_name("STAGE", "9f2Kc81TqLw0aZx4", false)]
#[case::its_name("DB_PASSWORD_FILE", "qT7-harbour-9", false)]
#[case::public("PUBLIC_KEY", "9f2Kc81TqLw0aZx4", false)]
#[case::switch("USE_TOKEN", "9f2Kc81TqLw0aZx4", false)]
#[case::word("JWT_SECRET", "web-tokens", false)]
#[case::capitals("API_KEY", "FROM_VAULT", false)]
#[case::number("TOKEN", "86400000", false)]
#[case::short("TOKEN", "qT7-9", false)]
#[case::short_password("DB_PASSWORD", "root", true)]
#[case::shorter("DB_PASSWORD", "abc", false)]
#[case::number_after("db_password_2", "qT7-harbour-9", true)]
#[case::slashes("SECRET_KEY", "wPq2rXUtn/K7MDqT7LM/bPxRfiCY9c81", true)]
#[case::parameter("DB_PASSWORD", "Shop/DbPassword", false)]
#[case::called("DB_PASSWORD", "shop-db-password", false)]
#[case::call("DB_PASSWORD", "os.environ['X']", false)]
#[case::cmdlet("PASSWORD", "ConvertTo-SecureString", false)]
#[case::must_be_set("PASSWORD", "?must be set", false)]
#[case::test("CLIENT_SECRET", "test-secret9Q", false)]
#[case::empty("DB_PASSWORD", "", false)]
#[case::placeholder("DB_PASSWORD", "change-me-please", false)]
#[case::stars("DB_PASSWORD", "********", false)]
#[case::template("DB_PASSWORD", "${DB_PASSWORD}", false)]
#[case::variable("DB_PASSWORD", "$(DB_PASSWORD)", false)]
#[case::arn("API_KEY", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:k-AbCdEf", false)]
#[case::vault(
    "API_KEY",
    "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/k)",
    false
)]
#[case::resolve("API_KEY", "{{resolve:secretsmanager:k}}", false)]
#[case::stored("API_KEY", "projects/p/secrets/k/versions/1", false)]
#[case::path("DB_PASSWORD", "/run/secrets/db", false)]
#[case::link("TOKEN", "https://login.example.org/token", false)]
#[case::default_of_a_variable("DB_PASSWORD", "kG5-default-1", false)]
#[case::url("DATABASE_URL", "postgres://web:qT7-harbour-9@db/web", true)]
#[case::url_without("DATABASE_URL", "postgres://web@db/web", false)]
#[case::url_with_a_template("DATABASE_URL", "postgres://web:${PASSWORD}@db/web", false)]
#[case::url_with_a_default("DATABASE_URL", "postgres://web:kG5-default-1@db/web", false)]
#[case::connection("connection_string", "Server=db;Password=qT7-harbour-9;", true)]
#[case::connection_by_identity("connection_string", "Server=db;Authentication=Managed", false)]
#[case::storage("AzureWebJobsStorage", "AccountName=a;AccountKey=OWYyS2M4MVRxTHcwYVp4NA==", true)]
fn secrets_that_are_written_out(#[case] name: &str, #[case] value: &str, #[case] secret: bool) {
    assert_eq!(run(&format!("is_secret('{name}', '{value}')")), secret.to_string());
}

/// What is not known decides nothing, where the name speaks of a secret, and nothing else is asked about it.
#[rstest]
#[case("is_secret('DB_PASSWORD', attr.unk)", "unknown: later")]
#[case("is_secret('DATABASE_URL', attr.unk)", "unknown: later")]
#[case("is_secret('STAGE', attr.unk)", "false")]
#[case("is_secret(attr.unk, 'qT7-harbour-9')", "unknown: later")]
#[case("is_secret(attr.unk, attr.other)", "unknown: later, also later")]
#[case("is_secret('DB_PASSWORD', attr.missing) || is_secret(null, 'qT7-harbour-9')", "false")]
#[case("is_secret('DB_PASSWORD', 22) || is_secret('USE_TOKEN', true)", "false")]
#[case("is_secret(22, 'x')", "failed: `is_secret` does not take an int and a string")]
#[case("holds_secret('a=1\\npassword=qT7-harbour-9\\n')", "true")]
#[case("holds_secret('a: 1\\n  password: \"qT7-harbour-9\"\\n')", "true")]
#[case("holds_secret('a=1\\n# password=qT7-harbour-9\\n')", "false")]
#[case("holds_secret('the password: it is qT7-harbour-9\\n')", "false")]
#[case("holds_secret('password=qT7-harbour-9')", "false")]
#[case("holds_secret(attr.missing)", "false")]
#[case("holds_secret(attr.unk)", "unknown: later")]
#[case("holds_secret('-----BEGIN PRIVATE KEY-----\\nbm8=\\n')", "true")]
#[case("script_holds_secret('mysql --user=app --password=qT7-harbour-9 shop')", "true")]
#[case("script_holds_secret('X=1 api_key: qT7-harbour-9')", "true")]
#[case("script_holds_secret('curl postgres://web:qT7-harbour-9@db/web')", "false")]
#[case("script_holds_secret('export DB_URL=postgres://web:qT7-harbour-9@db/web')", "true")]
#[case("script_holds_secret('PASSWORD=$(fetch db) TOKEN=`fetch t` KEY=qT7-harbour-9')", "false")]
#[case("script_holds_secret('key AKIAIOSFODNN7SHOPABC')", "true")]
#[case("script_holds_secret('DB_PASSWORD=kG5-default-1')", "false")]
#[case("script_holds_secret(attr.missing)", "false")]
#[case("script_holds_secret(attr.unk)", "unknown: later")]
#[case("script_holds_secret(22)", "failed: `script_holds_secret` does not take an int")]
fn secrets_that_are_not_known(#[case] source: &str, #[case] expected: &str) {
    assert_eq!(run(source), expected, "{source}");
}
